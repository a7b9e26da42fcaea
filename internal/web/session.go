package web

import (
	"net"
	"net/http"
	"net/netip"
	"strings"

	"tidings/outreach/access"
)

// ProjectHeader names the project that a request works in; without it, the person's first.
const ProjectHeader = "X-Tidings-Project"

// cookieName is of the cookie that holds the session's token.
const cookieName = "tidings_session"

// credentials puts what the request brought along into its context, unchecked.
func (s *server) credentials(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		next.ServeHTTP(w, s.withCredentials(r))
	})
}

// signedIn refuses requests without a session and gives the others their viewer.
func (s *server) signedIn(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r = s.withCredentials(r)
		ctx, err := s.Access.Resolve(r.Context())
		if err != nil {
			Fail(w, r, s.Log, err)
			return
		}
		next.ServeHTTP(w, r.WithContext(ctx)) //nolint:contextcheck // ctx descends from the request's, by way of Resolve
	})
}

func (s *server) withCredentials(r *http.Request) *http.Request {
	project := r.Header.Get(ProjectHeader)
	if project == "" {
		project = r.URL.Query().Get("project") // a link to a file cannot carry a header
	}
	return r.WithContext(access.WithCredentials(r.Context(), access.Credentials{
		Token: tokenOf(r), ProjectID: project, IP: s.clientIP(r), RequestID: RequestID(r.Context()),
	}))
}

func tokenOf(r *http.Request) string {
	c, err := r.Cookie(cookieName)
	if err != nil {
		return ""
	}
	return c.Value
}

// cookie holds the token, or with an empty one makes the browser forget it. Its
// life is the session's longest; when the session ends is the database's to say.
func (s *server) cookie(r *http.Request, token string) *http.Cookie {
	c := &http.Cookie{ //nolint:gosec // Secure wherever the browser came by https; a trial on localhost has none
		Name: cookieName, Value: token, Path: "/", HttpOnly: true, Secure: secure(r),
		SameSite: http.SameSiteLaxMode, MaxAge: int(access.LongestSession.Seconds()),
	}
	if s.ConsoleOrigin != "" && c.Secure {
		// A console on another site needs its cookie there; other sites are kept out by the origin check.
		c.SameSite = http.SameSiteNoneMode
	}
	if token == "" {
		c.MaxAge = -1
	}
	return c
}

// secure tells whether the browser came by https, to us or to the proxy before us.
func secure(r *http.Request) bool {
	return r.TLS != nil || strings.EqualFold(r.Header.Get("X-Forwarded-Proto"), "https")
}

// clientIP is the address at the other end, or the one that a trusted proxy says it speaks for.
func (s *server) clientIP(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	if !s.trusts(host) {
		return host
	}
	// The last entry is the proxy's own word; those before it are the client's.
	hops := strings.Split(r.Header.Get("X-Forwarded-For"), ",")
	if last, err := netip.ParseAddr(strings.TrimSpace(hops[len(hops)-1])); err == nil {
		return last.String()
	}
	return host
}

func (s *server) trusts(host string) bool {
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return false
	}
	for _, p := range s.TrustedProxies {
		if p.Contains(addr.Unmap()) {
			return true
		}
	}
	return false
}
