package trigger

import (
	"context"
	"database/sql"
	"fmt"

	"tidings/internal/database"
)

// counterValues are counters' keys as a list in a statement.
func counterValues(db *database.DB, keys []counterKey, more ...database.Column) (string, []any) {
	tasks, people := make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		tasks[i], people[i] = k.task, int64(k.person)
	}
	return db.Values("u", append([]database.Column{{Name: "task", Values: tasks}, {Name: "person", Values: people}}, more...)...)
}

// beginSQL: rows of task, person.
const beginSQL = `INSERT INTO trigger_counters (task_id, person_num) SELECT u.task, u.person FROM %s WHERE true ORDER BY 1, 2 ON CONFLICT DO NOTHING`

// countersSQL: rows of task, person.
const countersSQL = `SELECT c.task_id, c.person_num, c.count, c.fired, c.last_at FROM trigger_counters c JOIN %s ON c.task_id = u.task AND c.person_num = u.person
	ORDER BY c.task_id, c.person_num`

// lockCounters reads counters, which are in order, begins those that there are
// not, and keeps others off them until the transaction ends.
func lockCounters(ctx context.Context, db *database.DB, tx *sql.Tx, keys []counterKey) (map[counterKey]*counter, error) {
	from, args := counterValues(db, keys)
	if _, err := tx.ExecContext(ctx, db.Rebind(fmt.Sprintf(beginSQL, from)), args...); err != nil {
		return nil, fmt.Errorf("begin counters: %w", err)
	}
	q := fmt.Sprintf(countersSQL, from)
	if db.Postgres() {
		q += ` FOR UPDATE OF c`
	}
	found, err := readCounters(ctx, tx, db.Rebind(q), args)
	if err != nil {
		return nil, fmt.Errorf("lock counters: %w", err)
	}
	out := make(map[counterKey]*counter, len(found))
	for k, c := range found {
		out[k] = &c
	}
	return out, nil
}

// takeSQL: rows of task, person. Out: the counters, which are no more.
const (
	takePostgres = `DELETE FROM trigger_counters c USING %s WHERE c.task_id = u.task AND c.person_num = u.person RETURNING c.task_id, c.person_num, c.count, c.fired, c.last_at`
	takeSQLite   = `DELETE FROM trigger_counters WHERE (task_id, person_num) IN (SELECT u.task, u.person FROM %s) RETURNING task_id, person_num, count, fired, last_at`
)

// takeCounters removes counters and tells what they were.
func takeCounters(ctx context.Context, db *database.DB, tx *sql.Tx, keys []counterKey) (map[counterKey]counter, error) {
	from, args := counterValues(db, keys)
	q := takeSQLite
	if db.Postgres() {
		q = takePostgres
	}
	out, err := readCounters(ctx, tx, db.Rebind(fmt.Sprintf(q, from)), args)
	if err != nil {
		return nil, fmt.Errorf("join counters: %w", err)
	}
	return out, nil
}

func readCounters(ctx context.Context, tx *sql.Tx, query string, args []any) (map[counterKey]counter, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	out := map[counterKey]counter{}
	for rows.Next() {
		var (
			k counterKey
			c counter
		)
		if err := rows.Scan(&k.task, &k.person, &c.count, &c.fired, &c.last); err != nil {
			return nil, err
		}
		out[k] = c
	}
	return out, rows.Err()
}

// storeSQL: rows of task, person, count, fired, time.
const storeSQL = `UPDATE trigger_counters SET count = u.count, fired = u.fired <> 0, last_at = u.at FROM %s WHERE task_id = u.task AND person_num = u.person`

func storeCounters(ctx context.Context, db *database.DB, tx *sql.Tx, keys []counterKey, counters map[counterKey]*counter) error {
	counts, fired, times := make([]int64, len(keys)), make([]int64, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		c := counters[k]
		counts[i], times[i] = int64(c.count), c.last
		if c.fired {
			fired[i] = 1
		}
	}
	from, args := counterValues(db, keys, database.Column{Name: "count", Values: counts}, database.Column{Name: "fired", Values: fired},
		database.Column{Name: "at", Values: times})
	if _, err := tx.ExecContext(ctx, db.Rebind(fmt.Sprintf(storeSQL, from)), args...); err != nil {
		return fmt.Errorf("store counters: %w", err)
	}
	return nil
}
