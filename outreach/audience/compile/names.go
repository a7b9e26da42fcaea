package compile

import (
	"context"
	"database/sql"
	"fmt"

	"tidings/outreach/audience/rule"
)

// names is what a rule's names stand for in the store.
type names struct {
	attributes, tags map[string]rule.Type
	events, tables   map[string]named
	// aliases tells whether rows may still carry numbers of people merged into others.
	aliases bool
}

// named is an event or a detail table. Its number is 0, which none has, where
// the project does not know the name.
type named struct {
	id    string
	num   int64
	types map[string]rule.Type
}

func (n named) typ(name string) rule.Type { return n.types[name] }

// readNames looks up what the rule refers to.
func (e *evaluation) readNames(ctx context.Context, refs rule.Refs) error {
	n := &e.names
	n.attributes, n.tags = map[string]rule.Type{}, map[string]rule.Type{}
	var err error
	if n.events, err = e.numbers(ctx, "event_types", refs.Events); err != nil {
		return fmt.Errorf("read event types: %w", err)
	}
	if n.tables, err = e.numbers(ctx, "detail_tables", refs.Tables); err != nil {
		return fmt.Errorf("read detail tables: %w", err)
	}
	if err := e.readTypes(ctx); err != nil {
		return fmt.Errorf("read properties: %w", err)
	}
	const unfolded = `SELECT EXISTS (SELECT 1 FROM person_aliases WHERE project_num = ? AND folded_at IS NULL)`
	if err := e.tx.QueryRowContext(ctx, e.db.Rebind(unfolded), e.scope.ProjectNum).Scan(&n.aliases); err != nil {
		return fmt.Errorf("look for merged people: %w", err)
	}
	return nil
}

// numbers reads the rows of a table of the catalogue by their names.
func (e *evaluation) numbers(ctx context.Context, table string, names []string) (map[string]named, error) {
	out := map[string]named{}
	if len(names) == 0 {
		return out, nil
	}
	q := `SELECT id, num, name FROM ` + table + ` WHERE project_id = ? AND ` + e.db.In("name")
	err := e.each(ctx, q, []any{e.scope.ProjectID, e.db.List(names)}, func(rows *sql.Rows) error {
		n := named{types: map[string]rule.Type{}}
		var name string
		if err := rows.Scan(&n.id, &n.num, &name); err != nil {
			return err
		}
		out[name] = n
		return nil
	})
	return out, err
}

// readTypes fills in the types of properties.
func (e *evaluation) readTypes(ctx context.Context) error {
	owners := []string{""}
	byID := map[string]map[string]rule.Type{}
	for _, group := range []map[string]named{e.names.events, e.names.tables} {
		for _, n := range group {
			owners = append(owners, n.id)
			byID[n.id] = n.types
		}
	}
	q := `SELECT owner, owner_id, name, type FROM properties WHERE project_id = ? AND ` + e.db.In("owner_id")
	return e.each(ctx, q, []any{e.scope.ProjectID, e.db.List(owners)}, func(rows *sql.Rows) error {
		var owner, id, name, typ string
		if err := rows.Scan(&owner, &id, &name, &typ); err != nil {
			return err
		}
		switch owner {
		case "ATTRIBUTE":
			e.names.attributes[name] = rule.Type(typ)
		case "TAG":
			e.names.tags[name] = rule.Type(typ)
		default:
			if types, ok := byID[id]; ok {
				types[name] = rule.Type(typ)
			}
		}
		return nil
	})
}

// each calls f for every row of a query.
func (e *evaluation) each(ctx context.Context, query string, args []any, f func(*sql.Rows) error) error {
	rows, err := e.tx.QueryContext(ctx, e.db.Rebind(query), args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
