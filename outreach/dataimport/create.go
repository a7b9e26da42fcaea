package dataimport

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"unicode"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	entdetailtable "tidings/ent/detailtable"
	enteventtype "tidings/ent/eventtype"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/outreach/access"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// Input begins an import.
type Input struct {
	Kind     entimport.Kind
	TableID  string // for ROWS: the table's ID or name
	SourceID string // for EVENTS
	KeyOf    string // the source whose write key begins it; empty for people
	FileName string
	Size     int64 // bytes; 0 where the sender does not know before the end
	Mapping  Mapping
}

// Create begins an import; its bytes go to Append.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), INVALID (input.…).
func (s *Imports) Create(ctx context.Context, in Input) (*ent.DataImport, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	v := viewer.From(ctx)
	var fs fault.Fields
	if in.Size < 0 || in.Size > MaxBytes {
		fs.Add("input.size", "OUT_OF_RANGE", "a file has at most %d bytes", MaxBytes)
		fs.With(map[string]any{"min": 0, "max": MaxBytes})
	}
	if in.KeyOf != "" && in.Kind == entimport.KindEvents && in.SourceID == "" {
		in.SourceID = in.KeyOf
	}
	set := func(*ent.DataImportCreate) {}
	in.Mapping.check(&fs, "input.mapping.", in.Kind)
	switch in.Kind {
	case entimport.KindRows:
		table, err := s.DB.Ent.DetailTable.Query().Where(entdetailtable.Or(entdetailtable.ID(in.TableID), entdetailtable.Name(in.TableID))).Only(ctx)
		switch {
		case in.TableID == "":
			fs.Add("input.tableId", "REQUIRED", "say which detail table the rows are for")
		case ent.IsNotFound(err):
			fs.Add("input.tableId", "NOT_FOUND", "there is no such detail table in this project")
		case err != nil:
			return nil, fmt.Errorf("read detail table: %w", err)
		default:
			// The table knows whom its rows name and how.
			in.Mapping.IDType = table.IDType
			if in.Mapping.PersonColumn == "" {
				in.Mapping.PersonColumn = table.PersonColumn
			}
			in.TableID = table.ID
			set = func(c *ent.DataImportCreate) { c.SetTableID(table.ID) }
		}
	case entimport.KindEvents:
		if in.KeyOf != "" && in.SourceID != in.KeyOf {
			fs.Add("input.sourceId", "NOT_ALLOWED", "a write key imports events of its own source only")
		} else if in.SourceID != "" {
			_, err := s.DB.Ent.EventSource.Get(ctx, in.SourceID)
			if ent.IsNotFound(err) {
				fs.Add("input.sourceId", "NOT_FOUND", "there is no such source in this project")
			} else if err != nil {
				return nil, fmt.Errorf("read event source: %w", err)
			}
		}
		set = func(c *ent.DataImportCreate) {
			if in.SourceID != "" {
				c.SetSourceID(in.SourceID)
			}
		}
	case entimport.KindPeople, entimport.KindTags:
	}
	if in.Kind != entimport.KindRows && in.TableID != "" {
		fs.Add("input.tableId", "NOT_ALLOWED", "only detail rows go to a table")
	}
	if in.Kind != entimport.KindEvents && in.SourceID != "" {
		fs.Add("input.sourceId", "NOT_ALLOWED", "only events come from a source")
	}
	if err := s.checkTypes(ctx, &fs, &in); err != nil {
		return nil, err
	}
	if in.Mapping.IDType != "" {
		known, err := s.Catalogue.Knows(ctx, in.Mapping.IDType)
		if err != nil {
			return nil, err
		}
		if !known {
			fs.Add("input.mapping.idType", "UNKNOWN", "there is no ID type %q", in.Mapping.IDType)
		}
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.DataImport
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		c := tx.DataImport.Create().SetProjectID(v.ProjectID).SetKind(in.Kind).SetFileName(cleanFileName(in.FileName)).SetSize(in.Size).
			SetMapping((&stored{Mapping: in.Mapping}).encode())
		if v.AccountID != "" {
			c.SetCreatorID(v.AccountID)
		}
		set(c)
		if in.KeyOf != "" {
			c.SetSourceID(in.KeyOf)
		}
		var err error
		if in.Kind == entimport.KindEvents && in.SourceID == "" {
			source, err := ownSource(ctx, tx, v.ProjectID)
			if err != nil {
				return err
			}
			c.SetSourceID(source)
		}
		if out, err = c.Save(ctx); err != nil {
			return fmt.Errorf("save import: %w", err)
		}
		return access.Audit(ctx, tx, "import.create", out.ID, out.FileName, map[string]any{"kind": in.Kind, "size": in.Size})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// checkTypes refuses a column's type where the catalogue says another: values are
// of one type each. Of events it looks where all rows are one event.
func (s *Imports) checkTypes(ctx context.Context, fs *fault.Fields, in *Input) error {
	owner := event.Attributes
	switch in.Kind {
	case entimport.KindTags:
		owner = event.Tags
	case entimport.KindRows:
		owner = event.OfTable(in.TableID)
	case entimport.KindEvents:
		t, err := s.DB.Ent.EventType.Query().Where(enteventtype.Name(in.Mapping.Event)).Only(ctx)
		if ent.IsNotFound(err) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("read event type: %w", err)
		}
		owner = event.OfEvent(t.ID)
	case entimport.KindPeople:
	}
	if !slices.ContainsFunc(in.Mapping.Columns, func(c Column) bool { return c.Type != nil }) {
		return nil
	}
	known, err := readTypes(ctx, s.DB, viewer.From(ctx).ProjectID, owner)
	if err != nil {
		return err
	}
	for i, c := range in.Mapping.Columns {
		if p := known[c.Name]; c.Type != nil && p != nil && p.Type != *c.Type {
			fs.Add(fmt.Sprintf("input.mapping.columns.%d.type", i), "TYPE_CONFLICT", "the catalogue says that %q is %s", c.Name, p.Type)
			fs.With(map[string]any{"type": p.Type})
		}
	}
	return nil
}

// BegunWith tells whether the write key of a source began an import: then nobody created it.
func BegunWith(i *ent.DataImport, sourceID string) bool {
	return i.CreatorID == nil && i.SourceID != nil && *i.SourceID == sourceID
}

// cleanFileName makes a name from outside harmless: its last part, without
// control characters, at most 200 characters.
func cleanFileName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.TrimSpace(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name))
	if name == "" || name == "." || name == "/" {
		return "import.csv"
	}
	if r := []rune(name); len(r) > 200 {
		name = string(r[:200])
	}
	return name
}

// Cancel ends an import; what is stored stays.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), NOT_FOUND, CONFLICT (its status, when it is over).
func (s *Imports) Cancel(ctx context.Context, importID string) (*ent.DataImport, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	var out *ent.DataImport
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		old, err := tx.DataImport.Get(ctx, importID)
		if err != nil {
			return err
		}
		if !slices.Contains(open, old.Status) {
			return over(old)
		}
		// The worker's next step finds that the import is not RUNNING any more and stops.
		n, err := tx.DataImport.Update().Where(entimport.ID(importID), entimport.StatusIn(open...)).SetStatus(entimport.StatusCancelled).
			SetEndedAt(s.Clock.Now()).ClearDueAt().Save(ctx)
		if err != nil {
			return fmt.Errorf("cancel import: %w", err)
		}
		if n == 0 {
			return fault.Errorf(fault.Conflict, "the import ended at this very moment").Because("CHANGED")
		}
		if out, err = tx.DataImport.Get(ctx, importID); err != nil {
			return fmt.Errorf("read import: %w", err)
		}
		return access.Audit(ctx, tx, "import.cancel", out.ID, out.FileName, map[string]any{"stored": out.Stored})
	})
	if err != nil {
		return nil, err
	}
	s.dropParts(ctx, importID)
	return out.Unwrap(), nil
}

func over(i *ent.DataImport) error {
	return fault.Errorf(fault.Conflict, "the import is over").Because(i.Status.String())
}

// dropParts deletes the file of an import that is over, in small steps. What it
// cannot delete Sweep does later.
func (s *Imports) dropParts(ctx context.Context, importID string) {
	const text = `DELETE FROM import_chunks WHERE id IN (SELECT id FROM import_chunks WHERE import_id = ? ORDER BY seq LIMIT 50)`
	for {
		res, err := s.DB.SQL.ExecContext(ctx, s.DB.Rebind(text), importID)
		if err != nil {
			s.Log.WarnContext(ctx, "the file of an import stays until it is swept", "import", importID, "error", err)
			return
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return
		}
	}
}

// abandoned is how long an import may wait for its next byte.
const abandoned = "ABANDONED"

// Sweep ends imports whose file never came whole, and deletes the files of those
// that are over. The maintenance calls it.
func (s *Imports) Sweep(ctx context.Context) error {
	ctx = viewer.System(ctx)
	_, err := s.DB.Ent.DataImport.Update().
		Where(entimport.StatusEQ(entimport.StatusReceiving), entimport.UpdatedAtLT(clock.Wall().Add(-patience))).
		SetStatus(entimport.StatusFailed).SetFailure(abandoned).SetFailureText("the file did not arrive whole").
		SetEndedAt(s.Clock.Now()).Save(ctx)
	if err != nil {
		return fmt.Errorf("end abandoned imports: %w", err)
	}
	const text = `SELECT DISTINCT c.import_id FROM import_chunks c JOIN imports i ON i.id = c.import_id WHERE i.status NOT IN ('RECEIVING', 'RUNNING')`
	rows, err := s.DB.SQL.QueryContext(ctx, text)
	if err != nil {
		return fmt.Errorf("look for files: %w", err)
	}
	var ids []string
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			_ = rows.Close()
			return fmt.Errorf("look for files: %w", err)
		}
		ids = append(ids, id)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("look for files: %w", err)
	}
	_ = rows.Close()
	for _, id := range ids {
		s.dropParts(ctx, id)
	}
	return nil
}
