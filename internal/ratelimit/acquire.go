package ratelimit

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// Acquire asks until it is granted something, and returns how much. It ends
// with ctx's error, or at once when Redis does not answer (ErrUnreachable), so
// that the caller can hand its work back instead of holding it.
func (l *Limiter) Acquire(ctx context.Context, r Request) (int, error) {
	if r.Want <= 0 {
		return 0, nil
	}
	waiter := uuid.NewString()
	var timer *time.Timer
	for {
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		grant, err := l.Take(ctx, r, waiter)
		if err != nil || grant.N > 0 {
			return grant.N, err
		}
		if timer == nil {
			timer = time.NewTimer(grant.Wait)
			defer timer.Stop()
		} else {
			timer.Reset(grant.Wait)
		}
		select {
		case <-timer.C:
		case <-ctx.Done():
			l.leave(ctx, r, waiter)
			return 0, ctx.Err()
		}
	}
}

// leave gives up a place, so that lower classes need not wait for it to lapse.
func (l *Limiter) leave(ctx context.Context, r Request, waiter string) {
	if r.Rate <= 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longestWait)
	defer cancel()
	l.redis.ZRem(ctx, keys(r.Key)[r.Class], waiter) // it lapses by itself when this fails
}
