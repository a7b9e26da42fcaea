package redisx_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/redisx"
)

func TestParse(t *testing.T) {
	t.Parallel()

	t.Run("one server with user, encoded password and number", func(t *testing.T) {
		t.Parallel()
		o, err := redisx.Parse("redis://tid:p%40s%2Fs@cache.example.com:6380/3")
		require.NoError(t, err)
		require.Equal(t, []string{"cache.example.com:6380"}, o.Addrs)
		require.Equal(t, "tid", o.Username)
		require.Equal(t, "p@s/s", o.Password)
		require.Equal(t, 3, o.DB)
		require.Nil(t, o.TLSConfig)
	})
	t.Run("rediss is TLS, on the usual port when none is given", func(t *testing.T) {
		t.Parallel()
		o, err := redisx.Parse("rediss://cache.example.com")
		require.NoError(t, err)
		require.Equal(t, []string{"cache.example.com:6379"}, o.Addrs)
		require.NotNil(t, o.TLSConfig)
	})
	t.Run("an IPv6 host", func(t *testing.T) {
		t.Parallel()
		o, err := redisx.Parse("redis://[::1]/0")
		require.NoError(t, err)
		require.Equal(t, []string{"[::1]:6379"}, o.Addrs)
	})
	t.Run("Sentinels with the master's name and number", func(t *testing.T) {
		t.Parallel()
		o, err := redisx.Parse("redis+sentinel://:secret@s1,s2:26380/mymaster/2?sentinel_password=watch")
		require.NoError(t, err)
		require.Equal(t, []string{"s1:26379", "s2:26380"}, o.Addrs)
		require.Equal(t, "mymaster", o.MasterName)
		require.Equal(t, 2, o.DB)
		require.Equal(t, "secret", o.Password)
		require.Equal(t, "watch", o.SentinelPassword)
	})
	t.Run("a cluster, even of one node", func(t *testing.T) {
		t.Parallel()
		o, err := redisx.Parse("rediss+cluster://n1:7000,n2:7000")
		require.NoError(t, err)
		require.True(t, o.IsClusterMode)
		require.Equal(t, []string{"n1:7000", "n2:7000"}, o.Addrs)
		require.NotNil(t, o.TLSConfig)
	})
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]string{
		"no scheme":                     "localhost:6379",
		"another scheme":                "http://localhost:6379",
		"no host":                       "redis:///0",
		"a port that is none":           "redis://localhost:http/0",
		"a number that is none":         "redis://localhost/first",
		"several hosts without cluster": "redis://a,b",
		"Sentinel without a master":     "redis+sentinel://a:26379",
		"a cluster with a number":       "redis+cluster://a/3",
		"a badly encoded password":      "redis://:%zz@a",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := redisx.Parse(address)
			require.Error(t, err)
			require.NotContains(t, err.Error(), address, "the address may hold a password")
		})
	}
}
