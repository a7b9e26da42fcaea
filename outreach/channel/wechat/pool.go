package wechat

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"

	"tidings/internal/clock"
)

// pool holds the connections to one base URL: at most cap(slots) in use or
// idle, the one used last first, each closed after a short idle time, well
// before servers close them from their side.
type pool struct {
	addr    string
	tls     *tls.Config // nil: plain HTTP
	maxIdle time.Duration
	dialer  net.Dialer
	slots   chan struct{} // one token per connection in use

	mu     sync.Mutex
	idle   []*conn // a stack; the oldest lies at the bottom
	reaper *time.Timer
	closed bool
}

func newPool(addr string, tlsConfig *tls.Config, conns int, maxIdle time.Duration) *pool {
	p := &pool{addr: addr, tls: tlsConfig, maxIdle: maxIdle, slots: make(chan struct{}, conns)}
	p.reaper = time.AfterFunc(maxIdle, p.reap)
	p.reaper.Stop()
	return p
}

// acquire gives a connection that is not known to be dead. Waiting for a free
// one and dialling count against the deadline; errLate when it passes.
func (p *pool) acquire(deadline time.Time) (*conn, error) {
	select {
	case p.slots <- struct{}{}:
	default:
		wait := time.NewTimer(deadline.Sub(clock.Wall()))
		defer wait.Stop()
		select {
		case p.slots <- struct{}{}:
		case <-wait.C:
			return nil, errLate
		}
	}
	for c := p.pop(); c != nil; c = p.pop() {
		if !stale(c.guard.Conn, c.tls) {
			c.reused = true
			return c, nil
		}
		c.close()
	}
	c, err := p.dial(deadline)
	if err != nil {
		<-p.slots
		return nil, err
	}
	return c, nil
}

// release takes a connection back, to keep or to close.
func (p *pool) release(c *conn, keep bool) {
	if keep {
		keep = p.push(c)
	}
	if !keep {
		c.close()
	}
	<-p.slots
}

func (p *pool) pop() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := len(p.idle)
	if n == 0 {
		return nil
	}
	c := p.idle[n-1]
	p.idle[n-1] = nil
	p.idle = p.idle[:n-1]
	if clock.Wall().Sub(c.idleAt) > p.maxIdle {
		c.close() // and all below are older still; the reaper takes them
		for _, old := range p.idle {
			old.close()
		}
		clear(p.idle)
		p.idle = p.idle[:0]
		return nil
	}
	return c
}

func (p *pool) push(c *conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return false
	}
	c.idleAt = clock.Wall()
	if len(p.idle) == 0 {
		p.reaper.Reset(p.maxIdle)
	}
	p.idle = append(p.idle, c)
	return true
}

// reap closes what has been idle for too long, and comes back while anything is left.
func (p *pool) reap() {
	p.mu.Lock()
	defer p.mu.Unlock()
	limit := clock.Wall().Add(-p.maxIdle)
	n := 0
	for n < len(p.idle) && p.idle[n].idleAt.Before(limit) {
		p.idle[n].close()
		n++
	}
	if n > 0 {
		rest := copy(p.idle, p.idle[n:])
		clear(p.idle[rest:])
		p.idle = p.idle[:rest]
	}
	if len(p.idle) > 0 && !p.closed {
		p.reaper.Reset(p.maxIdle)
	}
}

func (p *pool) dial(deadline time.Time) (*conn, error) {
	if !clock.Wall().Before(deadline) {
		return nil, errLate
	}
	ctx, cancel := context.WithDeadline(context.Background(), deadline) //nolint:forbidigo // Send has no context; the deadline bounds the dial
	defer cancel()
	raw, err := p.dialer.DialContext(ctx, "tcp", p.addr)
	if err != nil {
		if ctx.Err() != nil {
			return nil, errLate
		}
		return nil, err
	}
	g := &guard{Conn: raw}
	if p.tls == nil {
		return newConn(g, g, false), nil
	}
	if err = g.begin(deadline); err != nil {
		_ = raw.Close()
		return nil, err
	}
	stream := tls.Client(g, p.tls)
	if err = stream.HandshakeContext(ctx); err != nil {
		_ = raw.Close()
		if ctx.Err() != nil || isTimeout(err) {
			return nil, errLate
		}
		return nil, err
	}
	return newConn(g, stream, true), nil
}

// close closes idle connections now and those in use when they come back.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	p.reaper.Stop()
	for _, c := range p.idle {
		c.close()
	}
	clear(p.idle)
	p.idle = nil
}
