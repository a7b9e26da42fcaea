package wechat

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

func testClient(t *testing.T, cfg Config) *Client {
	t.Helper()
	cfg.AppID, cfg.Secret = "wx1", "s"
	c, err := New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	c.tokens.cached.Store(newToken("T", clock.Wall().Add(time.Hour)))
	return c
}

func hello(to string) *channel.Message {
	return &channel.Message{Target: to, TemplateID: "t", Params: []channel.Param{{Key: "thing1", Value: "x"}}}
}

func in(d time.Duration) time.Time { return clock.Wall().Add(d) }

// rawServer hands each connection to serve, which gets the requests' reader.
func rawServer(t *testing.T, serve func(n int, conn net.Conn, r *bufio.Reader)) (url string) {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	require.NoError(t, err)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for n := 1; ; n++ {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			serve(n, conn, bufio.NewReader(conn))
		}
	}()
	t.Cleanup(func() {
		_ = l.Close()
		<-done
	})
	return "http://" + l.Addr().String()
}

func readRequest(r *bufio.Reader) bool {
	req, err := http.ReadRequest(r)
	if err != nil {
		return false
	}
	_, err = io.Copy(io.Discard, req.Body)
	return err == nil
}

const okAnswer = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 13\r\n\r\n{\"errcode\":0}"

func TestRequestIsWrittenOnceOnAKeptConnectionThatCloses(t *testing.T) {
	t.Parallel()
	var got atomic.Int64
	url := rawServer(t, func(_ int, conn net.Conn, r *bufio.Reader) {
		defer func() { _ = conn.Close() }()
		for readRequest(r) {
			if got.Add(1) == 2 {
				return // has read the second request and closes without a word
			}
			_, _ = io.WriteString(conn, okAnswer)
		}
	})
	c := testClient(t, Config{BaseURL: url})
	require.Equal(t, channel.Sent, c.Send(in(10*time.Second), hello("a")).Outcome)
	res := c.Send(in(10*time.Second), hello("b"))
	require.Equal(t, channel.Unconfirmed, res.Outcome)
	require.Equal(t, channel.Broken, res.Code)
	c.Close()
	require.EqualValues(t, 2, got.Load(), "the second message was received exactly once")
}

func TestKeptConnectionClosedByTheServerIsNotUsed(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{}, 2)
	url := rawServer(t, func(_ int, conn net.Conn, r *bufio.Reader) {
		if readRequest(r) {
			_, _ = io.WriteString(conn, okAnswer) // says nothing of closing
		}
		_ = conn.Close()
		closed <- struct{}{}
	})
	c := testClient(t, Config{BaseURL: url})
	require.Equal(t, channel.Sent, c.Send(in(10*time.Second), hello("a")).Outcome)
	<-closed
	require.Equal(t, channel.Sent, c.Send(in(10*time.Second), hello("b")).Outcome, "the dead connection was noticed before anything was written to it")
	<-closed
}

func TestGuardRefusesToWriteLate(t *testing.T) {
	t.Parallel()
	near, far := net.Pipe()
	t.Cleanup(func() {
		_ = near.Close()
		_ = far.Close()
	})
	g := &guard{Conn: near, deadline: in(-time.Millisecond)} // as after a freeze: the socket's own deadline has not fired
	n, err := g.Write([]byte("x"))
	require.ErrorIs(t, err, errLate)
	require.Zero(t, n)
	require.False(t, g.wrote)
}

func TestAnswerThatArrivedInTimeIsReadLate(t *testing.T) {
	t.Parallel()
	url := rawServer(t, func(_ int, conn net.Conn, _ *bufio.Reader) {
		_, _ = io.WriteString(conn, okAnswer)
		_, _ = io.Copy(io.Discard, conn)
		_ = conn.Close()
	})
	raw, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	require.NoError(t, err)
	t.Cleanup(func() { _ = raw.Close() })
	require.NoError(t, raw.SetReadDeadline(in(10*time.Second)))
	_, err = raw.Read(make([]byte, 1)) // the answer is here
	require.NoError(t, err)
	g := &guard{Conn: raw}
	require.NoError(t, g.begin(in(-time.Minute))) // frozen for a minute before looking at it
	n, err := g.Read(make([]byte, 100))
	require.NoError(t, err)
	require.Equal(t, len(okAnswer)-1, n)
	_, err = g.Read(make([]byte, 100))
	require.True(t, isTimeout(err), "once only")
}

func TestWaitingForAConnectionCountsAgainstTheDeadline(t *testing.T) {
	t.Parallel()
	entered, stop := make(chan struct{}), make(chan struct{})
	var got atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if got.Add(1) == 1 {
			close(entered)
			<-stop
		}
		_, _ = io.WriteString(w, `{"errcode":0}`)
	}))
	t.Cleanup(srv.Close)
	c := testClient(t, Config{BaseURL: srv.URL, Conns: 1, Timeout: 20 * time.Second})
	first := make(chan channel.Result, 1)
	go func() { first <- c.Send(in(20*time.Second), hello("a")) }()
	<-entered
	require.Equal(t, channel.Result{Outcome: channel.Later, Code: channel.NotWritten}, c.Send(in(50*time.Millisecond), hello("b")))
	require.Equal(t, channel.Result{Outcome: channel.Later, Code: channel.Busy, RetryAfter: time.Second}, c.Send(in(time.Second), hello("a")), "one send to a recipient at a time (43108)")
	close(stop)
	require.Equal(t, channel.Sent, (<-first).Outcome)
	require.EqualValues(t, 1, got.Load())
	require.Equal(t, channel.Sent, c.Send(in(20*time.Second), hello("a")).Outcome)
}

func TestOverTLS(t *testing.T) {
	t.Parallel()
	srv := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `{"errcode":0,"msgid":7}`)
	}))
	t.Cleanup(srv.Close)
	tlsConfig := srv.Client().Transport.(*http.Transport).TLSClientConfig //nolint:errcheck,forcetypeassert // httptest's own
	c := testClient(t, Config{BaseURL: srv.URL, TLS: tlsConfig})
	for range 3 {
		require.Equal(t, channel.Result{Outcome: channel.Sent, MessageID: "7"}, c.Send(in(10*time.Second), hello("a")))
	}
	require.Equal(t, channel.NotWritten, c.Send(in(-time.Second), hello("a")).Code)

	stranger := testClient(t, Config{BaseURL: srv.URL})
	res := stranger.Send(in(10*time.Second), hello("a"))
	require.Equal(t, channel.Later, res.Outcome, "an unknown certificate: nothing was written")
	require.Equal(t, channel.Unreachable, res.Code)
}

func TestIdleConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	closed := make(chan struct{})
	url := rawServer(t, func(_ int, conn net.Conn, r *bufio.Reader) {
		if readRequest(r) {
			_, _ = io.WriteString(conn, okAnswer)
		}
		_, err := conn.Read(make([]byte, 1))
		if errors.Is(err, io.EOF) {
			close(closed)
		}
		_ = conn.Close()
	})
	c := testClient(t, Config{BaseURL: url, IdleTimeout: 30 * time.Millisecond})
	require.Equal(t, channel.Sent, c.Send(in(10*time.Second), hello("a")).Outcome)
	select {
	case <-closed:
	case <-t.Context().Done():
	}
}
