package worker

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestMessagesGoWhileACrowdIsJudged(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	judging, cut, advanced := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var failed atomic.Bool
	var once sync.Once
	touches := Touches{
		Judge: func(ctx context.Context) (int, error) { // it takes as long as the test
			once.Do(func() { close(judging) })
			<-ctx.Done()
			return 0, ctx.Err()
		},
		Cut: func(context.Context) (int, error) {
			<-judging
			if failed.CompareAndSwap(false, true) {
				return 0, errors.New("once") // it is tried again
			}
			select {
			case cut <- struct{}{}:
			case <-ctx.Done():
			}
			return 0, nil
		},
		Advance: func(context.Context) error {
			<-judging
			select {
			case advanced <- struct{}{}:
			case <-ctx.Done():
			}
			return nil
		},
		Log: slog.New(slog.DiscardHandler),
	}
	ended := make(chan struct{})
	go func() { defer close(ended); touches.Run(ctx) }()
	<-cut
	<-advanced
	<-cut
	cancel()
	<-ended
	require.True(t, failed.Load())
}

func TestWhatIsJudgedIsCutAtOnce(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	var judged, cuts atomic.Int64
	touches := Touches{
		Judge: func(context.Context) (int, error) {
			if judged.Add(1) < 50 {
				return 1, nil // and there is more
			}
			return 0, nil
		},
		Cut:     func(context.Context) (int, error) { cuts.Add(1); return 0, nil },
		Advance: func(context.Context) error { return nil },
		Log:     slog.New(slog.DiscardHandler),
	}
	ended := make(chan struct{})
	go func() { defer close(ended); touches.Run(ctx) }()
	require.Eventually(t, func() bool { return judged.Load() >= 50 && cuts.Load() > 1 }, 10*time.Second, 5*time.Millisecond)
	cancel()
	<-ended
}
