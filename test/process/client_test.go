package process_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// client is one signed-in person.
type client struct {
	t    testing.TB
	base string
	http *http.Client
}

func (s *site) signIn(who string) *client {
	s.t.Helper()
	jar, err := cookiejar.New(nil)
	require.NoError(s.t, err)
	c := &client{t: s.t, base: s.base, http: &http.Client{Jar: jar, Timeout: 2 * time.Minute}}
	status, body := c.post("/auth/sign-in", "application/json", strings.NewReader(`{"email":"`+who+`@tidings.local","password":"tidings"}`))
	require.Equal(s.t, http.StatusOK, status, "sign in as %s: %s", who, body)
	return c
}

func (c *client) post(path, kind string, body io.Reader) (status int, answer []byte) {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodPost, c.base+path, body)
	require.NoError(c.t, err)
	req.Header.Set("Content-Type", kind)
	return c.do(req)
}

func (c *client) do(req *http.Request) (status int, answer []byte) {
	c.t.Helper()
	resp, err := c.http.Do(req)
	require.NoError(c.t, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err = io.ReadAll(resp.Body)
	require.NoError(c.t, err)
	return resp.StatusCode, answer
}

type vars = map[string]any

// ask runs a GraphQL operation that must succeed.
func ask[T any](c *client, operation string, variables vars) T {
	c.t.Helper()
	in, err := json.Marshal(map[string]any{"query": operation, "variables": variables})
	require.NoError(c.t, err)
	_, raw := c.post("/graphql", "application/json", bytes.NewReader(in))
	var out struct {
		Data   T               `json:"data"`
		Errors json.RawMessage `json:"errors"`
	}
	require.NoError(c.t, json.Unmarshal(raw, &out), "%s", raw)
	require.Empty(c.t, string(out.Errors), "%s", operation)
	return out.Data
}

// uploaded is the answer to an upload.
type uploaded struct {
	ID                               string
	Total, Valid, Duplicate, Invalid int
}

func (c *client) upload(channel, list string) uploaded {
	c.t.Helper()
	status, raw := c.post("/upload?channel="+channel+"&name=list.csv", "text/csv", strings.NewReader(list))
	require.Equal(c.t, http.StatusCreated, status, "%s", raw)
	var up uploaded
	require.NoError(c.t, json.Unmarshal(raw, &up))
	return up
}

// recipient is a line of the exported deliveries.
type recipient struct{ status, reason, tries string }

// deliveries exports a task's recipients by their target.
func (c *client) deliveries(task string) map[string]recipient {
	c.t.Helper()
	req, err := http.NewRequestWithContext(c.t.Context(), http.MethodGet, c.base+"/export/deliveries?locale=en-US&task="+url.QueryEscape(task), nil)
	require.NoError(c.t, err)
	status, raw := c.do(req)
	require.Equal(c.t, http.StatusOK, status, "%s", raw)
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(raw, []byte("\ufeff")))).ReadAll()
	require.NoError(c.t, err)
	column := map[string]int{}
	for i, name := range rows[0] {
		column[name] = i
	}
	out := make(map[string]recipient, len(rows))
	for _, row := range rows[1:] {
		target := row[column["Target ID"]]
		_, twice := out[target]
		require.False(c.t, twice, "%s has one row", target)
		out[target] = recipient{row[column["Status"]], row[column["Reason"]], row[column["Tries"]]}
	}
	return out
}
