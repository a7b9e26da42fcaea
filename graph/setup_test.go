package graph_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entmember "tidings/ent/member"
	"tidings/ent/viewer"
	"tidings/graph"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/pubsub"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/internal/testredis"
	"tidings/internal/web"
	"tidings/outreach/access"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/catalogue"
	"tidings/outreach/channel/registry"
	"tidings/outreach/dataimport"
	"tidings/outreach/detail"
	"tidings/outreach/dispatch"
	"tidings/outreach/event"
	"tidings/outreach/outcome"
	"tidings/outreach/person"
	"tidings/outreach/preflight"
	"tidings/outreach/task"
)

// hasher serves all tests: making one costs a hash.
var hasher = sync.OnceValues(secret.NewPasswords)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// The mini program that the sandbox knows.
const (
	appID     = "wx0123456789abcdef"
	appSecret = "0123456789abcdef0123456789abcdef"
)

// bundle is the real API over a real database, with people in two projects.
type bundle struct {
	t          *testing.T
	db         *database.DB
	wall       *clock.Fake // machine time of sessions
	business   *clock.Fake
	uploads    *audience.Uploads
	segments   *audience.Segments
	preflights *preflight.Service
	learned    *event.Catalogue
	imports    *dataimport.Imports
	server     *httptest.Server
	access     *access.Service
	box        *secret.Box
	wechat     *sandbox.Sandbox
	down       atomic.Bool // WeChat does not answer
	hub        *pubsub.Hub
	log        *lockedBuffer
	sys        context.Context //nolint:containedctx // lives for one test

	ours, theirs *ent.Project
	tokens       map[access.Role]string // of our people
	people       map[access.Role]*ent.Account
	stranger     string // token of their administrator
}

var projectNum atomic.Int64

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	b := &bundle{
		t: t, db: db, wall: clock.NewFake(noon), log: &lockedBuffer{}, sys: viewer.System(t.Context()),
		tokens: map[access.Role]string{}, people: map[access.Role]*ent.Account{},
	}
	passwords, err := hasher()
	require.NoError(t, err)
	b.box, err = secret.NewBox(bytes.Repeat([]byte{7}, 32))
	require.NoError(t, err)
	log := slog.New(slog.NewTextHandler(b.log, nil))
	b.access = access.New(access.Deps{Store: db.Ent, Passwords: passwords, Now: b.wall.Now, Log: log})

	b.wechat = sandbox.New(sandbox.Options{Apps: []sandbox.App{{ID: appID, Secret: appSecret}}})
	t.Cleanup(b.wechat.Close)
	provider := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if b.down.Load() {
			panic(http.ErrAbortHandler) // the line is cut without an answer
		}
		b.wechat.Handler().ServeHTTP(w, r)
	}))
	t.Cleanup(provider.Close)

	b.hub = pubsub.New(testredis.New(t), log)
	require.NoError(t, b.hub.Start(t.Context()))
	t.Cleanup(func() { _ = b.hub.Stop(context.Background()) })

	business := clock.NewFake(noon)
	b.business = business
	b.uploads = audience.NewUploads(audience.Deps{DB: db, Clock: business, Log: log})
	redis := testredis.New(t)
	b.learned = event.NewCatalogue(db)
	declared := catalogue.New(db, b.learned)
	b.imports = dataimport.New(dataimport.Deps{
		DB: db, Clock: business, Catalogue: declared, Learned: b.learned, People: person.NewResolver(db), Log: log,
	})
	b.segments = audience.NewSegments(audience.SegmentDeps{DB: db, Clock: business, Log: log})
	tasks := task.New(db, business, b.segments, nil)
	b.preflights = preflight.New(preflight.Deps{DB: db, Clock: business, Dispatch: dispatch.New(db, business, nil), Viewable: tasks.Viewable, Log: log})
	resolver := &graph.Resolver{
		Segments:  b.segments,
		Catalogue: declared, Sources: event.NewSources(db), Events: event.NewReader(db), Stream: event.NewStream(redis),
		Tables: detail.NewTables(db, declared), Imports: b.imports, Preflights: b.preflights,
		Tasks: tasks, Approvals: approval.New(db, business, nil), Groups: task.NewGroups(db), Campaigns: task.NewCampaigns(db),
		DB: db, Clock: business, Access: b.access, Rates: outcome.NewRates(), Hub: b.hub, Version: "test",
		Channels: registry.New(registry.Deps{DB: db, Box: b.box, Clock: business, BaseURL: provider.URL + "/sandbox/wechat", Log: log}),
	}
	b.server = httptest.NewServer(web.Routes(web.Deps{
		Access: b.access, GraphQL: graph.NewHandler(resolver, "https://console.example.com", log), Export: web.Export(db, log),
		ConsoleOrigin: "https://console.example.com", Log: log,
	}))
	t.Cleanup(b.server.Close)

	b.ours, b.theirs = b.project("ours"), b.project("theirs")
	for _, role := range []access.Role{access.ProjectAdmin, access.Marketer, access.Approver, access.Viewer} {
		b.people[role], b.tokens[role] = b.member(b.ours, role)
	}
	_, b.stranger = b.member(b.theirs, access.ProjectAdmin)
	return b
}

func (b *bundle) project(name string) *ent.Project {
	b.t.Helper()
	p, err := b.db.Ent.Project.Create().SetName(name).SetNum(projectNum.Add(1)).Save(b.sys)
	require.NoError(b.t, err)
	return p
}

// member makes an account with a role in a project and signs it in.
func (b *bundle) member(p *ent.Project, role access.Role) (*ent.Account, string) {
	b.t.Helper()
	a, err := b.db.Ent.Account.Create().SetEmail(id.New("mail") + "@example.com").SetName(string(role)).SetPasswordHash("-").Save(b.sys)
	require.NoError(b.t, err)
	require.NoError(b.t, b.db.Ent.Member.Create().SetProjectID(p.ID).SetAccountID(a.ID).SetRole(entmember.Role(role)).Exec(b.sys))
	return a, b.signIn(a)
}

func (b *bundle) signIn(a *ent.Account) string {
	b.t.Helper()
	token, hash := secret.NewToken("ses_")
	now := b.wall.Now()
	require.NoError(b.t, b.db.Ent.Session.Create().SetID(hash).SetAccountID(a.ID).
		SetCreatedAt(now).SetSeenAt(now).SetExpiresAt(now.Add(12*time.Hour)).Exec(b.sys))
	return token
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	raw    string
	Data   map[string]any `json:"data"`
	Errors []struct {
		Message    string         `json:"message"`
		Path       []any          `json:"path"`
		Extensions map[string]any `json:"extensions"`
	} `json:"errors"`
}

// reply is an answer that is no JSON.
type reply struct {
	StatusCode int
	Header     http.Header
}

// cookie is the session's, as a browser sends it.
func cookie(token string) *http.Cookie {
	return &http.Cookie{Name: "tidings_session", Value: token} //nolint:gosec // sent by a client: it has no attributes
}

// code is that of the first error, "" when there is none.
func (a *answer) code() string {
	if len(a.Errors) == 0 {
		return ""
	}
	code, _ := a.Errors[0].Extensions["code"].(string)
	return code
}

// fields gives the wrong inputs as "path RULE".
func (a *answer) fields() []string {
	var out []string
	for _, e := range a.Errors {
		list, _ := e.Extensions["fields"].([]any)
		for _, f := range list {
			m := f.(map[string]any)
			out = append(out, m["path"].(string)+" "+m["rule"].(string))
		}
	}
	return out
}

// at walks into the data: "tasks.edges.0.node.name".
func (a *answer) at(path string) any {
	var v any = a.Data
	for step := range strings.SplitSeq(path, ".") {
		switch in := v.(type) {
		case map[string]any:
			v = in[step]
		case []any:
			i := int(step[0] - '0')
			if len(step) != 1 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

type vars = map[string]any

// as asks in somebody's name; the empty token is nobody.
func (b *bundle) as(token, query string, variables vars, more ...func(*http.Request)) *answer {
	b.t.Helper()
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(b.t, err)
	return b.post(token, string(body), more...)
}

func (b *bundle) post(token, body string, more ...func(*http.Request)) *answer {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.server.URL+"/graphql", strings.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	return b.do(token, req, more...)
}

func (b *bundle) do(token string, req *http.Request, more ...func(*http.Request)) *answer {
	b.t.Helper()
	if token != "" {
		req.AddCookie(cookie(token))
	}
	for _, m := range more {
		m(req)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(b.t, err)
	defer resp.Body.Close() //nolint:errcheck // read below
	raw, err := io.ReadAll(resp.Body)
	require.NoError(b.t, err)
	out := &answer{status: resp.StatusCode, header: resp.Header, raw: string(raw)}
	if strings.Contains(resp.Header.Get("Content-Type"), "json") {
		require.NoError(b.t, json.Unmarshal(raw, out), "%s", raw)
	}
	return out
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

// lockedBuffer is a log that a test may read while the server writes.
type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}
