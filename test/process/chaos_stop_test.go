package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChaosFrozenWorkerSendsNothingLateAndItsAnswersStillSettle(t *testing.T) {
	t.Parallel()
	n, qps := size(2_000, 20_000), size(200, 400)
	asleep := size(20*time.Second, time.Minute) // a lease lasts 12 s
	s := manyProcesses(t)
	sleeper, its := s.worker()
	c := s.campaign(qps)
	// Slow enough that calls are on their way at any moment.
	s.faults(map[string]any{"latencyMs": 700})
	ids := people("Stop", n)
	s.grant(5, ids)
	k := c.approved("SIGSTOP", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(2*time.Minute, n/10)
	mine := s.holder()
	_, other := s.worker()
	k.reached(2*time.Minute, n/4)

	sleeper.freeze()
	frozen := time.Now()
	held, inFlight := s.held(mine)
	require.NotZero(t, held, "the sleeper is in the middle of something")
	took := eventually(t, resumption, "the sleeper's shards are taken over", func() bool {
		left, _ := s.held(mine)
		return left == 0
	})
	resumed := eventually(t, resumption-took, "sending goes on", func() bool { return len(other.after(frozen.Add(took))) > 0 })
	pass(asleep - time.Since(frozen))
	unconfirmed := k.state().Progress.Unconfirmed
	require.Empty(t, its.after(frozen.Add(5*time.Second)), "a frozen process calls nobody")
	woken := time.Now()
	sleeper.thaw()

	at := k.over(4 * time.Minute)
	require.NoError(t, <-moved)
	eventually(t, 10*time.Second, "late answers settle", func() bool { return k.state().Progress.Unconfirmed == 0 })
	adds(t, k.state().Progress, n)
	v := nothingTwice(t, k, ids)
	require.Empty(t, v.unconfirmed)

	// Whoever the woken worker calls was claimed after it woke.
	late := its.after(woken)
	claimed := s.claimedAt(k.id)
	for _, call := range late {
		require.True(t, claimed[call.openid].After(woken), "%s was claimed at %s and called at %s, behind the freeze", call.openid, claimed[call.openid], call.at)
	}
	t.Logf("%d recipients, %d/s, frozen for %s: held %d shards with %d calls in flight; %d unconfirmed while asleep, %d at the end, all of them sent; "+
		"taken over after %s, sending again %s later; %d calls by the woken worker, all claimed anew; longest silence %s; status %s",
		n, qps, woken.Sub(frozen), held, inFlight, unconfirmed, len(v.unconfirmed), took, resumed, len(late), longestGap(v.calls, v.calls[0].Wall), at.Status)
}

// claimedAt gives, by target, when a task's deliveries were claimed last, in machine time.
func (s *site) claimedAt(task string) map[string]time.Time {
	s.t.Helper()
	ahead := s.now().Sub(time.Now())
	const query = `SELECT target, claimed_at FROM deliveries WHERE run_num IN (SELECT num FROM runs WHERE task_id = $1)`
	rows, err := s.db.SQL.QueryContext(s.t.Context(), query, task)
	require.NoError(s.t, err)
	defer func() { _ = rows.Close() }()
	out := map[string]time.Time{}
	for rows.Next() {
		var target string
		var at time.Time
		require.NoError(s.t, rows.Scan(&target, &at))
		out[target] = at.Add(-ahead)
	}
	require.NoError(s.t, rows.Err())
	return out
}
