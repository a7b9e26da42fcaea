package ratelimit

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/sync/errgroup"

	"tidings/internal/clock"
	"tidings/internal/testredis"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // tests take Redis away on purpose
	goleak.VerifyTestMain(m)
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// world is a limiter whose Redis' clock the test moves.
type world struct {
	*Limiter
	redis *miniredis.Miniredis
	now   time.Time
}

func newWorld(t *testing.T) *world {
	t.Helper()
	server := miniredis.NewMiniRedis()
	client := redis.NewClient(&redis.Options{
		Addr:   "in-process",
		Dialer: func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
	})
	t.Cleanup(func() { _ = client.Close(); server.Close() })
	w := &world{Limiter: New(client), redis: server}
	w.to(time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC))
	return w
}

func (w *world) to(now time.Time) {
	w.now = now
	w.redis.SetTime(now)
}

func (w *world) after(d time.Duration) { w.to(w.now.Add(d)) }

func (w *world) take(t *testing.T, class Class, rate, want int, waiter string) Grant {
	t.Helper()
	g, err := w.Take(t.Context(), Request{Key: "chn_1", Class: class, Rate: rate, Want: want}, waiter)
	require.NoError(t, err)
	require.NotEqual(t, g.N > 0, g.Wait > 0, "a grant or a wait")
	return g
}

// taken is one grant at a time of the simulation.
type taken struct {
	at time.Duration
	n  int
}

// taker asks again at a time.
type taker struct {
	at   time.Duration
	name string
}

type agenda []taker

func (a agenda) Len() int           { return len(a) }
func (a agenda) Less(i, j int) bool { return a[i].at < a[j].at }
func (a agenda) Swap(i, j int)      { a[i], a[j] = a[j], a[i] }
func (a *agenda) Push(x any)        { *a = append(*a, x.(taker)) }
func (a *agenda) Pop() any {
	last := (*a)[len(*a)-1]
	*a = (*a)[:len(*a)-1]
	return last
}

// simulate lets busy takers take for a while of simulated time. Each comes back
// `late` after the time it was told, and works `busy` on a grant.
func simulate(t *testing.T, w *world, rate, takers int, lasts, late, busy time.Duration) []taken {
	t.Helper()
	start, todo := w.now, &agenda{}
	for i := range takers {
		heap.Push(todo, taker{time.Duration(i) * time.Millisecond, fmt.Sprint("taker", i)})
	}
	var all []taken
	for {
		next := heap.Pop(todo).(taker)
		if next.at >= lasts {
			return all
		}
		w.to(start.Add(next.at))
		g := w.take(t, Normal, rate, 1_000, next.name)
		if g.N > 0 {
			require.LessOrEqual(t, g.N, min(MaxGrant, max(1, rate/10)), "a grant is at most 100 ms of the rate and 200 messages")
			all = append(all, taken{next.at, g.N})
			next.at += busy
		}
		next.at += g.Wait + late
		heap.Push(todo, next)
	}
}

// busiest is the most taken in any window.
func busiest(all []taken, window time.Duration) int {
	most, sum, first := 0, 0, 0
	for _, x := range all {
		sum += x.n
		for all[first].at <= x.at-window {
			sum -= all[first].n
			first++
		}
		most = max(most, sum)
	}
	return most
}

func total(all []taken) int {
	n := 0
	for _, x := range all {
		n += x.n
	}
	return n
}

func TestRateIsKeptAndReached(t *testing.T) {
	t.Parallel()
	const second = time.Second
	for _, rate := range []int{1, 4, 5, 12, 99, 1_500} {
		for _, takers := range []int{1, 4} {
			lasts := 60 * second
			if takers > 1 {
				lasts = 12 * second // four ask often, and each asking costs the test half a millisecond
			}
			t.Run(fmt.Sprintf("%d a second with %d takers", rate, takers), func(t *testing.T) {
				t.Parallel()
				all := simulate(t, newWorld(t), rate, takers, lasts, time.Millisecond, 10*time.Millisecond)
				require.LessOrEqual(t, float64(busiest(all, 10*second)), 1.02*10*float64(rate), "no 10 s have more than 2 % too much")
				require.GreaterOrEqual(t, float64(total(all)), 0.98*lasts.Seconds()*float64(rate), "a busy limiter is used")
			})
		}
	}
}

func TestBurstAfterIdlenessIsSmall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	simulate(t, w, 1_000, 1, time.Second, 0, 0)
	w.after(time.Hour)
	all := simulate(t, w, 1_000, 4, time.Second, 0, 0)
	require.LessOrEqual(t, total(all), 1_000+100)
	require.LessOrEqual(t, busiest(all, 100*time.Millisecond), 200)
}

func TestGrantIsNotCrumbs(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.Equal(t, 100, w.take(t, Normal, 1_000, 500, "a").N, "100 ms of the rate")
	w.after(10 * time.Millisecond)
	require.Equal(t, Grant{Wait: 40 * time.Millisecond}, w.take(t, Normal, 1_000, 500, "a"), "half a grant is worth waiting for")
	require.Equal(t, 7, w.take(t, Normal, 1_000, 7, "b").N, "who wants less need not wait")
	require.Equal(t, 200, w.take(t, Notice, 0, 500, "c").N, "no limit")
	w2 := newWorld(t)
	require.Equal(t, MaxGrant, w2.take(t, Normal, 100_000, 5_000, "a").N, "never more than 200")
}

func TestHigherClassGoesFirst(t *testing.T) {
	t.Parallel()
	const rate = 100
	w := newWorld(t)
	require.Equal(t, 10, w.take(t, Normal, rate, 100, "n").N)
	require.Positive(t, w.take(t, Notice, rate, 100, "a").Wait)
	require.Positive(t, w.take(t, Urgent, rate, 100, "u").Wait)

	w.after(60 * time.Millisecond)
	require.Positive(t, w.take(t, Normal, rate, 100, "n").Wait, "tokens are there, but not for it")
	require.Positive(t, w.take(t, Urgent, rate, 100, "u").Wait)
	require.Equal(t, 6, w.take(t, Notice, rate, 100, "a").N)

	w.after(60 * time.Millisecond)
	require.Positive(t, w.take(t, Normal, rate, 100, "n").Wait, "urgent is still waiting")
	require.Equal(t, 6, w.take(t, Urgent, rate, 100, "u").N)

	w.after(60 * time.Millisecond)
	require.Equal(t, 6, w.take(t, Normal, rate, 100, "n").N, "nobody is waiting before it")
}

func TestLowerClassGetsAtMostOneGrantBeforeAWaiter(t *testing.T) {
	t.Parallel()
	const rate = 1_000
	w := newWorld(t)
	simulate(t, w, rate, 4, time.Second, 0, 0) // a backlog of normal messages empties the bucket
	next, grants := w.take(t, Notice, rate, 50, "notice"), 0
	for next.N == 0 {
		for waited := time.Duration(0); waited < next.Wait; waited += time.Millisecond {
			w.after(time.Millisecond)
			if w.take(t, Normal, rate, 200, "normal").N > 0 {
				grants++
			}
		}
		next = w.take(t, Notice, rate, 50, "notice")
	}
	require.Equal(t, 50, next.N)
	require.LessOrEqual(t, grants, 1)
}

func TestDeadWaiterHoldsUpNobodyForLong(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t, Normal, 10, 1, "n")
	require.Positive(t, w.take(t, Notice, 10, 1, "dies now").Wait)
	w.after(noted - time.Millisecond)
	require.Positive(t, w.take(t, Normal, 10, 1, "n").Wait)
	w.after(time.Millisecond)
	require.Equal(t, 1, w.take(t, Normal, 10, 1, "n").N)
}

func TestWaiterIsToldToRenewItsPlaceInTime(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.take(t, Normal, 1, 1, "n")
	require.Equal(t, longestWait, w.take(t, Notice, 1, 1, "a").Wait, "the token is a second away")
}

func TestSlowPauseAndResume(t *testing.T) {
	t.Parallel()
	t.Run("slow halves the rate until its end", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.Slow(t.Context(), "chn_1", w.now.Add(20*time.Second)))
		require.NoError(t, w.Slow(t.Context(), "chn_1", w.now.Add(time.Second)), "an earlier end changes nothing")
		n := total(simulate(t, w, 100, 2, 20*time.Second, 0, 0))
		require.InDelta(t, 1_000, n, 20)
		n = total(simulate(t, w, 100, 2, 20*time.Second, 0, 0))
		require.InDelta(t, 2_000, n, 20)
	})
	t.Run("pause grants nothing until its end, and keeps no places", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.Pause(t.Context(), "chn_1", w.now.Add(time.Hour)))
		require.Equal(t, Grant{Wait: longestPause}, w.take(t, Notice, 100, 1, "a"))
		w.after(time.Hour - 20*time.Millisecond)
		require.Equal(t, Grant{Wait: 20 * time.Millisecond}, w.take(t, Notice, 100, 1, "a"))
		w.after(20 * time.Millisecond)
		require.Equal(t, 1, w.take(t, Normal, 100, 1, "n").N)
	})
	t.Run("resume ends both", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.Slow(t.Context(), "chn_1", w.now.Add(time.Hour)))
		require.NoError(t, w.Pause(t.Context(), "chn_1", w.now.Add(time.Hour)))
		require.NoError(t, w.Resume(t.Context(), "chn_1"))
		require.Equal(t, 10, w.take(t, Normal, 100, 100, "n").N)
	})
	t.Run("a channel without a limit obeys a pause of its own process", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		require.NoError(t, w.Pause(t.Context(), "chn_1", clock.Wall().Add(time.Hour)))
		require.Equal(t, longestPause, w.take(t, Normal, 0, 1, "n").Wait)
		require.NoError(t, w.Resume(t.Context(), "chn_1"))
		require.Equal(t, 1, w.take(t, Normal, 0, 1, "n").N)
	})
}

func TestReturnGivesBackButNeverMoreThanABucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	require.NoError(t, w.Return(t.Context(), "chn_1", 50), "no bucket yet")
	require.Equal(t, 100, w.take(t, Normal, 1_000, 100, "n").N)
	require.NoError(t, w.Return(t.Context(), "chn_1", 60))
	require.Equal(t, 60, w.take(t, Normal, 1_000, 60, "n").N)
	require.NoError(t, w.Return(t.Context(), "chn_1", 5_000))
	require.Equal(t, 100, w.take(t, Normal, 1_000, 200, "n").N)
	require.Positive(t, w.take(t, Normal, 1_000, 200, "n").Wait)
}

func TestFlushCostsOneBucket(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	before := total(simulate(t, w, 1_000, 2, 5*time.Second, 0, 0))
	w.redis.FlushAll()
	after := total(simulate(t, w, 1_000, 2, 5*time.Second, 0, 0))
	require.LessOrEqual(t, before+after, 10_000+200)
}

func TestRedisClockThatJumpsBackStopsNobody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	simulate(t, w, 100, 1, time.Second, 0, 0)
	w.after(-time.Hour)
	require.InDelta(t, 100, total(simulate(t, w, 100, 1, time.Second, 0, 0)), 12)
}

func TestNothingIsGrantedWithoutRedis(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.redis.SetError("away")
	r := Request{Key: "chn_1", Class: Notice, Rate: 10, Want: 10}
	g, err := w.Take(t.Context(), r, "a")
	require.ErrorIs(t, err, ErrUnreachable)
	require.Zero(t, g)
	n, err := w.Acquire(t.Context(), r)
	require.ErrorIs(t, err, ErrUnreachable)
	require.Zero(t, n)
	require.ErrorIs(t, w.Return(t.Context(), "chn_1", 1), ErrUnreachable)
	require.ErrorIs(t, w.Slow(t.Context(), "chn_1", w.now), ErrUnreachable)
	_, err = w.Take(t.Context(), Request{Key: "chn_1", Class: 7, Rate: 10, Want: 10}, "a")
	require.ErrorContains(t, err, "no class 7")
}

func TestAcquireGivesUpItsPlaceWithItsContext(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // its time stands still: no token ever comes
	w.take(t, Notice, 10, 1, "a")
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := w.Acquire(ctx, Request{Key: "chn_1", Class: Notice, Rate: 10, Want: 1})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.False(t, w.redis.Exists("{rl:chn_1}:1"))
}

// In real time the bounds are wide below, because the machine may be busy, and exact above.
func TestAcquireInRealTime(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) redis.UniversalClient{"in process": testredis.New, "real": testredis.Real} {
		for _, takers := range []int{1, 4} {
			t.Run(fmt.Sprintf("%s with %d takers", name, takers), func(t *testing.T) {
				t.Parallel()
				const rate, lasts = 400, 2 * time.Second
				rdb := open(t)
				ctx, cancel := context.WithTimeout(t.Context(), lasts)
				defer cancel()
				counts := make([]int, takers)
				began := clock.Wall()
				var group errgroup.Group
				for i := range takers {
					group.Go(func() error {
						worker := New(rdb)
						for {
							n, err := worker.Acquire(ctx, Request{Key: "chn_1", Class: Normal, Rate: rate, Want: 1_000})
							switch {
							case errors.Is(err, context.DeadlineExceeded):
								return nil
							case err != nil:
								return err
							}
							counts[i] += n
						}
					})
				}
				require.NoError(t, group.Wait())
				took := clock.Wall().Sub(began).Seconds()
				sum := 0
				for _, n := range counts {
					sum += n
				}
				require.LessOrEqual(t, float64(sum), took*rate+rate/10)
				require.GreaterOrEqual(t, float64(sum), lasts.Seconds()*rate*0.8)
			})
		}
	}
}

func BenchmarkTake(b *testing.B) {
	for name, open := range map[string]func(testing.TB) redis.UniversalClient{"in process": testredis.New, "real": testredis.Real} {
		b.Run(name, func(b *testing.B) {
			limiter := New(open(b))
			r := Request{Key: "chn_1", Class: Normal, Rate: 1_000_000, Want: MaxGrant}
			for b.Loop() {
				if _, err := limiter.Take(b.Context(), r, "bench"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
