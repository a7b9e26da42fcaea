package frontend_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"

	"tidings/frontend"
)

func TestHandler(t *testing.T) {
	t.Parallel()
	built := fstest.MapFS{
		"index.html":                {Data: []byte("<title>console</title>")},
		"assets/main-1a2b3c.js":     {Data: []byte("start()")},
		"devtools/assets/g-4d5e.js": {Data: []byte("graphiql()")},
		"devtools/graphiql.html":    {Data: []byte("<title>graphiql</title>")},
		".vite/manifest.json":       {Data: []byte("{}")},
	}
	get := func(t *testing.T, files fstest.MapFS, method, path string) *httptest.ResponseRecorder {
		t.Helper()
		w := httptest.NewRecorder()
		frontend.Handler(files).ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), method, path, nil))
		return w
	}

	t.Run("a path of the console's own router is the page, asked for anew each time", func(t *testing.T) {
		t.Parallel()
		for _, path := range []string{"/", "/tasks/tsk_1?tab=recipients", "/index.html", "/.vite/manifest.json", "/../etc/passwd"} {
			w := get(t, built, http.MethodGet, path)
			require.Equal(t, http.StatusOK, w.Code, path)
			require.Equal(t, "<title>console</title>", w.Body.String(), path)
			require.Equal(t, "no-cache", w.Header().Get("Cache-Control"))
			require.Contains(t, w.Header().Get("Content-Security-Policy"), "script-src 'self'")
		}
	})
	t.Run("a file named by its content is kept for good", func(t *testing.T) {
		t.Parallel()
		w := get(t, built, http.MethodGet, "/assets/main-1a2b3c.js")
		require.Equal(t, "start()", w.Body.String())
		require.Contains(t, w.Header().Get("Content-Type"), "javascript")
		require.Contains(t, w.Header().Get("Cache-Control"), "immutable")
		require.Contains(t, get(t, built, http.MethodGet, "/devtools/assets/g-4d5e.js").Header().Get("Cache-Control"), "immutable")
	})
	t.Run("another page of the build is served as it is", func(t *testing.T) {
		t.Parallel()
		w := get(t, built, http.MethodGet, "/devtools/graphiql.html")
		require.Equal(t, "<title>graphiql</title>", w.Body.String())
	})
	t.Run("a file of an older version is not found rather than the page", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, http.StatusNotFound, get(t, built, http.MethodGet, "/assets/main-old.js").Code)
	})
	t.Run("only reading is allowed", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, http.StatusMethodNotAllowed, get(t, built, http.MethodPost, "/").Code)
		require.Empty(t, get(t, built, http.MethodHead, "/").Body.String())
	})
	t.Run("without a build, a page says how to make one", func(t *testing.T) {
		t.Parallel()
		w := get(t, fstest.MapFS{}, http.MethodGet, "/tasks")
		require.Equal(t, http.StatusServiceUnavailable, w.Code)
		require.Contains(t, w.Body.String(), "make build")
	})
}

func TestDist(t *testing.T) {
	t.Parallel()
	_, err := frontend.Dist().Open("index.html")
	require.Equal(t, frontend.Built(), err == nil)
}
