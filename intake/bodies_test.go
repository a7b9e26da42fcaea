package intake_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/testdb"
)

func TestBodies(t *testing.T) {
	t.Parallel()
	b := newTracking(t, testdb.New(t))
	whole := func(id string) string {
		return `{"type":"track","userId":"s","event":"e","messageId":"` + id + `"}`
	}
	for name, row := range map[string]struct {
		body     string
		accepted int
		refused  []int
	}{
		"a broken element between whole ones":                     {`{"batch":[` + whole("a1") + `,{"type":"track",},` + whole("a2") + `]}`, 2, []int{1}},
		"a quotation mark that does not close":                    {`{"batch":[` + whole("b1") + `,{"type":"track","userId":"s},` + whole("b2") + `,` + whole("b3") + `],"sentAt":"2026-11-22T12:00:00Z"}`, 3, []int{1}},
		"a bracket that does not close":                           {`{"batch":[` + whole("c1") + `,{"type":"track","properties":{"a":1},` + whole("c2") + `]}`, 2, []int{1}},
		"a bracket too many":                                      {`{"batch":[` + whole("d1") + `},` + whole("d2") + `]}`, 2, []int{1}},
		"a body that breaks off":                                  {`{"batch":[` + whole("e1") + `,` + whole("e2") + `,{"type":"tra`, 2, []int{2}},
		"objects inside a broken element are no events of theirs": {`{"batch":[{"type":"track","products":[{"id":1},{"id":2}],},` + whole("f1") + `]}`, 1, []int{0}},
		"white space and commas too many":                         {"{ \"batch\" : [ ,\n" + whole("g1") + "\n,, " + whole("g2") + ", ] }", 2, nil},
		"deep nesting":                                            {`{"batch":[` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `,` + whole("h1") + `]}`, 1, []int{0}},
	} {
		t.Run(name+" loses nothing that is whole", func(t *testing.T) {
			t.Parallel()
			status, a := b.post(t, "batch", b.key, row.body)
			var refused []int
			for _, r := range a.Refused {
				refused = append(refused, r.Index)
				require.Equal(t, "JSON", r.Rule)
			}
			require.Equal(t, []any{200, row.accepted, row.refused}, []any{status, a.Accepted, refused}, "%v", a)
		})
	}
	for name, row := range map[string]struct {
		path, key, body string
		status          int
		code, rule      string
	}{
		"a body that is no JSON":  {"batch", b.key, `hello`, 400, "INVALID", "JSON"},
		"a batch without a batch": {"batch", b.key, `{"messages":[]}`, 400, "INVALID", "JSON"},
		"one broken event":        {"track", b.key, `{"userId":"u",}`, 400, "INVALID", "JSON"},
		"a wrong key":             {"track", "wk_wrong", `{"userId":"u","event":"e"}`, 401, "UNAUTHENTICATED", ""},
		"no key":                  {"track", "", `{"userId":"u","event":"e"}`, 401, "UNAUTHENTICATED", ""},
		"more than 500 KB":        {"batch", b.key, `{"batch":[]` + strings.Repeat(" ", 501<<10) + `}`, 413, "TOO_LARGE", ""},
		"one event above 32 KB":   {"track", b.key, `{"userId":"u","event":"e"` + strings.Repeat(" ", 33<<10) + `}`, 413, "TOO_LARGE", ""},
	} {
		t.Run(name+" is answered clearly", func(t *testing.T) {
			t.Parallel()
			status, a := b.post(t, row.path, row.key, row.body)
			rule := ""
			if len(a.Error.Fields) > 0 {
				rule = a.Error.Fields[0].Rule
			}
			require.Equal(t, []any{row.status, row.code, row.rule, false}, []any{status, a.Error.Code, rule, a.Success})
		})
	}
	t.Run("the offset of the trouble is told", func(t *testing.T) {
		t.Parallel()
		_, a := b.post(t, "track", b.key, `{"userId":"u",}`)
		require.Equal(t, 15.0, a.Error.Fields[0].Params["offset"])
	})
	t.Run("a key in the body will do, as old SDKs send it", func(t *testing.T) {
		t.Parallel()
		status, _ := b.post(t, "track", "", m{"writeKey": b.key, "userId": "u", "event": "e"})
		require.Equal(t, 200, status)
		status, _ = b.post(t, "batch", "", m{"writeKey": b.key, "batch": []m{bought("k", "u", 1)}})
		require.Equal(t, 200, status)
		for path, body := range map[string]m{"t": {"writeKey": b.key, "userId": "u", "event": "e"}, "b": {"writeKey": b.key, "batch": []m{bought("k2", "u", 1)}}} {
			status, a := b.post(t, path, "", body)
			require.Equal(t, []int{200, 1}, []int{status, a.Accepted}, "the short paths of analytics.js")
		}
	})
	t.Run("packed bodies are unpacked, up to 500 KB", func(t *testing.T) {
		t.Parallel()
		pack := func(text string) *http.Request {
			var packed bytes.Buffer
			z := gzip.NewWriter(&packed)
			_, err := io.WriteString(z, text)
			require.NoError(t, err)
			require.NoError(t, z.Close())
			r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/batch", &packed)
			r.Header.Set("Content-Encoding", "gzip")
			r.SetBasicAuth(b.key, "")
			return r
		}
		status, a := b.do(t, pack(`{"batch":[`+whole("z1")+`]}`))
		require.Equal(t, []int{200, 1}, []int{status, a.Accepted})
		status, _ = b.do(t, pack(`{"batch":[`+whole("z2")+`]`+strings.Repeat(" ", 10<<20)+`}`))
		require.Equal(t, http.StatusRequestEntityTooLarge, status)
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/batch", strings.NewReader("not packed"))
		r.Header.Set("Content-Encoding", "gzip")
		status, _ = b.do(t, r)
		require.Equal(t, http.StatusBadRequest, status)
	})
	t.Run("pages of every site may call, without cookies", func(t *testing.T) {
		t.Parallel()
		r := httptest.NewRequestWithContext(t.Context(), http.MethodOptions, "/v1/track", nil)
		r.Header.Set("Origin", "https://shop.example")
		r.Header.Set("Access-Control-Request-Method", "POST")
		out := httptest.NewRecorder()
		b.handler.ServeHTTP(out, r)
		require.Equal(t, http.StatusNoContent, out.Code)
		require.Equal(t, "*", out.Header().Get("Access-Control-Allow-Origin"))
		require.Contains(t, out.Header().Get("Access-Control-Allow-Headers"), "Authorization")
		require.Empty(t, out.Header().Get("Access-Control-Allow-Credentials"))
	})
	t.Run("a 10 MB event is refused before it is read", func(t *testing.T) {
		t.Parallel()
		body := &counting{from: strings.NewReader(strings.Repeat("x", 10<<20))}
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/v1/track", body)
		r.ContentLength = -1
		r.SetBasicAuth(b.key, "")
		status, _ := b.do(t, r)
		require.Equal(t, http.StatusRequestEntityTooLarge, status)
		require.Less(t, body.n, 1<<20)
	})
}

type counting struct {
	from io.Reader
	n    int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.from.Read(p)
	c.n += n
	return n, err
}
