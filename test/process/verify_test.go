package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// verdict is what the sandbox's log says beside what Tidings says.
type verdict struct {
	calls       []call
	recipients  map[string]recipient
	unconfirmed []string
	called      int // of the unconfirmed, how many calls reached the sandbox
}

// nothingTwice holds the sandbox's log of every call, refused ones too, against
// the record of every recipient. Each person could have received several
// messages, so a second one would show.
func nothingTwice(t testing.TB, k *task, ids []string) verdict {
	t.Helper()
	v := verdict{calls: k.c.sends(set(ids)), recipients: k.c.marketer.deliveries(k.id)}
	taken := make(map[string]int, len(ids))
	for _, c := range v.calls {
		require.Zero(t, taken[c.ToUser], "%s is called again, at %s, after a call that was accepted or left unanswered", c.ToUser, c.Wall)
		if c.taken() {
			taken[c.ToUser]++
		}
	}
	require.Len(t, v.recipients, len(ids), "every candidate has an outcome")
	for _, id := range ids {
		r, ok := v.recipients[id]
		require.True(t, ok, "%s has an outcome", id)
		switch r.status {
		case "Sent":
			require.Equal(t, 1, taken[id], "%s is recorded as sent and has the message", id)
		case "Unconfirmed":
			v.unconfirmed = append(v.unconfirmed, id)
			v.called += taken[id]
		default:
			t.Fatalf("%s ended as %+v", id, r)
		}
	}
	return v
}

// adds checks that the funnel shows every candidate once.
func adds(t testing.TB, f funnel, total int) {
	t.Helper()
	require.Equal(t, total, f.Total, "candidates")
	require.Equal(t, f.Total, f.sum(), "the funnel adds up: %+v", f)
	require.Zero(t, f.Waiting+f.Sending+f.Deferred, "nobody is left without an outcome: %+v", f)
}

// longestGap is the longest time without a call.
func longestGap(calls []call) time.Duration {
	var longest time.Duration
	for i := 1; i < len(calls); i++ {
		longest = max(longest, calls[i].Wall.Sub(calls[i-1].Wall))
	}
	return longest
}

// busiestSecond is the most calls in any second, to hold beside the channel's limit.
func busiestSecond(calls []call) int {
	most, from := 0, 0
	for i := range calls {
		for calls[i].Wall.Sub(calls[from].Wall) >= time.Second {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}
