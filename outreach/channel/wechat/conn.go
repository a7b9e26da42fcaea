package wechat

import (
	"bufio"
	"errors"
	"net"
	"time"

	"github.com/valyala/fasthttp"

	"tidings/internal/clock"
)

// lateGrace is how long a read may go on after the deadline to take what has
// already arrived: a process that was frozen while its answer came in can
// still settle the message.
const lateGrace = 5 * time.Millisecond

// errLate says that the deadline passed before a write.
var errLate = errors.New("deadline passed before write")

// guard wraps the socket, below TLS. It refuses to write once the wall clock
// has passed the deadline, and remembers whether anything of the current
// request has left. One call uses it at a time.
type guard struct {
	net.Conn
	deadline time.Time
	wrote    bool
	late     bool // the read deadline has been extended once
}

// begin starts a call: the deadline for all that follows.
func (g *guard) begin(deadline time.Time) error {
	g.deadline, g.wrote, g.late = deadline, false, false
	return g.SetDeadline(deadline)
}

// Write asks the wall clock directly before the system call. The deadline set
// on the socket is not enough: the runtime notices an expired one only after
// its timers have run, which a process that has just been woken may not have
// done yet.
func (g *guard) Write(p []byte) (int, error) {
	if !clock.Wall().Before(g.deadline) {
		return 0, errLate
	}
	n, err := g.Conn.Write(p)
	if n > 0 {
		g.wrote = true
	}
	return n, err
}

// Read gives an answer that arrived in time but was not looked at in time one more chance.
func (g *guard) Read(p []byte) (int, error) {
	n, err := g.Conn.Read(p)
	if n > 0 || err == nil || g.late || !isTimeout(err) {
		return n, err
	}
	g.late = true
	if derr := g.SetReadDeadline(clock.Wall().Add(lateGrace)); derr != nil {
		return n, err
	}
	return g.Conn.Read(p)
}

func isTimeout(err error) bool {
	var t interface{ Timeout() bool } // net.Error and fasthttp's own
	return errors.As(err, &t) && t.Timeout()
}

// conn is a pooled connection with the buffers of one call.
type conn struct {
	guard  *guard
	stream net.Conn // the guard itself, or TLS over it
	tls    bool
	reader *bufio.Reader
	answer fasthttp.Response
	head   []byte // the request as written: head and body in one piece
	body   []byte
	reused bool
	idleAt time.Time
}

func newConn(g *guard, stream net.Conn, tls bool) *conn {
	return &conn{guard: g, stream: stream, tls: tls, reader: bufio.NewReaderSize(stream, 2048)}
}

// exchange writes the request in c.head and reads the answer. The body it
// returns is valid until the next exchange. reusable tells whether the
// connection may carry another request.
func (c *conn) exchange(deadline time.Time, limit int) (status int, body []byte, reusable bool, err error) {
	if err = c.guard.begin(deadline); err != nil {
		return 0, nil, false, err
	}
	if _, err = c.stream.Write(c.head); err != nil {
		return 0, nil, false, err
	}
	c.answer.Reset()
	if err = c.answer.ReadLimitBody(c.reader, limit); err != nil {
		return 0, nil, false, err
	}
	// Bytes behind the answer belong to nothing we asked; such a connection is not trusted again.
	reusable = !c.answer.ConnectionClose() && c.reader.Buffered() == 0
	return c.answer.StatusCode(), c.answer.Body(), reusable, nil
}

func (c *conn) close() { _ = c.stream.Close() }
