package startstop

import (
	"context"
	"fmt"
	"sync"
)

// Background makes a Service of a function that runs until its context ends:
// the loop of a ticker, a listener, a renewer. Embed one and give it the loop.
//
//	type Poller struct {
//		*startstop.Background
//		…
//	}
//	p.Background = startstop.NewBackground(p.loop)
type Background struct {
	run func(ctx context.Context)

	mu     sync.Mutex
	cancel context.CancelFunc // nil while nothing runs
	done   chan struct{}
}

// NewBackground wraps a loop, which must return soon after its context ends.
func NewBackground(run func(ctx context.Context)) *Background { return &Background{run: run} }

// Start begins the loop on a context of its own, which keeps ctx's values but
// not its end. Started twice, it runs once.
func (b *Background) Start(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancel != nil {
		return nil
	}
	loop, cancel := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	b.cancel, b.done = cancel, done
	go func() {
		defer close(done)
		b.run(loop)
	}()
	return nil
}

// Stop ends the loop's context and waits for the loop to return, until ctx
// ends. After an error the loop may still run; Stop waits for it again.
func (b *Background) Stop(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cancel == nil {
		return nil
	}
	b.cancel()
	select {
	case <-b.done:
		b.cancel = nil
		return nil
	case <-ctx.Done():
		return fmt.Errorf("still running: %w", ctx.Err())
	}
}

var _ Service = (*Background)(nil)
