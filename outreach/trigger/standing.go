package trigger

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/database"
)

// Standing is what a task has in store.
type Standing struct {
	// Judging wait for whether B is done, Pending for the time of their message.
	Judging, Pending int
	// NextAt is when the next of them is due; nil: there are none.
	NextAt *time.Time
}

// standingSQL: task. It is answered from an index alone.
const standingSQL = `SELECT kind, count(*), min(due_at) FROM touches WHERE task_id = ? AND run_num IS NULL GROUP BY kind`

// StandingOf counts what a task has in store.
func StandingOf(ctx context.Context, db *database.DB, taskID string) (Standing, error) {
	var out Standing
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(standingSQL), taskID)
	if err != nil {
		return out, fmt.Errorf("count touches of %s: %w", taskID, err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			kind Kind
			n    int
			next sql.NullTime
		)
		if err := rows.Scan(&kind, &n, &next); err != nil {
			return out, fmt.Errorf("count touches of %s: %w", taskID, err)
		}
		if kind == Judge {
			out.Judging = n
		} else {
			out.Pending += n
		}
		if at := next.Time.UTC(); next.Valid && (out.NextAt == nil || at.Before(*out.NextAt)) {
			out.NextAt = &at
		}
	}
	if err := rows.Err(); err != nil {
		return out, fmt.Errorf("count touches of %s: %w", taskID, err)
	}
	return out, nil
}
