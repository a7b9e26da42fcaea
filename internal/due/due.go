// Package due works with rows that are pieces of work: each has due_at
// (business time, NULL when nothing is to do), attempt, lease_owner and
// lease_until (machine time by the database's clock). See DESIGN §4.
//
//	free ──HandOut──▶ handed out ──Take──▶ held ──Release / done──▶ free / NULL
//	  ▲                  │ lost in the queue   │ worker died
//	  └──────────────────┴──── lease lapses ───┘
//
// Every hand-out and every take-over grows attempt. Who holds attempt n may
// write progress only WHERE attempt = n, so an earlier holder that wakes up
// writes nothing.
package due

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tidings/internal/database"
)

const (
	// TTL is how long a lease lasts without being renewed: the longest that a
	// crashed worker's row stays with it.
	TTL = 12 * time.Second
	// Renewal is how often held leases are renewed.
	Renewal = 3 * time.Second
	// QueueTTL is how long a row may wait in a queue before it is handed out again.
	QueueTTL = 10 * time.Second
)

// Table is a table of due rows.
type Table string

// The tables whose rows are pieces of work.
const (
	Runs       Table = "runs"
	Shards     Table = "shards"
	Uploads    Table = "uploads"
	Approvals  Table = "approvals"
	Segments   Table = "segments"
	Imports    Table = "imports"
	Batches    Table = "event_batches"
	Backtests  Table = "backtests"
	Preflights Table = "preflights"
)

// Row is a row handed out: its key and the attempt it was handed out under.
type Row struct {
	ID      string
	Attempt int
}

// Free is the condition of a row that nobody holds; its text has no parameters.
func Free(db *database.DB, alias string) string {
	return fmt.Sprintf("(%[1]s.lease_until IS NULL OR %[1]s.lease_until < %[2]s)", alias, db.NowSQL())
}

// HandOut marks up to limit rows that are due and free as waiting in a queue,
// earliest first. query narrows them: text with ? for its args, about alias w.
func HandOut(ctx context.Context, db *database.DB, table Table, now time.Time, limit int, query string, args ...any) ([]Row, error) {
	if query != "" {
		query = " AND " + query
	}
	text := fmt.Sprintf(`UPDATE %[1]s SET attempt = attempt + 1, lease_owner = 'queue', lease_until = %[2]s
		WHERE id IN (SELECT w.id FROM %[1]s w WHERE w.due_at <= ? AND %[3]s%[4]s ORDER BY w.due_at, w.id LIMIT %[5]d%[6]s)
		RETURNING id, attempt`, table, db.LaterSQL(QueueTTL), Free(db, "w"), query, limit, skipLocked(db))
	return rows(ctx, db, text, append([]any{now}, args...)...)
}

// HandOutIDs is HandOut for rows that the caller chose.
func HandOutIDs(ctx context.Context, db *database.DB, table Table, ids []int64) ([]Row, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	text := fmt.Sprintf(`UPDATE %[1]s SET attempt = attempt + 1, lease_owner = 'queue', lease_until = %[2]s
		WHERE id IN (SELECT w.id FROM %[1]s w WHERE %[3]s AND w.due_at IS NOT NULL AND %[4]s ORDER BY w.id%[5]s)
		RETURNING id, attempt`, table, db.LaterSQL(QueueTTL), db.In("w.id"), Free(db, "w"), skipLocked(db))
	return rows(ctx, db, text, db.List(ids))
}

func skipLocked(db *database.DB) string {
	if db.Postgres() {
		return " FOR UPDATE OF w SKIP LOCKED"
	}
	return ""
}

func rows(ctx context.Context, db *database.DB, text string, args ...any) ([]Row, error) {
	rs, err := db.SQL.QueryContext(ctx, db.Rebind(text), args...)
	if err != nil {
		return nil, fmt.Errorf("hand out: %w", err)
	}
	defer func() { _ = rs.Close() }()
	var out []Row
	for rs.Next() {
		var r Row
		if err := rs.Scan(&r.ID, &r.Attempt); err != nil {
			return nil, fmt.Errorf("hand out: %w", err)
		}
		out = append(out, r)
	}
	if err := rs.Err(); err != nil {
		return nil, fmt.Errorf("hand out: %w", err)
	}
	return out, nil
}

// ErrTaken says that the row was handed out again, taken by another or done.
var ErrTaken = errors.New("row is no longer ours to take")

// Take turns a hand-out into a lease under the next attempt, which the keeper
// renews until it is let go. ErrTaken when the hand-out is stale.
func (k *Keeper) Take(ctx context.Context, table Table, r Row) (*Lease, error) {
	l := &Lease{table: table, id: r.ID, owner: k.nextOwner(), keeper: k, lost: make(chan struct{})}
	asked := wall()
	text := k.db.Rebind(fmt.Sprintf(`UPDATE %s SET attempt = attempt + 1, lease_owner = ?, lease_until = %s
		WHERE id = ? AND attempt = ? AND due_at IS NOT NULL RETURNING attempt`, table, k.db.LaterSQL(TTL)))
	err := k.db.SQL.QueryRowContext(ctx, text, l.owner, r.ID, r.Attempt).Scan(&l.Attempt)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, ErrTaken
	}
	if err != nil {
		return nil, fmt.Errorf("take %s %s: %w", table, r.ID, err)
	}
	l.until.Store(asked.Add(TTL).UnixNano())
	k.add(l)
	return l, nil
}

// Release lets a row go unfinished, so that it is handed out again at once.
func (l *Lease) Release(ctx context.Context) error {
	l.Drop()
	text := l.keeper.db.Rebind(fmt.Sprintf(`UPDATE %s SET lease_owner = '', lease_until = NULL WHERE id = ? AND attempt = ?`, l.table))
	if _, err := l.keeper.db.SQL.ExecContext(ctx, text, l.id, l.Attempt); err != nil {
		return fmt.Errorf("release %s %s: %w", l.table, l.id, err)
	}
	return nil
}
