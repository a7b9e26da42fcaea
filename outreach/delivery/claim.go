package delivery

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	entrun "tidings/ent/run"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/dispatch"
	"tidings/outreach/gate"
)

// heldStatus is the outcome of a candidate that our own rules hold. One reason
// counts as a failure of the send (spec §9.5).
func heldStatus(r gate.Reason) Status {
	if r == gate.UnknownUserVariable {
		return Failed
	}
	return NotSent
}

// claim writes the batch's rows and moves the shard's cursor in one transaction,
// and gives the candidates to call: nobody else will. When the task is stopped
// nothing is written (errStop); when it is over, all are recorded as not sent.
func (w *Worker) claim(ctx context.Context, sh *shard, r *run, attempt int, batch []candidate) ([]*candidate, error) {
	if len(batch) == 0 {
		return nil, nil
	}
	c := claiming{w: w, sh: sh, r: r, attempt: attempt, batch: batch, at: w.Clock.Now(), over: sh.over != ""}
	calls, err := c.commit(ctx)
	if over, ok := errors.AsType[overError](err); ok {
		sh.over = gate.Reason(over)
		hold(batch, sh.over)
		c.over = true
		calls, err = c.commit(ctx)
	}
	if err != nil {
		return nil, err
	}
	sh.cursor += len(batch)
	return calls, nil
}

// hold records a batch of a run that is over as not sent.
func hold(batch []candidate, why gate.Reason) {
	for i := range batch {
		batch[i].reason, batch[i].params = why, nil
	}
}

// runStatusSQL is a run's status, r, and ENDED of one that its task's end cut short.
const runStatusSQL = `CASE WHEN r.failure = '` + dispatch.TaskEnded + `' THEN 'ENDED' ELSE r.status END`

// standingSQL: now, run number. Out: the run's status, its task's, and whether the
// task's end has come.
const standingSQL = `SELECT ` + runStatusSQL + `, t.run_status, t.ends_at <= ? FROM runs r JOIN tasks t ON t.id = r.task_id WHERE r.num = ?`

// askOver tells why a run is over, without claiming anything; empty: it is not.
func (w *Worker) askOver(ctx context.Context, sh *shard, r *run) (gate.Reason, error) {
	var (
		runStatus, taskStatus string
		past                  sql.NullBool
	)
	if err := w.DB.SQL.QueryRowContext(ctx, w.DB.Rebind(standingSQL), w.Clock.Now(), sh.runNum).Scan(&runStatus, &taskStatus, &past); err != nil {
		return "", fmt.Errorf("read standing: %w", err)
	}
	over, _ := errors.AsType[overError](standing(r.kind, runStatus, taskStatus, past.Bool))
	return gate.Reason(over), nil
}

// overError says that the run was cancelled or has ended, and with which reason
// what is left is recorded as not sent.
type overError gate.Reason

func (e overError) Error() string { return "the run is over: " + string(e) }

// standing says whether a run may send: nil, errStop or an overError. A resend is of
// a task that is over and goes by its run; a triggered task sends nothing once it
// has ended (R69). Its end is the instant itself, past, and not the moment a little
// later at which somebody notices and writes the status.
func standing(kind entrun.Kind, runStatus, taskStatus string, past bool) error {
	switch {
	case runStatus == "ENDED" || kind == entrun.KindTriggered && (past || taskStatus == "ENDED"):
		return overError(gate.TaskEnded)
	case taskStatus == "PAUSED" || taskStatus == "ABNORMAL":
		return errStop
	case runStatus != "SENDING" || taskStatus == "CANCELLED":
		return overError(gate.TaskNotRunning)
	default:
		return nil
	}
}

type claiming struct {
	w       *Worker
	sh      *shard
	r       *run
	attempt int
	batch   []candidate
	at      time.Time
	over    bool // known to be: everybody is recorded as not sent
}

// commit claims, and after a commit that nobody acknowledged looks whether it
// happened before anything is called.
func (c *claiming) commit(ctx context.Context) ([]*candidate, error) {
	calls, err := c.try(ctx, c.w.DB.Postgres() && !c.sh.retry)
	if database.IsUnique(err) {
		// Some row is there already: whoever wrote it has the call. Take the others.
		calls, err = c.try(ctx, false)
	}
	if _, unsure := errors.AsType[*database.CommitError](err); !unsure {
		return calls, err
	}
	var cursor int
	const look = `SELECT cursor FROM shards WHERE id = ? AND attempt = ?`
	if lerr := c.w.DB.SQL.QueryRowContext(ctx, c.w.DB.Rebind(look), c.sh.id, c.attempt).Scan(&cursor); lerr != nil {
		return nil, errors.Join(err, lerr)
	}
	if cursor != c.sh.cursor+len(c.batch) {
		return nil, err
	}
	// It did happen, and what it won is ours to call; rows that were there before are not.
	return calls, nil
}

func (c *claiming) try(ctx context.Context, bulk bool) ([]*candidate, error) {
	insert := c.insert
	switch {
	case bulk:
		insert = c.copy
	case c.sh.retry:
		insert = c.reclaim
	}
	fence, err := c.w.DB.Prepared(ctx, fenceSQL)
	if err != nil {
		return nil, fmt.Errorf("claim: %w", err)
	}
	var calls []*candidate
	err = c.w.DB.SQLTx(ctx, func(tx *sql.Tx) error {
		var n counts
		if bulk {
			// All rows are new or the transaction fails, so the fence can write their counts too.
			_, n = c.tally(c.all())
		}
		if err := c.fence(ctx, tx, fence, &n); err != nil {
			return err
		}
		won, err := insert(ctx, tx)
		if err != nil {
			return err
		}
		calls, n = c.tally(won)
		if bulk {
			return n.writeReasons(ctx, c.w.DB, tx, c.sh)
		}
		return n.write(ctx, c.w.DB, tx, c.sh)
	})
	if err != nil && !database.IsUnique(err) && !errors.Is(err, errLost) {
		err = fmt.Errorf("claim: %w", err)
	}
	return calls, err
}

// tally splits what was won into those to call, and counts all of it.
func (c *claiming) tally(won []*candidate) (calls []*candidate, n counts) {
	calls = make([]*candidate, 0, len(won))
	for _, cand := range won {
		if cand.reason == "" {
			calls = append(calls, cand)
			n.sending++
		} else {
			n.add(heldStatus(cand.reason), string(cand.reason))
		}
	}
	if c.sh.retry {
		n.deferred = -len(won)
	}
	return calls, n
}

// fenceSQL: new cursor; differences of sending, failed and not sent; shard,
// attempt, old cursor; now. Out: the status of the run and of its task, and whether
// the task's end has come; no row when the shard is lost.
const fenceSQL = `UPDATE shards SET cursor = ?, sending = sending + ?, failed = failed + ?, not_sent = not_sent + ?
	WHERE id = ? AND attempt = ? AND cursor = ?
	RETURNING (SELECT ` + runStatusSQL + ` FROM runs r WHERE r.num = shards.run_num), (SELECT t.run_status FROM tasks t WHERE t.id = shards.task_id),
	(SELECT t.ends_at <= ? FROM tasks t WHERE t.id = shards.task_id)`

// fence moves the cursor under the attempt, and asks in the same statement
// whether the run may send, so that a pause or cancellation holds from the next
// grant on. errLost, errStop or an overError end the transaction.
func (c *claiming) fence(ctx context.Context, tx *sql.Tx, fence *sql.Stmt, n *counts) error {
	var (
		runStatus, taskStatus string
		past                  sql.NullBool
	)
	st := tx.StmtContext(ctx, fence)
	defer func() { _ = st.Close() }()
	err := st.QueryRowContext(ctx, c.sh.cursor+len(c.batch), n.sending, n.failed, n.notSent,
		c.sh.id, c.attempt, c.sh.cursor, c.at).Scan(&runStatus, &taskStatus, &past)
	if errors.Is(err, sql.ErrNoRows) {
		return errLost
	}
	if err != nil || c.over || len(c.batch) == 0 {
		return err
	}
	return standing(c.r.kind, runStatus, taskStatus, past.Bool)
}

func (c *claiming) all() []*candidate {
	out := make([]*candidate, len(c.batch))
	for i := range c.batch {
		out[i] = &c.batch[i]
	}
	return out
}

// row is a candidate as it is claimed.
func (c *claiming) row(cand *candidate) (status Status, settled *time.Time, content string) {
	if cand.reason != "" {
		return heldStatus(cand.reason), &c.at, ""
	}
	if !c.r.message.Constant() {
		content = contentJSON(cand.params)
	}
	return Sending, nil, content
}

// copySQL is PostgreSQL's fast way in; a row that is there already fails it.
const copySQL = `COPY deliveries (run_at, run_num, person_num, seq, project_num, claimed_at, settled_at, status, target, reason, content) FROM STDIN`

func (c *claiming) copy(ctx context.Context, tx *sql.Tx) ([]*candidate, error) {
	st, err := tx.PrepareContext(ctx, copySQL)
	if err != nil {
		return nil, err
	}
	defer func() { _ = st.Close() }()
	// Formatted once: lib/pq would format a time.Time for every row.
	runAt, claimed := c.r.at.Format(time.RFC3339Nano), c.at.Format(time.RFC3339Nano)
	for i := range c.batch {
		cand := &c.batch[i]
		status, settled, content := c.row(cand)
		var settledAt any
		if settled != nil {
			settledAt = claimed
		}
		if _, err := st.ExecContext(ctx, runAt, c.sh.runNum, int64(cand.person), c.sh.seq, c.sh.projectNum, claimed, settledAt,
			int64(status), cand.target, string(cand.reason), content); err != nil {
			return nil, err
		}
	}
	_, err = st.ExecContext(ctx)
	return c.all(), err
}

// insertSQL: run_at, run number, seq, project number, claimed, settled, and rows of
// person, status, target, reason, content. Out: the persons whose row is new.
const insertSQL = `INSERT INTO deliveries (run_at, run_num, person_num, seq, project_num, claimed_at, settled_at, status, target, reason, content)
	SELECT %s, CAST(? AS bigint), u.person, CAST(? AS integer), CAST(? AS bigint), %s, CASE WHEN u.status = 1 THEN NULL ELSE %s END, u.status, u.target, u.reason, u.content
	FROM %s WHERE true ORDER BY u.person ON CONFLICT DO NOTHING RETURNING person_num`

func (c *claiming) insert(ctx context.Context, tx *sql.Tx) ([]*candidate, error) {
	n := len(c.batch)
	people, statuses := make([]int64, n), make([]int64, n)
	targets, reasons, contents := make([]string, n), make([]string, n), make([]string, n)
	for i := range c.batch {
		cand := &c.batch[i]
		status, _, content := c.row(cand)
		people[i], statuses[i], targets[i], reasons[i], contents[i] = int64(cand.person), int64(status), cand.target, string(cand.reason), content
	}
	values, args := c.w.DB.Values("u", database.Column{Name: "person", Values: people}, database.Column{Name: "status", Values: statuses},
		database.Column{Name: "target", Values: targets}, database.Column{Name: "reason", Values: reasons}, database.Column{Name: "content", Values: contents})
	instant := "?"
	if c.w.DB.Postgres() {
		instant = "CAST(? AS timestamptz)"
	}
	text := fmt.Sprintf(insertSQL, instant, instant, instant, values)
	args = append([]any{c.r.at, c.sh.runNum, c.sh.seq, c.sh.projectNum, c.at, c.at}, args...)
	return c.won(ctx, tx, text, args)
}

// reclaimSQL: claimed twice, rows of person, status, target, reason, content;
// run_at, run number, span, seq. Out: the persons whose delivery was put off and is ours now.
const reclaimSQL = `UPDATE deliveries SET status = u.status, tries = tries + CASE WHEN u.status = 1 THEN 1 ELSE 0 END, claimed_at = ?,
	settled_at = CASE WHEN u.status = 1 THEN NULL ELSE CAST(? AS %s) END, target = u.target, reason = u.reason, text = '',
	content = CASE WHEN u.status = 1 THEN u.content ELSE deliveries.content END
	FROM %s WHERE run_at = ? AND run_num = ? AND person_num = u.person AND person_num BETWEEN ? AND ? AND seq = ? AND deliveries.status = 6 RETURNING person_num, tries`

func (c *claiming) reclaim(ctx context.Context, tx *sql.Tx) ([]*candidate, error) {
	n := len(c.batch)
	people, statuses := make([]int64, n), make([]int64, n)
	targets, reasons, contents := make([]string, n), make([]string, n), make([]string, n)
	for i := range c.batch {
		cand := &c.batch[i]
		status, _, content := c.row(cand)
		people[i], statuses[i], targets[i], reasons[i], contents[i] = int64(cand.person), int64(status), cand.target, string(cand.reason), content
	}
	values, args := c.w.DB.Values("u", database.Column{Name: "person", Values: people}, database.Column{Name: "status", Values: statuses},
		database.Column{Name: "target", Values: targets}, database.Column{Name: "reason", Values: reasons}, database.Column{Name: "content", Values: contents})
	instant := "text"
	if c.w.DB.Postgres() {
		instant = "timestamptz"
	}
	text := fmt.Sprintf(reclaimSQL, instant, values)
	args = append(append([]any{c.at, c.at}, args...), c.r.at, c.sh.runNum, people[0], people[n-1], c.sh.seq)
	rows, err := tx.QueryContext(ctx, c.w.DB.Rebind(text), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	at := c.byPerson()
	var won []*candidate
	for rows.Next() {
		var person int64
		var tries int
		if err := rows.Scan(&person, &tries); err != nil {
			return nil, err
		}
		cand := at[person]
		cand.tries = tries
		won = append(won, cand)
	}
	return won, rows.Err()
}

func (c *claiming) byPerson() map[int64]*candidate {
	at := make(map[int64]*candidate, len(c.batch))
	for i := range c.batch {
		at[int64(c.batch[i].person)] = &c.batch[i]
	}
	return at
}

func (c *claiming) won(ctx context.Context, tx *sql.Tx, text string, args []any) ([]*candidate, error) {
	rows, err := tx.QueryContext(ctx, c.w.DB.Rebind(text), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	at := c.byPerson()
	var won []*candidate
	for rows.Next() {
		var person int64
		if err := rows.Scan(&person); err != nil {
			return nil, err
		}
		won = append(won, at[person])
	}
	return won, rows.Err()
}

// takeOverSQL: new status, time, run_at, run number, seq, try, span, persons. The try
// tells the shard's own rows from those that a retry shard holds of the same people.
const takeOverSQL = `UPDATE deliveries SET status = ?, reason = 'WORKER_LOST', settled_at = ? WHERE run_at = ? AND run_num = ? AND status = 1 AND seq = ?
	AND tries = ? AND person_num BETWEEN ? AND ? AND %s RETURNING person_num`

// takeOver answers for the calls of a worker that held the shard before and died
// or froze: nobody knows what became of them. If it lives, its answers still
// settle. A task that resends unconfirmed ones puts them off instead.
func (w *Worker) takeOver(ctx context.Context, sh *shard, r *run, attempt int) error {
	people := make([]int64, sh.cursor)
	for i, p := range sh.people[:sh.cursor] {
		people[i] = int64(p)
	}
	to, now := Unconfirmed, w.Clock.Now()
	if r.plan.ResendUnconfirmed {
		to = Deferred
	}
	fence, err := w.DB.Prepared(ctx, fenceSQL)
	if err != nil {
		return fmt.Errorf("take over shard %d: %w", sh.id, err)
	}
	err = w.DB.SQLTx(ctx, func(tx *sql.Tx) error {
		// Fenced like a claim, without moving the cursor.
		c := claiming{w: w, sh: sh, attempt: attempt, at: now}
		if err := c.fence(ctx, tx, fence, &counts{}); err != nil {
			return err
		}
		rows, err := tx.QueryContext(ctx, w.DB.Rebind(fmt.Sprintf(takeOverSQL, w.DB.In("person_num"))),
			int(to), now, r.at, sh.runNum, sh.seq, sh.try, people[0], people[len(people)-1], w.DB.List(people))
		if err != nil {
			return err
		}
		lost, err := uint32s(rows)
		if err != nil {
			return err
		}
		n := counts{sending: -len(lost)}
		n.add2(to, len(lost))
		if to == Deferred {
			if err := w.putOff(ctx, tx, sh, lost, now); err != nil {
				return err
			}
		}
		w.Log.WarnContext(ctx, "shard taken over", "shard", sh.id, "in_flight", len(lost), "at", clock.Wall())
		return n.write(ctx, w.DB, tx, sh)
	})
	if err != nil {
		return fmt.Errorf("take over shard %d: %w", sh.id, err)
	}
	w.Changed(sh.taskID)
	return nil
}

func uint32s(rows *sql.Rows) ([]uint32, error) {
	defer func() { _ = rows.Close() }()
	var out []uint32
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, err
		}
		out = append(out, uint32(n)) //nolint:gosec // person numbers are 32-bit
	}
	return out, rows.Err()
}
