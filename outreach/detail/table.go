package detail

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	entdetailtable "tidings/ent/detailtable"
	entproperty "tidings/ent/property"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/catalogue"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

const (
	// MaxColumns is the most columns of a table.
	MaxColumns     = 500
	maxDisplayName = 100
	maxDescription = 2000
)

// tableName is the form of a table's stable key.
var tableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]{0,59}$`)

// Tables holds the commands on detail tables, which need data.import.
type Tables struct {
	db        *database.DB
	catalogue *catalogue.Service
}

// NewTables makes the service.
func NewTables(db *database.DB, c *catalogue.Service) *Tables { return &Tables{db: db, catalogue: c} }

// Column is a column as it is declared.
type Column struct {
	Name        string
	DisplayName *string
	Type        entproperty.Type
}

// Input is what a table says of itself. Name, ID type, person column and date
// column are for Create; nil leaves alone.
type Input struct {
	Name, IDType, PersonColumn, DateColumn *string
	DisplayName, Description               *string
	Kind                                   *entdetailtable.Kind
	Columns                                []Column
}

// Create defines a table with its columns. The person's and the date's are
// added where they are not listed: TEXT and DATETIME.
//
// UNAUTHENTICATED, FORBIDDEN, INVALID (input.…), CONFLICT (NAME_TAKEN).
func (s *Tables) Create(ctx context.Context, in Input) (*ent.DetailTable, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	var fs fault.Fields
	name, idType, personColumn, dateColumn := text(in.Name), text(in.IDType), text(in.PersonColumn), text(in.DateColumn)
	if !tableName.MatchString(name) {
		fs.Add("input.name", "INVALID_FORMAT", "letters, digits and _, no digit first, at most 60")
	}
	known, err := s.catalogue.Knows(ctx, idType)
	if err != nil {
		return nil, err
	}
	if !known {
		fs.Add("input.idType", "UNKNOWN", "there is no ID type %q", idType)
	}
	for path, column := range map[string]string{"input.personColumn": personColumn, "input.dateColumn": dateColumn} {
		if !event.GoodName(column) {
			fs.Add(path, "INVALID_FORMAT", "1 to 128 characters, without quotes, backslashes and control characters")
		}
	}
	if personColumn == dateColumn {
		fs.Add("input.dateColumn", "DUPLICATE", "one column cannot be both")
	}
	columns := slices.Clone(in.Columns)
	if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == personColumn }) {
		columns = append(columns, Column{Name: personColumn, Type: entproperty.TypeText})
	}
	if !slices.ContainsFunc(columns, func(c Column) bool { return c.Name == dateColumn }) {
		columns = append(columns, Column{Name: dateColumn, Type: entproperty.TypeDatetime})
	}
	checkColumns(&fs, columns, personColumn, dateColumn)
	checkTexts(&fs, &in)
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.DetailTable
	err = s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var err error
		out, err = tx.DetailTable.Create().SetProjectID(viewer.From(ctx).ProjectID).SetNum(id.Num()).SetName(name).SetIDType(idType).
			SetPersonColumn(personColumn).SetDateColumn(dateColumn).SetNillableDisplayName(in.DisplayName).
			SetNillableDescription(in.Description).SetNillableKind(in.Kind).Save(ctx)
		if database.IsUnique(err) {
			return catalogue.NameTaken("input.name", "detail table")
		}
		if err != nil {
			return fmt.Errorf("save detail table: %w", err)
		}
		if err := saveColumns(ctx, tx, out.ID, nil, columns); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "detail_table.create", out.ID, out.Name, map[string]any{"columns": len(columns)})
	})
	if err != nil {
		return nil, err
	}
	s.catalogue.Changed(out.ProjectID)
	return out.Unwrap(), nil
}

func text(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

func checkColumns(fs *fault.Fields, columns []Column, personColumn, dateColumn string) {
	if len(columns) > MaxColumns {
		fs.Add("input.columns", "TOO_MANY", "a table has at most %d columns", MaxColumns)
		fs.With(map[string]any{"limit": MaxColumns})
		return
	}
	seen := map[string]bool{}
	for i, c := range columns {
		path := fmt.Sprintf("input.columns.%d.", i)
		switch {
		case !event.GoodName(c.Name) && c.Name != personColumn && c.Name != dateColumn:
			fs.Add(path+"name", "INVALID_FORMAT", "1 to 128 characters, without quotes, backslashes and control characters")
		case seen[c.Name]:
			fs.Add(path+"name", "DUPLICATE", "the column is listed twice")
		case c.Type == entproperty.TypeObject:
			fs.Add(path+"type", "INVALID_VALUE", "a column holds no objects")
		case c.Name == personColumn && c.Type != entproperty.TypeText:
			fs.Add(path+"type", "INVALID_VALUE", "the person's ID is text")
		case c.Name == dateColumn && c.Type != entproperty.TypeDate && c.Type != entproperty.TypeDatetime:
			fs.Add(path+"type", "INVALID_VALUE", "the date is a DATE or a DATETIME")
		}
		if c.DisplayName != nil {
			catalogue.CheckText(fs, path+"displayName", catalogue.Clean(*c.DisplayName), maxDisplayName, false)
		}
		seen[c.Name] = true
	}
}

func checkTexts(fs *fault.Fields, in *Input) {
	if in.DisplayName != nil {
		*in.DisplayName = catalogue.Clean(*in.DisplayName)
		catalogue.CheckText(fs, "input.displayName", *in.DisplayName, maxDisplayName, false)
	}
	if in.Description != nil {
		*in.Description = catalogue.Clean(*in.Description)
		catalogue.CheckText(fs, "input.description", *in.Description, maxDescription, false)
	}
}

// saveColumns adds the columns that are new and changes the others.
func saveColumns(ctx context.Context, tx *ent.Tx, tableID string, known []*ent.Property, columns []Column) error {
	for _, c := range columns {
		if c.DisplayName != nil {
			clean := catalogue.Clean(*c.DisplayName)
			c.DisplayName = &clean
		}
		at := slices.IndexFunc(known, func(p *ent.Property) bool { return p.Name == c.Name })
		var err error
		if at >= 0 {
			err = tx.Property.UpdateOne(known[at]).SetType(c.Type).SetNillableDisplayName(c.DisplayName).Exec(ctx)
		} else {
			err = tx.Property.Create().SetProjectID(viewer.From(ctx).ProjectID).SetOwner(entproperty.OwnerTable).SetOwnerID(tableID).
				SetName(c.Name).SetType(c.Type).SetNillableDisplayName(c.DisplayName).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("save column %q: %w", c.Name, err)
		}
	}
	return nil
}

// Update changes what people see of a table, adds columns, and changes the types
// of columns for rows to come. What is not listed stays.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID (input.…).
func (s *Tables) Update(ctx context.Context, tableID string, in Input) (*ent.DetailTable, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	old, err := s.db.Ent.DetailTable.Get(ctx, tableID)
	if err != nil {
		return nil, err
	}
	var fs fault.Fields
	for _, fixed := range []struct {
		path, was string
		now       *string
	}{
		{"input.name", old.Name, in.Name},
		{"input.idType", old.IDType, in.IDType},
		{"input.personColumn", old.PersonColumn, in.PersonColumn},
		{"input.dateColumn", old.DateColumn, in.DateColumn},
	} {
		if fixed.now != nil && *fixed.now != fixed.was {
			fs.Add(fixed.path, "IMMUTABLE", "this cannot change; make another table")
		}
	}
	checkColumns(&fs, in.Columns, old.PersonColumn, old.DateColumn)
	checkTexts(&fs, &in)
	known, err := s.Columns(ctx, tableID)
	if err != nil {
		return nil, err
	}
	total := len(known)
	for _, c := range in.Columns {
		if !slices.ContainsFunc(known, func(p *ent.Property) bool { return p.Name == c.Name }) {
			total++
		}
	}
	if total > MaxColumns && len(in.Columns) <= MaxColumns {
		fs.Add("input.columns", "TOO_MANY", "a table has at most %d columns", MaxColumns)
		fs.With(map[string]any{"limit": MaxColumns})
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.DetailTable
	err = s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var err error
		out, err = tx.DetailTable.UpdateOneID(tableID).SetNillableDisplayName(in.DisplayName).SetNillableDescription(in.Description).
			SetNillableKind(in.Kind).Save(ctx)
		if err != nil {
			return fmt.Errorf("save detail table: %w", err)
		}
		if err := saveColumns(ctx, tx, tableID, known, in.Columns); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "detail_table.update", out.ID, out.Name, map[string]any{"columns": total})
	})
	if err != nil {
		return nil, err
	}
	s.catalogue.Changed(out.ProjectID)
	return out.Unwrap(), nil
}

// Columns gives a table's columns in the order in which they were added.
func (s *Tables) Columns(ctx context.Context, tableID string) ([]*ent.Property, error) {
	columns, err := s.db.Ent.Property.Query().Where(entproperty.OwnerEQ(entproperty.OwnerTable), entproperty.OwnerID(tableID)).
		Order(ent.Asc(entproperty.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read columns: %w", err)
	}
	return columns, nil
}

// Delete removes a table and its columns; the rows follow in the background.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (IN_USE: rules of segments or
// tasks name it; IMPORTING: a file is on its way into it).
func (s *Tables) Delete(ctx context.Context, tableID string) error {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		old, err := tx.DetailTable.Get(ctx, tableID)
		if err != nil {
			return err
		}
		if err := unused(ctx, tx, old.Name); err != nil {
			return err
		}
		busy, err := tx.DataImport.Query().Where(entimport.TableID(tableID), entimport.StatusIn(entimport.StatusReceiving, entimport.StatusRunning)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("look for imports: %w", err)
		}
		if busy {
			return fault.Errorf(fault.Conflict, "a file is being imported into the table").Because("IMPORTING")
		}
		// What was imported is history and stays, without its table.
		text := `UPDATE imports SET table_id = NULL WHERE project_id = ? AND table_id = ?`
		if _, err := tx.ExecContext(ctx, s.db.Rebind(text), old.ProjectID, tableID); err != nil {
			return fmt.Errorf("take the table off its imports: %w", err)
		}
		if _, err := tx.Property.Delete().Where(entproperty.OwnerEQ(entproperty.OwnerTable), entproperty.OwnerID(tableID)).Exec(ctx); err != nil {
			return fmt.Errorf("delete columns: %w", err)
		}
		if err := tx.DetailTable.DeleteOneID(tableID).Exec(ctx); err != nil {
			return fmt.Errorf("delete detail table: %w", err)
		}
		return access.Audit(ctx, tx, "detail_table.delete", old.ID, old.Name, map[string]any{"rows": old.Rows})
	})
}

// unused refuses while a rule of the project names the table. Rules that the
// viewer may not see count as well.
func unused(ctx context.Context, tx *ent.Tx, name string) error {
	project := viewer.From(ctx).ProjectID
	sys := viewer.System(ctx)
	segments, err := tx.Segment.Query().Where(entsegment.ProjectID(project), entsegment.RuleNotNil()).All(sys)
	if err != nil {
		return fmt.Errorf("read segments: %w", err)
	}
	tasks, err := tx.Task.Query().Where(enttask.ProjectID(project), enttask.RuleNotNil()).Select(enttask.FieldID, enttask.FieldName, enttask.FieldRule).All(sys)
	if err != nil {
		return fmt.Errorf("read tasks: %w", err)
	}
	for _, s := range segments {
		if Names(s.Rule, name) {
			return fault.Errorf(fault.Conflict, "the rule of a segment, %s, names the table", s.Name).Because("IN_USE")
		}
	}
	for _, t := range tasks {
		if Names(t.Rule, name) {
			return fault.Errorf(fault.Conflict, "the rule of a task, %s, names the table", t.Name).Because("IN_USE")
		}
	}
	return nil
}

// Names tells whether a rule reads the detail table. What is no rule reads none.
func Names(rule json.RawMessage, table string) bool {
	var node any
	return json.Unmarshal(rule, &node) == nil && names(node, table)
}

func names(node any, table string) bool {
	switch n := node.(type) {
	case map[string]any:
		if n["op"] == "ROWS" && n["table"] == table {
			return true
		}
		for _, below := range n {
			if names(below, table) {
				return true
			}
		}
	case []any:
		return slices.ContainsFunc(n, func(below any) bool { return names(below, table) })
	}
	return false
}
