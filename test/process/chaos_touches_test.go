package process_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// killAll is kill -9 of every process, with everything forgotten that is no row.
func (s *site) killAll(workers ...*worker) {
	s.t.Helper()
	s.server.kill()
	for _, w := range workers {
		w.kill()
	}
	s.redis.flush()
}

// restart starts a server again; the clients of the former one know it no more.
func (s *site) restart() {
	s.t.Helper()
	s.server = tidings(s.t, "serve", append(s.env, "TIDINGS_ADDR=127.0.0.1:0"), "serve")
	s.ready()
}

// Messages that are pending for up to a year are rows: kill -9 of everything and a
// flushed Redis lose none of them and double none.
func TestChaosPendingTouchesOutliveEveryProcess(t *testing.T) {
	t.Parallel()
	n, qps := size(2_000, 100_000), size(500, 5_000)
	// So many calendar days after the event, at 10:00.
	days := size([]int{1, 200, 364}, []int{1, 7, 30, 60, 90, 120, 150, 180, 210, 240, 270, 300, 330, 360, 364})
	s := manyProcesses(t)
	a, b := s.worker(), s.worker()
	c := s.campaign(qps)
	s.alone()
	ids := people("Year", n)
	var tasks []*task
	var of [][]string // whom each task is for
	var events []happened
	per := (n + len(days) - 1) / len(days)
	for i, group := range slices.Collect(slices.Chunk(ids, per)) {
		product := fmt.Sprint("product ", i)
		tasks = append(tasks, c.triggered(fmt.Sprintf("%d 天后", days[i]), vars{
			"a": c.does("cart_added", is("product", product)), "timing": vars{"kind": "TIME_OF_DAY", "days": days[i], "time": "10:00"},
		}, nil))
		of = append(of, group)
		events = append(events, each("cart_added", s.now(), vars{"product": product}, group)...)
	}
	began, start := time.Now(), s.now().In(shanghai)
	s.track(events...)
	stored := time.Since(began)
	// again kills everything and starts anew.
	again := func() {
		s.killAll(a, b)
		s.restart()
		a, b = s.worker(), s.worker()
		c = s.campaign(qps)
		for _, k := range tasks {
			k.c = c
		}
	}
	if full {
		again() // some of the batches are matched, some are not, some are in hand
	}
	for i, k := range tasks {
		k.inStore(2*time.Minute, 0, len(of[i]))
	}
	kept := time.Since(began)
	again() // all of them are rows
	s.grant(5, ids)

	unconfirmed, reached := 0, 0
	for i, k := range tasks {
		due := time.Date(start.Year(), start.Month(), start.Day()+days[i], 10, 0, 0, 0, shanghai)
		require.Zero(t, k.standing().Progress.Total, "nothing is sent before its time")
		moved := s.moving(due)
		if i == 1 { // and once more in the middle of sending
			k.reached(len(of[i]) / 4)
			a.kill()
			b.kill()
			s.redis.flush()
			a, b = s.worker(), s.worker()
		}
		require.NoError(t, <-moved)
		require.Zero(t, k.standing().Standing.Pending)
		adds(t, k.standing().Progress, len(of[i]))
		v := nothingTwice(t, k, of[i])
		unconfirmed, reached = unconfirmed+len(v.unconfirmed), reached+len(v.calls)
	}
	require.LessOrEqual(t, unconfirmed, 2*32*min(qps/10, 200), "only what the killed workers had in flight")
	t.Logf("%d touches up to %d days ahead: stored in %s, pending after %s (full size: with a kill -9 of everything between); %d calls, %d unconfirmed; %s in all",
		n, days[len(days)-1], stored.Round(time.Millisecond), kept.Round(time.Millisecond), reached, unconfirmed, time.Since(began).Round(time.Millisecond))
}

// Half a million messages due at one instant stay rows until it is their turn: the
// queues stay short, and a notice goes past them.
func TestChaosACrowdAtOneInstantDelaysNoNotice(t *testing.T) {
	t.Parallel()
	n := size(18_000, 500_000)
	s := manyProcesses(t)
	s.worker()
	s.worker()
	c := s.campaign(500) // the crowd waits for the channel, not for this machine
	s.alone()
	ids := people("Crowd", size(n, 50_000)) // at full size ten messages each
	told := people("Told", size(14, 40))
	s.grant(100, told)
	s.grant(100, ids)
	at := s.now().Add(24 * time.Hour).Truncate(time.Second)
	crowd := c.triggered("准点", vars{"a": c.does("cart_added", nil), "timing": vars{"kind": "DATETIME", "at": at}}, nil)
	notice := c.triggered("下单通知", vars{"a": c.does("purchase", nil), "timing": immediately}, vars{"messageClass": "NOTICE"})
	began := time.Now()
	for i := range n / len(ids) {
		s.track(each("cart_added", s.now().Add(-time.Duration(i)*time.Second), nil, ids)...)
	}
	crowd.inStore(5*time.Minute, 0, n)
	t.Logf("%d touches written in %s", n, time.Since(began).Round(time.Millisecond))

	// tell gives how long it takes from the event's commit to the message.
	tell := func(id string) time.Duration {
		s.track(happened{"purchase", id, s.now(), nil})
		committed := s.now()
		eventually(t, 20*time.Second, closely, "the notice arrives", func() bool { return len(s.received(id)) == 1 })
		return s.received(id)[0].At.Sub(committed)
	}
	var idle, busy []time.Duration
	for _, id := range told[:6] {
		idle = append(idle, tell(id))
	}
	moved := s.moving(at)
	eventually(t, 30*time.Second, closely, "the crowd's turn has come", func() bool { return crowd.standing().Progress.Sent > 0 })
	deepest, widest := 0, 0
	for _, id := range told[6:] {
		busy = append(busy, tell(id))
		deepest, widest = max(deepest, s.redis.waiting()), max(widest, s.openShards(crowd))
	}
	left := crowd.standing()
	slices.Sort(idle)
	slices.Sort(busy)
	t.Logf("notice, event to message: idle p50 %s, max %s; with a crowd of which %d were sent by then p50 %s, max %s; at most %d jobs wait in a queue, at most %d shards are open",
		idle[len(idle)/2], idle[len(idle)-1], left.Progress.Sent, busy[len(busy)/2], busy[len(busy)-1], deepest, widest)
	require.Less(t, left.Progress.Sent, n, "the crowd was there all the time")
	require.LessOrEqual(t, widest, 8, "open shards")
	require.LessOrEqual(t, deepest, 32, "jobs that wait in a queue")
	require.Less(t, busy[len(busy)/2], 2*time.Second)
	require.Less(t, busy[len(busy)-1], 5*time.Second)
	require.Equal(t, len(told), notice.standing().Progress.Sent)

	// The rest would take minutes; what is in shards then is recorded, what is not is discarded.
	ask[vars](c.marketer, `mutation($id: ID!) { cancelTask(id: $id) { id } }`, vars{"id": crowd.id})
	require.NoError(t, <-moved)
	eventually(t, time.Minute, gently, "the rest is discarded", func() bool { left = crowd.standing(); return left.Progress.Total+left.Discarded == n })
	require.Equal(t, left.Progress.Total, left.Progress.Sent+left.Progress.NotSent)
	require.Equal(t, left.Progress.Sent, len(s.sends(set(ids))))
}

// B is asked of the stored events: it counts when it was committed just before the
// judgement, however long its batch waits for a worker that is dead.
func TestChaosBWhoseBatchIsStuckCounts(t *testing.T) {
	t.Parallel()
	s := manyProcesses(t)
	workers := []*worker{s.worker(), s.worker()}
	c := s.campaign(0)
	s.alone()
	ids := people("Stuck", 2)
	s.grant(9, ids)
	paid, left := ids[0], ids[1]
	wait := vars{"events": []vars{{"event": "purchase"}}, "wait": vars{"value": 20, "unit": "MINUTE"}}
	unpaid := c.triggered("加购未买", vars{"a": c.does("cart_added", nil), "timing": immediately, "b": wait}, nil)
	// Something that matching does with B, so that it can be stopped in the middle of it.
	second := c.does("purchase", nil)
	second["n"] = 2
	twice := c.triggered("第二单", vars{"a": second, "timing": immediately}, nil)
	s.track(happened{"purchase", paid, s.now(), nil})
	eventually(t, 10*time.Second, closely, "it is counted", func() bool {
		var n int
		require.NoError(t, s.db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM trigger_counters WHERE task_id = $1`, twice.id).Scan(&n))
		return n == 1
	})
	begun := s.now().Truncate(time.Millisecond).Add(time.Millisecond)
	s.track(each("cart_added", begun, nil, ids)...)
	unpaid.inStore(10*time.Second, 2, 0)
	due := begun.Add(20 * time.Minute)
	s.moveTo(due.Add(-8 * time.Second))

	// Whoever matches B's batch waits for the counter that we hold, and dies.
	lock, err := s.db.SQL.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	defer func() { _ = lock.Rollback() }()
	_, err = lock.ExecContext(t.Context(), `SELECT 1 FROM trigger_counters WHERE task_id = $1 FOR UPDATE`, twice.id)
	require.NoError(t, err)
	s.track(happened{"purchase", paid, due.Add(-2 * time.Second), nil})
	var owner string
	eventually(t, 5*time.Second, closely, "a worker has B's batch in hand", func() bool {
		const query = `SELECT coalesce(max(lease_owner), '') FROM event_batches WHERE due_at IS NOT NULL AND lease_owner LIKE 'wrk_%'`
		require.NoError(t, s.db.SQL.QueryRowContext(t.Context(), query).Scan(&owner))
		return owner != ""
	})
	for _, w := range workers {
		if len(owner) > len(w.process) && owner[:len(w.process)] == w.process {
			w.kill()
		}
	}
	require.NoError(t, lock.Rollback())

	stuck := func() int {
		var n int
		require.NoError(t, s.db.SQL.QueryRowContext(t.Context(), `SELECT count(*) FROM event_batches WHERE due_at IS NOT NULL`).Scan(&n))
		return n
	}
	eventually(t, 20*time.Second, closely, "the one who has not bought is reached", func() bool { return len(s.received(left)) == 1 })
	require.Equal(t, 1, stuck(), "B's batch was not matched yet")
	require.WithinDuration(t, due, s.received(left)[0].At, 2*time.Second)
	unpaid.inStore(time.Second, 0, 0)
	require.Empty(t, s.received(paid), "B counts though its batch is stuck")

	eventually(t, resumption, gently, "the batch is taken over", func() bool { return stuck() == 0 })
	eventually(t, 10*time.Second, gently, "and its event counts once", func() bool { return twice.standing().Progress.Sent == 1 })
	require.Len(t, s.sends(set([]string{paid})), 1)
}
