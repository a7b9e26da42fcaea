package ratelimit

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
)

const (
	// MaxGrant is the most messages of one grant.
	MaxGrant = 200
	// noted is how long a refused taker keeps its place before lower classes.
	noted = 300 * time.Millisecond
	// longestWait is the longest wait told to a taker that keeps a place; half of noted, so that it is renewed in time.
	longestWait = noted / 2
	// longestPause is the longest wait told while nothing is granted at all, so that a pause that ends early is noticed.
	longestPause = time.Second
)

// ErrUnreachable is in the chain of every error that means that Redis did not
// answer: nothing may be sent.
var ErrUnreachable = errors.New("the rate limiter's Redis does not answer")

// Class orders takers; the lowest number goes first.
type Class int

// The classes of messages.
const (
	Notice Class = iota + 1
	Urgent
	Normal
)

// Grant is the answer to a taker: N messages may be sent now, or, when N is 0,
// it may ask again after Wait.
type Grant struct {
	N    int
	Wait time.Duration
}

// Request says who wants how much.
type Request struct {
	// Key names the limit: a channel's ID.
	Key   string
	Class Class
	// Rate is messages a second; 0 is no limit.
	Rate int
	// Want is how many messages there are to send.
	Want int
}

// Limiter shares limits with all other limiters of the same Redis.
type Limiter struct {
	redis redis.UniversalClient

	mu     sync.Mutex
	paused map[string]time.Time // keys paused by this process, for channels without a limit
}

// New makes a limiter over an open connection.
func New(rdb redis.UniversalClient) *Limiter {
	return &Limiter{redis: rdb, paused: map[string]time.Time{}}
}

// Take asks once, under the name of a waiter. Each taker needs a name of its
// own, and keeps it while it asks again, so that its place before lower classes
// is its own; Acquire sees to that.
//
// Without a limit (rate 0) it grants what is wanted, at most MaxGrant, without
// asking Redis; a pause is then obeyed only by the process that ordered it.
// The error, which wraps ErrUnreachable, grants nothing.
func (l *Limiter) Take(ctx context.Context, r Request, waiter string) (Grant, error) {
	if r.Want <= 0 {
		return Grant{}, nil
	}
	if r.Class < Notice || r.Class > Normal {
		return Grant{}, fmt.Errorf("there is no class %d", r.Class)
	}
	if r.Rate <= 0 {
		return l.unlimited(r), nil
	}
	got, err := takeScript.Run(ctx, l.redis, keys(r.Key),
		r.Rate, r.Want, int(r.Class), waiter, MaxGrant, noted.Microseconds(), longestWait.Microseconds(), longestPause.Microseconds()).Int64Slice()
	if err != nil {
		return Grant{}, unreachable("take tokens", err)
	}
	return Grant{N: int(got[0]), Wait: time.Duration(got[1]) * time.Microsecond}, nil
}

// Return gives back tokens of a grant that were not used: fewer were claimed
// than granted.
func (l *Limiter) Return(ctx context.Context, key string, n int) error {
	if n <= 0 {
		return nil
	}
	if err := returnScript.Run(ctx, l.redis, keys(key)[:1], n).Err(); err != nil {
		return unreachable("return tokens", err)
	}
	return nil
}

// Slow halves the rate until the given time: the provider says it is too much
// (45011). A time earlier than one already in force changes nothing.
func (l *Limiter) Slow(ctx context.Context, key string, until time.Time) error {
	return l.hold(ctx, key, "s", until)
}

// Pause grants nothing until the given time: a quota is used up (45009). A time
// earlier than one already in force changes nothing.
func (l *Limiter) Pause(ctx context.Context, key string, until time.Time) error {
	l.mu.Lock()
	if until.After(l.paused[key]) {
		l.paused[key] = until
	}
	l.mu.Unlock()
	return l.hold(ctx, key, "p", until)
}

// Resume ends Slow and Pause: somebody knows better.
func (l *Limiter) Resume(ctx context.Context, key string) error {
	l.mu.Lock()
	delete(l.paused, key)
	l.mu.Unlock()
	return l.hold(ctx, key, "", time.Time{})
}

func (l *Limiter) hold(ctx context.Context, key, what string, until time.Time) error {
	if err := holdScript.Run(ctx, l.redis, keys(key)[:1], what, until.UnixMicro()).Err(); err != nil {
		return unreachable("hold tokens", err)
	}
	return nil
}

func (l *Limiter) unlimited(r Request) Grant {
	l.mu.Lock()
	defer l.mu.Unlock()
	if left := l.paused[r.Key].Sub(clock.Wall()); left > 0 {
		return Grant{Wait: min(left, longestPause)}
	}
	delete(l.paused, r.Key)
	return Grant{N: min(r.Want, MaxGrant)}
}

// keys lists the bucket and the waiters of each class; the braces put them into one slot of a cluster.
func keys(key string) []string {
	base := "{rl:" + key + "}"
	return []string{base, base + ":1", base + ":2", base + ":3"}
}

func unreachable(step string, err error) error {
	return fmt.Errorf("%s: %w: %w", step, ErrUnreachable, err)
}
