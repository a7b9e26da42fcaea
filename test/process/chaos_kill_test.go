package process_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// resumption is how soon the work of a killed worker goes on (DESIGN §4).
const resumption = 20 * time.Second

func TestChaosKill9AndFlushLoseNothingAndSendNothingTwice(t *testing.T) {
	t.Parallel()
	n, qps := size(3_000, 20_000), size(250, 800)
	s := manyProcesses(t)
	victim, _ := s.worker()
	c := s.campaign(qps)
	s.faults(map[string]any{"latencyMs": 100})
	ids := people("Kill", n)
	s.grant(5, ids)
	k := c.approved("kill -9", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(2*time.Minute, n/10)
	mine := s.holder() // the other worker is not there yet
	_, survivor := s.worker()
	k.reached(2*time.Minute, n/3)

	held, inFlight := s.held(mine)
	require.NotZero(t, held, "the victim is in the middle of something")
	victim.kill()
	s.redis.flush()
	killed := time.Now()
	took := eventually(t, resumption, "the victim's shards are taken over", func() bool {
		left, _ := s.held(mine)
		return left == 0
	})
	resumed := eventually(t, resumption-took, "sending goes on", func() bool { return len(survivor.after(killed.Add(took))) > 0 })

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
	t.Logf("%d recipients, %d/s: victim held %d shards with %d calls in flight; unconfirmed %d (of which %d had reached the channel) in %d shards, at most %d each of a grant of %d; "+
		"taken over after %s, sending again %s later; longest silence %s",
		n, qps, held, inFlight, len(v.unconfirmed), v.called, shards, worst, grant, took, resumed, longestGap(v.calls, v.calls[0].Wall))
}

// holder is the process that holds shards now, as leases name it.
func (s *site) holder() string {
	s.t.Helper()
	var owner string
	eventually(s.t, 10*time.Second, "somebody holds a shard", func() bool {
		row := s.db.SQL.QueryRowContext(s.t.Context(), `SELECT coalesce(max(lease_owner), '') FROM shards WHERE lease_owner LIKE 'wrk%'`)
		require.NoError(s.t, row.Scan(&owner))
		return owner != ""
	})
	process, _, _ := strings.Cut(owner, ".")
	return process
}

// held is how many shards a process holds, and how many calls of theirs are unanswered.
func (s *site) held(process string) (shards, sending int) {
	s.t.Helper()
	const query = `SELECT count(*), coalesce(sum(sending), 0) FROM shards WHERE lease_owner LIKE $1 || '.%'`
	require.NoError(s.t, s.db.SQL.QueryRowContext(s.t.Context(), query, process).Scan(&shards, &sending))
	return shards, sending
}

// unconfirmedByShard is the most that one shard of a task has, and how many shards have any.
func (s *site) unconfirmedByShard(task string) (worst, shards int) {
	s.t.Helper()
	const query = `SELECT coalesce(max(unconfirmed), 0), count(*) FILTER (WHERE unconfirmed > 0) FROM shards WHERE task_id = $1`
	require.NoError(s.t, s.db.SQL.QueryRowContext(s.t.Context(), query, task).Scan(&worst, &shards))
	return worst, shards
}
