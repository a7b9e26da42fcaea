package secret_test

import (
	"context"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/secret"
)

func passwords(t testing.TB) *secret.Passwords {
	t.Helper()
	p, err := secret.NewPasswords()
	require.NoError(t, err)
	return p
}

func TestPasswords(t *testing.T) {
	t.Parallel()
	p := passwords(t)
	ctx := t.Context()
	hash, err := p.Hash(ctx, "tidings 通知")
	require.NoError(t, err)

	t.Run("the right password is known, a wrong one is not", func(t *testing.T) {
		t.Parallel()
		ok, err := p.Check(ctx, "tidings 通知", hash)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = p.Check(ctx, "Tidings 通知", hash)
		require.NoError(t, err)
		require.False(t, ok)
	})
	t.Run("nobody's password never matches, not even the one it is compared with", func(t *testing.T) {
		t.Parallel()
		for _, password := range []string{"", "nobody's password", "tidings"} {
			ok, err := p.Check(ctx, password, "")
			require.NoError(t, err)
			require.False(t, ok)
		}
	})
	t.Run("two hashes of one password differ", func(t *testing.T) {
		t.Parallel()
		other, err := p.Hash(ctx, "tidings 通知")
		require.NoError(t, err)
		require.NotEqual(t, hash, other)
	})
	t.Run("a stored hash that is none is an error, not a wrong password", func(t *testing.T) {
		t.Parallel()
		_, err := p.Check(ctx, "tidings", "not a hash")
		require.Error(t, err)
		require.NotContains(t, err.Error(), "tidings")
	})
	t.Run("a hash of other parameters is to be made new", func(t *testing.T) {
		t.Parallel()
		require.False(t, p.NeedsRehash(hash))
		require.True(t, p.NeedsRehash("$argon2id$v=19$m=65536,t=1,p=2$c29tZXNhbHRzb21lc2FsdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"))
	})
	t.Run("a flood waits for its turn and gives up with its context", func(t *testing.T) {
		t.Parallel()
		crowded := passwords(t)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		var mu sync.Mutex
		refused := 0
		for range runtime.NumCPU() + 20 {
			wg.Go(func() {
				if _, err := crowded.Check(ctx, "x", hash); err != nil {
					mu.Lock()
					refused++
					mu.Unlock()
				}
			})
		}
		cancel()
		wg.Wait()
		require.Positive(t, refused)
	})
}

// One hash is to take 100 ms at most on the slowest machine we care for.
func BenchmarkHash(b *testing.B) {
	p := passwords(b)
	for b.Loop() {
		if _, err := p.Hash(b.Context(), "tidings"); err != nil {
			b.Fatal(err)
		}
	}
}
