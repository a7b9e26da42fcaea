package process_test

import (
	"fmt"
	"strings"
	"time"

	"github.com/stretchr/testify/require"
)

// worker is a worker process that can be told from the others: by its way to
// the sandbox, by its name on leases, and by its sessions at the database.
type worker struct {
	*program
	line    *line
	process string
	session string
	site    *site
}

func (s *site) worker() *worker {
	s.t.Helper()
	s.workers++
	w := &worker{site: s, line: newLine(s.t, s.base), session: fmt.Sprintf("worker%d%s", s.workers, s.redis.port)}
	// The last of equal names counts.
	w.program = tidings(s.t, fmt.Sprintf("worker %d", s.workers), append(s.env,
		"TIDINGS_WECHAT_URL="+w.line.url+"/sandbox/wechat", "TIDINGS_DATABASE_URL="+s.address+"&application_name="+w.session), "worker")
	w.process = w.says(startup, `"leases are kept" process=(wrk_\w+)`)[1]
	w.says(startup, `msg=started`)
	return w
}

// held is how many shards the worker holds, and how many calls of theirs are unanswered.
func (w *worker) held() (shards, sending int) {
	w.t.Helper()
	const query = `SELECT count(*), coalesce(sum(sending), 0) FROM shards WHERE lease_owner LIKE $1`
	require.NoError(w.t, w.site.db.SQL.QueryRowContext(w.t.Context(), query, w.process+".%").Scan(&shards, &sending))
	return shards, sending
}

// inTransaction tells whether a session of the worker's waits for it in the
// middle of a transaction. Asked of a frozen worker.
func (w *worker) inTransaction() bool {
	w.t.Helper()
	const query = `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND xact_start IS NOT NULL`
	var n int
	require.NoError(w.t, w.site.db.SQL.QueryRowContext(w.t.Context(), query, w.session).Scan(&n))
	return n > 0
}

// freezeWhile freezes the worker in a moment in which it holds shards and is,
// or is not, inside a transaction.
func (w *worker) freezeWhile(inTransaction bool) {
	w.t.Helper()
	eventually(w.t, 30*time.Second, gently, fmt.Sprintf("%s is frozen, in a transaction: %t", w.name, inTransaction), func() bool {
		w.freeze()
		pass(50 * time.Millisecond) // what it has sent to the database arrives
		if shards, _ := w.held(); shards > 0 && w.inTransaction() == inTransaction {
			return true
		}
		w.thaw()
		return !w.running()
	})
	require.True(w.t, w.running())
}

// busy waits until both workers hold shards, if that happens, and gives them
// with one first that does.
func busy(a, b *worker) (first, second *worker) {
	a.t.Helper()
	until := time.Now().Add(5 * time.Second)
	eventually(a.t, 30*time.Second, closely, "a worker holds a shard", func() bool {
		inA, _ := a.held()
		inB, _ := b.held()
		if inA > 0 {
			first, second = a, b
		} else {
			first, second = b, a
		}
		return inA > 0 && inB > 0 || time.Now().After(until) && inA+inB > 0
	})
	return first, second
}

// unconfirmedByShard is the most that one shard of a task has, and how many shards have any.
func (s *site) unconfirmedByShard(task string) (worst, shards int) {
	s.t.Helper()
	const query = `SELECT coalesce(max(unconfirmed), 0), count(*) FILTER (WHERE unconfirmed > 0) FROM shards WHERE task_id = $1`
	require.NoError(s.t, s.db.SQL.QueryRowContext(s.t.Context(), query, task).Scan(&worst, &shards))
	return worst, shards
}

// claimedAt gives, by target, when a task's deliveries were claimed last, in machine time.
func (s *site) claimedAt(task string) map[string]time.Time {
	s.t.Helper()
	ahead := time.Until(s.now())
	const query = `SELECT target, claimed_at FROM deliveries WHERE run_num IN (SELECT num FROM runs WHERE task_id = $1)`
	rows, err := s.db.SQL.QueryContext(s.t.Context(), query, task)
	require.NoError(s.t, err)
	defer func() { _ = rows.Close() }()
	out := map[string]time.Time{}
	for rows.Next() {
		var target string
		var at time.Time
		require.NoError(s.t, rows.Scan(&target, &at))
		out[strings.TrimSpace(target)] = at.Add(-ahead)
	}
	require.NoError(s.t, rows.Err())
	return out
}
