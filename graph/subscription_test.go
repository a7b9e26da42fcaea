package graph_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/coder/websocket/wsjson"
	"github.com/stretchr/testify/require"

	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
)

// patience bounds waiting for what has to come; nothing sleeps.
const patience = 20 * time.Second

// frame is a message of graphql-transport-ws.
type frame struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

type socket struct {
	t    *testing.T
	conn *websocket.Conn
	ctx  context.Context //nolint:containedctx // lives for one test
}

// dial upgrades with a cookie, and greets.
func (b *bundle) dial(t *testing.T, token string, payload vars, more ...func(http.Header)) (*socket, error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	t.Cleanup(cancel)
	h := http.Header{}
	if token != "" {
		h.Set("Cookie", "tidings_session="+token)
	}
	for _, m := range more {
		m(h)
	}
	conn, resp, err := websocket.Dial(ctx, b.server.URL+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: h})
	if err != nil {
		if resp != nil && resp.Body != nil {
			_ = resp.Body.Close()
		}
		return nil, err
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	s := &socket{t: t, conn: conn, ctx: ctx}
	text, err := json.Marshal(payload)
	require.NoError(t, err)
	s.send(frame{Type: "connection_init", Payload: text})
	return s, nil
}

func (s *socket) send(f frame) {
	s.t.Helper()
	require.NoError(s.t, wsjson.Write(s.ctx, s.conn, f))
}

func (s *socket) subscribe(id, query string, variables vars) {
	s.t.Helper()
	payload, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	require.NoError(s.t, err)
	s.send(frame{ID: id, Type: "subscribe", Payload: payload})
}

// next gives the next message that is no ping.
func (s *socket) next() (frame, error) {
	for {
		var f frame
		if err := wsjson.Read(s.ctx, s.conn, &f); err != nil {
			return f, err
		}
		if f.Type != "ping" && f.Type != "pong" {
			return f, nil
		}
	}
}

func (s *socket) want(kind string) frame {
	s.t.Helper()
	f, err := s.next()
	require.NoError(s.t, err)
	require.Equal(s.t, kind, f.Type, "%s", f.Payload)
	return f
}

const watchTasks = `subscription($ids: [ID!]!) { taskProgressed(ids: $ids) { id runStatus progress { total sent rate } } }`

func TestSocket(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		w := b.world(b.ours, appID)
		theirs := b.world(b.theirs, appID)
		marketer := b.tokens[access.Marketer]

		t.Run("is closed with 4401 when nobody is signed in", func(t *testing.T) {
			for _, token := range []string{"", "ses_nonsense"} {
				s, err := b.dial(t, token, nil)
				require.NoError(t, err)
				_, err = s.next()
				for err == nil { // an error message may come before the close
					_, err = s.next()
				}
				require.Equal(t, websocket.StatusCode(4401), websocket.CloseStatus(err), "%v", err)
			}
		})
		t.Run("is closed with 4403 when the payload names another's project", func(t *testing.T) {
			s, err := b.dial(t, marketer, vars{"project": b.theirs.ID})
			require.NoError(t, err)
			_, err = s.next()
			for err == nil {
				_, err = s.next()
			}
			require.Equal(t, websocket.StatusCode(4403), websocket.CloseStatus(err), "%v", err)
		})
		t.Run("is not opened from a page of another site, but from the console's", func(t *testing.T) {
			_, err := b.dial(t, marketer, nil, func(h http.Header) { h.Set("Origin", "https://evil.example.com") })
			require.ErrorContains(t, err, "403")
			s, err := b.dial(t, marketer, nil, func(h http.Header) { h.Set("Origin", "https://console.example.com") })
			require.NoError(t, err)
			s.want("connection_ack")
		})
		t.Run("tells a task at once and again when it changed", func(t *testing.T) {
			s, err := b.dial(t, marketer, vars{"project": b.ours.ID})
			require.NoError(t, err)
			s.want("connection_ack")
			s.subscribe("1", watchTasks, vars{"ids": []string{w.task.ID, w.task.ID}})
			require.Contains(t, string(s.want("next").Payload), `"sent":0`)
			b.record(w.run, 0, row{person: 1, status: delivery.Sent})
			b.hub.Publish(w.task.ID)
			for f := s.want("next"); !strings.Contains(string(f.Payload), `"sent":1`); f = s.want("next") {
				require.NotContains(t, string(f.Payload), `"errors"`)
			}
			require.NoError(t, db.Ent.Task.UpdateOne(w.task).SetRunStatus(enttask.RunStatusPaused).Exec(b.sys))
			b.hub.Publish(w.task.ID)
			for f := s.want("next"); !strings.Contains(string(f.Payload), "PAUSED"); f = s.want("next") {
				require.NotContains(t, string(f.Payload), `"errors"`)
			}
			s.send(frame{ID: "1", Type: "complete"})
		})
		t.Run("does not tell another project's tasks, nor too many", func(t *testing.T) {
			s, err := b.dial(t, marketer, nil)
			require.NoError(t, err)
			s.want("connection_ack")
			many := make([]string, 101)
			for i := range many {
				many[i] = fmt.Sprint("tsk_", i)
			}
			for code, ids := range map[string][]string{"NOT_FOUND": {w.task.ID, theirs.task.ID}, "INVALID": many} {
				s.subscribe("x"+code, watchTasks, vars{"ids": ids})
				f := s.want("next")
				require.Contains(t, string(f.Payload), `"code":"`+code+`"`)
				s.want("complete")
			}
		})
		t.Run("answers queries for who is signed in still", func(t *testing.T) {
			account, token := b.member(b.ours, access.Viewer)
			s, err := b.dial(t, token, nil)
			require.NoError(t, err)
			s.want("connection_ack")
			s.subscribe("1", "{ me { role } }", nil)
			require.Contains(t, string(s.want("next").Payload), "VIEWER")
			s.want("complete")
			_, err = db.Ent.Session.Delete().Where(sessionOf(account)).Exec(b.sys)
			require.NoError(t, err)
			s.subscribe("2", "{ tasks { totalCount } }", nil)
			require.Contains(t, string(s.want("next").Payload), "UNAUTHENTICATED", "an open socket does not outlive its session")
		})
		t.Run("a subscription ends soon after its session", func(t *testing.T) {
			account, token := b.member(b.ours, access.Viewer)
			s, err := b.dial(t, token, nil)
			require.NoError(t, err)
			s.want("connection_ack")
			s.subscribe("1", watchTasks, vars{"ids": []string{w.task.ID}})
			s.want("next")
			_, err = db.Ent.Session.Delete().Where(sessionOf(account)).Exec(b.sys)
			require.NoError(t, err)
			f, err := s.next()
			for err == nil && f.Type == "next" {
				f, err = s.next()
			}
			require.NoError(t, err)
			require.Equal(t, "complete", f.Type)
		})
		t.Run("has at most 20 subscriptions at once", func(t *testing.T) {
			s, err := b.dial(t, marketer, nil)
			require.NoError(t, err)
			s.want("connection_ack")
			for i := range 21 {
				s.subscribe(strconv.Itoa(i), watchTasks, vars{"ids": []string{w.task.ID}})
			}
			for {
				f, err := s.next()
				require.NoError(t, err)
				if strings.Contains(string(f.Payload), "LIMITED") {
					break
				}
			}
		})
		t.Run("refuses a message that is too large", func(t *testing.T) {
			s, err := b.dial(t, marketer, nil)
			require.NoError(t, err)
			s.want("connection_ack")
			s.subscribe("1", "{ __typename }", vars{"x": strings.Repeat("x", 1<<20)})
			_, err = s.next()
			require.Error(t, err)
		})
	})
}

func TestServerSentEvents(t *testing.T) { //nolint:tparallel // its subtests share one project, one after the other
	t.Parallel()
	b := setup(t, testdb.New(t))
	w := b.world(b.ours, appID)
	open := func(t *testing.T, token, accept, query string, variables vars) (reply, *bufio.Scanner) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), patience)
		t.Cleanup(cancel)
		text, err := json.Marshal(map[string]any{"query": query, "variables": variables})
		require.NoError(t, err)
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.server.URL+"/graphql", strings.NewReader(string(text)))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Accept", accept)
		req.AddCookie(cookie(token))
		resp, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		t.Cleanup(func() { _ = resp.Body.Close() })
		return reply{resp.StatusCode, resp.Header}, bufio.NewScanner(resp.Body)
	}
	line := func(t *testing.T, from *bufio.Scanner, prefix string) string {
		t.Helper()
		for from.Scan() {
			if rest, ok := strings.CutPrefix(from.Text(), prefix); ok {
				return rest
			}
		}
		t.Fatalf("the stream ended before %q: %v", prefix, from.Err())
		return ""
	}
	marketer := b.tokens[access.Marketer]

	t.Run("a subscription streams until it ends", func(t *testing.T) {
		resp, from := open(t, marketer, "text/event-stream", watchTasks, vars{"ids": []string{w.task.ID}})
		require.Equal(t, "text/event-stream; charset=utf-8", resp.Header.Get("Content-Type"))
		require.Equal(t, "next", line(t, from, "event: "))
		require.Contains(t, line(t, from, "data: "), `"sent":0`)
		b.record(w.run, 0, row{person: 1, status: delivery.Sent})
		b.hub.Publish(w.task.ID)
		for data := line(t, from, "data: "); !strings.Contains(data, `"sent":1`); data = line(t, from, "data: ") {
			require.NotContains(t, data, "errors")
		}
	})
	t.Run("a query may be a stream of one", func(t *testing.T) {
		_, from := open(t, marketer, "text/event-stream", "{ me { role } }", nil)
		require.Contains(t, line(t, from, "data: "), "MARKETER")
		require.Equal(t, "complete", line(t, from, "event: "))
	})
	t.Run("where JSON is taken too, a query is JSON", func(t *testing.T) {
		resp, _ := open(t, marketer, "application/graphql-response+json, application/json, text/event-stream, multipart/mixed", "{ me { role } }", nil)
		require.Equal(t, graphqlJSON+"; charset=utf-8", resp.Header.Get("Content-Type"))
	})
	t.Run("a subscription without a stream is refused", func(t *testing.T) {
		resp, _ := open(t, marketer, "application/json", watchTasks, vars{"ids": []string{w.task.ID}})
		require.Equal(t, http.StatusNotAcceptable, resp.StatusCode)
	})
	t.Run("nobody gets nothing", func(t *testing.T) {
		_, from := open(t, "", "text/event-stream", watchTasks, vars{"ids": []string{w.task.ID}})
		require.Contains(t, line(t, from, "data: "), "UNAUTHENTICATED")
		require.Equal(t, "complete", line(t, from, "event: "))
	})
}
