package dataimport

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

func goodTag(name string) bool { return event.GoodName(name) }

// maxEventName is the most bytes of an event's name.
const maxEventName = 200

// eventPlan is the catalogue's view of one event of a file.
type eventPlan struct {
	of      *event.Type // nil: refused for rule
	rule    string
	columns []column
	sorted  bool
}

// fitEvents finds the events' types, learning new ones, and fits their properties.
func (j *job) fitEvents(ctx context.Context, b *batch) error {
	byName := map[string][]*item{}
	for _, it := range b.items {
		byName[it.event] = append(byName[it.event], it)
	}
	for name, items := range byName {
		p, err := j.eventPlan(ctx, name)
		if err != nil {
			return err
		}
		if p.of == nil || p.sorted {
			continue
		}
		owner := event.OfEvent(p.of.ID)
		known, err := readTypes(ctx, j.DB, j.project.ID, owner)
		if err != nil {
			return err
		}
		if err := j.resolve(ctx, j.project.ID, owner, known, p.columns, func(i int) []string { return cellsOf(items, i) }); err != nil {
			return err
		}
		p.sorted = !slices.ContainsFunc(p.columns, func(c column) bool { return !c.known })
	}
	b.items = slices.DeleteFunc(b.items, func(it *item) bool {
		p := j.events[it.event]
		var e *rowError
		if p.of == nil {
			e = &rowError{row: it.row, field: j.mapping.EventColumn, rule: p.rule, value: asText(it.event)}
		} else {
			e = j.object(it, p.columns)
		}
		if e != nil {
			b.refuse(*e)
		}
		return e != nil
	})
	return nil
}

func (j *job) eventPlan(ctx context.Context, name string) (*eventPlan, error) {
	if p := j.events[name]; p != nil {
		return p, nil
	}
	p := &eventPlan{columns: slices.Clone(j.plan.values)}
	switch {
	case name == "":
		p.rule = ruleRequired
	case len(name) > maxEventName || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == 0x7f }):
		p.rule = "BAD_NAME"
	default:
		t, err := j.Learned.Type(ctx, j.project.ID, name)
		if err != nil {
			return nil, err
		}
		switch {
		case t == nil:
			p.rule = "CATALOGUE_FULL"
		case !t.Enabled:
			p.rule = "EVENT_DISABLED"
		default:
			p.of = t
		}
	}
	if len(j.events) > event.MaxEventTypes { // names that are refused must not fill the memory
		clear(j.events)
	}
	j.events[name] = p
	return p, nil
}

// hash is what an event is known by: its own ID, as that of the tracking API's
// messages, or what the row says.
func (j *job) hash(it *item) [16]byte {
	if it.message != "" {
		return event.HashID(j.project.Num, it.message)
	}
	if j.repeats == nil { // a row without its ID, though there is a column for them
		return event.HashID(j.project.Num, fmt.Sprintf("import:%s:%d", j.of.ID, it.row))
	}
	return event.HashID(j.project.Num, "import:"+hex.EncodeToString(it.key[:]))
}

// seenSQL: hashes in order, time. Out: those that are new. It is the memory that
// the tracking API has of its messages, some days long.
const (
	seenPostgres = `INSERT INTO event_seen (hash, seen_at) SELECT h::uuid, $2::bigint FROM unnest($1::text[]) AS h
	ON CONFLICT (hash) DO NOTHING RETURNING replace(hash::text, '-', '')`
	seenSQLite = `INSERT INTO event_seen (hash, seen_at) SELECT unhex(value), ?2 FROM json_each(?1) WHERE true
	ON CONFLICT (hash) DO NOTHING RETURNING lower(hex(hash))`
)

// storedSQL: rows of person, time, number; project. Out: the numbers of those that
// are stored already. Each is looked up by itself: as a join both databases would
// rather read all events of the project.
const storedSQL = `SELECT u.n FROM %s WHERE (SELECT 1 FROM events e
	WHERE e.project_num = ? AND e.person_num = u.p AND e.at = u.t AND e.num = u.n LIMIT 1) = 1`

// storeEvents adds the events that are not there: of the last days by their
// hashes, of all time by where they would stand, because a file may come again
// after a year.
func (j *job) storeEvents(ctx context.Context, tx *sql.Tx, b *batch) error {
	if len(b.items) == 0 {
		return nil
	}
	first := make(map[string]*item, len(b.items))
	nums := make(map[*item]int64, len(b.items))
	for _, it := range b.items {
		h := j.hash(it)
		text := hex.EncodeToString(h[:])
		if first[text] == nil {
			first[text] = it
			nums[it] = event.NumOf(h)
		}
	}
	fresh, err := j.unseen(ctx, tx, first)
	if err != nil {
		return err
	}
	there, err := j.stored(ctx, tx, fresh, nums)
	if err != nil {
		return err
	}
	received := j.Clock.Now().UnixMilli()
	rows := make([][]any, 0, len(fresh))
	for _, it := range fresh {
		if there[nums[it]] {
			continue
		}
		var props any
		if len(it.data) > 2 {
			props = string(it.data)
		}
		rows = append(rows, []any{j.project.Num, j.events[it.event].of.Num, int64(it.num), it.at, received, nums[it], j.source.Num, props})
	}
	if err := event.CopyBatch(ctx, j.DB, tx, rows, j.Clock.Now(), true); err != nil {
		return fmt.Errorf("store events: %w", err)
	}
	b.stored, b.duplicate = len(rows), len(b.items)-len(rows)
	if _, err := tx.ExecContext(ctx, j.DB.Rebind(`UPDATE event_sources SET last_event_at = ? WHERE id = ?`), j.Clock.Now(), j.source.ID); err != nil {
		return fmt.Errorf("note the source: %w", err)
	}
	return nil
}

// unseen notes the hashes and gives the rows whose were new, in the file's order.
func (j *job) unseen(ctx context.Context, tx *sql.Tx, first map[string]*item) ([]*item, error) {
	hashes := make([]string, 0, len(first))
	for h := range first {
		hashes = append(hashes, h)
	}
	slices.Sort(hashes) // one order for all
	q := seenSQLite
	if j.DB.Postgres() {
		q = seenPostgres
	}
	rows, err := tx.QueryContext(ctx, q, j.DB.List(hashes), clock.Wall().UnixMilli())
	if err != nil {
		return nil, fmt.Errorf("note events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []*item
	for rows.Next() {
		var h string
		if err := rows.Scan(&h); err != nil {
			return nil, fmt.Errorf("note events: %w", err)
		}
		out = append(out, first[h])
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("note events: %w", err)
	}
	slices.SortFunc(out, func(a, b *item) int { return a.row - b.row })
	return out, nil
}

// stored tells which of the events are in the store, under the number of the
// person or of somebody who was merged into them.
func (j *job) stored(ctx context.Context, tx *sql.Tx, items []*item, nums map[*item]int64) (map[int64]bool, error) {
	ids := make([]int64, 0, len(items))
	for _, it := range items {
		ids = append(ids, person.ID(j.project.Num, it.num))
	}
	others, err := mergedInto(ctx, j.DB, tx, ids)
	if err != nil {
		return nil, err
	}
	var people, times, numbers []int64
	for _, it := range items {
		for _, p := range append([]int64{int64(it.num)}, others[int64(it.num)]...) {
			people, times, numbers = append(people, p), append(times, it.at), append(numbers, nums[it])
		}
	}
	from, args := j.DB.Values("u", database.Column{Name: "p", Values: people}, database.Column{Name: "t", Values: times},
		database.Column{Name: "n", Values: numbers})
	return numbersOf(ctx, tx, j.DB.Rebind(fmt.Sprintf(storedSQL, from)), append(args, j.project.Num)...)
}

// mergedInto gives the numbers whose rows may not have been rewritten yet.
func mergedInto(ctx context.Context, db *database.DB, tx *sql.Tx, ids []int64) (map[int64][]int64, error) {
	rows, err := tx.QueryContext(ctx, db.Rebind(`SELECT id, to_id FROM person_aliases WHERE folded_at IS NULL AND `+db.In("to_id")), db.List(ids))
	if err != nil {
		return nil, fmt.Errorf("read aliases: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64][]int64{}
	for rows.Next() {
		var from, to int64
		if err := rows.Scan(&from, &to); err != nil {
			return nil, fmt.Errorf("read aliases: %w", err)
		}
		out[int64(person.Num(to))] = append(out[int64(person.Num(to))], int64(person.Num(from)))
	}
	return out, rows.Err()
}

func numbersOf(ctx context.Context, tx *sql.Tx, query string, args ...any) (map[int64]bool, error) {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("look for events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64]bool{}
	for rows.Next() {
		var n int64
		if err := rows.Scan(&n); err != nil {
			return nil, fmt.Errorf("look for events: %w", err)
		}
		out[n] = true
	}
	return out, rows.Err()
}
