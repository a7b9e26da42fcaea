package event

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
)

const (
	// seenFor is how long a message's ID is remembered.
	seenFor = 7 * 24 * time.Hour
	// refusedFor is how long refused events are kept.
	refusedFor = 30 * 24 * time.Hour
	// sweepStep is how many rows a statement removes, sweepSteps how many of them a call runs.
	sweepStep, sweepSteps = 5000, 200
)

// Sweep makes the coming month's partition and removes what nobody needs any
// more, in bounded steps: IDs of messages after seven days, refused events after
// thirty, and events beyond what their project keeps.
func Sweep(ctx context.Context, db *database.DB, now time.Time) error {
	for _, at := range []time.Time{now, now.AddDate(0, 0, 15)} {
		if err := db.EnsureEventPartition(ctx, database.Month(at.UnixMilli())); err != nil {
			return err
		}
	}
	wall := clock.Wall() // a message sent again comes by the machines' clocks
	steps := []struct {
		what, text string
		args       []any
	}{
		{"message IDs", `DELETE FROM event_seen WHERE hash IN (SELECT hash FROM event_seen WHERE seen_at < ? LIMIT ?)`, []any{wall.Add(-seenFor).UnixMilli(), sweepStep}},
		{"refused events", `DELETE FROM refused_events WHERE id IN (SELECT id FROM refused_events WHERE received_at < ? ORDER BY id LIMIT ?)`, []any{now.Add(-refusedFor), sweepStep}},
	}
	for _, s := range steps {
		if err := repeat(ctx, db, s.text, s.args...); err != nil {
			return fmt.Errorf("remove %s: %w", s.what, err)
		}
	}
	return retain(ctx, db, now)
}

// repeat runs a statement until it finds less than a step.
func repeat(ctx context.Context, db *database.DB, text string, args ...any) error {
	for range sweepSteps {
		res, err := db.SQL.ExecContext(ctx, db.Rebind(text), args...)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n < sweepStep {
			return err
		}
	}
	return nil
}

// retainSQL: project, event, instant, project, event, limit. A step takes all
// events of its last instant.
const retainSQL = `DELETE FROM events WHERE project_num = ? AND event_num = ? AND at < ? AND at <= (
	SELECT max(at) FROM (SELECT at FROM events WHERE project_num = ? AND event_num = ? ORDER BY at LIMIT ?) AS step)`

// waitedSQL: out projects, and when the earliest A was done of which it is still to
// be judged whether B followed. (touches: see outreach/trigger; 1 is its Judge.)
const waitedSQL = `SELECT project_num, min(base_at) FROM touches WHERE kind = 1 AND run_num IS NULL GROUP BY project_num`

// waited reads from when on a project's events are still needed to judge.
func waited(ctx context.Context, db *database.DB) (map[int64]int64, error) {
	rows, err := db.SQL.QueryContext(ctx, waitedSQL)
	if err != nil {
		return nil, fmt.Errorf("look for what is to be judged: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64]int64{}
	for rows.Next() {
		var project, from int64
		if err := rows.Scan(&project, &from); err != nil {
			return nil, fmt.Errorf("look for what is to be judged: %w", err)
		}
		out[project] = from
	}
	return out, rows.Err()
}

// retain removes events that are older than their project keeps, but none that a
// pending judgement may ask for.
func retain(ctx context.Context, db *database.DB, now time.Time) error {
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(`SELECT p.num, t.num, p.event_retention_days FROM projects p JOIN event_types t ON t.project_id = p.id WHERE p.event_retention_days > 0`))
	if err != nil {
		return fmt.Errorf("read retention: %w", err)
	}
	defer func() { _ = rows.Close() }()
	type kept struct {
		project, event int64
		days           int
	}
	var all []kept
	for rows.Next() {
		var k kept
		if err := rows.Scan(&k.project, &k.event, &k.days); err != nil {
			return fmt.Errorf("read retention: %w", err)
		}
		all = append(all, k)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read retention: %w", err)
	}
	if len(all) == 0 {
		return nil
	}
	needed, err := waited(ctx, db)
	if err != nil {
		return err
	}
	for _, k := range all {
		before := now.AddDate(0, 0, -k.days).UnixMilli()
		if from, waits := needed[k.project]; waits {
			before = min(before, from)
		}
		if err := repeat(ctx, db, retainSQL, k.project, k.event, before, k.project, k.event, sweepStep); err != nil {
			return fmt.Errorf("remove old events: %w", err)
		}
	}
	return nil
}
