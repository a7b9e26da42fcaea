package channeltest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
)

// Behaviour is what the provider, or the network before it, does with a send.
type Behaviour string

// The behaviours a Sender must tell apart. The first group is answered by the
// provider's own handler, the second happens below any provider.
const (
	Accepts        Behaviour = "accepts"
	RefusesUser    Behaviour = "refuses the user"
	RefusesMessage Behaviour = "refuses the message"
	RefusesTask    Behaviour = "refuses the template"
	RefusesChannel Behaviour = "refuses the account"
	IsBusy         Behaviour = "is busy"
	Refuses        Behaviour = "refuses with an unknown code"

	Hangs       Behaviour = "reads the request and never answers"
	Drops       Behaviour = "reads the request and closes"
	Resets      Behaviour = "reads the request and resets"
	ServerError Behaviour = "answers with HTTP 502"
	Empty       Behaviour = "answers with nothing"
	Garbage     Behaviour = "answers with HTML"
	Truncated   Behaviour = "answers with half of what it announced"
	Endless     Behaviour = "answers without an end"
	Slow        Behaviour = "answers byte by byte, too slowly"
	NotHTTP     Behaviour = "answers with something that is not HTTP"
)

// Server is a provider on this machine whose sends behave as told.
type Server struct {
	URL string

	provider Provider
	http     *httptest.Server
	stop     chan struct{}

	mu        sync.Mutex
	behaviour Behaviour
	sends     []string // bodies
}

// NewServer starts a server that is stopped with the test.
func NewServer(t *testing.T, p Provider) *Server {
	t.Helper()
	s := &Server{provider: p, stop: make(chan struct{}), behaviour: Accepts}
	s.http = httptest.NewServer(s)
	s.URL = s.http.URL
	t.Cleanup(func() {
		close(s.stop)
		s.http.Close()
	})
	return s
}

// Behave sets what happens to sends from now on.
func (s *Server) Behave(b Behaviour) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behaviour, s.sends = b, nil
}

// Sends gives the bodies of the sends received since the last Behave.
func (s *Server) Sends() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.sends...)
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(io.LimitReader(r.Body, 1<<20))
	if err != nil {
		return
	}
	if !s.provider.IsSend(r) {
		s.provider.Answer(w, r, Accepts)
		return
	}
	s.mu.Lock()
	b := s.behaviour
	s.sends = append(s.sends, string(body))
	s.mu.Unlock()
	switch b {
	case ServerError:
		http.Error(w, "<html>bad gateway</html>", http.StatusBadGateway)
	case Empty:
		w.WriteHeader(http.StatusOK)
	case Garbage:
		_, _ = io.WriteString(w, "<html><body>Please sign in to the guest network</body></html>")
	case Hangs, Drops, Resets, Truncated, Endless, Slow, NotHTTP:
		s.misbehave(w, b)
	default:
		s.provider.Answer(w, r, b)
	}
}

// misbehave takes the connection over.
func (s *Server) misbehave(w http.ResponseWriter, b Behaviour) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = conn.Close() }()
	const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
	switch b {
	case Hangs:
		<-s.stop
	case Resets:
		if tcp, ok := conn.(*net.TCPConn); ok {
			_ = tcp.SetLinger(0)
		}
	case Truncated:
		_, _ = fmt.Fprintf(conn, "%sContent-Length: 100\r\n\r\n{\"errcode\":0,", head)
	case Endless:
		_, _ = fmt.Fprintf(conn, "%sContent-Length: 99999999999\r\n\r\n", head)
		chunk := strings.Repeat("x", 1<<16)
		for err == nil {
			_, err = io.WriteString(conn, chunk)
		}
	case Slow:
		_, _ = fmt.Fprintf(conn, "%sContent-Length: 100\r\n\r\n{", head)
		<-s.stop
	case NotHTTP:
		_, _ = io.WriteString(conn, "220 mail.example.com ESMTP\r\n")
	default: // Drops: closing is all
	}
}
