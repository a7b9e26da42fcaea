package event

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	entproperty "tidings/ent/property"
	"tidings/outreach/person"
)

const (
	// suggestFrom is how many of the newest records are looked through.
	suggestFrom = 10_000
	// suggestShown is how many values are suggested.
	suggestShown = 20
)

// ValueCount is a value that the data holds, and how often among the records
// looked through.
type ValueCount struct {
	Value json.RawMessage
	Count int
}

// Suggest gives the commonest values of a property among the newest 10,000
// records, at most 20; of a list its members. ownerNum is EventType.num or
// DetailTable.num, 0 for people's. search narrows to values that contain it.
func (r *Reader) Suggest(ctx context.Context, projectNum int64, owner entproperty.Owner, ownerNum int64, name, search string) ([]ValueCount, error) {
	if !GoodName(name) {
		return nil, nil
	}
	field := "json_extract(%[1]s, '$.\"' || ? || '\"') IS NOT NULL, %[1]s -> ('$.\"' || ? || '\"')"
	if r.db.Postgres() {
		field = "(%[1]s -> ?::text) IS NOT NULL, %[1]s -> ?::text"
	}
	var q string
	args := []any{name, name}
	switch owner {
	case entproperty.OwnerAttribute, entproperty.OwnerTag:
		column := "attributes"
		if owner == entproperty.OwnerTag {
			column = "tags"
		}
		q = `SELECT ` + fmt.Sprintf(field, column) + ` FROM (SELECT ` + column + ` FROM persons WHERE id BETWEEN ? AND ? ORDER BY id DESC LIMIT ?) AS newest`
		args = append(args, person.ID(projectNum, 0), person.ID(projectNum, 1<<32-1), suggestFrom)
	case entproperty.OwnerEvent:
		q = `SELECT ` + fmt.Sprintf(field, "props") + ` FROM (SELECT props FROM events WHERE project_num = ? AND event_num = ? ORDER BY at DESC LIMIT ?) AS newest`
		args = append(args, projectNum, ownerNum, suggestFrom)
	case entproperty.OwnerTable:
		q = `SELECT ` + fmt.Sprintf(field, "data") + ` FROM (SELECT data FROM detail_rows WHERE project_num = ? AND table_num = ? ORDER BY at DESC LIMIT ?) AS newest`
		args = append(args, projectNum, ownerNum, suggestFrom)
	}
	rows, err := r.db.SQL.QueryContext(ctx, r.db.Rebind(q), args...)
	if err != nil {
		return nil, fmt.Errorf("read values of %s: %w", name, err)
	}
	defer func() { _ = rows.Close() }()
	counts := map[string]int{}
	for rows.Next() {
		var has bool
		var raw []byte
		if err := rows.Scan(&has, &raw); err != nil {
			return nil, fmt.Errorf("read values of %s: %w", name, err)
		}
		if has {
			tally(counts, raw)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read values of %s: %w", name, err)
	}
	return commonest(counts, search), nil
}

// tally counts a value; a list counts as its members, an object not at all.
func tally(counts map[string]int, raw []byte) {
	switch {
	case len(raw) == 0 || raw[0] == '{' || string(raw) == "null":
	case raw[0] == '[':
		var members []json.RawMessage
		if json.Unmarshal(raw, &members) == nil {
			for _, m := range members {
				counts[string(m)]++
			}
		}
	default:
		counts[string(raw)]++
	}
}

func commonest(counts map[string]int, search string) []ValueCount {
	out := make([]ValueCount, 0, len(counts))
	for value, n := range counts {
		shown := value
		var text string
		if json.Unmarshal([]byte(value), &text) == nil {
			shown = text
		}
		if matchesSearch(shown, search) {
			out = append(out, ValueCount{json.RawMessage(value), n})
		}
	}
	slices.SortFunc(out, func(a, b ValueCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(string(a.Value), string(b.Value)))
	})
	return out[:min(len(out), suggestShown)]
}
