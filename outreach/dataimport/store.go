package dataimport

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"time"

	entimport "tidings/ent/dataimport"
	"tidings/internal/database"
	"tidings/outreach/person"
)

// earliest is the first instant that a row or an event may have, and maxAhead how
// far in the future it may be.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

const maxAhead = 24 * time.Hour

// date reads when a row happened.
func (j *job) date(it *item, text string) *rowError {
	e := &rowError{row: it.row, field: j.plan.header[j.plan.time], value: asText(text)}
	if text == "" {
		e.rule = ruleRequired
		return e
	}
	at, ok := parseTime(text, j.zone, true)
	now := j.Clock.Now()
	switch {
	case !ok:
		e.rule = ruleDate
	case at.Before(earliest), j.of.Kind == entimport.KindEvents && j.project.EventRetentionDays > 0 && at.Before(now.AddDate(0, 0, -j.project.EventRetentionDays)):
		e.rule = "TOO_OLD"
	case at.After(now.Add(maxAhead)):
		e.rule = "IN_THE_FUTURE"
	default:
		it.at = at.UnixMilli()
		return nil
	}
	return e
}

// store takes a batch: types, people, then everything in one transaction. When
// the database refuses a value that passed every check, its rows are refused and
// the others stored, so that no file is tried for ever.
func (j *job) store(ctx context.Context, b *batch) error {
	var err error
	switch {
	case j.of.Kind == entimport.KindEvents:
		err = j.fitEvents(ctx, b)
	case j.plan.tag >= 0:
		err = j.fitTags(ctx, b)
	default:
		err = j.fit(ctx, b)
	}
	if err != nil {
		return err
	}
	if err = j.write(ctx, b, false); database.IsBadData(err) {
		j.Log.WarnContext(ctx, "the database refused a row of an import", "import", j.of.ID, "error", err)
		bad := map[*item]bool{}
		if err := j.unstorable(ctx, b.items, bad); err != nil {
			return err
		}
		b.items = slices.DeleteFunc(b.items, func(it *item) bool {
			if bad[it] {
				b.refuse(rowError{row: it.row, rule: ruleInvalid})
			}
			return bad[it]
		})
		err = j.write(ctx, b, false)
	}
	if err != nil {
		return err
	}
	j.mapping.Found.Errors = min(maxErrors, j.mapping.Found.Errors+len(b.errors))
	return nil
}

// unstorable finds the rows that the database refuses by trying halves.
func (j *job) unstorable(ctx context.Context, items []*item, bad map[*item]bool) error {
	if len(items) == 0 {
		return nil
	}
	err := j.write(ctx, &batch{items: slices.Clone(items)}, true)
	if !database.IsBadData(err) {
		return err
	}
	if len(items) == 1 {
		bad[items[0]] = true
		return nil
	}
	half := len(items) / 2
	if err := j.unstorable(ctx, items[:half], bad); err != nil {
		return err
	}
	return j.unstorable(ctx, items[half:], bad)
}

// errTrial takes a trial's transaction back.
var errTrial = errors.New("a trial")

// write finds the people of rows that were fitted and stores them with the
// import's progress; a trial stores nothing but people.
func (j *job) write(ctx context.Context, b *batch, trial bool) error {
	claims := make([]person.Claim, len(b.items))
	for i, it := range b.items {
		claims[i] = person.Claim{Keys: []person.Key{{Type: j.mapping.IDType, Value: it.person}}, Subject: j.subject}
	}
	nums, err := j.People.Identify(ctx, j.project.Num, claims)
	if err != nil {
		return fmt.Errorf("find the people of a file: %w", err)
	}
	for i, it := range b.items {
		it.num = nums[i]
		if it.num == 0 { // the ID is one of another subject's
			b.refuse(rowError{row: it.row, field: j.mapping.PersonColumn, rule: "INVALID_ID", value: asText(it.person)})
		}
	}
	b.items = slices.DeleteFunc(b.items, func(it *item) bool { return it.num == 0 })
	if j.of.Kind == entimport.KindEvents {
		months := map[int]bool{}
		for _, it := range b.items {
			months[database.Month(it.at)] = true
		}
		for month := range months {
			if err := j.DB.EnsureEventPartition(ctx, month); err != nil {
				return err
			}
		}
	}
	kept := b.errors
	err = j.DB.SQLTx(ctx, func(tx *sql.Tx) error {
		b.stored, b.duplicate, b.errors = 0, 0, kept
		var err error
		switch j.of.Kind {
		case entimport.KindPeople, entimport.KindTags:
			err = j.storePeople(ctx, tx, b)
		case entimport.KindRows:
			err = j.storeRows(ctx, tx, b)
		case entimport.KindEvents:
			err = j.storeEvents(ctx, tx, b)
		}
		if err != nil {
			return err
		}
		if trial {
			return errTrial
		}
		return j.advance(ctx, tx, b)
	})
	if trial && errors.Is(err, errTrial) {
		return nil
	}
	return err
}

// fit writes the cells of rows as values of their columns' types; a row with a
// cell that cannot be of its type is refused.
func (j *job) fit(ctx context.Context, b *batch) error {
	columns := j.plan.values
	if !j.sorted {
		known, err := readTypes(ctx, j.DB, j.project.ID, j.owner)
		if err != nil {
			return err
		}
		err = j.resolve(ctx, j.project.ID, j.owner, known, columns, func(i int) []string { return cellsOf(b.items, i) })
		if err != nil {
			return err
		}
		j.sorted = !slices.ContainsFunc(columns, func(c column) bool { return !c.known }) // columns without any value wait for one
	}
	b.items = slices.DeleteFunc(b.items, func(it *item) bool {
		e := j.object(it, columns)
		if e != nil {
			b.refuse(*e)
		}
		return e != nil
	})
	return nil
}

func cellsOf(items []*item, i int) []string {
	out := make([]string, len(items))
	for n, it := range items {
		out[n] = it.cells[i]
	}
	return out
}

// object makes a row's cells a JSON object; empty cells are left out.
func (j *job) object(it *item, columns []column) *rowError {
	out := []byte{'{'}
	for i, c := range columns {
		cell := it.cells[i]
		if cell == "" || c.off {
			continue
		}
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(quote(out, c.name), ':')
		var rule string
		if out, rule = convert(out, c.kind, cell, j.zone); rule != "" {
			field := c.name
			if c.at >= 0 {
				field = j.plan.header[c.at]
			}
			return &rowError{row: it.row, field: field, rule: rule, value: asText(cell)}
		}
	}
	it.data = append(out, '}')
	return nil
}

// fitTags is fit for rows of which each names its tag.
func (j *job) fitTags(ctx context.Context, b *batch) error {
	known, err := readTypes(ctx, j.DB, j.project.ID, j.owner)
	if err != nil {
		return err
	}
	byTag := map[string][]string{}
	for _, it := range b.items {
		byTag[it.tag] = append(byTag[it.tag], it.cells[0])
	}
	columns := make([]column, 0, len(byTag))
	for tag := range byTag {
		if goodTag(tag) {
			columns = append(columns, column{at: -1, name: tag})
		}
	}
	slices.SortFunc(columns, func(a, b column) int { return cmp.Compare(a.name, b.name) })
	if err := j.resolve(ctx, j.project.ID, j.owner, known, columns, func(i int) []string { return byTag[columns[i].name] }); err != nil {
		return err
	}
	place := make(map[string]int, len(columns))
	for i, c := range columns {
		place[c.name] = i
	}
	b.items = slices.DeleteFunc(b.items, func(it *item) bool {
		at, ok := place[it.tag]
		if !ok {
			b.refuse(rowError{row: it.row, field: j.mapping.TagColumn, rule: "BAD_NAME", value: asText(it.tag)})
			return true
		}
		e := j.object(it, columns[at:at+1])
		if e != nil {
			e.field = j.mapping.ValueColumn
			b.refuse(*e)
		}
		return e != nil
	})
	return nil
}

// storePeople sets attributes or tags. A row stands for itself: of two rows about
// one person the later wins where both say something.
func (j *job) storePeople(ctx context.Context, tx *sql.Tx, b *batch) error {
	changes := make([]person.Change, len(b.items))
	for i, it := range b.items {
		changes[i] = person.Change{Num: it.num}
		if j.of.Kind == entimport.KindTags {
			changes[i].Tags = it.data
		} else {
			changes[i].Attributes = it.data
		}
	}
	if err := person.Set(ctx, j.DB, tx, j.project.Num, changes); err != nil {
		return err
	}
	b.stored = len(b.items)
	return nil
}

// rowsSQL: project, table; rows of key, person, time, values.
const (
	rowsPostgres = `INSERT INTO detail_rows (project_num, table_num, key, person_num, at, data)
	SELECT ?::bigint, ?::bigint, u.k::uuid, u.p, u.t, u.d::jsonb FROM %s ON CONFLICT (project_num, table_num, key) DO NOTHING`
	rowsSQLite = `INSERT INTO detail_rows (project_num, table_num, key, person_num, at, data)
	SELECT ?, ?, unhex(u.k), u.p, u.t, u.d FROM %s WHERE true ON CONFLICT (project_num, table_num, key) DO NOTHING`
)

// storeRows adds the rows that the table does not have.
func (j *job) storeRows(ctx context.Context, tx *sql.Tx, b *batch) error {
	if len(b.items) == 0 {
		return nil
	}
	// One order for all writers.
	items := slices.SortedFunc(slices.Values(b.items), func(x, y *item) int { return slices.Compare(x.key[:], y.key[:]) })
	n := len(items)
	keys, people, times, data := make([]string, n), make([]int64, n), make([]int64, n), make([]string, n)
	for i, it := range items {
		keys[i], people[i], times[i], data[i] = hex.EncodeToString(it.key[:]), int64(it.num), it.at, string(it.data)
	}
	from, args := j.DB.Values("u", database.Column{Name: "k", Values: keys}, database.Column{Name: "p", Values: people},
		database.Column{Name: "t", Values: times}, database.Column{Name: "d", Values: data})
	q := rowsSQLite
	if j.DB.Postgres() {
		q = rowsPostgres
	}
	res, err := tx.ExecContext(ctx, j.DB.Rebind(fmt.Sprintf(q, from)), append([]any{j.project.Num, j.table.Num}, args...)...)
	if err != nil {
		return fmt.Errorf("store detail rows: %w", err)
	}
	added, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("store detail rows: %w", err)
	}
	b.stored, b.duplicate = int(added), n-int(added)
	if added == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, j.DB.Rebind(`UPDATE detail_tables SET rows = rows + ? WHERE id = ?`), added, j.table.ID); err != nil {
		return fmt.Errorf("count detail rows: %w", err)
	}
	return nil
}
