package event

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/id"
)

// batchSQL: ID, span, count, event types, low, machine time; when it is due;
// project. Whether any trigger is live is read in the transaction that stores the
// events: whoever sends one after a task was approved is not missed. Out: whether
// it is due.
const batchSQL = `INSERT INTO event_batches (id, project_num, from_at, to_at, count, event_nums, low, created_at, due_at, attempt, lease_owner, lease_until)
	SELECT %[1]s, p.num, %[1]s, %[1]s, %[1]s, %[2]s, %[3]s, %[4]s, CASE WHEN p.live_triggers > 0 THEN %[4]s END, %[5]s FROM projects p WHERE p.num = ?
	RETURNING due_at IS NOT NULL`

// handed is the attempt under which a batch is in a queue that was handed out when
// it was stored.
const handed = 1

// CopyBatch is Copy for events that triggers are matched with: those of each
// project are a batch, which is due at once where a trigger is live. low puts it
// after what happens now.
func CopyBatch(ctx context.Context, db *database.DB, tx *sql.Tx, rows [][]any, now time.Time, low bool) error {
	_, err := copyBatch(ctx, db, tx, rows, now, low, false)
	return err
}

// copyBatch stores events and their batches, and gives those that are due. With
// queued they are stored as handed out: the caller puts them into the queue after the
// commit, which saves the way over a poll. If it does not come to that, the
// hand-out lapses and a poll finds them.
func copyBatch(ctx context.Context, db *database.DB, tx *sql.Tx, rows [][]any, now time.Time, low, queued bool) (dueNow []int64, err error) {
	number, list, yes, instant := "?", "?", "?", "?"
	if db.Postgres() {
		number, list, yes, instant = "?::bigint", "?::jsonb", "?::boolean", "?::timestamptz"
	}
	lease := "0, '', NULL"
	if queued {
		lease = fmt.Sprintf("CASE WHEN p.live_triggers > 0 THEN %d ELSE 0 END, CASE WHEN p.live_triggers > 0 THEN 'queue' ELSE '' END, CASE WHEN p.live_triggers > 0 THEN %s END",
			handed, db.LaterSQL(due.QueueTTL))
	}
	text := db.Rebind(fmt.Sprintf(batchSQL, number, list, yes, instant, lease))
	batches := map[int64]*commit{}
	with := make([][]any, len(rows))
	for i, row := range rows {
		project, event, at := row[0].(int64), row[1].(int64), row[3].(int64) //nolint:errcheck,forcetypeassert // Copy's columns
		b := batches[project]
		if b == nil {
			b = &commit{id: id.Num(), from: at, to: at}
			batches[project] = b
		}
		b.from, b.to, b.count = min(b.from, at), max(b.to, at), b.count+1
		if !slices.Contains(b.events, event) {
			b.events = append(b.events, event)
		}
		with[i] = append(slices.Clone(row), b.id)
	}
	for project, b := range batches {
		events, err := json.Marshal(b.events)
		if err != nil {
			return nil, err
		}
		var isDue bool
		err = tx.QueryRowContext(ctx, text, b.id, b.from, b.to, b.count, string(events), low, clock.Wall(), now, project).Scan(&isDue)
		if errors.Is(err, sql.ErrNoRows) {
			continue // there is no such project any more
		}
		if err != nil {
			return nil, fmt.Errorf("make batch: %w", err)
		}
		if isDue {
			dueNow = append(dueNow, b.id)
		}
	}
	return dueNow, copyRows(ctx, db, tx, with)
}

// commit is a project's part of what is stored together.
type commit struct {
	id       int64
	from, to int64
	count    int
	events   []int64
}
