package person

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/tidwall/gjson"

	"tidings/internal/database"
)

// Change sets attributes and tags of a person: JSON objects with values as the
// catalogue wants them, null takes one away. Empty ones change nothing.
type Change struct {
	Num              uint32
	Attributes, Tags []byte
}

// values are what a person's row says of a person.
type values struct {
	id               int64
	attributes, tags []byte
}

// Set changes people's attributes and tags, in the order of changes, in the
// caller's transaction. People are locked in the order of their numbers. A
// number of somebody who was merged meanwhile means who they are now. Rows that
// would stay as they are are not written.
func Set(ctx context.Context, db *database.DB, tx *sql.Tx, projectNum int64, changes []Change) error {
	byID := make(map[int64][]Change, len(changes))
	for _, c := range changes {
		if len(c.Attributes) > 2 || len(c.Tags) > 2 {
			id := ID(projectNum, c.Num)
			byID[id] = append(byID[id], c)
		}
	}
	for range 2 { // a second time for who was merged
		if len(byID) == 0 {
			return nil
		}
		ids := make([]int64, 0, len(byID))
		for id := range byID {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		people, err := lockValues(ctx, db, tx, ids)
		if err != nil {
			return err
		}
		changed := make([]values, 0, len(people))
		for _, p := range people {
			before := p
			for _, c := range byID[p.id] {
				p.attributes, p.tags = patch(p.attributes, c.Attributes), patch(p.tags, c.Tags)
			}
			if !slices.Equal(before.attributes, p.attributes) || !slices.Equal(before.tags, p.tags) {
				changed = append(changed, p)
			}
			delete(byID, p.id)
		}
		if err := storeValues(ctx, db, tx, changed); err != nil {
			return err
		}
		if byID, err = follow(ctx, db, tx, byID); err != nil {
			return err
		}
	}
	return nil
}

// follow gives changes of people who are not there to who they are now; those of
// people who never were are dropped.
func follow(ctx context.Context, db *database.DB, tx *sql.Tx, missing map[int64][]Change) (map[int64][]Change, error) {
	if len(missing) == 0 {
		return nil, nil
	}
	ids := make([]int64, 0, len(missing))
	for id := range missing {
		ids = append(ids, id)
	}
	rows, err := tx.QueryContext(ctx, db.Rebind(`SELECT id, to_id FROM person_aliases WHERE `+db.In("id")), db.List(ids))
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64][]Change{}
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, fmt.Errorf("read aliases: %w", err)
		}
		out[to] = append(out[to], missing[from]...)
	}
	return out, rows.Err()
}

// lockValues reads people and keeps others from changing them, in order.
func lockValues(ctx context.Context, db *database.DB, tx *sql.Tx, ids []int64) ([]values, error) {
	q := `SELECT id, attributes, tags FROM persons WHERE ` + db.In("id") + ` ORDER BY id`
	if db.Postgres() {
		q += ` FOR UPDATE`
	}
	rows, err := tx.QueryContext(ctx, db.Rebind(q), db.List(ids))
	if err != nil {
		return nil, fmt.Errorf("lock people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := make([]values, 0, len(ids))
	for rows.Next() {
		var v values
		if err := rows.Scan(&v.id, &v.attributes, &v.tags); err != nil {
			return nil, fmt.Errorf("lock people: %w", err)
		}
		out = append(out, v)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("lock people: %w", err)
	}
	return out, nil
}

// storeSQL: rows of ID, attributes, tags; empty texts are NULL.
const storeSQL = `UPDATE persons SET attributes = CAST(NULLIF(u.attributes, '') AS %[2]s), tags = CAST(NULLIF(u.tags, '') AS %[2]s) FROM %[1]s WHERE persons.id = u.id`

func storeValues(ctx context.Context, db *database.DB, tx *sql.Tx, people []values) error {
	if len(people) == 0 {
		return nil
	}
	ids, attributes, tags := make([]int64, len(people)), make([]string, len(people)), make([]string, len(people))
	for i, p := range people {
		ids[i], attributes[i], tags[i] = p.id, string(p.attributes), string(p.tags)
	}
	kind := "text"
	if db.Postgres() {
		kind = "jsonb"
	}
	from, args := db.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "attributes", Values: attributes},
		database.Column{Name: "tags", Values: tags})
	if _, err := tx.ExecContext(ctx, db.Rebind(fmt.Sprintf(storeSQL, from, kind)), args...); err != nil {
		return fmt.Errorf("store attributes: %w", err)
	}
	return nil
}

// patch sets the members of change in object and takes away those that are
// null. Where nothing changes it gives object itself.
func patch(object, change []byte) []byte {
	if len(change) <= 2 {
		return object
	}
	set := map[string]gjson.Result{}
	order := []string{}
	gjson.ParseBytes(change).ForEach(func(k, v gjson.Result) bool {
		if _, ok := set[k.Str]; !ok {
			order = append(order, k.Str, k.Raw)
		}
		set[k.Str] = v
		return true
	})
	out, differs := []byte{'{'}, false
	put := func(key, value string) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(append(append(out, key...), ':'), value...)
	}
	seen := map[string]bool{}
	if len(object) > 0 {
		gjson.ParseBytes(object).ForEach(func(k, v gjson.Result) bool {
			next, ok := set[k.Str]
			seen[k.Str] = true
			switch {
			case !ok || same(v, next):
				put(k.Raw, v.Raw)
			case next.Type == gjson.Null:
				differs = true
			default:
				differs = true
				put(k.Raw, next.Raw)
			}
			return true
		})
	}
	for i := 0; i < len(order); i += 2 {
		if v := set[order[i]]; !seen[order[i]] && v.Type != gjson.Null {
			differs = true
			put(order[i+1], v.Raw)
		}
	}
	if !differs {
		return object
	}
	return append(out, '}')
}

// same tells whether two values are one, however they are written; of objects
// that are written differently it may say no.
func same(a, b gjson.Result) bool {
	if a.Type == gjson.String && b.Type == gjson.String {
		return a.Str == b.Str
	}
	if a.Type == gjson.JSON && b.Type == gjson.JSON {
		return a.Get("@ugly").Raw == b.Get("@ugly").Raw
	}
	return a.Raw == b.Raw
}

// join fills the gaps of an object with what another has.
func join(object, other []byte) []byte {
	switch {
	case len(other) <= 2:
		return object
	case len(object) <= 2:
		return other
	}
	return patch(other, object)
}
