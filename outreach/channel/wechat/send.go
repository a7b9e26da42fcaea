package wechat

import (
	"context"
	"hash/maphash"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

// Send implements channel.Sender. A token that WeChat refuses is replaced
// once, and the message, which was then certainly not taken, is sent once more.
func (c *Client) Send(deadline time.Time, m *channel.Message) channel.Result {
	deadline = c.within(deadline)
	if !c.inFlight.enter(m.Target) {
		// WeChat refuses concurrent sends to one user (43108).
		return channel.Result{Outcome: channel.Later, Code: channel.Busy, RetryAfter: time.Second}
	}
	defer c.inFlight.leave(m.Target)

	tok, failed := c.tokens.get(deadline, "")
	if failed != nil {
		return *failed
	}
	res, refused := c.attempt(deadline, tok, m)
	if !refused {
		return res
	}
	fresh, failed := c.tokens.get(deadline, tok.value)
	if failed != nil {
		return *failed
	}
	if fresh == nil { // no newer token is to be had
		return res
	}
	res, _ = c.attempt(deadline, fresh, m)
	return res
}

// within takes the earlier of the given instant and now plus the timeout, and
// strips the monotonic reading: the wall clock alone counts.
func (c *Client) within(deadline time.Time) time.Time {
	limit := clock.Wall().Add(c.cfg.Timeout)
	if deadline.Before(limit) {
		return deadline.Round(0)
	}
	return limit
}

// attempt makes one call; refused says that the token was at fault.
func (c *Client) attempt(deadline time.Time, tok *token, m *channel.Message) (res channel.Result, refused bool) {
	err := c.call(deadline, &c.sendTo, tok.escaped, maxSendAnswer,
		func(pc *conn) []byte {
			pc.body = appendMessage(pc.body[:0], m)
			return pc.body
		},
		func(status int, body []byte) {
			a, ok := parseAnswer(body)
			switch {
			case status >= 500 || !ok && status >= 300:
				res = channel.Result{Code: channel.ServerError, Text: "HTTP " + strconv.Itoa(status)}
			case !ok:
				res = channel.Result{Code: channel.Broken}
			default:
				res = classify(&a, c.cfg.Clock.Now(), c.cfg.Secret, tok.value, tok.escaped, m.Target)
				r := byCode[a.code]
				refused = r != nil && r.class == classToken
				if r == nil || r.class == classBug {
					c.warn(&res, m.TemplateID)
				}
			}
		})
	if err != nil {
		res = channel.Result{Code: err.code}
		if err.code == channel.NotWritten || err.code == channel.Unreachable {
			res.Outcome = channel.Later
		}
	}
	return res, refused
}

// warn logs an answer that nobody foresaw or that is our mistake, one a second at most.
func (c *Client) warn(res *channel.Result, template string) {
	if c.noisy.skip(time.Second) {
		return
	}
	c.log.LogAttrs(context.Background(), slog.LevelWarn, "WeChat refused a send for an unusual reason", //nolint:forbidigo // Send has no context
		slog.String("code", res.Code), slog.String("text", res.Text), slog.String("rid", res.RequestID), slog.String("template", template))
}

// inFlight holds the recipients a send is under way to, in shards, so that
// tens of thousands of sends a second do not wait for one lock.
type inFlight struct {
	seed   maphash.Seed
	shards [64]struct {
		mu  sync.Mutex
		set map[string]struct{}
		_   [40]byte // a cache line each
	}
}

func (f *inFlight) init() {
	f.seed = maphash.MakeSeed()
	for i := range f.shards {
		f.shards[i].set = make(map[string]struct{})
	}
}

func (f *inFlight) enter(target string) bool {
	s := &f.shards[maphash.String(f.seed, target)%uint64(len(f.shards))]
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, busy := s.set[target]; busy {
		return false
	}
	s.set[target] = struct{}{}
	return true
}

func (f *inFlight) leave(target string) {
	s := &f.shards[maphash.String(f.seed, target)%uint64(len(f.shards))]
	s.mu.Lock()
	delete(s.set, target)
	s.mu.Unlock()
}

// quiet lets one caller through per period.
type quiet struct {
	mu   sync.Mutex
	last time.Time
}

func (q *quiet) skip(period time.Duration) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := clock.Wall()
	if now.Sub(q.last) < period {
		return true
	}
	q.last = now
	return false
}
