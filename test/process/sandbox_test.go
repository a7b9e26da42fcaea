package process_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// control talks to the sandbox's own endpoints.
func control[T any](s *site, method, path string, in any) T {
	s.t.Helper()
	var out T
	require.NoError(s.t, s.control(method, path, in, &out))
	return out
}

func (s *site) control(method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.base+"/sandbox"+path, body)
	if err != nil {
		return err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("%s /sandbox%s: %d %s", method, path, resp.StatusCode, raw)
	}
	return json.Unmarshal(raw, out)
}

// grant lets people receive so many messages of each template, or, with 0, refuse all.
func (s *site) grant(grants int, people []string) {
	s.t.Helper()
	for part := range slices.Chunk(people, 10_000) {
		control[map[string]int](s, http.MethodPost, "/wechat/users", map[string]any{"openids": part, "grants": grants, "refuse": grants == 0})
	}
}

// faults changes what goes wrong.
func (s *site) faults(change map[string]any) {
	s.t.Helper()
	control[map[string]any](s, http.MethodPost, "/wechat/faults", change)
}

// now is business time.
func (s *site) now() time.Time {
	s.t.Helper()
	return control[struct{ Now time.Time }](s, http.MethodGet, "/clock", nil).Now
}

// moveTo moves the clock and waits until everything that falls due on the way is done.
func (s *site) moveTo(to time.Time) {
	s.t.Helper()
	control[map[string]time.Time](s, http.MethodPost, "/clock", map[string]string{"now": to.Format(time.RFC3339)})
}

// moving moves the clock without waiting; what is to happen then is looked at
// while it happens. The channel gives the move's error, or nil at its end.
func (s *site) moving(to time.Time) <-chan error {
	moved := make(chan error, 1)
	go func() {
		var out map[string]time.Time
		moved <- s.control(http.MethodPost, "/clock", map[string]string{"now": to.Format(time.RFC3339)}, &out)
	}()
	return moved
}

type message struct {
	ToUser string
	Title  string
	At     time.Time
}

type messages struct {
	Total    int
	Messages []message
}

func (s *site) messages(query string) messages {
	s.t.Helper()
	return control[messages](s, http.MethodGet, "/wechat/messages"+query, nil)
}

// call is one call that reached the sandbox.
type call struct {
	Seq      uint64
	Wall     time.Time
	Path     string
	ToUser   string
	Errcode  int
	Answered bool
}

// taken tells whether the person has, or may have, the message by this call.
func (c call) taken() bool { return c.Errcode == 0 || !c.Answered }

// sends gives all sends to these people, in the order in which they arrived.
func (s *site) sends(to map[string]bool) []call {
	s.t.Helper()
	var out []call
	for after := uint64(0); ; {
		page := control[struct {
			Next  uint64
			Calls []call
		}](s, http.MethodGet, fmt.Sprintf("/wechat/calls?limit=100000&after=%d", after), nil)
		for _, c := range page.Calls {
			if to[c.ToUser] && strings.HasSuffix(c.Path, "/subscribe/send") {
				out = append(out, c)
			}
		}
		if len(page.Calls) == 0 {
			break
		}
		after = page.Next
	}
	slices.SortStableFunc(out, func(a, b call) int { return a.Wall.Compare(b.Wall) })
	return out
}
