package queue

import "context"

type stoppingKey struct{}

// WithStopping attaches the context that ends when the process begins to stop.
// The server does this for every handler; others do it when they call a handler
// themselves.
func WithStopping(ctx, stopping context.Context) context.Context {
	return context.WithValue(ctx, stoppingKey{}, stopping)
}

// Stopping is closed as soon as the process begins to stop. A handler that sees
// it begins nothing new, hands its work back by making the row due now, and
// returns; ctx itself goes on for most of the grace period, so that calls in
// flight are answered and settled. Outside a job the channel is nil: never.
func Stopping(ctx context.Context) <-chan struct{} {
	if stopping, ok := ctx.Value(stoppingKey{}).(context.Context); ok {
		return stopping.Done()
	}
	return nil
}

// UntilStopping derives a context for what should be given up as soon as the
// process begins to stop: a wait for tokens, a long read.
func UntilStopping(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stopping, ok := ctx.Value(stoppingKey{}).(context.Context)
	if !ok {
		return ctx, cancel
	}
	release := context.AfterFunc(stopping, cancel)
	return ctx, func() {
		release()
		cancel()
	}
}
