package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChaosStoppedWorkerFinishesWhatIsOnItsWay(t *testing.T) {
	t.Parallel()
	n, qps := size(800, 20_000), size(100, 800)
	s := manyProcesses(t)
	a, b := s.worker(), s.worker()
	c := s.campaign(qps)
	s.faults(map[string]any{"latencyMs": 500})
	ids := people("Term", n)
	s.grant(5, ids)
	k := c.approved("SIGTERM", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(n / 3)
	leaving, other := busy(a, b)
	held, inFlight := leaving.held()
	took := leaving.terminate(10 * time.Second)
	stopped := time.Now()
	left, _ := leaving.held()
	require.Zero(t, left, "everything is handed back")
	resumed := eventually(t, 5*time.Second, closely, "the other goes on", func() bool { return len(other.line.after(stopped)) > 0 })

	at := k.over(4 * time.Minute)
	require.NoError(t, <-moved)
	adds(t, at.Progress, n)
	require.Equal(t, n, at.Progress.Sent)
	require.Zero(t, at.Progress.Unconfirmed)
	v := nothingTwice(t, k, ids)
	require.Len(t, v.calls, n, "nobody is called twice")
	t.Logf("%d recipients, %d/s: stopped after %s while holding %d shards with %d calls in flight; the other went on %s later; "+
		"%d calls by the stopped worker, %d by the other; longest silence %s",
		n, qps, took, held, inFlight, resumed, leaving.line.count(), other.line.count(), longestGap(v.calls))
}
