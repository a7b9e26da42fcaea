package recipient

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/internal/database"
	"tidings/outreach/channel"
	"tidings/outreach/gate"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

// Person is a candidate on the way to a message.
type Person struct {
	Num     uint32
	Target  string         // without the appid; empty: none
	Unknown bool           // a stub: known by an uploaded ID only
	Values  []any          // what the content's variables are for this person
	Event   map[string]any // properties of the event that released the message
	Reason  gate.Reason    // why nothing is sent; empty: none yet
	Params  []channel.Param
}

// Loader reads the people of a run, some thousands at a time.
type Loader struct {
	DB         *database.DB
	ProjectNum int64
	AppID      string
	Message    *Message

	// InRun gives those of some people who are in the run: somebody who was merged
	// into one of them gets no second message.
	InRun func(ctx context.Context, among *roaring.Bitmap) (*roaring.Bitmap, error)
	// Note, where set, is called when targets are known; Add when merges are
	// followed too. Both may give people reasons and events.
	Note, Add func(ctx context.Context, b *Batch) error
}

// Batch is people who are read together.
type Batch struct {
	People []Person
	// Numbers are the numbers to ask for, ascending: those of People, and of whom
	// some of them were merged into.
	Numbers []int64
	at      map[int64]int
}

// Of gives whom a number is of; nil when nobody asked for it.
func (b *Batch) Of(num int64) *Person {
	i, asked := b.at[num]
	if !asked {
		return nil
	}
	return &b.People[i]
}

// Load reads the people of some numbers, which ascend, in their order. Their
// messages are not filled in yet.
func (l *Loader) Load(ctx context.Context, nums []uint32) ([]Person, error) {
	b, err := l.targets(ctx, nums)
	if err != nil || l.Message.Constant() {
		return b.People, err
	}
	return b.People, l.values(ctx, b)
}

// Targets is Load without the values of variables, which tells who is not sent to
// whatever the message says.
func (l *Loader) Targets(ctx context.Context, nums []uint32) ([]Person, error) {
	b, err := l.targets(ctx, nums)
	return b.People, err
}

func (l *Loader) targets(ctx context.Context, nums []uint32) (*Batch, error) {
	b := &Batch{People: make([]Person, len(nums)), Numbers: make([]int64, len(nums)), at: make(map[int64]int, len(nums))}
	if len(nums) == 0 {
		return b, nil
	}
	for i, n := range nums {
		b.People[i].Num, b.Numbers[i], b.at[int64(n)] = n, int64(n), i
	}
	if err := l.readTargets(ctx, b, b.Numbers); err != nil {
		return b, err
	}
	if l.Note != nil {
		if err := l.Note(ctx, b); err != nil {
			return b, err
		}
	}
	living, err := l.followMerged(ctx, b)
	if err != nil {
		return b, err
	}
	if len(living) > 0 {
		if err := l.readTargets(ctx, b, living); err != nil {
			return b, err
		}
		b.Numbers = append(b.Numbers, living...)
		slices.Sort(b.Numbers)
	}
	if l.Add != nil {
		if err := l.Add(ctx, b); err != nil {
			return b, err
		}
	}
	markDuplicates(b.People)
	return b, nil
}

// identitiesSQL: project number, ID type, invalid, person numbers. Out: person
// number, value, newest binding last, so that it wins.
const identitiesSQL = `SELECT person_num, value FROM identities WHERE project_num = ? AND type = ? AND invalid = ? AND %s ORDER BY person_num, bound_at, id`

// readTargets reads the target IDs of people.
func (l *Loader) readTargets(ctx context.Context, b *Batch, numbers []int64) error {
	among, args := Among(l.DB, "person_num", numbers)
	rows, err := l.DB.SQL.QueryContext(ctx, l.DB.Rebind(fmt.Sprintf(identitiesSQL, among)),
		append([]any{l.ProjectNum, person.WechatOpenID, false}, args...)...)
	if err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	defer func() { _ = rows.Close() }()
	prefix := l.AppID + ":"
	for rows.Next() {
		var num int64
		var value string
		if err := rows.Scan(&num, &value); err != nil {
			return fmt.Errorf("load identities: %w", err)
		}
		p := b.Of(num)
		if openID, ok := strings.CutPrefix(value, prefix); ok && p != nil {
			p.Target = openID
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("load identities: %w", err)
	}
	return nil
}

// Among is the condition that a column is one of the ascending numbers, and its
// arguments. Where they lie close together it is a range, which may give others
// too: PostgreSQL reads a range at once, and looks up a list number by number.
func Among(db *database.DB, column string, numbers []int64) (string, []any) {
	least, most := numbers[0], numbers[len(numbers)-1]
	if most-least < 2*int64(len(numbers)) {
		return column + " BETWEEN ? AND ?", []any{least, most}
	}
	return db.In(column), []any{db.List(numbers)}
}

// markDuplicates holds back a second candidate with a target that came before.
func markDuplicates(people []Person) {
	seen := make(map[string]struct{}, len(people))
	for i := range people {
		p := &people[i]
		if p.Target == "" || p.Reason != "" {
			continue
		}
		if _, dup := seen[p.Target]; dup {
			p.Reason = gate.Duplicate
			continue
		}
		seen[p.Target] = struct{}{}
	}
}

// personsSQL: person IDs. Out: ID, stub, attributes and tags as JSON.
const personsSQL = `SELECT id, stub, attributes, tags FROM persons WHERE %s`

// values reads what the content's variables are for each person.
func (l *Loader) values(ctx context.Context, b *Batch) error {
	if len(b.Numbers) == 0 {
		return nil
	}
	ids := make([]int64, len(b.Numbers))
	for i, n := range b.Numbers {
		ids[i] = person.ID(l.ProjectNum, uint32(n)) //nolint:gosec // person numbers are 32-bit
	}
	among, args := Among(l.DB, "id", ids)
	rows, err := l.DB.SQL.QueryContext(ctx, l.DB.Rebind(fmt.Sprintf(personsSQL, among)), args...)
	if err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		var stub bool
		var raw, rawTags []byte
		if err := rows.Scan(&id, &stub, &raw, &rawTags); err != nil {
			return fmt.Errorf("load people: %w", err)
		}
		p := b.Of(int64(person.Num(id)))
		if p == nil {
			continue
		}
		p.Unknown = stub
		var attributes, tags map[string]any
		for from, into := range map[*[]byte]*map[string]any{&raw: &attributes, &rawTags: &tags} {
			if len(*from) == 0 {
				continue
			}
			if err := json.Unmarshal(*from, into); err != nil {
				return fmt.Errorf("read attributes and tags of person %d: %w", id, err)
			}
		}
		l.Message.give(p, attributes, tags)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("load people: %w", err)
	}
	return nil
}

// give notes a person's values of the variables.
func (m *Message) give(p *Person, attributes, tags map[string]any) {
	needs := m.Needs()
	p.Values = make([]any, len(needs))
	for i, n := range needs {
		switch {
		case n.Source == render.Attribute:
			p.Values[i] = attributes[n.Name]
		case n.Source == render.Tag:
			p.Values[i] = tags[n.Name]
		case n.Source == render.Event:
			p.Values[i] = p.Event[n.Name]
		case n.Source == render.Identity && n.Name == person.WechatOpenID:
			p.Values[i] = p.Target
		}
	}
}

// Stranger is somebody with a target ID whom nobody knows yet: as the stub that
// the run will make of the ID.
func (m *Message) Stranger(target string) Person {
	p := Person{Target: target, Unknown: true}
	m.give(&p, nil, nil)
	return p
}
