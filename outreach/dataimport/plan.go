package dataimport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	entproperty "tidings/ent/property"
	"tidings/internal/database"
	"tidings/outreach/event"
)

// failure ends an import: the file as a whole cannot be used, or not further.
type failure struct{ word, text string }

func (f *failure) Error() string { return f.text }

func fail(word, format string, args ...any) error {
	return &failure{word, fmt.Sprintf(format, args...)}
}

// plan says what is done with each column of a file.
type plan struct {
	mapping Mapping
	header  []string
	values  []column // the columns whose cells are stored, by the name they are stored under
	// Places of the columns with a meaning of their own; -1 where there is none.
	person, event, time, message, tag, value int
}

// column is a column whose cells are stored.
type column struct {
	at       int
	name     string
	declared *kind // in the mapping
	kind     kind
	known    bool // kind is what the catalogue says
	off      bool // switched off in the catalogue
}

// newPlan reads the header.
func newPlan(of entimport.Kind, m Mapping, dateColumn string, header []string) (*plan, error) {
	p := &plan{mapping: m, header: header}
	if len(header) > MaxColumns {
		return nil, fail("TOO_MANY_COLUMNS", "the file has %d columns; %d are allowed", len(header), MaxColumns)
	}
	places := map[string]int{}
	for i, name := range header {
		if _, twice := places[name]; twice && name != "" {
			return nil, fail("DUPLICATE", "the column %q is there twice", name)
		}
		places[name] = i
	}
	var missing error
	place := func(name string) int {
		if name == "" {
			return -1
		}
		at, ok := places[name]
		if !ok {
			missing = errors.Join(missing, fail("NO_COLUMN", "there is no column %q", name))
			return -1
		}
		return at
	}
	p.person, p.event, p.time = place(m.PersonColumn), place(m.EventColumn), place(m.TimeColumn)
	p.message, p.tag, p.value = place(m.MessageColumn), place(m.TagColumn), place(m.ValueColumn)
	changed := map[int]Column{}
	for _, c := range m.Columns {
		if at := place(c.Header); at >= 0 {
			changed[at] = c
		}
	}
	if missing != nil {
		if f, ok := errors.AsType[*failure](missing); ok {
			return nil, f
		}
	}
	if m.TagColumn != "" {
		return p, nil
	}
	names := map[string]bool{}
	for i, name := range header {
		c := column{at: i, name: name}
		if change, ok := changed[i]; ok {
			c.name, c.declared = change.Name, change.Type
		}
		special := i == p.person || i == p.event || i == p.time || i == p.message
		if c.name == "" || (special && of != entimport.KindRows) {
			continue
		}
		if !event.GoodName(c.name) {
			return nil, fail("BAD_NAME", "%q cannot be the name of a column's values; rename it or leave it out", asText(c.name))
		}
		if names[c.name] {
			return nil, fail("DUPLICATE", "two columns would be stored as %q", c.name)
		}
		names[c.name] = true
		p.values = append(p.values, c)
	}
	if of == entimport.KindRows {
		at := slices.IndexFunc(p.values, func(c column) bool { return c.name == dateColumn })
		if at < 0 {
			return nil, fail("NO_COLUMN", "there is no column %q, the table's date", dateColumn)
		}
		p.time = p.values[at].at
	}
	slices.SortFunc(p.values, func(a, b column) int { return cmp.Compare(a.name, b.name) })
	return p, nil
}

// types are what a catalogue says of one owner's properties, by name.
type types map[string]*ent.Property

func readTypes(ctx context.Context, db *database.DB, projectID string, owner event.Owner) (types, error) {
	found, err := db.Ent.Property.Query().Where(entproperty.ProjectID(projectID), entproperty.OwnerEQ(owner.Kind), entproperty.OwnerID(owner.ID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	out := make(types, len(found))
	for _, p := range found {
		out[p.Name] = p
	}
	return out, nil
}

// declare adds properties that the catalogue lacks, as far as there is room, and
// gives what it says then: somebody else may have been faster.
func (s *Imports) declare(ctx context.Context, projectID string, owner event.Owner, kinds map[string]kind) (types, error) {
	room, err := s.DB.Ent.Property.Query().Where(entproperty.ProjectID(projectID)).Count(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the catalogue: %w", err)
	}
	room = event.MaxProperties - room
	names := make([]string, 0, len(kinds))
	for name := range kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names[:max(0, min(len(names), room))] {
		err := s.DB.Ent.Property.Create().SetProjectID(projectID).SetOwner(owner.Kind).SetOwnerID(owner.ID).SetName(name).
			SetType(kinds[name]).Exec(ctx)
		if err != nil && !database.IsUnique(err) {
			return nil, fmt.Errorf("declare %q: %w", name, err)
		}
	}
	s.Learned.Forget(projectID)
	return readTypes(ctx, s.DB, projectID, owner)
}

// resolve gives columns their types: the catalogue's; where it has none the
// mapping's, or what the values of these rows look like. What is new is declared.
func (s *Imports) resolve(ctx context.Context, projectID string, owner event.Owner, known types, columns []column, cells func(i int) []string) error {
	fresh := map[string]kind{}
	for i, c := range columns {
		if c.known || known[c.name] != nil {
			continue
		}
		if c.declared != nil {
			fresh[c.name] = *c.declared
		} else if k, ok := guess(cells(i)); ok {
			fresh[c.name] = k
		}
	}
	if len(fresh) > 0 {
		var err error
		if known, err = s.declare(ctx, projectID, owner, fresh); err != nil {
			return err
		}
	}
	for i := range columns {
		c := &columns[i]
		if p := known[c.name]; p != nil {
			c.kind, c.off, c.known = p.Type, !p.Enabled, true
		} else if k, ok := fresh[c.name]; ok { // the catalogue is full: stored, and not catalogued
			c.kind, c.known = k, true
		}
	}
	return nil
}
