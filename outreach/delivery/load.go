package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"tidings/outreach/channel"
	"tidings/outreach/gate"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

// candidate is one person of a sub-batch on the way through the pipeline.
type candidate struct {
	person  uint32
	target  string         // without the appid; empty: none
	unknown bool           // a stub: known by an uploaded ID only
	values  []any          // what the content's variables are for this person
	event   map[string]any // properties of the event that released the message
	reason  gate.Reason
	params  []channel.Param
	tries   int
	result  channel.Result
}

// load gives the next candidates of the shard, reading a window of people at a time.
func (w *Worker) load(ctx context.Context, sh *shard, r *run) ([]candidate, error) {
	if sh.cursor >= sh.base+len(sh.loaded) || len(sh.loaded) == 0 {
		end := min(sh.cursor+window, len(sh.people))
		loaded, err := w.loadPeople(ctx, sh, r, sh.people[sh.cursor:end])
		if err != nil {
			return nil, err
		}
		sh.loaded, sh.base = loaded, sh.cursor
	}
	from := sh.cursor - sh.base
	return sh.loaded[from:min(from+maxGrant, len(sh.loaded))], nil
}

// identitiesSQL: project number, ID type, invalid, person numbers. Out: person
// number, value, newest binding last, so that it wins.
const identitiesSQL = `SELECT person_num, value FROM identities WHERE project_num = ? AND type = ? AND invalid = ? AND %s ORDER BY person_num, bound_at, id`

func (w *Worker) loadPeople(ctx context.Context, sh *shard, r *run, people []uint32) ([]candidate, error) {
	out := make([]candidate, len(people))
	at := make(map[int64]int, len(people))
	numbers := make([]int64, len(people))
	for i, p := range people {
		out[i] = candidate{person: p, tries: 1}
		numbers[i] = int64(p)
		at[int64(p)] = i
	}
	if err := w.loadTargets(ctx, sh, r, numbers, at, out); err != nil {
		return nil, err
	}
	if err := w.followReached(ctx, sh, r, out, numbers, at); err != nil {
		return nil, err
	}
	living, err := w.followMerged(ctx, sh, r, out, at)
	if err != nil {
		return nil, err
	}
	if len(living) > 0 {
		if err := w.loadTargets(ctx, sh, r, living, at, out); err != nil {
			return nil, err
		}
		numbers = append(numbers, living...)
		slices.Sort(numbers)
	}
	if sh.touch {
		if err := w.loadTouches(ctx, sh, numbers, at, out); err != nil {
			return nil, err
		}
	}
	markDuplicates(out)
	if r.program.Constant() {
		return out, nil
	}
	return out, w.loadValues(ctx, sh, r, numbers, at, out)
}

// loadTargets reads the target IDs of people; at says which candidate each is.
func (w *Worker) loadTargets(ctx context.Context, sh *shard, r *run, numbers []int64, at map[int64]int, out []candidate) error {
	among, args := w.among("person_num", numbers)
	rows, err := w.DB.SQL.QueryContext(ctx, w.DB.Rebind(fmt.Sprintf(identitiesSQL, among)),
		append([]any{sh.projectNum, person.WechatOpenID, false}, args...)...)
	if err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	prefix := r.plan.AppID + ":"
	for rows.Next() {
		var num int64
		var value string
		if err := rows.Scan(&num, &value); err != nil {
			return fmt.Errorf("load identities: %w", err)
		}
		i, asked := at[num]
		if openID, ok := strings.CutPrefix(value, prefix); ok && asked {
			out[i].target = openID
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	return nil
}

// among is the condition that a column is one of the ascending numbers, and its
// arguments. Where they lie close together it is a range, which may give others
// too: PostgreSQL reads a range at once, and looks up a list number by number.
func (w *Worker) among(column string, numbers []int64) (string, []any) {
	least, most := numbers[0], numbers[len(numbers)-1]
	if most-least < 2*int64(len(numbers)) {
		return column + " BETWEEN ? AND ?", []any{least, most}
	}
	return w.DB.In(column), []any{w.DB.List(numbers)}
}

// markDuplicates holds back a second candidate with a target that came before.
func markDuplicates(people []candidate) {
	seen := make(map[string]struct{}, len(people))
	for i := range people {
		c := &people[i]
		if c.target == "" || c.reason != "" {
			continue
		}
		if _, dup := seen[c.target]; dup {
			c.reason = gate.Duplicate
			continue
		}
		seen[c.target] = struct{}{}
	}
}

// personsSQL: person IDs. Out: ID, stub, attributes and tags as JSON.
const personsSQL = `SELECT id, stub, attributes, tags FROM persons WHERE %s`

// loadValues reads what the content's variables are for each person.
func (w *Worker) loadValues(ctx context.Context, sh *shard, r *run, numbers []int64, at map[int64]int, out []candidate) error {
	ids := make([]int64, len(numbers))
	for i, n := range numbers {
		ids[i] = person.ID(sh.projectNum, uint32(n)) //nolint:gosec // person numbers are 32-bit
	}
	among, args := w.among("id", ids)
	rows, err := w.DB.SQL.QueryContext(ctx, w.DB.Rebind(fmt.Sprintf(personsSQL, among)), args...)
	if err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	needs := r.program.Needs()
	for rows.Next() {
		var id int64
		var stub bool
		var raw, rawTags []byte
		if err := rows.Scan(&id, &stub, &raw, &rawTags); err != nil {
			return fmt.Errorf("load people: %w", err)
		}
		i, asked := at[int64(person.Num(id))]
		if !asked {
			continue
		}
		c := &out[i]
		c.unknown = stub
		var attributes, tags map[string]any
		for from, into := range map[*[]byte]*map[string]any{&raw: &attributes, &rawTags: &tags} {
			if len(*from) == 0 {
				continue
			}
			if err := json.Unmarshal(*from, into); err != nil {
				return fmt.Errorf("read attributes and tags of person %d: %w", id, err)
			}
		}
		c.values = make([]any, len(needs))
		for i, n := range needs {
			switch {
			case n.Source == render.Attribute:
				c.values[i] = attributes[n.Name]
			case n.Source == render.Tag:
				c.values[i] = tags[n.Name]
			case n.Source == render.Event:
				c.values[i] = c.event[n.Name]
			case n.Source == render.Identity && n.Name == person.WechatOpenID:
				c.values[i] = c.target
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	return nil
}

// render fills in the messages, or why there is none. The first reason in the
// order of spec §4.7 stands.
func (w *Worker) render(batch []candidate, r *run) {
	for i := range batch {
		c := &batch[i]
		switch {
		case c.target == "" && c.reason == "":
			c.reason = gate.NoTargetID
		case c.reason != "" || c.params != nil:
		case r.program.Constant():
			c.params, c.reason = r.constant, gate.Reason(r.refusal.Reason)
		case c.unknown && r.plan.Uploaded:
			c.reason = gate.UnknownUserVariable
		default:
			var refusal render.Refusal
			c.params, refusal = r.program.Render(nil, c.values)
			c.reason = gate.Reason(refusal.Reason)
		}
	}
}
