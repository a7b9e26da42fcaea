package intake_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entimport "tidings/ent/dataimport"
	enteventsource "tidings/ent/eventsource"
	"tidings/intake"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/secret"
	"tidings/internal/testdb"
	"tidings/internal/web"
	"tidings/outreach/access"
	"tidings/outreach/catalogue"
	"tidings/outreach/dataimport"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

// importing is the whole server, as far as files go.
type importing struct {
	t        *testing.T
	db       *database.DB
	w, other *factory.Team
	imports  *dataimport.Imports
	server   *httptest.Server
	key      string // a write key of w
	foreign  string
	session  string // of w's administrator
	viewer   string
}

func newImporting(t *testing.T, db *database.DB) *importing {
	t.Helper()
	d := &importing{t: t, db: db, w: factory.NewTeam(t, db), other: factory.NewTeam(t, db)}
	log := slog.New(slog.DiscardHandler)
	learned, sources := event.NewCatalogue(db), event.NewSources(db)
	d.imports = dataimport.New(dataimport.Deps{
		DB: db, Clock: clock.NewFake(time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)), Catalogue: catalogue.New(db, learned),
		Learned: learned, People: person.NewResolver(db), Log: log,
	})
	passwords, err := secret.NewPasswords()
	require.NoError(t, err)
	d.server = httptest.NewServer(web.Routes(web.Deps{
		Access: access.New(access.Deps{Store: db.Ent, Passwords: passwords, Now: clock.Wall, Log: log}),
		Import: &intake.Import{Imports: d.imports, Sources: sources, Log: log}, Log: log,
	}))
	t.Cleanup(d.server.Close)
	_, d.key, err = sources.Create(d.w.AsAdmin, "server", enteventsource.KindOfflineDaily)
	require.NoError(t, err)
	_, d.foreign, err = sources.Create(d.other.AsAdmin, "server", enteventsource.KindOfflineDaily)
	require.NoError(t, err)
	d.session, d.viewer = d.signIn(d.w.Admin.ID), d.signIn(d.w.Viewer.ID)
	return d
}

func (d *importing) signIn(accountID string) string {
	d.t.Helper()
	token, hash := secret.NewToken("ses_")
	now := clock.Wall()
	require.NoError(d.t, d.db.Ent.Session.Create().SetID(hash).SetAccountID(accountID).
		SetCreatedAt(now).SetSeenAt(now).SetExpiresAt(now.Add(time.Hour)).Exec(d.w.System))
	return token
}

// call sends a request with a write key ("key:…"), a session ("session:…") or nothing.
func (d *importing) call(method, path, as, body string, more ...func(*http.Request)) (int, map[string]any) {
	d.t.Helper()
	req, err := http.NewRequestWithContext(d.t.Context(), method, d.server.URL+path, strings.NewReader(body))
	require.NoError(d.t, err)
	switch kind, secret, _ := strings.Cut(as, ":"); kind {
	case "key":
		req.SetBasicAuth(secret, "")
	case "session":
		req.AddCookie(&http.Cookie{Name: "tidings_session", Value: secret}) //nolint:gosec // sent by a client
	}
	for _, m := range more {
		m(req)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(d.t, err)
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	require.NoError(d.t, err)
	var out map[string]any
	require.NoError(d.t, json.Unmarshal(raw, &out), string(raw))
	return resp.StatusCode, out
}

func (d *importing) begin(size int) string {
	d.t.Helper()
	i, err := d.imports.Create(d.w.AsAdmin, dataimport.Input{
		Kind: entimport.KindPeople, Size: int64(size), Mapping: dataimport.Mapping{PersonColumn: "user", IDType: person.UserID},
	})
	require.NoError(d.t, err)
	return i.ID
}

func TestAFileInParts(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		d := newImporting(t, db)
		file := "user,name\nu1,a\nu2,b\n"
		id := d.begin(len(file))
		path := "/v1/import/" + id
		for name, c := range map[string]struct {
			method, path, as, body string
			status                 int
			code                   string
		}{
			"nobody":                          {"PUT", path + "?offset=0", "", file, 401, "UNAUTHENTICATED"},
			"a wrong key":                     {"PUT", path + "?offset=0", "key:wk_x", file, 401, "UNAUTHENTICATED"},
			"another project's key":           {"PUT", path + "?offset=0", "key:" + d.foreign, file, 404, "NOT_FOUND"},
			"another project's key that asks": {"GET", path, "key:" + d.foreign, "", 404, "NOT_FOUND"},
			"who may only look":               {"PUT", path + "?offset=0", "session:" + d.viewer, file, 403, "FORBIDDEN"},
			"no place":                        {"PUT", path, "session:" + d.session, file, 422, "INVALID"},
			"an import that is not there":     {"PUT", "/v1/import/imp_x?offset=0", "key:" + d.key, file, 404, "NOT_FOUND"},
			"another method":                  {"DELETE", path, "key:" + d.key, "", 405, "INVALID"},
			"a wrong place":                   {"PUT", path + "?offset=5", "session:" + d.session, file, 409, "CONFLICT"},
			"more than was announced":         {"PUT", path + "?offset=0", "session:" + d.session, file + "u3,c\n", 413, "TOO_LARGE"},
		} {
			status, out := d.call(c.method, c.path, c.as, c.body)
			require.Equal(t, c.status, status, "%s: %v", name, out)
			require.Equal(t, c.code, out["error"].(map[string]any)["code"], name)
		}
		status, out := d.call("PUT", path+"?offset=0", "session:"+d.session, file[:12])
		require.Equal(t, []any{200, "RECEIVING", 12.0}, []any{status, out["status"], out["resumeAt"]})
		status, out = d.call("PUT", path+"?offset=0", "session:"+d.session, file)
		require.Equal(t, []any{409, 12.0}, []any{status, out["resumeAt"]}, "the answer says where to go on")
		require.Equal(t, "OFFSET", out["error"].(map[string]any)["reason"])
		other := func(r *http.Request) { r.Header.Set("Origin", "https://evil.example.com") }
		status, _ = d.call("PUT", path+"?offset=12", "session:"+d.session, file[12:], other)
		require.Equal(t, 403, status, "a page of another site has no say")
		status, out = d.call("PUT", path+"?offset=12", "session:"+d.session, file[12:])
		require.Equal(t, []any{200, "RUNNING"}, []any{status, out["status"]})
		status, out = d.call("GET", path, "session:"+d.viewer, "")
		require.Equal(t, []any{200, "RUNNING", 20.0}, []any{status, out["status"], out["received"]})
	})
}

func TestAFileInOneRequest(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		d := newImporting(t, db)
		post := func(kind, query, body string) (int, map[string]any) {
			return d.call("POST", "/v1/import/"+kind+"?"+query, "key:"+d.key, body)
		}
		status, out := post("people", "personColumn=user&idType=user_id&name=people.csv&column="+url.QueryEscape("a:b:age:NUMBER")+"&column=secret:", "user,a:b,secret\nu1,7,x\n")
		require.Equal(t, []any{202, "RUNNING", "people.csv"}, []any{status, out["status"], out["fileName"]}, out)
		now, err := db.Ent.DataImport.UpdateOneID(out["id"].(string)).AddAttempt(1).Save(d.w.System)
		require.NoError(t, err)
		require.NoError(t, d.imports.Work(t.Context(), now.ID, now.Attempt, nil))
		status, out = d.call("GET", "/v1/import/"+now.ID, "key:"+d.key, "")
		require.Equal(t, []any{200, "DONE", 1.0}, []any{status, out["status"], out["stored"]})
		p, err := db.Ent.Person.Query().Only(d.w.System)
		require.NoError(t, err)
		require.JSONEq(t, `{"age":7}`, string(p.Attributes))

		for query, rule := range map[string]string{
			"idType=user_id":                                  "REQUIRED",
			"personColumn=user&idType=x":                      "UNKNOWN",
			"personColumn=user&idType=user_id&column=x":       "INVALID_FORMAT",
			"personColumn=user&idType=user_id&event=purchase": "NOT_ALLOWED",
		} {
			status, out = post("people", query, "user\n")
			require.Equal(t, 422, status, query)
			require.Equal(t, rule, out["error"].(map[string]any)["fields"].([]any)[0].(map[string]any)["rule"], query)
		}
		status, _ = post("rows", "table=orders", "user\n")
		require.Equal(t, 422, status)
		status, _ = post("cars", "", "user\n")
		require.Equal(t, 405, status)
		status, out = post("events", "personColumn=user&idType=user_id&event=visit&timeColumn=at", "user,at\nu1,2026-11-01\n")
		require.Equal(t, []any{202, "EVENTS"}, []any{status, out["kind"]})
	})
}

// The line is cut in the middle of a body; what arrived stays, and the rest follows.
func TestALineThatIsCut(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	d := newImporting(t, db)
	file := "user,name\n" + strings.Repeat("u1,some name that is long enough\n", 100_000)
	id := d.begin(len(file))
	address := strings.TrimPrefix(d.server.URL, "http://")
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	require.NoError(t, err)
	w := bufio.NewWriter(conn)
	_, err = fmt.Fprintf(w, "PUT /v1/import/%s?offset=0 HTTP/1.1\r\nHost: %s\r\nCookie: tidings_session=%s\r\nContent-Length: %d\r\n\r\n%s",
		id, address, d.session, len(file), file[:len(file)/2])
	require.NoError(t, err)
	require.NoError(t, w.Flush())
	require.NoError(t, conn.Close())
	path := "/v1/import/" + id
	var at float64
	require.Eventually(t, func() bool {
		_, out := d.call("GET", path, "session:"+d.session, "")
		at = out["received"].(float64)
		return int(at) == len(file)/2
	}, 10*time.Second, 5*time.Millisecond)
	status, out := d.call("PUT", fmt.Sprintf("%s?offset=%d", path, int(at)), "session:"+d.session, file[int(at):])
	require.Equal(t, []any{200, "RUNNING"}, []any{status, out["status"]}, out)
}

// Write keys of real-time sources are public; those of daily ones see their own imports.
func TestWhatAWriteKeyMayImport(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		d := newImporting(t, db)
		sources := event.NewSources(db)
		app, public, err := sources.Create(d.w.AsAdmin, "app", enteventsource.KindRealtime)
		require.NoError(t, err)
		daily, second, err := sources.Create(d.w.AsAdmin, "second", enteventsource.KindOfflineDaily)
		require.NoError(t, err)
		const file = "user,at\nu1,2026-11-01\n"
		begun := d.begin(len(file))
		for method, path := range map[string]string{"POST": "/v1/import/people?personColumn=user&idType=user_id", "PUT": "/v1/import/" + begun + "?offset=0", "GET": "/v1/import/" + begun} {
			status, out := d.call(method, path, "key:"+public, file)
			require.Equal(t, 403, status, out)
			require.Equal(t, "REALTIME_SOURCE", out["error"].(map[string]any)["reason"])
		}
		status, out := d.call("POST", "/v1/import/people?personColumn=user&idType=user_id", "key:"+d.key, file)
		require.Equal(t, 202, status, out)
		own := out["id"].(string)
		status, _ = d.call("GET", "/v1/import/"+own, "key:"+d.key, "")
		require.Equal(t, 200, status)
		for _, c := range [][]string{{"GET", own, second}, {"PUT", own, second}, {"GET", begun, d.key}, {"PUT", begun, d.key}} {
			status, out = d.call(c[0], "/v1/import/"+c[1]+"?offset=0", "key:"+c[2], "")
			require.Equal(t, 404, status, out)
		}
		const events = "/v1/import/events?personColumn=user&idType=user_id&event=visit&timeColumn=at"
		status, out = d.call("POST", events+"&source="+app.ID, "key:"+second, file)
		require.Equal(t, 422, status)
		require.Equal(t, "NOT_ALLOWED", out["error"].(map[string]any)["fields"].([]any)[0].(map[string]any)["rule"])
		status, out = d.call("POST", events, "key:"+second, file)
		require.Equal(t, 202, status, out)
		now, err := db.Ent.DataImport.Get(d.w.System, out["id"].(string))
		require.NoError(t, err)
		require.Equal(t, daily.ID, *now.SourceID)
		byHand, err := d.imports.Create(d.w.AsAdmin, dataimport.Input{
			Kind: entimport.KindEvents, SourceID: daily.ID, Mapping: dataimport.Mapping{PersonColumn: "user", IDType: person.UserID, Event: "visit", TimeColumn: "at"},
		})
		require.NoError(t, err)
		status, _ = d.call("GET", "/v1/import/"+byHand.ID, "key:"+second, "")
		require.Equal(t, 404, status, "somebody began it in the console, though for the key's source")
	})
}
