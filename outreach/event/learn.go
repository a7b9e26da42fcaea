package event

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/id"
)

// Unknown is a property that the catalogue does not have, with the kind of the
// value that brought it.
type Unknown struct {
	Owner Owner
	Name  string
	Kind  Kind
}

// learnTypesSQL: time twice, project; rows of ID, number, name.
const learnTypesSQL = `INSERT INTO event_types (id, created_at, updated_at, num, name, display_name, description, enabled, project_id)
	SELECT u.id, %[2]s, %[2]s, u.num, u.name, '', '', true, %[3]s FROM %[1]s WHERE true ON CONFLICT (project_id, name) DO NOTHING`

// learnPropertiesSQL: the same; rows of ID, owner, owner's ID, name, type.
const learnPropertiesSQL = `INSERT INTO properties (id, created_at, updated_at, owner, owner_id, name, display_name, description, type, enabled, conflicts, project_id)
	SELECT u.id, %[2]s, %[2]s, u.owner, u.owner_id, u.name, '', '', u.kind, true, 0, %[3]s FROM %[1]s WHERE true
	ON CONFLICT (project_id, owner, owner_id, name) DO NOTHING`

// learn adds what is new as far as there is room, and gives the catalogue with
// it. Of two processes that learn one name the faster says its type.
func (c *Catalogue) learn(ctx context.Context, projectID string, types []string, unknown []Unknown) (*snapshot, error) {
	s := c.shelf(projectID)
	s.learning.Lock()
	defer s.learning.Unlock()
	now, err := c.read(ctx, projectID, s) // others may have learned it; what is full may have room
	if err != nil {
		return nil, err
	}
	types = slices.DeleteFunc(compact(types), func(name string) bool { return now.types[name] != nil })
	types = types[:min(len(types), max(0, MaxEventTypes-len(now.types)))]
	unknown = slices.Clone(unknown)
	slices.SortStableFunc(unknown, compareUnknown)
	unknown = slices.CompactFunc(unknown, func(a, b Unknown) bool { return compareUnknown(a, b) == 0 })
	unknown = slices.DeleteFunc(unknown, func(u Unknown) bool { return now.properties[u.Owner][u.Name] != nil })
	unknown = unknown[:min(len(unknown), max(0, MaxProperties-now.count))]
	if len(types)+len(unknown) == 0 {
		return now, nil
	}
	err = c.db.SQLTx(ctx, func(tx *sql.Tx) error {
		if len(types) > 0 {
			if err := c.insertTypes(ctx, tx, projectID, types); err != nil {
				return err
			}
		}
		if len(unknown) > 0 {
			return c.insertProperties(ctx, tx, projectID, unknown)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c.read(ctx, projectID, s)
}

func (c *Catalogue) insertTypes(ctx context.Context, tx *sql.Tx, projectID string, names []string) error {
	ids, nums := make([]string, len(names)), make([]int64, len(names))
	for i := range names {
		ids[i], nums[i] = id.New("evt"), id.Num()
	}
	return c.insert(ctx, tx, learnTypesSQL, projectID, database.Column{Name: "id", Values: ids},
		database.Column{Name: "num", Values: nums}, database.Column{Name: "name", Values: names})
}

func (c *Catalogue) insertProperties(ctx context.Context, tx *sql.Tx, projectID string, unknown []Unknown) error {
	n := len(unknown)
	ids, owners, ownerIDs, names, kinds := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	for i, u := range unknown {
		ids[i], owners[i], ownerIDs[i], names[i], kinds[i] = id.New("prp"), string(u.Owner.Kind), u.Owner.ID, u.Name, string(u.Kind)
	}
	return c.insert(ctx, tx, learnPropertiesSQL, projectID, database.Column{Name: "id", Values: ids}, database.Column{Name: "owner", Values: owners},
		database.Column{Name: "owner_id", Values: ownerIDs}, database.Column{Name: "name", Values: names}, database.Column{Name: "kind", Values: kinds})
}

func (c *Catalogue) insert(ctx context.Context, tx *sql.Tx, text, projectID string, cols ...database.Column) error {
	at, project := "?", "?"
	if c.db.Postgres() {
		at, project = "?::timestamptz", "?::varchar"
	}
	from, args := c.db.Values("u", cols...)
	now := clock.Wall()
	q := fmt.Sprintf(text, from, at, project)
	if _, err := tx.ExecContext(ctx, c.db.Rebind(q), append([]any{now, now, projectID}, args...)...); err != nil {
		return fmt.Errorf("learn: %w", err)
	}
	return nil
}

func compareUnknown(a, b Unknown) int {
	return cmp.Or(cmp.Compare(a.Owner.Kind, b.Owner.Kind), cmp.Compare(a.Owner.ID, b.Owner.ID), cmp.Compare(a.Name, b.Name))
}

// compact sorts names and leaves each once.
func compact(names []string) []string {
	out := slices.Clone(names)
	slices.Sort(out)
	return slices.Compact(out)
}
