package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChaosFrozenWorkerSendsNothingLateAndItsAnswersStillSettle(t *testing.T) {
	t.Parallel()
	n, qps := size(1_000, 20_000), size(100, 400)
	asleep := size(20*time.Second, time.Minute) // a lease lasts 12 s
	s := manyProcesses(t)
	a, b := s.worker(), s.worker()
	c := s.campaign(qps)
	// Slow enough that calls are on their way at any moment.
	s.faults(map[string]any{"latencyMs": 700})
	ids := people("Stop", n)
	s.grant(5, ids)
	k := c.approved("SIGSTOP", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(n / 4)
	sleeper, other := busy(a, b)
	// Frozen in a transaction: see the other test.
	sleeper.freezeWhile(false)
	frozen := time.Now()
	held, inFlight := sleeper.held()
	resumed := eventually(t, resumption, closely, "sending goes on", func() bool { return len(other.line.after(frozen)) > 0 })
	took := eventually(t, resumption, gently, "the sleeper's shards are taken over", func() bool {
		left, _ := sleeper.held()
		return left == 0
	})
	pass(asleep - time.Since(frozen))
	unconfirmed := k.state().Progress.Unconfirmed
	woken := time.Now()
	sleeper.thaw()

	at := k.over(4 * time.Minute)
	require.NoError(t, <-moved)
	eventually(t, 30*time.Second, gently, "late answers settle, and who was not called after all is", func() bool { return k.state().Progress.Sent == n })
	adds(t, k.state().Progress, n)
	v := nothingTwice(t, k, ids)
	require.Empty(t, v.unconfirmed)

	// What the sleeper had written before it froze arrives at once; whoever it calls later was claimed after it woke.
	late := 0
	claimed := s.claimedAt(k.id)
	for _, call := range sleeper.line.after(frozen.Add(time.Second)) {
		require.True(t, call.at.After(woken), "a frozen process calls nobody, but %s at %s", call.openid, call.at)
		require.True(t, claimed[call.openid].After(woken), "%s was claimed at %s, before the worker slept, and called at %s", call.openid, claimed[call.openid], call.at)
		late++
	}
	t.Logf("%d recipients, %d/s, frozen for %s: held %d shards with %d calls in flight; %d unconfirmed while asleep, %d at the end; "+
		"sending again after %s, all taken over after %s; %d calls by the woken worker, all claimed anew; longest silence %s; status %s",
		n, qps, woken.Sub(frozen), held, inFlight, unconfirmed, len(v.unconfirmed), resumed, took, late, longestGap(v.calls), at.Status)
}

func TestChaosWorkerFrozenInsideATransactionHoldsNobodyUp(t *testing.T) {
	t.Parallel()
	n := size(20_000, 60_000)
	s := manyProcesses(t)
	sleeper := s.worker()
	c := s.campaign(0) // as fast as it goes: most of the time is spent in transactions
	ids := people("Lock", n)
	s.grant(5, ids)
	k := c.approved("frozen in a transaction", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(n / 20)
	sleeper.freezeWhile(true)
	frozen := time.Now()
	require.Less(t, k.state().Progress.Sent, n, "there is something left")
	other := s.worker()
	resumed := eventually(t, startup, closely, "sending goes on", func() bool { return len(other.line.after(frozen)) > 0 })
	at := k.over(2 * time.Minute) // nobody has woken the sleeper
	ended := time.Since(frozen)
	unconfirmed := at.Progress.Unconfirmed
	sleeper.thaw()
	require.NoError(t, <-moved)
	eventually(t, 30*time.Second, gently, "late answers settle, and who was not called after all is", func() bool { return k.state().Progress.Sent == n })
	adds(t, k.state().Progress, n)
	nothingTwice(t, k, ids)
	t.Logf("%d recipients: sending again after %s, run over after %s with the worker still frozen; %d unconfirmed then, 0 in the end", n, resumed, ended, unconfirmed)
}
