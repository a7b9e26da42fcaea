package pubsub

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tidings/internal/clock"
	"tidings/internal/startstop"
	"tidings/internal/testredis"
)

func TestMain(m *testing.M) {
	redis.SetLogger(silent{}) // tests take Redis away on purpose
	goleak.VerifyTestMain(m)
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}

// patience is shorter than the 5 s after which everybody is woken anyway, so
// that a test knows why a wake-up came.
const patience = 4 * time.Second

func start(t *testing.T, h *Hub) {
	t.Helper()
	require.NoError(t, h.Start(t.Context()))
	t.Cleanup(func() { _ = h.Stop(context.WithoutCancel(t.Context())) })
}

func next(t *testing.T, wake <-chan struct{}) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case <-wake:
	case <-ctx.Done():
		t.Fatal("not woken")
	}
}

// connected waits until that many hubs have their line; only on a Redis of the test's own.
func connected(t *testing.T, rdb redis.UniversalClient, hubs int) {
	t.Helper()
	require.Eventually(t, func() bool {
		n, err := rdb.PubSubNumSub(t.Context(), channel).Result()
		return err == nil && n[channel] == int64(hubs)
	}, 15*time.Second, 10*time.Millisecond)
}

func TestChangeReachesEveryProcess(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) redis.UniversalClient{"in process": testredis.New, "real": testredis.Real} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// Pub/sub knows no database numbers: other tests of a shared server are heard too, by other topics.
			rdb := open(t)
			here, there := New(rdb, slog.New(slog.DiscardHandler)), New(rdb, slog.New(slog.DiscardHandler))
			topic := "tsk_" + t.Name()
			local, cancelLocal := here.Subscribe(topic)
			defer cancelLocal()
			remote, cancelRemote := there.Subscribe(topic)
			other, cancelOther := there.Subscribe("tsk_other")
			start(t, here)
			start(t, there)
			next(t, local)
			next(t, remote)
			next(t, other) // a line that stands wakes everybody: both do

			began := clock.Wall()
			here.Publish(topic)
			next(t, local)
			next(t, remote)
			require.Less(t, clock.Wall().Sub(began), 3*time.Second)
			require.Empty(t, other)
			cancelOther()
			cancelRemote()
			cancelRemote()
			there.mu.Lock()
			require.Empty(t, there.board.topics)
			there.mu.Unlock()
		})
	}
}

func TestWakesEverybodyWhenTheLineIsBack(t *testing.T) {
	t.Parallel()
	server := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: server.Addr(), DialerRetries: 1, MaxRetries: -1})
	t.Cleanup(func() { _ = rdb.Close() })
	here, there := New(rdb, slog.New(slog.DiscardHandler)), New(rdb, slog.New(slog.DiscardHandler))
	start(t, here)
	start(t, there)
	connected(t, rdb, 2)
	wake, cancel := there.Subscribe("tsk_1")
	defer cancel()

	server.Close()
	here.Publish("tsk_1")
	_, err := here.runOnce(t.Context(), clock.Wall().Add(publishEvery))
	require.Error(t, err, "this change is lost")
	require.NoError(t, server.Restart())
	connected(t, rdb, 2)
	next(t, wake)

	here.Publish("tsk_1")
	next(t, wake)
}

func TestNonsenseOnTheLineIsIgnored(t *testing.T) {
	t.Parallel()
	h := New(testredis.New(t), slog.New(slog.DiscardHandler))
	wake, cancel := h.Subscribe("tsk_1")
	defer cancel()
	require.ErrorContains(t, h.hear("not json"), "decode message")
	require.NoError(t, h.hear(`{"from":"`+h.id+`","topics":["tsk_1"]}`))
	h.board.wake(clock.Wall().Add(wakeEvery))
	require.Empty(t, wake, "its own messages it has told already")
	require.NoError(t, h.hear(`{"from":"another","all":true}`))
	h.board.wake(clock.Wall().Add(wakeEvery))
	require.Len(t, wake, 1)
}

func TestHubStartsAndStopsAtAnyMoment(t *testing.T) {
	t.Parallel()
	startstop.Stress(t, New(testredis.New(t), slog.New(slog.DiscardHandler)))
}
