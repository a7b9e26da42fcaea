package event

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	entproperty "tidings/ent/property"
	"tidings/internal/clock"
	"tidings/internal/database"
)

const (
	// MaxEventTypes is how many events a project's catalogue holds; others are refused.
	MaxEventTypes = 1000
	// MaxProperties is how many properties, attributes, tags and columns it
	// holds together; others are stored and not catalogued.
	MaxProperties = 5000
	// catalogueTTL is how long a process believes what it read.
	catalogueTTL = 10 * time.Second
)

// Owner is whose a property is: people's attributes or tags (ID empty), an event
// type's or a detail table's.
type Owner struct {
	Kind entproperty.Owner
	ID   string
}

// The owners of what people have.
var (
	Attributes = Owner{Kind: entproperty.OwnerAttribute}
	Tags       = Owner{Kind: entproperty.OwnerTag}
)

// OfEvent is the owner of an event type's properties.
func OfEvent(eventTypeID string) Owner {
	return Owner{Kind: entproperty.OwnerEvent, ID: eventTypeID}
}

// OfTable is the owner of a detail table's columns.
func OfTable(tableID string) Owner { return Owner{Kind: entproperty.OwnerTable, ID: tableID} }

// Type is an event type as intake needs it.
type Type struct {
	ID, Name string
	Num      int64
	Enabled  bool
}

// Property is a property as intake needs it.
type Property struct {
	ID      string
	Kind    Kind
	Enabled bool
}

// Catalogue knows what projects' data look like, and learns. It is safe for
// concurrent use.
type Catalogue struct {
	db *database.DB

	mu       sync.Mutex
	projects map[string]*shelf

	conflicts sync.Mutex
	counts    map[string]int // values that did not fit, by property ID, not written yet
}

// shelf is one project's place in the catalogue.
type shelf struct {
	learning sync.Mutex // one at a time reads or learns
	mu       sync.RWMutex
	now      *snapshot
}

// snapshot is the catalogue of a project at an instant; it never changes.
type snapshot struct {
	at         time.Time
	types      map[string]*Type // by name
	properties map[Owner]map[string]*Property
	count      int // of properties
}

// NewCatalogue makes an empty one; projects are read when they are needed.
func NewCatalogue(db *database.DB) *Catalogue {
	return &Catalogue{db: db, projects: map[string]*shelf{}, counts: map[string]int{}}
}

// Forget makes this process read a project again, after a change by hand.
func (c *Catalogue) Forget(projectID string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.projects, projectID)
}

func (c *Catalogue) shelf(projectID string) *shelf {
	c.mu.Lock()
	defer c.mu.Unlock()
	s, ok := c.projects[projectID]
	if !ok {
		s = &shelf{}
		c.projects[projectID] = s
	}
	return s
}

func (s *shelf) get() *snapshot {
	s.mu.RLock()
	defer s.mu.RUnlock()
	return s.now
}

func (s *shelf) set(now *snapshot) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = now
}

// view gives the project's catalogue, at most some seconds old. While one
// goroutine reads it anew the others go on with what is there.
func (c *Catalogue) view(ctx context.Context, projectID string) (*snapshot, error) {
	s := c.shelf(projectID)
	now := s.get()
	if now != nil && clock.Wall().Sub(now.at) < catalogueTTL {
		return now, nil
	}
	if now != nil {
		if !s.learning.TryLock() {
			return now, nil
		}
	} else {
		s.learning.Lock()
		if now = s.get(); now != nil {
			s.learning.Unlock()
			return now, nil
		}
	}
	defer s.learning.Unlock()
	return c.read(ctx, projectID, s)
}

// read fills the shelf; the caller holds its learning.
func (c *Catalogue) read(ctx context.Context, projectID string, s *shelf) (*snapshot, error) {
	out := &snapshot{at: clock.Wall(), types: map[string]*Type{}, properties: map[Owner]map[string]*Property{}}
	rows, err := c.db.SQL.QueryContext(ctx, c.db.Rebind(`SELECT id, name, num, enabled FROM event_types WHERE project_id = ?`), projectID)
	if err != nil {
		return nil, fmt.Errorf("read event types: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t Type
		if err := rows.Scan(&t.ID, &t.Name, &t.Num, &t.Enabled); err != nil {
			return nil, fmt.Errorf("read event types: %w", err)
		}
		out.types[t.Name] = &t
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read event types: %w", err)
	}
	props, err := c.db.SQL.QueryContext(ctx, c.db.Rebind(`SELECT id, owner, owner_id, name, type, enabled FROM properties WHERE project_id = ?`), projectID)
	if err != nil {
		return nil, fmt.Errorf("read properties: %w", err)
	}
	defer func() { _ = props.Close() }()
	for props.Next() {
		var (
			p    Property
			o    Owner
			name string
		)
		if err := props.Scan(&p.ID, &o.Kind, &o.ID, &name, &p.Kind, &p.Enabled); err != nil {
			return nil, fmt.Errorf("read properties: %w", err)
		}
		if out.properties[o] == nil {
			out.properties[o] = map[string]*Property{}
		}
		out.properties[o][name] = &p
		out.count++
	}
	if err := props.Err(); err != nil {
		return nil, fmt.Errorf("read properties: %w", err)
	}
	s.set(out)
	return out, nil
}

// Type gives an event type by name, learned when it is new; nil when the
// catalogue is full.
func (c *Catalogue) Type(ctx context.Context, projectID, name string) (*Type, error) {
	view, err := c.view(ctx, projectID)
	if err != nil {
		return nil, err
	}
	if t, ok := view.types[name]; ok {
		return t, nil
	}
	if view, err = c.learn(ctx, projectID, []string{name}, nil); err != nil {
		return nil, err
	}
	return view.types[name], nil
}

// conflict counts a value that did not fit.
func (c *Catalogue) conflict(propertyID string, n int) {
	c.conflicts.Lock()
	defer c.conflicts.Unlock()
	c.counts[propertyID] += n
}

// conflictsSQL: rows of property and number. The rows are locked in order by the
// caller's sorting; a lost update here would be a wrong count and no more.
const conflictsSQL = `UPDATE properties SET conflicts = conflicts + u.n FROM %s WHERE properties.id = u.id`

// Flush writes the counts of values that did not fit.
func (c *Catalogue) Flush(ctx context.Context) error {
	c.conflicts.Lock()
	counts := c.counts
	c.counts = map[string]int{}
	c.conflicts.Unlock()
	if len(counts) == 0 {
		return nil
	}
	ids := make([]string, 0, len(counts))
	for id := range counts {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	ns := make([]int64, len(ids))
	for i, id := range ids {
		ns[i] = int64(counts[id])
	}
	from, args := c.db.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "n", Values: ns})
	if _, err := c.db.SQL.ExecContext(ctx, c.db.Rebind(fmt.Sprintf(conflictsSQL, from)), args...); err != nil {
		for id, n := range counts {
			c.conflict(id, n)
		}
		return fmt.Errorf("count type conflicts: %w", err)
	}
	return nil
}
