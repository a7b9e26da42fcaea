package web

import (
	"io/fs"
	"net/http"

	"tidings/outreach/fault"
)

// playgroundPolicy is the console's and the workers that GraphiQL's editor starts.
const playgroundPolicy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; " +
	"font-src 'self' data:; worker-src 'self' blob:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"

// playground is GraphiQL from our own build: nothing is loaded from elsewhere.
// The page itself is open to everybody; what it may ask depends on who is signed in.
func (s *server) playground(w http.ResponseWriter, r *http.Request) {
	var page []byte
	if s.Files != nil {
		page, _ = fs.ReadFile(s.Files, "devtools/graphiql.html") // not built: refused below
	}
	if page == nil {
		Fail(w, r, s.Log, fault.Errorf(fault.NotFound, "the playground is not in this binary; make build puts it there"))
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("Content-Security-Policy", playgroundPolicy)
	_, _ = w.Write(page) // the browser went away; nobody is left to tell
}
