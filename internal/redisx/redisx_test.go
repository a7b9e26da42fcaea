package redisx_test

import (
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tidings/internal/redisx"
	"tidings/internal/testredis"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestOpen(t *testing.T) {
	t.Parallel()

	// The same list on the Redis inside and on a real one: both are Redis to the rest of the application.
	for name, open := range map[string]func(testing.TB) redis.UniversalClient{
		"in process": testredis.New,
		"real":       testredis.Real,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			client := open(t)
			ctx := t.Context()

			require.NoError(t, client.Set(ctx, "stays", "1", 0).Err())
			require.NoError(t, client.Set(ctx, "goes", "1", 150*time.Millisecond).Err())
			require.Eventually(t, func() bool { return client.Exists(ctx, "goes").Val() == 0 },
				5*time.Second, 20*time.Millisecond, "a time-to-live ends")
			require.Equal(t, "1", client.Get(ctx, "stays").Val())

			sum, err := client.Eval(ctx, "return redis.call('INCRBY', KEYS[1], ARGV[1])", []string{"sum"}, 5).Int()
			require.NoError(t, err)
			require.Equal(t, 5, sum)

			sub := client.Subscribe(ctx, "news")
			_, err = sub.Receive(ctx)
			require.NoError(t, err)
			require.NoError(t, client.Publish(ctx, "news", "hello").Err())
			message, err := sub.ReceiveMessage(ctx)
			require.NoError(t, err)
			require.Equal(t, "hello", message.Payload)
			require.NoError(t, sub.Close())
		})
	}

	t.Run("two in-process ones share nothing", func(t *testing.T) {
		t.Parallel()
		one, other := testredis.New(t), testredis.New(t)
		require.NoError(t, one.Set(t.Context(), "key", "1", 0).Err())
		require.Zero(t, other.Exists(t.Context(), "key").Val())
	})
	t.Run("two tests get two databases of the real one", func(t *testing.T) {
		t.Parallel()
		one, other := testredis.RealURL(t), testredis.RealURL(t)
		require.NotEqual(t, one, other)
	})
	t.Run("closing the one inside twice does no harm", func(t *testing.T) {
		t.Parallel()
		_, closeAll, err := redisx.Open(t.Context(), "", slog.New(slog.DiscardHandler))
		require.NoError(t, err)
		closeAll()
		closeAll()
	})
	t.Run("a server that is not there is named without its password", func(t *testing.T) {
		t.Parallel()
		_, _, err := redisx.Open(t.Context(), "redis://:hidden@127.0.0.1:1/0", slog.New(slog.DiscardHandler))
		require.ErrorContains(t, err, "127.0.0.1:1")
		require.NotContains(t, err.Error(), "hidden")
	})
}
