package person

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
)

const (
	// foldAfter is how old a merge is before its rows are rewritten: until then a
	// process may still have the loser's number in its memory.
	foldAfter = 10 * time.Minute
	// foldStep is how many rows one transaction rewrites.
	foldStep = 2000
	// foldMerges is how many merges one call works on.
	foldMerges = 500
)

// Fold gives the rows of people who were merged away to who they are now, some
// at a time, and marks the merges that are done with. It tells how many those
// were. now is machine time.
func Fold(ctx context.Context, db *database.DB, now time.Time) (int, error) {
	const q = `SELECT id FROM person_aliases WHERE folded_at IS NULL AND merged_at <= ? ORDER BY merged_at, id LIMIT ?`
	losers, err := int64s(ctx, db, db.Rebind(q), now.Add(-foldAfter), foldMerges)
	if err != nil {
		return 0, fmt.Errorf("find merges: %w", err)
	}
	for i, id := range losers {
		for {
			left, err := foldSome(ctx, db, id)
			if err != nil {
				return i, fmt.Errorf("fold person %d: %w", id, err)
			}
			if !left {
				break
			}
		}
	}
	return len(losers), nil
}

// foldEventsSQL: winner, project, loser, and the same two again, limit. Events of
// one person are found by their times; a step takes all of its last instant.
const foldEventsSQL = `UPDATE events SET person_num = ? WHERE project_num = ? AND person_num = ? AND at <= (
	SELECT max(at) FROM (SELECT at FROM events WHERE project_num = ? AND person_num = ? ORDER BY at LIMIT ?) AS step)`

// foldRowsSQL: the same.
const foldRowsSQL = `UPDATE detail_rows SET person_num = ? WHERE (project_num, table_num, key) IN (
	SELECT project_num, table_num, key FROM detail_rows WHERE project_num = ? AND person_num = ? LIMIT ?)`

// foldSome rewrites one step of a merge's rows; left tells whether there may be more.
func foldSome(ctx context.Context, db *database.DB, id int64) (left bool, err error) {
	err = db.SQLTx(ctx, func(tx *sql.Tx) error {
		left = false
		q := `SELECT project_num, to_id FROM person_aliases WHERE id = ? AND folded_at IS NULL`
		if db.Postgres() {
			q += ` FOR UPDATE`
		}
		var project, to int64
		err := tx.QueryRowContext(ctx, db.Rebind(q), id).Scan(&project, &to)
		if errors.Is(err, sql.ErrNoRows) {
			return nil // another worker has done it
		}
		if err != nil {
			return fmt.Errorf("read merge: %w", err)
		}
		winner, loser := Num(to), Num(id)
		events, err := tx.ExecContext(ctx, db.Rebind(foldEventsSQL), winner, project, loser, project, loser, foldStep)
		if err != nil {
			return fmt.Errorf("events: %w", err)
		}
		rows, err := tx.ExecContext(ctx, db.Rebind(foldRowsSQL), winner, project, loser, foldStep)
		if err != nil {
			return fmt.Errorf("detail rows: %w", err)
		}
		for _, res := range []sql.Result{events, rows} {
			n, err := res.RowsAffected()
			if err != nil {
				return fmt.Errorf("count rows: %w", err)
			}
			left = left || n >= foldStep
		}
		if left {
			return nil
		}
		if _, err := tx.ExecContext(ctx, db.Rebind(`UPDATE person_aliases SET folded_at = ? WHERE id = ?`), clock.Wall(), id); err != nil {
			return fmt.Errorf("mark: %w", err)
		}
		return nil
	})
	return left, err
}
