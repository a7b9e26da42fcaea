package channel_test

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tidings/outreach/channel"
)

func TestClean(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ name, text, want string }{
		{"plain words stay", "user refuse to accept the msg", "user refuse to accept the msg"},
		{"secrets are struck out wherever they stand", "token T0KEN of T0KEN", "token *** of ***"},
		{"control characters become spaces", "a\nb\x00c", "a b c"},
		{"broken encoding is replaced", "a\xffb", "a\ufffdb"},
		{"long texts are cut by characters", strings.Repeat("长", 300), strings.Repeat("长", channel.MaxText)},
		{"a cut leaves no half of a secret", strings.Repeat("x", channel.MaxText-2) + "T0KEN", strings.Repeat("x", channel.MaxText-2) + "**"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, channel.Clean(row.text, "", "T0KEN"))
		})
	}
}

func FuzzClean(f *testing.F) {
	f.Add("some T0KEN", "T0KEN")
	f.Fuzz(func(t *testing.T, text, secret string) {
		got := channel.Clean(text, secret)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), channel.MaxText)
		if len(secret) > 3 && utf8.ValidString(secret) { // shorter ones may be part of the stars
			require.NotContains(t, got, secret)
		}
	})
}

func TestBackoff(t *testing.T) {
	t.Parallel()
	for attempts, want := range []time.Duration{0, time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute} {
		wait, again := channel.Backoff(attempts)
		require.True(t, again)
		require.Equal(t, want, wait, "§13.5: after %d attempts", attempts)
	}
	_, again := channel.Backoff(5)
	require.False(t, again, "§13.5: four more tries at most")
}

func TestNames(t *testing.T) {
	t.Parallel()
	require.Equal(t, "UNCONFIRMED", channel.Result{}.Outcome.String(), "who says nothing has said that nobody knows")
	require.Equal(t, "LATER", channel.Later.String())
	require.Equal(t, "CHANNEL", channel.ScopeChannel.String())
	require.Equal(t, "Outcome(9)", channel.Outcome(9).String())
	require.Equal(t, "Scope(9)", channel.Scope(9).String())
}
