// Package testredis gives each test a Redis of its own: the one inside the
// process, or a numbered database of the real server that TEST_REDIS_URL names.
package testredis

import (
	"context"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"tidings/internal/redisx"
)

// New opens a Redis inside the test's process.
func New(t testing.TB) redis.UniversalClient {
	t.Helper()
	return open(t, "")
}

// Real opens an empty database of the real server. Without TEST_REDIS_URL the
// test is skipped; when CI is set, it fails, so that nothing is left untested
// by mistake.
func Real(t testing.TB) redis.UniversalClient {
	t.Helper()
	return open(t, RealURL(t))
}

// reserved is how long a database stays reserved when its test dies without
// giving it back.
const reserved = 20 * time.Minute

// RealURL reserves an empty database of the real server until the test ends and
// gives its address, for tests that start processes. Numbers are reserved in
// the server's database 0, because packages are tested in parallel.
func RealURL(t testing.TB) string {
	t.Helper()
	server := os.Getenv("TEST_REDIS_URL")
	if server == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("TEST_REDIS_URL is not set; make test starts a Redis and sets it")
		}
		t.Skip("TEST_REDIS_URL is not set; make test starts a Redis and sets it")
	}
	base, err := url.Parse(server)
	require.NoError(t, err, "TEST_REDIS_URL")
	base.Path = "/0"
	register := open(t, base.String())
	ctx := t.Context()

	config, err := register.ConfigGet(ctx, "databases").Result()
	require.NoError(t, err)
	count, err := strconv.Atoi(config["databases"])
	require.NoError(t, err)

	for n := 1; n < count; n++ {
		key := fmt.Sprintf("testredis:%d", n)
		won, err := register.SetNX(ctx, key, t.Name(), reserved).Result()
		require.NoError(t, err)
		if !won {
			continue
		}
		base.Path = "/" + strconv.Itoa(n)
		client := open(t, base.String())
		require.NoError(t, client.FlushDB(ctx).Err())
		t.Cleanup(func() {
			// The test's own context has ended by now.
			register.Del(context.WithoutCancel(ctx), key)
		})
		return base.String()
	}
	t.Fatalf("all %d databases of TEST_REDIS_URL are in use; start it with more: --databases 512", count)
	return ""
}

func open(t testing.TB, address string) redis.UniversalClient {
	t.Helper()
	client, closeAll, err := redisx.Open(t.Context(), address, slog.New(slog.DiscardHandler))
	require.NoError(t, err)
	t.Cleanup(closeAll)
	return client
}
