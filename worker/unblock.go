package worker

import (
	"context"
	"fmt"
	"time"

	"tidings/internal/database"
)

const (
	// unblockEvery is how often a worker looks for sessions that hold the others up.
	unblockEvery = 2 * time.Second
	// silence is how long a session may keep the database waiting in the middle of
	// a transaction while others want what it has locked. Our transactions wait for
	// nothing but the database; it is shorter than a lease, so that whoever takes a
	// shard over finds its rows free.
	silence = 8 * time.Second
)

// silentSQL: milliseconds. Out: the sessions of ours whose client has been silent
// so long inside a transaction, or inside a COPY, which no timeout of
// PostgreSQL's reaches.
const silentSQL = `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND usename = current_user
	AND wait_event = 'ClientRead' AND xact_start IS NOT NULL AND state_change < clock_timestamp() - CAST($1 AS bigint) * interval '1 millisecond'`

// unblockSQL: sessions. Ends those that somebody waits for, or that hold a shard
// whose lease has lapsed: shards are handed out past locks, so nobody waits for
// those. Out: one row a session ended.
const unblockSQL = `SELECT pg_terminate_backend(a.pid) FROM unnest($1::bigint[]) AS p(pid) JOIN pg_stat_activity a ON a.pid = p.pid
	WHERE a.wait_event = 'ClientRead' AND a.xact_start IS NOT NULL AND (
		a.pid IN (SELECT unnest(pg_blocking_pids(w.pid)) FROM pg_stat_activity w WHERE w.wait_event_type = 'Lock')
		OR a.pid IN (SELECT l.pid FROM shards s JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted AND l.transactionid = s.xmax
			WHERE s.lease_until < clock_timestamp()))`

// Unblock ends the database sessions of processes that were frozen or cut off in
// the middle of a transaction and would otherwise keep their row locks for as
// long as they sleep. What they had not committed did not happen; when they wake
// they find their connection gone and their lease lost. It gives how many it ended.
func Unblock(ctx context.Context, db *database.DB) (int, error) {
	if !db.Postgres() {
		return 0, nil // the file belongs to one process
	}
	silent, err := pids(ctx, db, silentSQL, silence.Milliseconds())
	if err != nil || len(silent) == 0 {
		return 0, err
	}
	rows, err := db.SQL.QueryContext(ctx, unblockSQL, db.List(silent))
	if err != nil {
		return 0, fmt.Errorf("end silent sessions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	n := 0
	for rows.Next() {
		n++
	}
	if err := rows.Err(); err != nil {
		return n, fmt.Errorf("end silent sessions: %w", err)
	}
	return n, nil
}

func pids(ctx context.Context, db *database.DB, text string, args ...any) ([]int64, error) {
	rows, err := db.SQL.QueryContext(ctx, text, args...)
	if err != nil {
		return nil, fmt.Errorf("look for silent sessions: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []int64
	for rows.Next() {
		var pid int64
		if err := rows.Scan(&pid); err != nil {
			return nil, fmt.Errorf("look for silent sessions: %w", err)
		}
		out = append(out, pid)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for silent sessions: %w", err)
	}
	return out, nil
}
