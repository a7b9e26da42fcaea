package person

import (
	"context"
	"database/sql"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
)

// bind writes down what a matching found: people to be made, IDs that are now
// somebody's, stubs that became people. The people who get an ID are locked in
// order, so that none of them is merged away meanwhile; the IDs are written in
// order. errRaced when somebody else had one of the IDs first.
func (r *Resolver) bind(ctx context.Context, projectNum int64, m *matching, stubs []int64) error {
	keys := slices.SortedFunc(maps.Keys(m.bound), compareKeys)
	if len(keys) == 0 && len(stubs) == 0 {
		return nil
	}
	var made []ref // in the order in which they were
	for x := ref(-1); x >= m.fresh; x-- {
		if m.root(x) == x {
			made = append(made, x)
		}
	}
	nums, err := r.take(ctx, projectNum, len(made))
	if err != nil {
		return err
	}
	for i, x := range made {
		m.numbers[x] = nums[i]
	}
	var locked []int64
	for _, k := range keys {
		if x := m.root(m.bound[k]); x >= 0 {
			locked = append(locked, ID(projectNum, x.num()))
		}
	}
	slices.Sort(locked)
	locked = slices.Compact(locked)
	slices.Sort(stubs)
	return r.db.SQLTx(ctx, func(tx *sql.Tx) error {
		if err := r.lock(ctx, tx, locked); err != nil {
			return err
		}
		if len(stubs) > 0 {
			if _, err := tx.ExecContext(ctx, r.db.Rebind(unstubSQL(r.db)), false, true, r.db.List(stubs)); err != nil {
				return fmt.Errorf("make stubs people: %w", err)
			}
		}
		if err := r.writeKeys(ctx, tx, projectNum, m, keys); err != nil {
			return err
		}
		return r.writePeople(ctx, tx, projectNum, m, made)
	})
}

// lock keeps people from being merged away; errRaced when one is gone.
func (r *Resolver) lock(ctx context.Context, tx *sql.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	q := `SELECT count(*) FROM (SELECT id FROM persons WHERE ` + r.db.In("id") + ` ORDER BY id`
	if r.db.Postgres() {
		q += ` FOR KEY SHARE`
	}
	var n int
	if err := tx.QueryRowContext(ctx, r.db.Rebind(q+`) AS locked`), r.db.List(ids)).Scan(&n); err != nil {
		return fmt.Errorf("lock people: %w", err)
	}
	if n != len(ids) {
		return errRaced
	}
	return nil
}

// writeKeysSQL: rows of type, value and person; project number, false, time.
const writeKeysSQL = `INSERT INTO identities (project_num, type, value, person_num, invalid, bound_at)
	SELECT %s, u.type, u.value, u.person, %s, %s FROM %s WHERE true ON CONFLICT (project_num, type, value) DO NOTHING`

func (r *Resolver) writeKeys(ctx context.Context, tx *sql.Tx, projectNum int64, m *matching, keys []Key) error {
	if len(keys) == 0 {
		return nil
	}
	types, values, people := make([]string, len(keys)), make([]string, len(keys)), make([]int64, len(keys))
	for i, k := range keys {
		types[i], values[i], people[i] = k.Type, k.Value, int64(m.number(m.bound[k]))
	}
	from, args := r.db.Values("u", database.Column{Name: "type", Values: types}, database.Column{Name: "value", Values: values},
		database.Column{Name: "person", Values: people})
	project, no, at := "?", "?", "?"
	if r.db.Postgres() {
		project, no, at = "?::bigint", "?::boolean", "?::timestamptz"
	}
	q := r.db.Rebind(fmt.Sprintf(writeKeysSQL, project, no, at, from))
	res, err := tx.ExecContext(ctx, q, append([]any{projectNum, false, clock.Wall()}, args...)...)
	if err != nil {
		return fmt.Errorf("insert identities: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil {
		return fmt.Errorf("insert identities: %w", err)
	} else if n != int64(len(keys)) {
		return errRaced
	}
	return nil
}

// writePeopleSQL: project number, false, time, rows of ID and subject.
const writePeopleSQL = `INSERT INTO persons (id, project_num, stub, subject, created_at) SELECT u.id, %s, %s, u.subject, %s FROM %s`

func (r *Resolver) writePeople(ctx context.Context, tx *sql.Tx, projectNum int64, m *matching, made []ref) error {
	if len(made) == 0 {
		return nil
	}
	ids, subjects := make([]int64, len(made)), make([]int64, len(made))
	for i, x := range made {
		ids[i], subjects[i] = ID(projectNum, m.numbers[x]), m.subjects[x]
	}
	from, args := r.db.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "subject", Values: subjects})
	project, no, at := "?", "?", "?"
	if r.db.Postgres() {
		project, no, at = "?::bigint", "?::boolean", "?::timestamptz"
	}
	q := r.db.Rebind(fmt.Sprintf(writePeopleSQL, project, no, at, from))
	if _, err := tx.ExecContext(ctx, q, append([]any{projectNum, false, clock.Wall()}, args...)...); err != nil {
		return fmt.Errorf("insert persons: %w", err)
	}
	return nil
}

// reportSQL: rows of person, other, type, value, other value, joined by; time,
// project number. A conflict that is known is not told again.
const reportSQL = `INSERT INTO identity_conflicts (project_num, at, person_num, other_num, type, value, other_value, joined_by)
	SELECT %[2]s, %[3]s, u.person, u.other, u.type, u.value, u.others, u.joined FROM %[1]s WHERE NOT EXISTS (SELECT 1 FROM identity_conflicts c
		WHERE c.project_num = %[2]s AND c.person_num = u.person AND c.other_num = u.other AND c.type = u.type AND c.value = u.value AND c.other_value = u.others)`

// report writes down which people were not made one, and why.
func (r *Resolver) report(ctx context.Context, projectNum int64, m *matching) error {
	if len(m.conflicts) == 0 {
		return nil
	}
	n := len(m.conflicts)
	people, others := make([]int64, n), make([]int64, n)
	types, values, otherValues, by := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, c := range m.conflicts {
		people[i], others[i] = int64(m.number(c.person)), int64(m.number(c.other))
		types[i], values[i], otherValues[i], by[i] = codeOf(c.class), c.value, c.others, c.by.Type+":"+c.by.Value
	}
	from, args := r.db.Values("u", database.Column{Name: "person", Values: people}, database.Column{Name: "other", Values: others},
		database.Column{Name: "type", Values: types}, database.Column{Name: "value", Values: values},
		database.Column{Name: "others", Values: otherValues}, database.Column{Name: "joined", Values: by})
	project, at := "?", "?"
	if r.db.Postgres() {
		project, at = "?::bigint", "?::timestamptz"
	}
	q := r.db.Rebind(fmt.Sprintf(reportSQL, from, project, at))
	if _, err := r.db.SQL.ExecContext(ctx, q, append(append([]any{projectNum, clock.Wall()}, args...), projectNum)...); err != nil {
		return fmt.Errorf("note identity conflicts: %w", err)
	}
	return nil
}

// pause lets whoever was faster finish.
func pause(ctx context.Context, try int) error {
	t := time.NewTimer(time.Duration(rand.IntN(1+2<<min(try, 6))) * time.Millisecond) //nolint:gosec // jitter
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}
