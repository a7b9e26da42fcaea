package database

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/lib/pq"
)

// firstEventMonth is the first that gets a partition; what is older, which is
// little, stays together in the default one.
const firstEventMonth = 2010*12 + 0

// attachWait bounds how long new queries may stand behind the attaching of a
// partition, which waits for those that run.
const attachWait = "1s"

// Month counts months from year 0 of an instant in milliseconds since the epoch, UTC.
func Month(at int64) int {
	t := time.UnixMilli(at).UTC()
	return t.Year()*12 + int(t.Month()) - 1
}

// EnsureEventPartition makes the partition of events of a month (Month), on
// PostgreSQL; on SQLite there are none. It looks once per process and month. A
// partition that cannot be had now, because a long query is reading, is not
// waited for: the events go to the default partition and are found there.
func (db *DB) EnsureEventPartition(ctx context.Context, month int) error {
	if !db.Postgres() || month < firstEventMonth {
		return nil
	}
	if _, done := db.partitions.Load(month); done {
		return nil
	}
	from := time.Date(month/12, time.Month(month%12+1), 1, 0, 0, 0, 0, time.UTC)
	name := "events_" + from.Format("2006_01")
	err := db.attach(ctx, name, from)
	if pe, ok := errors.AsType[*pq.Error](err); ok {
		switch pe.Code {
		case "55P03": // lock not available: the next event of the month tries again
			return nil
		case "23514": // the default partition holds events of the month: they stay together
			err = nil
		}
	}
	if err != nil {
		return fmt.Errorf("make partition %s: %w", name, err)
	}
	db.partitions.Store(month, true)
	return nil
}

// attach makes a table and attaches it, which, unlike making it as a partition,
// lets others read and write the other partitions meanwhile.
func (db *DB) attach(ctx context.Context, name string, from time.Time) error {
	var n int
	exists := `SELECT count(*) FROM pg_tables WHERE tablename = $1 AND schemaname = ANY(current_schemas(false))`
	if err := db.SQL.QueryRowContext(ctx, exists, name).Scan(&n); err != nil || n > 0 {
		return err
	}
	tx, err := db.SQL.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, `SELECT pg_advisory_xact_lock(hashtext('tidings partitions'))`); err != nil {
		return err
	}
	if err := tx.QueryRowContext(ctx, exists, name).Scan(&n); err != nil || n > 0 {
		return err
	}
	for _, statement := range []string{
		`SET LOCAL lock_timeout = '` + attachWait + `'`,
		`CREATE TABLE ` + name + ` (LIKE events INCLUDING DEFAULTS)`,
		fmt.Sprintf(`ALTER TABLE events ATTACH PARTITION %s FOR VALUES FROM (%d) TO (%d)`, name, from.UnixMilli(), from.AddDate(0, 1, 0).UnixMilli()),
	} {
		if _, err := tx.ExecContext(ctx, statement); err != nil {
			return err
		}
	}
	return tx.Commit()
}
