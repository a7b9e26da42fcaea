package intake_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/intake"
	"tidings/internal/clock"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
)

func TestUpload(t *testing.T) {
	t.Parallel()

	db := testdb.New(t)
	w, stranger := factory.NewTeam(t, db), factory.NewTeam(t, db)
	log := slog.New(slog.DiscardHandler)
	door := &intake.Upload{Uploads: audience.NewUploads(audience.Deps{DB: db, Clock: clock.NewFake(time.Unix(0, 0)), Log: log}), Log: log}
	post := func(t *testing.T, who any, query, kind, body string) *httptest.ResponseRecorder {
		t.Helper()
		ctx := t.Context()
		switch who {
		case "marketer":
			ctx = w.AsMarketer
		case "viewer":
			ctx = w.AsViewer
		case "stranger":
			ctx = stranger.AsMarketer
		}
		r := httptest.NewRequestWithContext(ctx, http.MethodPost, "/upload?"+query, strings.NewReader(body))
		r.Header.Set("Content-Type", kind)
		out := httptest.NewRecorder()
		door.ServeHTTP(out, r)
		return out
	}
	at := "channel=" + w.Channel.ID
	id := factory.OpenID(1)

	for name, row := range map[string]struct {
		who, query, kind, body string
		status                 int
		code, rule             string
	}{
		"who is not signed in":         {"nobody", at, "text/csv", id, 401, "UNAUTHENTICATED", ""},
		"who may not write tasks":      {"viewer", at, "text/csv", id, 403, "FORBIDDEN", ""},
		"a list of no channel":         {"marketer", "", "text/csv", id, 422, "INVALID", "REQUIRED"},
		"another project's channel":    {"stranger", at, "text/csv", id, 404, "NOT_FOUND", ""},
		"the wrong encoding":           {"marketer", at, "text/csv", "\xff\xfeo\x00p\x00", 422, "INVALID", "ENCODING"},
		"no column":                    {"marketer", at, "text/csv", "name,phone\na,1\n", 422, "INVALID", "NO_COLUMN"},
		"bad rows only":                {"marketer", at, "text/csv", "openid\nabc\n", 422, "INVALID", "NO_VALID_ROW"},
		"an empty body":                {"marketer", at, "text/csv", "", 422, "INVALID", "EMPTY"},
		"more than 100 MB":             {"marketer", at, "text/csv", strings.Repeat("x\n", 53<<20), 413, "TOO_LARGE", ""},
		"a form that is none":          {"marketer", at, "multipart/form-data", "hello", 422, "INVALID", "FORM"},
		"a form without a file":        {"marketer", at, "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nb\r\n--x--\r\n", 422, "INVALID", "REQUIRED"},
		"a form whose file breaks off": {"marketer", at, "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"a.csv\"\r\n\r\n" + id, 422, "INVALID", "INCOMPLETE"},
	} {
		t.Run(name+" is refused (§9.5)", func(t *testing.T) {
			t.Parallel()
			out := post(t, row.who, row.query, row.kind, row.body)
			var answer struct {
				Error struct {
					Code   string
					Fields []struct{ Rule string }
				}
			}
			require.NoError(t, json.Unmarshal(out.Body.Bytes(), &answer))
			rule := ""
			if len(answer.Error.Fields) > 0 {
				rule = answer.Error.Fields[0].Rule
			}
			require.Equal(t, []any{row.status, row.code, row.rule}, []any{out.Code, answer.Error.Code, rule}, out.Body.String())
		})
	}
	t.Run("only POST", func(t *testing.T) {
		t.Parallel()
		out := httptest.NewRecorder()
		door.ServeHTTP(out, httptest.NewRequestWithContext(w.AsMarketer, http.MethodGet, "/upload?"+at, nil))
		require.Equal(t, http.StatusMethodNotAllowed, out.Code)
	})
	t.Run("the file of a form is taken under its own name, a body under the query's", func(t *testing.T) {
		t.Parallel()
		var form bytes.Buffer
		f := multipart.NewWriter(&form)
		part, err := f.CreateFormFile("file", "名单.csv")
		require.NoError(t, err)
		_, err = part.Write([]byte("openid\r\n" + id + "\r\nbad\r\n"))
		require.NoError(t, err)
		require.NoError(t, f.Close())
		for name, out := range map[string]*httptest.ResponseRecorder{
			"名单.csv": post(t, "marketer", at, f.FormDataContentType(), form.String()),
			"b.csv":  post(t, "marketer", at+"&name=b.csv", "text/csv", "openid\n"+id+"\nbad\n"),
		} {
			require.Equal(t, http.StatusCreated, out.Code, out.Body.String())
			var got map[string]any
			require.NoError(t, json.Unmarshal(out.Body.Bytes(), &got))
			require.Equal(t, name, got["fileName"])
			require.Equal(t, []any{2.0, 1.0, 0.0, 1.0, "RESOLVING"}, []any{got["total"], got["valid"], got["duplicate"], got["invalid"], got["status"]})
			require.Equal(t, []any{map[string]any{"line": 3.0, "value": "bad", "rule": "INVALID_ID"}}, got["badLines"])
		}
	})
}
