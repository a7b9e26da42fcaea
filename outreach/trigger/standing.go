package trigger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/database"
)

// MaxStanding is how far a task's touches are counted: many people look often.
const MaxStanding = 100_000

// Standing is what a task has in store.
type Standing struct {
	// Judging wait for whether B is done, Pending for the time of their message;
	// MaxStanding+1 says that there are more than MaxStanding.
	Judging, Pending int
	// NextAt is when the next of them is due; nil: there are none.
	NextAt *time.Time
}

// standingSQL: task, kind, limit. It is answered from the first entries of an index alone.
const standingSQL = `SELECT count(*), min(due_at) FROM (
	SELECT due_at FROM touches WHERE task_id = ? AND kind = ? AND run_num IS NULL ORDER BY due_at, id LIMIT ?) AS first`

// StandingOf counts what a task has in store.
func StandingOf(ctx context.Context, db *database.DB, taskID string) (Standing, error) {
	return standingOf(ctx, db, taskID, MaxStanding)
}

func standingOf(ctx context.Context, db *database.DB, taskID string, most int) (Standing, error) {
	var out Standing
	for kind, n := range map[Kind]*int{Judge: &out.Judging, Send: &out.Pending} {
		var next sql.NullTime
		if err := db.SQL.QueryRowContext(ctx, db.Rebind(standingSQL), taskID, kind, most+1).Scan(n, &next); err != nil {
			return out, fmt.Errorf("count touches of %s: %w", taskID, err)
		}
		if at := next.Time.UTC(); next.Valid && (out.NextAt == nil || at.Before(*out.NextAt)) {
			out.NextAt = &at
		}
	}
	return out, nil
}
