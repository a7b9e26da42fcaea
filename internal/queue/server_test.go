package queue

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/startstop"
	"tidings/internal/testredis"
)

// patience is how long a test waits for what must happen; it only costs time when it fails.
const patience = 15 * time.Second

// redises are the two kinds of Redis a test runs on: inside the process, and a real one.
var redises = map[string]func(testing.TB) redis.UniversalClient{"in process": testredis.New, "real": testredis.Real}

// serve starts a server that looks at its queues often, and stops it with the test.
func serve(t *testing.T, config ServerConfig) *Server {
	t.Helper()
	config.Log = slog.New(slog.DiscardHandler)
	config.CheckInterval = 10 * time.Millisecond
	s, err := NewServer(config)
	require.NoError(t, err)
	require.NoError(t, s.Start(t.Context()))
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(t.Context())) })
	return s
}

// deliver makes a handler that passes its jobs on.
func deliver(to chan<- Job) Handler {
	return func(ctx context.Context, job Job) error {
		select {
		case to <- job:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// next waits for what a channel brings.
func next[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case v := <-from:
		return v
	case <-ctx.Done():
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func job(queue string, n int) Job {
	return Job{Kind: "shard", ID: fmt.Sprint("row", n), Attempt: 1, Queue: queue}
}

// gone waits until nothing of a queue is left in Redis: not waiting, not running, not archived.
func gone(t *testing.T, rdb redis.UniversalClient, queue string) {
	t.Helper()
	require.Eventually(t, func() bool {
		keys, err := rdb.Keys(t.Context(), key(queue, "t:*")).Result()
		return err == nil && len(keys) == 0
	}, patience, 10*time.Millisecond)
	require.Zero(t, rdb.ZCard(t.Context(), key(queue, "archived")).Val())
	require.Zero(t, rdb.ZCard(t.Context(), key(queue, "retry")).Val())
}

func TestServerRunsJobs(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, ran := NewClient(rdb), make(chan Job)
			serve(t, ServerConfig{Redis: rdb, Handlers: map[string]Handler{"shard": deliver(ran)}})
			for i, q := range Names() {
				want := Job{Kind: "shard", ID: fmt.Sprint("row", i), Attempt: i, Queue: q, Payload: json.RawMessage(`{"n":1}`)}
				require.NoError(t, client.Enqueue(t.Context(), want))
				require.Equal(t, want, next(t, ran))
				gone(t, rdb, q)
			}
		})
	}
}

func TestEnqueueOfAJobThatIsThereIsSuccess(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, ran := NewClient(rdb), make(chan Job, 10)
			again := job(Normal, 1)
			again.Attempt = 2
			require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1), job(Normal, 1), again))
			require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
			waiting, err := client.Depth(t.Context())
			require.NoError(t, err)
			require.Equal(t, 2, waiting[Normal], "one for each attempt")
			require.Zero(t, waiting[Notice])

			serve(t, ServerConfig{Redis: rdb, Concurrency: 1, Handlers: map[string]Handler{"shard": deliver(ran)}})
			require.Equal(t, 1, next(t, ran).Attempt)
			require.Equal(t, 2, next(t, ran).Attempt)
			gone(t, rdb, Normal)
			require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
			require.Equal(t, 1, next(t, ran).Attempt, "what has run leaves its name free")
		})
	}
}

func TestQueuesAreServedInStrictOrder(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, ran := NewClient(rdb), make(chan Job)
			order := Names()[2:]
			for _, q := range slices.Backward(order) {
				require.NoError(t, client.Enqueue(t.Context(), job(q, 1), job(q, 2)))
			}
			serve(t, ServerConfig{Redis: rdb, Handlers: map[string]Handler{"shard": deliver(ran)}, Concurrency: 1, Queues: order})
			for _, q := range order {
				require.Equal(t, job(q, 1), next(t, ran))
				require.Equal(t, job(q, 2), next(t, ran))
			}
		})
	}
}

func TestBacklogDoesNotDelayANotice(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, busy, ran := NewClient(rdb), make(chan Job, 50), make(chan Job)
			release := make(chan struct{})
			defer close(release)
			serve(t, ServerConfig{Redis: rdb, Concurrency: 2, Handlers: map[string]Handler{
				"shard":  func(ctx context.Context, j Job) error { busy <- j; <-release; return nil },
				"notice": deliver(ran),
			}})
			for n := range 50 {
				require.NoError(t, client.Enqueue(t.Context(), job(Normal, n)))
			}
			next(t, busy)
			next(t, busy) // both slots of the common server are now taken for as long as the test likes

			began := clock.Wall()
			require.NoError(t, client.Enqueue(t.Context(), Job{Kind: "notice", ID: "1", Queue: Notice}))
			next(t, ran)
			require.Less(t, clock.Wall().Sub(began), time.Second)
		})
	}
}

func TestWorkerLeavesQueuesItDoesNotServe(t *testing.T) {
	t.Parallel()
	rdb := testredis.New(t)
	client, ran := NewClient(rdb), make(chan Job, 10)
	serve(t, ServerConfig{Redis: rdb, Handlers: map[string]Handler{"shard": deliver(ran)}, Queues: []string{Segment}})
	require.NoError(t, client.Enqueue(t.Context(), job(Notice, 1), job(Normal, 1), job(Segment, 1)))
	require.Equal(t, Segment, next(t, ran).Queue)
	waiting, err := client.Depth(t.Context())
	require.NoError(t, err)
	require.Equal(t, 1, waiting[Notice])
	require.Equal(t, 1, waiting[Normal])

	_, err = NewServer(ServerConfig{Redis: rdb, Log: slog.New(slog.DiscardHandler), Queues: []string{"default"}})
	require.ErrorContains(t, err, `there is no queue "default"`)
}

func TestErrorsAndPanicsAreCountedAndLeaveNothing(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, ran, registry := NewClient(rdb), make(chan Job), prometheus.NewRegistry()
			s := serve(t, ServerConfig{Redis: rdb, Registry: registry, Handlers: map[string]Handler{
				"fails":  func(context.Context, Job) error { return errors.New("no") },
				"panics": func(context.Context, Job) error { panic("oh no") },
				"shard":  deliver(ran),
			}})
			require.NoError(t, client.Enqueue(t.Context(),
				Job{Kind: "fails", ID: "1", Queue: Normal}, Job{Kind: "panics", ID: "1", Queue: Normal},
				Job{Kind: "nobody", ID: "1", Queue: Normal}, job(Normal, 1)))
			next(t, ran)
			gone(t, rdb, Normal)
			require.NoError(t, s.Stop(t.Context()))

			require.Equal(t, []string{"fails error 1", "panics panic 1", "shard done 1", "unknown unknown 1"}, counted(t, registry))
		})
	}
}

// counted lists the counters of jobs: kind, outcome and number.
func counted(t *testing.T, registry prometheus.Gatherer) []string {
	t.Helper()
	families, err := registry.Gather()
	require.NoError(t, err)
	var lines []string
	for _, family := range families {
		if family.GetName() != "tidings_jobs_total" {
			continue
		}
		for _, m := range family.GetMetric() {
			lines = append(lines, fmt.Sprint(m.GetLabel()[0].GetValue(), " ", m.GetLabel()[1].GetValue(), " ", m.GetCounter().GetValue()))
		}
	}
	return lines
}

func TestJobsFlowOnAfterRedisIsFlushed(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			client, ran, release := NewClient(rdb), make(chan Job, 10), make(chan struct{})
			s := serve(t, ServerConfig{Redis: rdb, Handlers: map[string]Handler{
				"shard": deliver(ran),
				"slow":  func(ctx context.Context, j Job) error { ran <- j; <-release; ran <- j; return ctx.Err() },
			}})
			require.NoError(t, client.Enqueue(t.Context(), Job{Kind: "slow", ID: "1", Queue: Normal}))
			next(t, ran)
			require.NoError(t, rdb.FlushDB(t.Context()).Err())

			for _, q := range Names() {
				require.NoError(t, client.Enqueue(t.Context(), job(q, 1)))
				require.Equal(t, q, next(t, ran).Queue)
			}
			close(release)
			require.Equal(t, "slow", next(t, ran).Kind, "what ran when Redis was flushed runs to its end")
			require.NoError(t, s.sweep(t.Context(), clock.Wall()))
			require.Len(t, rdb.SMembers(t.Context(), "asynq:queues").Val(), len(Names()), "asynq's own tools see the queues again")
		})
	}
}

func TestServerResumesWhenRedisIsBack(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr(), DialerRetries: 1, MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	client, ran := NewClient(rdb), make(chan Job, 10)
	serve(t, ServerConfig{Redis: rdb, Handlers: map[string]Handler{"shard": deliver(ran)}})
	require.NoError(t, client.Enqueue(t.Context(), job(Normal, 1)))
	next(t, ran)

	server.Close()
	require.Error(t, client.Enqueue(t.Context(), job(Normal, 2)))
	require.NoError(t, server.Restart())
	require.Eventually(t, func() bool { return client.Enqueue(t.Context(), job(Normal, 3)) == nil }, patience, 10*time.Millisecond)
	require.Equal(t, job(Normal, 3), next(t, ran))
}

func TestJobsOfADeadWorkerAreClearedAway(t *testing.T) {
	t.Parallel()
	for name, open := range redises {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rdb := open(t)
			ctx, client, ran := t.Context(), NewClient(rdb), make(chan Job)
			// A worker took two jobs and died; asynq's recoverer has archived one of them.
			require.NoError(t, client.Enqueue(ctx, job(Normal, 1), job(Normal, 2)))
			for range 2 {
				require.NoError(t, rdb.RPopLPush(ctx, key(Normal, "pending"), key(Normal, "active")).Err())
			}
			past := float64(clock.Wall().Add(-time.Minute).Unix())
			require.NoError(t, rdb.ZAdd(ctx, key(Normal, "lease"), redis.Z{Score: past, Member: job(Normal, 1).TaskID()}).Err())
			require.NoError(t, rdb.LRem(ctx, key(Normal, "active"), 0, job(Normal, 2).TaskID()).Err())
			require.NoError(t, rdb.ZAdd(ctx, key(Normal, "archived"), redis.Z{Score: past, Member: job(Normal, 2).TaskID()}).Err())
			require.NoError(t, client.Enqueue(ctx, job(Normal, 1), job(Normal, 2)))
			waiting, err := client.Depth(ctx)
			require.NoError(t, err)
			require.Zero(t, waiting[Normal], "their names are still taken")

			s := serve(t, ServerConfig{Redis: rdb, Concurrency: 1, Handlers: map[string]Handler{"shard": deliver(ran)}})
			require.NoError(t, s.sweep(ctx, clock.Wall()))
			require.Zero(t, rdb.LLen(ctx, key(Normal, "active")).Val())
			require.NoError(t, client.Enqueue(ctx, job(Normal, 1), job(Normal, 2)))
			require.Equal(t, job(Normal, 1), next(t, ran))
			require.Equal(t, job(Normal, 2), next(t, ran))
		})
	}
}

func TestServerStartsAndStopsAtAnyMoment(t *testing.T) {
	t.Parallel()
	s, err := NewServer(ServerConfig{Redis: testredis.New(t), Log: slog.New(slog.DiscardHandler), CheckInterval: time.Millisecond})
	require.NoError(t, err)
	startstop.Stress(t, s)
}
