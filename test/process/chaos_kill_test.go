package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// resumption is how soon the work of a killed worker goes on (DESIGN §4).
const resumption = 20 * time.Second

func TestChaosKill9AndFlushLoseNothingAndSendNothingTwice(t *testing.T) {
	t.Parallel()
	n, qps := size(2_400, 20_000), size(100, 800)
	s := manyProcesses(t)
	a, b := s.worker(), s.worker()
	c := s.campaign(qps)
	s.faults(map[string]any{"latencyMs": 100})
	ids := people("Kill", n)
	s.grant(5, ids)
	k := c.approved("kill -9", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(n / 3)
	victim, survivor := busy(a, b)
	held, inFlight := victim.held()
	others, _ := survivor.held()
	victim.kill()
	s.redis.flush()
	killed := time.Now()
	resumed := eventually(t, resumption, closely, "sending goes on", func() bool { return len(survivor.line.after(killed)) > 0 })
	took := eventually(t, resumption, gently, "the victim's shards are taken over", func() bool {
		left, _ := victim.held()
		return left == 0
	})

	at := k.over(4 * time.Minute)
	require.NoError(t, <-moved)
	adds(t, at.Progress, n)
	v := nothingTwice(t, k, ids)
	require.Len(t, v.unconfirmed, at.Progress.Unconfirmed)
	require.Equal(t, n, at.Progress.Sent+at.Progress.Unconfirmed)

	// A sender is a worker's hand on one shard; its grant is a tenth of a second's rate.
	grant := min(qps/10, 200)
	worst, shards := s.unconfirmedByShard(k.id)
	require.LessOrEqual(t, worst, grant, "unconfirmed of one sender")
	require.LessOrEqual(t, shards, held, "only what the victim held is unconfirmed")
	t.Logf("%d recipients, %d/s: the victim held %d shards with %d calls in flight, the survivor %d; unconfirmed %d (%d of them had reached the channel) in %d shards, "+
		"at most %d each, of a grant of %d; sending again after %s, all taken over after %s; longest silence %s; busiest second %d calls",
		n, qps, held, inFlight, others, len(v.unconfirmed), v.called, shards, worst, grant, resumed, took, longestGap(v.calls), busiestSecond(v.calls))
}
