package frontend

import (
	"io/fs"
	"net/http"
	"path"
	"strings"
)

// policy lets the console load nothing from elsewhere. Its component library
// writes styles into the page, hence 'unsafe-inline' for those alone.
const policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " +
	"font-src 'self' data:; connect-src 'self' ws: wss:; object-src 'none'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'"

// notBuilt is what a binary without a console answers with.
const notBuilt = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Tidings</title>
<body style="font: 16px/1.5 system-ui; max-width: 36em; margin: 4em auto">
<h1>The console is not in this binary</h1>
<p>The server works; only its web console was not built. Build both with <code>make build</code>, or start with
<code>make run</code>. For work on the console itself: <code>make dev</code>.</p>
<p>The API is at <a href="/graphql">/graphql</a>.</p>
`

// Handler serves the console: its files, and for every other path that a
// browser navigates to the page itself, which routes on its own. Files whose
// names carry a hash of their content are kept by browsers for good; the page
// is asked for anew each time, so that a new version shows at once.
func Handler(files fs.FS) http.Handler {
	server := http.FileServerFS(files)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			w.Header().Set("Allow", "GET, HEAD")
			http.Error(w, "method not allowed", http.StatusMethodNotAllowed)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Referrer-Policy", "same-origin")

		name := strings.TrimPrefix(path.Clean(r.URL.Path), "/")
		switch {
		case name != "index.html" && isFile(files, name):
			if isHashed(name) {
				w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
			} else {
				w.Header().Set("Cache-Control", "no-cache")
			}
			server.ServeHTTP(w, r)
		case isHashed(name):
			// A file of an older version. The page itself in its place would confuse the browser, which expects a script.
			http.NotFound(w, r)
		default:
			page(w, r, files)
		}
	})
}

// isHashed tells the files whose names carry a hash of their content: the
// build puts them, and nothing else, into folders named assets.
func isHashed(name string) bool { return strings.Contains("/"+name, "/assets/") }

// isFile leaves out folders and names that begin with a dot, such as the build's manifest.
func isFile(files fs.FS, name string) bool {
	if strings.HasPrefix(name, ".") {
		return false
	}
	info, err := fs.Stat(files, name)
	return err == nil && !info.IsDir()
}

func page(w http.ResponseWriter, r *http.Request, files fs.FS) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-cache")
	content, err := fs.ReadFile(files, "index.html")
	if err != nil {
		w.WriteHeader(http.StatusServiceUnavailable)
		content = []byte(notBuilt)
	}
	if r.Method == http.MethodHead {
		return
	}
	_, _ = w.Write(content) // the browser went away; nobody is left to tell
}
