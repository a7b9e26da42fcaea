package process_test

import (
	"bytes"
	"encoding/json"
	"io"
	"log" //nolint:depguard // the type that ReverseProxy wants
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// line is the way of one worker to the sandbox. It changes nothing on the way
// and notes whom the worker calls and when the call arrives.
type line struct {
	url string

	mu    sync.Mutex
	calls []lineCall
}

type lineCall struct {
	openid string
	at     time.Time
}

func newLine(t testing.TB, base string) *line {
	t.Helper()
	target, err := url.Parse(base)
	require.NoError(t, err)
	l := &line{}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 512
	forward := &httputil.ReverseProxy{
		Rewrite:   func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport: transport,
		ErrorLog:  log.New(io.Discard, "", 0), //nolint:forbidigo // the type that ReverseProxy wants
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/message/subscribe/send") {
			at := time.Now()
			body, err := io.ReadAll(r.Body)
			if err != nil {
				return
			}
			var in struct {
				To string `json:"touser"`
			}
			if json.Unmarshal(body, &in) == nil {
				l.note(lineCall{in.To, at})
			}
			r.Body = io.NopCloser(bytes.NewReader(body))
		}
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		server.CloseClientConnections()
		server.Close()
		transport.CloseIdleConnections()
	})
	l.url = server.URL
	return l
}

func (l *line) note(c lineCall) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, c)
}

// after gives the calls that arrived behind an instant.
func (l *line) after(at time.Time) []lineCall {
	l.mu.Lock()
	defer l.mu.Unlock()
	var out []lineCall
	for _, c := range l.calls {
		if c.at.After(at) {
			out = append(out, c)
		}
	}
	return out
}

func (l *line) count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.calls)
}
