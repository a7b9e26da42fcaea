package web_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entmember "tidings/ent/member"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/secret"
	"tidings/internal/testdb"
	"tidings/internal/web"
	"tidings/outreach/access"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

// testBundle is a server with one account, whose /graphql and /export/ tell who asks.
type testBundle struct {
	server  *httptest.Server
	db      *database.DB
	wall    *clock.Fake
	sys     context.Context //nolint:containedctx // lives for one test
	project *ent.Project
	ready   error
}

func setup(t *testing.T, db *database.DB) *testBundle {
	t.Helper()
	passwords, err := secret.NewPasswords()
	require.NoError(t, err)
	b := &testBundle{db: db, wall: clock.NewFake(noon), sys: viewer.System(t.Context())}
	log := slog.New(slog.DiscardHandler)
	service := access.New(access.Deps{Store: db.Ent, Passwords: passwords, Now: b.wall.Now, Log: log})
	hash, err := passwords.Hash(t.Context(), "tidings")
	require.NoError(t, err)
	account, err := db.Ent.Account.Create().SetEmail("mei@example.com").SetName("Mei").SetPasswordHash(hash).Save(b.sys)
	require.NoError(t, err)
	b.project, err = db.Ent.Project.Create().SetName("shop").SetNum(1).Save(b.sys)
	require.NoError(t, err)
	require.NoError(t, db.Ent.Member.Create().SetProjectID(b.project.ID).SetAccountID(account.ID).SetRole(entmember.RoleMarketer).Exec(b.sys))

	tell := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := access.CredentialsFrom(r.Context())
		name := "nobody"
		if v := viewer.From(r.Context()); v != nil {
			name = v.Name
		}
		web.Answer(w, http.StatusOK, map[string]string{"viewer": name, "ip": c.IP, "project": c.ProjectID, "requestId": c.RequestID})
	})
	b.server = httptest.NewServer(web.Routes(web.Deps{
		Access: service, GraphQL: tell, Export: tell, Log: log,
		Console: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "console") }),
		Files:   fstest.MapFS{"devtools/graphiql.html": {Data: []byte("<title>GraphiQL</title>")}},
		Ready:   map[string]web.Check{"database": func(context.Context) error { return b.ready }},
		More: map[string]http.Handler{
			"/panic": http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("secret detail") }),
		},
	}))
	t.Cleanup(b.server.Close)
	return b
}

type reply struct {
	status int
	header http.Header
	body   string
	cookie *http.Cookie
}

func (b *testBundle) call(t *testing.T, method, path, body string, more ...func(*http.Request)) reply {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, b.server.URL+path, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for _, m := range more {
		m(req)
	}
	resp, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	defer resp.Body.Close() //nolint:errcheck // read below
	raw, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	out := reply{status: resp.StatusCode, header: resp.Header, body: string(raw)}
	for _, c := range resp.Cookies() {
		out.cookie = c
	}
	return out
}

func with(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

const right = `{"email":"mei@example.com","password":"tidings"}`

func TestSigningInAndOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		in := b.call(t, "POST", "/auth/sign-in", right)
		require.Equal(t, http.StatusOK, in.status, in.body)
		require.Contains(t, in.body, `"locale":"zh-CN"`)
		require.NotContains(t, in.body, in.cookie.Value, "the token is in the cookie only")
		require.True(t, in.cookie.HttpOnly)
		require.False(t, in.cookie.Secure)
		require.Equal(t, http.SameSiteLaxMode, in.cookie.SameSite)
		signedIn := func(r *http.Request) { r.AddCookie(in.cookie) }

		require.Contains(t, b.call(t, "GET", "/export/x", "", signedIn).body, `"viewer":"Mei"`)
		require.Contains(t, b.call(t, "GET", "/graphql", "", signedIn).body, `"viewer":"nobody"`, "the API resolves its credentials itself")
		none := b.call(t, "GET", "/export/x", "")
		require.Equal(t, http.StatusUnauthorized, none.status)
		require.Contains(t, none.body, `"code":"UNAUTHENTICATED"`)
		foreign := b.call(t, "GET", "/export/x?project=prj_other", "", signedIn)
		require.Equal(t, http.StatusNotFound, foreign.status)

		again := b.call(t, "POST", "/auth/sign-in", right, signedIn)
		require.Equal(t, http.StatusOK, again.status)
		require.Equal(t, http.StatusUnauthorized, b.call(t, "GET", "/export/x", "", signedIn).status, "the browser's earlier session has ended")

		later := func(r *http.Request) { r.AddCookie(again.cookie) }
		out := b.call(t, "POST", "/auth/sign-out", "{}", later)
		require.Equal(t, http.StatusNoContent, out.status)
		require.Negative(t, out.cookie.MaxAge)
		require.Equal(t, http.StatusUnauthorized, b.call(t, "GET", "/export/x", "", later).status)
	})
}

func TestSignInRefuses(t *testing.T) { //nolint:tparallel // its subtests share one project, one after the other
	t.Parallel()
	b := setup(t, testdb.New(t))
	t.Run("a wrong password, then too many of them with the time to wait", func(t *testing.T) {
		wrong := `{"email":"mei@example.com","password":"x"}`
		for range 5 {
			r := b.call(t, "POST", "/auth/sign-in", wrong)
			require.Equal(t, http.StatusUnauthorized, r.status)
			require.Contains(t, r.body, `"reason":"WRONG_LOGIN"`)
			require.Nil(t, r.cookie)
		}
		r := b.call(t, "POST", "/auth/sign-in", right)
		require.Equal(t, http.StatusTooManyRequests, r.status)
		require.Contains(t, r.body, `"retryAfter":900`)
		require.Equal(t, "900", r.header.Get("Retry-After"))
	})
	t.Run("missing inputs, by field", func(t *testing.T) {
		r := b.call(t, "POST", "/auth/sign-in", `{}`)
		require.Equal(t, http.StatusUnprocessableEntity, r.status)
		require.Contains(t, r.body, `"path":"email","rule":"REQUIRED"`)
		require.Contains(t, r.body, `"path":"password","rule":"REQUIRED"`)
	})
	t.Run("what a form on another site could send", func(t *testing.T) {
		for _, kind := range []string{"text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"} {
			require.Equal(t, http.StatusUnprocessableEntity, b.call(t, "POST", "/auth/sign-in", right, with("Content-Type", kind)).status)
			require.Equal(t, http.StatusUnprocessableEntity, b.call(t, "POST", "/auth/sign-out", "x=1", with("Content-Type", kind)).status)
		}
		require.Equal(t, http.StatusForbidden, b.call(t, "POST", "/auth/sign-in", right, with("Sec-Fetch-Site", "cross-site")).status)
		require.Equal(t, http.StatusForbidden, b.call(t, "POST", "/auth/sign-in", right, with("Origin", "https://evil.example.com")).status)
	})
	t.Run("bodies that are none, too many or too large", func(t *testing.T) {
		for _, body := range []string{"null x", "[]", `{"email":1}`, right + right, "{"} {
			require.Equal(t, http.StatusUnprocessableEntity, b.call(t, "POST", "/auth/sign-in", body).status, body)
		}
		r := b.call(t, "POST", "/auth/sign-in", `{"email":"`+strings.Repeat("x", 20_000)+`"}`)
		require.Equal(t, http.StatusRequestEntityTooLarge, r.status)
		require.Contains(t, r.body, "TOO_LARGE")
	})
	t.Run("other methods", func(t *testing.T) {
		require.Equal(t, http.StatusNotFound, b.call(t, "GET", "/auth/sign-in", "").status)
	})
}

func TestCookieIsSecureBehindHTTPS(t *testing.T) {
	t.Parallel()
	b := setup(t, testdb.New(t))
	r := b.call(t, "POST", "/auth/sign-in", right, with("X-Forwarded-Proto", "https"))
	require.True(t, r.cookie.Secure)
}

func TestRoutes(t *testing.T) { //nolint:tparallel // its subtests share one project, one after the other
	t.Parallel()
	b := setup(t, testdb.New(t))
	for path, status := range map[string]int{
		"/": 200, "/tasks/tsk_1": 200, "/healthz": 200, "/readyz": 200, "/playground": 200,
		"/auth/nothing": 404, "/v1/identify": 404, "/sandbox/clock": 404, "/callback/wechat/x": 404, "/upload": 404, "/metrics": 404,
	} {
		r := b.call(t, "GET", path, "")
		require.Equal(t, status, r.status, path)
		require.Equal(t, "nosniff", r.header.Get("X-Content-Type-Options"), path)
		require.NotEmpty(t, r.header.Get("X-Request-Id"), path)
		require.NotEmpty(t, r.header.Get("Content-Security-Policy"), path)
		if status == http.StatusNotFound {
			require.Contains(t, r.body, `"code":"NOT_FOUND"`, path)
		}
	}
	require.Contains(t, b.call(t, "GET", "/playground", "").header.Get("Content-Security-Policy"), "script-src 'self';")

	t.Run("a panic is masked", func(t *testing.T) {
		r := b.call(t, "GET", "/panic", "")
		require.Equal(t, http.StatusInternalServerError, r.status)
		require.NotContains(t, r.body, "secret detail")
		require.Contains(t, r.body, r.header.Get("X-Request-Id"))
	})
	t.Run("not ready tells which check failed, not why", func(t *testing.T) {
		b.ready = errors.New("password authentication failed for user tidings")
		r := b.call(t, "GET", "/readyz", "")
		require.Equal(t, http.StatusServiceUnavailable, r.status)
		require.JSONEq(t, `{"status":"Service Unavailable","checks":{"database":"failed"}}`, r.body)
		require.Equal(t, http.StatusOK, b.call(t, "GET", "/healthz", "").status)
	})
	t.Run("a decent request ID of a proxy is kept, another replaced", func(t *testing.T) {
		require.Equal(t, "abc-123_DEF.4", b.call(t, "GET", "/healthz", "", with("X-Request-Id", "abc-123_DEF.4")).header.Get("X-Request-Id"))
		require.NotEqual(t, "a b", b.call(t, "GET", "/healthz", "", with("X-Request-Id", "a b")).header.Get("X-Request-Id"))
	})
	t.Run("the proxy's own word about the address counts, the client's does not", func(t *testing.T) {
		r := b.call(t, "GET", "/graphql", "", with("X-Forwarded-For", "203.0.113.9, 198.51.100.7"), with("X-Tidings-Project", "prj_1"))
		require.Contains(t, r.body, `"ip":"198.51.100.7"`)
		require.Contains(t, r.body, `"project":"prj_1"`)
	})
}
