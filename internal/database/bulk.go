package database

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/lib/pq"
)

// Rebind turns ? placeholders into the dialect's.
func (db *DB) Rebind(query string) string {
	if !db.Postgres() {
		return query
	}
	var b strings.Builder
	n := 0
	for _, r := range query {
		if r == '?' {
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// List passes many values as one parameter: an array on PostgreSQL, a JSON
// array on SQLite. InList is its counterpart in the text.
func (db *DB) List(values any) any {
	if db.Postgres() {
		return pq.Array(values)
	}
	b, err := json.Marshal(values)
	if err != nil {
		panic(fmt.Sprintf("database: list of %T: %v", values, err)) // only plain slices come here
	}
	return string(b)
}

// In is the condition "column is one of the list in the next placeholder".
func (db *DB) In(column string) string {
	if db.Postgres() {
		return column + " = ANY(?)"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// NowSQL is machine time by the database's clock, as an expression. Leases
// compare with it, so that workers' clocks need not agree.
func (db *DB) NowSQL() string {
	if db.Postgres() {
		return "clock_timestamp()"
	}
	return "strftime('%Y-%m-%d %H:%M:%f000+00:00','now')"
}

// LaterSQL is NowSQL plus a duration.
func (db *DB) LaterSQL(d time.Duration) string {
	ms := d.Milliseconds()
	if db.Postgres() {
		return fmt.Sprintf("clock_timestamp() + interval '%d milliseconds'", ms)
	}
	return fmt.Sprintf("strftime('%%Y-%%m-%%d %%H:%%M:%%f000+00:00','now','%+.3f seconds')", float64(ms)/1000)
}

// SkipLocked is the clause that lets several workers take rows side by side.
func (db *DB) SkipLocked() string {
	if db.Postgres() {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// EnsurePartition makes the monthly partition of deliveries that holds the
// instant, on PostgreSQL; on SQLite there are none. A row is written when it is
// claimed and once more when it is settled, and those of a page are settled
// together, so more than half of each page is left free: the second version
// stays on the page, and the index need not be touched.
func (db *DB) EnsurePartition(ctx context.Context, at time.Time) error {
	if !db.Postgres() {
		return nil
	}
	at = at.UTC()
	from := time.Date(at.Year(), at.Month(), 1, 0, 0, 0, 0, time.UTC)
	name := "deliveries_" + from.Format("2006_01")
	var n int
	exists := `SELECT count(*) FROM pg_tables WHERE tablename = $1 AND schemaname = ANY(current_schemas(false))`
	if err := db.SQL.QueryRowContext(ctx, exists, name).Scan(&n); err != nil {
		return fmt.Errorf("look for partition %s: %w", name, err)
	}
	if n > 0 {
		return nil
	}
	tx, err := db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('tidings partitions'))`); err != nil {
		return fmt.Errorf("lock partitions: %w", err)
	}
	statement := fmt.Sprintf(`CREATE TABLE IF NOT EXISTS %s PARTITION OF deliveries FOR VALUES FROM ('%s') TO ('%s') WITH (fillfactor = 45)`, //nolint:gosec // made of dates only
		name, from.Format(time.RFC3339), from.AddDate(0, 1, 0).Format(time.RFC3339))
	if _, err := tx.ExecContext(ctx, statement); err != nil {
		return fmt.Errorf("make partition %s: %w", name, err)
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit partition %s: %w", name, err)
	}
	return nil
}
