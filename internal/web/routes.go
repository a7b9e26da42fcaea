package web

import (
	"io/fs"
	"log/slog"
	"net/http"
	"net/netip"

	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// Deps is what is mounted. Handlers that are nil are not there: their paths answer 404.
type Deps struct {
	Access  *access.Service
	GraphQL http.Handler // gets the request's credentials in its context
	Upload  http.Handler // /upload and below; gets the viewer
	Export  http.Handler // /export/ and below; gets the viewer
	Import  http.Handler // /v1/import/; gets the viewer, or none when the request brings HTTP Basic credentials
	Console http.Handler // everything that is nobody else's
	Files   fs.FS        // the built console, for the playground's page
	Metrics http.Handler // /metrics

	// More are handlers by pattern of http.ServeMux, such as "/sandbox/"; they get no viewer.
	More map[string]http.Handler

	// Ready are the checks of /readyz by name.
	Ready map[string]Check

	// ConsoleOrigin is a console served elsewhere that may call us with cookies; empty: none.
	ConsoleOrigin string
	// TrustedProxies may say in X-Forwarded-For whom they speak for; loopback when empty.
	TrustedProxies []netip.Prefix

	Log *slog.Logger
}

// Routes builds the handler of the whole server.
func Routes(d Deps) http.Handler {
	s := &server{Deps: d, csrf: http.NewCrossOriginProtection()}
	if len(s.TrustedProxies) == 0 {
		s.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	}
	s.csrf.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		Fail(w, r, s.Log, fault.Errorf(fault.Forbidden, "the request comes from another site").Because("CROSS_ORIGIN"))
	}))
	if d.ConsoleOrigin != "" {
		if err := s.csrf.AddTrustedOrigin(d.ConsoleOrigin); err != nil {
			s.Log.Error("console origin is ignored", slog.Any("error", err))
		}
	}

	mux := http.NewServeMux()
	mount := func(pattern string, h http.Handler) {
		if h == nil {
			h = http.HandlerFunc(s.notFound)
		}
		mux.Handle(pattern, h)
	}
	mount("/graphql", s.guarded(d.GraphQL, s.credentials))
	mount("/upload", s.guarded(d.Upload, s.signedIn))
	mount("/upload/", s.guarded(d.Upload, s.signedIn))
	mount("/export/", s.guarded(d.Export, s.signedIn))
	mount("/v1/import/", s.keyedOr(d.Import, s.guarded(d.Import, s.signedIn)))
	mount("POST /auth/sign-in", s.guarded(http.HandlerFunc(s.signIn)))
	mount("POST /auth/sign-out", s.guarded(http.HandlerFunc(s.signOut)))
	mount("GET /playground", http.HandlerFunc(s.playground))
	mount("GET /healthz", http.HandlerFunc(s.healthz))
	mount("GET /readyz", http.HandlerFunc(s.readyz))
	mount("/metrics", d.Metrics)
	// What is ours but not there must not look like a page of the console.
	for _, prefix := range []string{"/auth/", "/v1/", "/callback/", "/sandbox/"} {
		if _, taken := d.More[prefix]; !taken {
			mount(prefix, nil)
		}
	}
	for pattern, h := range d.More {
		mount(pattern, h)
	}
	mount("/", d.Console)

	return s.identified(s.logged(s.recovered(s.cors(headers(mux)))))
}

type server struct {
	Deps
	csrf *http.CrossOriginProtection
}

// guarded keeps other sites' pages out and applies more, the last of them first.
func (s *server) guarded(h http.Handler, more ...func(http.Handler) http.Handler) http.Handler {
	if h == nil {
		return nil
	}
	for _, m := range more {
		h = m(h)
	}
	return s.csrf.Handler(h)
}

// keyedOr lets machines, which send HTTP Basic credentials and no cookie that
// counts, past the guard; h judges them itself.
func (s *server) keyedOr(h, guarded http.Handler) http.Handler {
	if h == nil {
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, _, keyed := r.BasicAuth(); keyed {
			h.ServeHTTP(w, r)
			return
		}
		guarded.ServeHTTP(w, r)
	})
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	Fail(w, r, s.Log, fault.Errorf(fault.NotFound, "there is nothing at %s", r.URL.Path))
}
