package queue

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/testredis"
)

func TestStopTellsHandlersAtOnceAndLetsThemHandBack(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, began, handedBack := NewClient(rdb), make(chan Job, 1), make(chan error, 1)
			s := serve(t, ServerConfig{Redis: rdb, Grace: time.Minute, Handlers: map[string]Handler{
				"shard": func(ctx context.Context, j Job) error {
					wait, cancel := UntilStopping(ctx)
					defer cancel()
					began <- j
					<-Stopping(ctx)
					<-wait.Done()
					handedBack <- ctx.Err() // a real handler writes to its row now
					return nil
				},
			}})
			require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
			next(t, began)

			start := clock.Wall()
			require.NoError(t, s.Stop(t.Context()))
			require.NoError(t, next(t, handedBack), "its context is still good")
			require.Less(t, clock.Wall().Sub(start), 10*time.Second)
			gone(t, rdb, Normal)

			require.NoError(t, client.Enqueue(t.Context(), job(Normal, 2)))
			waiting, err := client.Depth(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, waiting[Normal])
			require.NoError(t, s.Stop(t.Context()), "a second stop does nothing")
		})
	}
}

func TestStopEndsTheContextOfHandlersThatDoNotListen(t *testing.T) {
	t.Parallel()
	rdb := testredis.New(t)
	client, began := NewClient(rdb), make(chan Job, 1)
	s := serve(t, ServerConfig{Redis: rdb, Grace: 2 * time.Second, Handlers: map[string]Handler{
		"shard": func(ctx context.Context, j Job) error { began <- j; <-ctx.Done(); return ctx.Err() },
	}})
	require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
	next(t, began)
	require.NoError(t, s.Stop(t.Context()))
}

func TestStopDoesNotWaitForAStubbornHandler(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, began, release := NewClient(rdb), make(chan Job, 1), make(chan struct{})
			s := serve(t, ServerConfig{Redis: rdb, Grace: time.Second, Handlers: map[string]Handler{
				"shard": func(_ context.Context, j Job) error { began <- j; <-release; return nil },
			}})
			defer close(release)
			require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
			next(t, began)

			start := clock.Wall()
			require.ErrorContains(t, s.Stop(t.Context()), "1 jobs did not stop in time: shard:row1:1")
			require.Less(t, clock.Wall().Sub(start), time.Second+stopMargin+500*time.Millisecond)
			waiting, err := client.Depth(t.Context())
			require.NoError(t, err)
			require.Equal(t, 1, waiting[Normal], "asynq has put it back for another worker")
		})
	}
}

func TestStopIsBoundedWhenItsOwnerIsInAHurry(t *testing.T) {
	t.Parallel()
	rdb := testredis.New(t)
	client, began, release := NewClient(rdb), make(chan Job, 1), make(chan struct{})
	s := serve(t, ServerConfig{Redis: rdb, Grace: 3 * time.Second, Handlers: map[string]Handler{
		"shard": func(_ context.Context, j Job) error { began <- j; <-release; return nil },
	}})
	require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
	next(t, began)
	run := s.run

	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	start := clock.Wall()
	require.ErrorContains(t, s.Stop(ctx), "did not stop in time")
	require.Less(t, clock.Wall().Sub(start), 2*time.Second)
	close(release)
	run.loops.Wait()
}

func TestOutsideAJobNothingStops(t *testing.T) {
	t.Parallel()
	require.Nil(t, Stopping(t.Context()))
	ctx, cancel := UntilStopping(t.Context())
	require.NoError(t, ctx.Err())
	cancel()
	require.Error(t, ctx.Err())

	stopping, stop := context.WithCancel(t.Context())
	ctx, cancel = UntilStopping(WithStopping(t.Context(), stopping))
	defer cancel()
	stop()
	<-ctx.Done()
}
