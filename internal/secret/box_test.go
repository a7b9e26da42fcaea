package secret_test

import (
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tidings/internal/secret"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func box(t testing.TB, keys ...[]byte) *secret.Box {
	t.Helper()
	b, err := secret.NewBox(keys...)
	require.NoError(t, err)
	return b
}

func TestBox(t *testing.T) {
	t.Parallel()
	place := secret.Place("prj_1", "chn_1", "secret")

	t.Run("opens what it sealed, whatever the value", func(t *testing.T) {
		t.Parallel()
		b := box(t, key(1))
		rapid.Check(t, func(t *rapid.T) {
			plain := rapid.SliceOf(rapid.Byte()).Draw(t, "plain")
			sealed, err := b.Seal(plain, place)
			require.NoError(t, err)
			opened, err := b.Open(sealed, place)
			require.NoError(t, err)
			require.True(t, bytes.Equal(plain, opened))
		})
	})
	t.Run("seals the same value differently each time", func(t *testing.T) {
		t.Parallel()
		b := box(t, key(1))
		one, err := b.Seal([]byte("app secret"), place)
		require.NoError(t, err)
		other, err := b.Seal([]byte("app secret"), place)
		require.NoError(t, err)
		require.NotEqual(t, one, other)
		require.NotContains(t, string(one), "app secret")
	})
	t.Run("refuses a value with any bit changed or any byte missing", func(t *testing.T) {
		t.Parallel()
		b := box(t, key(1))
		sealed, err := b.Seal([]byte("app secret"), place)
		require.NoError(t, err)
		for i := range sealed {
			for bit := range 8 {
				changed := bytes.Clone(sealed)
				changed[i] ^= 1 << bit
				_, err := b.Open(changed, place)
				require.ErrorIs(t, err, secret.ErrSealed, "byte %d, bit %d", i, bit)
			}
			_, err := b.Open(sealed[:i], place)
			require.ErrorIs(t, err, secret.ErrSealed, "cut to %d bytes", i)
		}
	})
	t.Run("refuses a value moved to another row, project or column", func(t *testing.T) {
		t.Parallel()
		b := box(t, key(1))
		sealed, err := b.Seal([]byte("app secret"), place)
		require.NoError(t, err)
		for _, other := range []string{
			secret.Place("prj_1", "chn_2", "secret"),
			secret.Place("prj_2", "chn_1", "secret"),
			secret.Place("prj_1", "chn_1", "token"),
		} {
			_, err := b.Open(sealed, other)
			require.ErrorIs(t, err, secret.ErrSealed)
		}
	})
	t.Run("keys change: the new one seals, the old one still opens, then goes", func(t *testing.T) {
		t.Parallel()
		before, during, after := box(t, key(1)), box(t, key(2), key(1)), box(t, key(2))
		sealed, err := before.Seal([]byte("app secret"), place)
		require.NoError(t, err)
		require.False(t, before.NeedsReseal(sealed))

		opened, err := during.Open(sealed, place)
		require.NoError(t, err)
		require.True(t, during.NeedsReseal(sealed))
		again, err := during.Seal(opened, place)
		require.NoError(t, err)
		require.False(t, during.NeedsReseal(again))

		opened, err = after.Open(again, place)
		require.NoError(t, err)
		require.Equal(t, "app secret", string(opened))
		_, err = after.Open(sealed, place)
		require.ErrorIs(t, err, secret.ErrSealed)
	})
	t.Run("wants a key of 32 bytes", func(t *testing.T) {
		t.Parallel()
		_, err := secret.NewBox()
		require.Error(t, err)
		_, err = secret.NewBox(key(1)[:16])
		require.ErrorContains(t, err, "32 bytes")
	})
}

func TestToken(t *testing.T) {
	t.Parallel()
	token, hash := secret.NewToken("ses_")
	other, _ := secret.NewToken("ses_")

	require.Regexp(t, `^ses_[A-Za-z0-9_-]{43}$`, token)
	require.NotEqual(t, token, other)
	require.Equal(t, hash, secret.HashToken(token))
	require.NotContains(t, hash, token)
	require.NotEqual(t, hash, secret.HashToken(other))
}
