package event

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/id"
)

// batchSQL: ID, span, count, event types, low, machine time; when it is due;
// project. Whether any trigger is live is read in the transaction that stores the
// events: whoever sends one after a task was approved is not missed.
const batchSQL = `INSERT INTO event_batches (id, project_num, from_at, to_at, count, event_nums, low, created_at, due_at, attempt, lease_owner)
	SELECT %[1]s, p.num, %[1]s, %[1]s, %[1]s, %[2]s, %[3]s, %[4]s, CASE WHEN p.live_triggers > 0 THEN %[4]s END, 0, '' FROM projects p WHERE p.num = ?`

// CopyBatch is Copy for events that triggers are matched with: those of each
// project are a batch, which is due at once where a trigger is live. low puts it
// after what happens now.
func CopyBatch(ctx context.Context, db *database.DB, tx *sql.Tx, rows [][]any, now time.Time, low bool) error {
	number, list, yes, instant := "?", "?", "?", "?"
	if db.Postgres() {
		number, list, yes, instant = "?::bigint", "?::jsonb", "?::boolean", "?::timestamptz"
	}
	text := db.Rebind(fmt.Sprintf(batchSQL, number, list, yes, instant))
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
			return err
		}
		if _, err := tx.ExecContext(ctx, text, b.id, b.from, b.to, b.count, string(events), low, clock.Wall(), now, project); err != nil {
			return fmt.Errorf("make batch: %w", err)
		}
	}
	return copyRows(ctx, db, tx, with)
}

// commit is a project's part of what is stored together.
type commit struct {
	id       int64
	from, to int64
	count    int
	events   []int64
}
