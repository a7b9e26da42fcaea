package catalogue

import (
	"context"
	"fmt"

	"tidings/ent"
	entproperty "tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// NewProperty declares an attribute, a tag, a property of an event or a column
// of a detail table before data brings it.
type NewProperty struct {
	Owner       entproperty.Owner
	OwnerID     string // the event type or detail table; empty for people's
	Name        string
	Type        entproperty.Type
	DisplayName string
}

// CreateProperty declares a property.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), INVALID (ownerId, name, type, displayName), CONFLICT (NAME_TAKEN).
func (s *Service) CreateProperty(ctx context.Context, in NewProperty) (*ent.Property, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	in.DisplayName = Clean(in.DisplayName)
	var fs fault.Fields
	if !event.GoodName(in.Name) {
		fs.Add("name", "INVALID_FORMAT", "1 to %d characters, without quotes, backslashes and control characters", maxProperty)
	}
	CheckText(&fs, "displayName", in.DisplayName, maxDisplayName, false)
	if in.Owner == entproperty.OwnerTable && in.Type == entproperty.TypeObject {
		fs.Add("type", "INVALID_VALUE", "a column holds no objects")
	}
	if err := s.checkOwner(ctx, &fs, in); err != nil {
		return nil, err
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.Property
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var err error
		out, err = tx.Property.Create().SetProjectID(viewer.From(ctx).ProjectID).SetOwner(in.Owner).SetOwnerID(in.OwnerID).
			SetName(in.Name).SetType(in.Type).SetDisplayName(in.DisplayName).Save(ctx)
		if err != nil {
			return taken(err, "property")
		}
		return access.Audit(ctx, tx, "property.create", out.ID, out.Name, map[string]any{"owner": in.Owner, "ownerId": in.OwnerID, "type": in.Type})
	})
	if err != nil {
		return nil, err
	}
	s.learned.Forget(out.ProjectID)
	return out.Unwrap(), nil
}

// checkOwner looks whether what the property belongs to is the project's own.
func (s *Service) checkOwner(ctx context.Context, fs *fault.Fields, in NewProperty) error {
	var err error
	switch in.Owner {
	case entproperty.OwnerEvent:
		_, err = s.db.Ent.EventType.Get(ctx, in.OwnerID)
	case entproperty.OwnerTable:
		_, err = s.db.Ent.DetailTable.Get(ctx, in.OwnerID)
	case entproperty.OwnerAttribute, entproperty.OwnerTag:
		if in.OwnerID != "" {
			fs.Add("ownerId", "NOT_ALLOWED", "attributes and tags belong to people, not to an object")
		}
		return nil
	}
	if ent.IsNotFound(err) {
		fs.Add("ownerId", "NOT_FOUND", "there is no such event type or detail table in this project")
		return nil
	}
	if err != nil {
		return fmt.Errorf("look for the property's owner: %w", err)
	}
	return nil
}

// PropertyChange is what may be changed of a property; nil leaves alone.
type PropertyChange struct {
	DisplayName, Description *string
	Type                     *entproperty.Type
	Enabled                  *bool
}

// UpdateProperty changes a property. A new type holds for values to come.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), NOT_FOUND, INVALID (displayName, description, type).
func (s *Service) UpdateProperty(ctx context.Context, propertyID string, in PropertyChange) (*ent.Property, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	var fs fault.Fields
	for _, t := range []struct {
		path  string
		text  *string
		limit int
	}{{"input.displayName", in.DisplayName, maxDisplayName}, {"input.description", in.Description, maxDescription}} {
		if t.text != nil {
			*t.text = Clean(*t.text)
			CheckText(&fs, t.path, *t.text, t.limit, false)
		}
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.Property
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		before, err := tx.Property.Get(ctx, propertyID)
		if err != nil {
			return err
		}
		if in.Type != nil && before.Owner == entproperty.OwnerTable && *in.Type == entproperty.TypeObject {
			return fault.At("input.type", "INVALID_VALUE", "a column holds no objects")
		}
		update := tx.Property.UpdateOneID(propertyID).SetNillableDisplayName(in.DisplayName).SetNillableDescription(in.Description).
			SetNillableType(in.Type).SetNillableEnabled(in.Enabled)
		if in.Type != nil && *in.Type != before.Type {
			update.SetConflicts(0) // they were counted against the old type
		}
		if out, err = update.Save(ctx); err != nil {
			return fmt.Errorf("save property: %w", err)
		}
		if out.Owner == entproperty.OwnerEvent && out.Type != before.Type {
			// Live triggers have compiled their filters for the old type.
			if _, err := tx.ExecContext(ctx, `UPDATE projects SET triggers_rev = triggers_rev + 1 WHERE id = $1`, out.ProjectID); err != nil {
				return fmt.Errorf("note changed triggers: %w", err)
			}
		}
		return access.Audit(ctx, tx, "property.update", out.ID, out.Name,
			map[string]any{"type": out.Type, "oldType": before.Type, "enabled": out.Enabled, "displayName": out.DisplayName})
	})
	if err != nil {
		return nil, err
	}
	s.learned.Forget(out.ProjectID)
	return out.Unwrap(), nil
}

// UpdateEventType changes what people see of an event, and whether it is taken; nil leaves alone.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), NOT_FOUND, INVALID (displayName, description).
func (s *Service) UpdateEventType(ctx context.Context, eventID string, displayName, description *string, enabled *bool) (*ent.EventType, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	var fs fault.Fields
	if displayName != nil {
		*displayName = Clean(*displayName)
		CheckText(&fs, "displayName", *displayName, maxDisplayName, false)
	}
	if description != nil {
		*description = Clean(*description)
		CheckText(&fs, "description", *description, maxDescription, false)
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.EventType
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		var err error
		out, err = tx.EventType.UpdateOneID(eventID).SetNillableDisplayName(displayName).SetNillableDescription(description).
			SetNillableEnabled(enabled).Save(ctx)
		if ent.IsNotFound(err) {
			return err
		}
		if err != nil {
			return fmt.Errorf("save event type: %w", err)
		}
		return access.Audit(ctx, tx, "event_type.update", out.ID, out.Name, map[string]any{"displayName": out.DisplayName, "enabled": out.Enabled})
	})
	if err != nil {
		return nil, err
	}
	s.learned.Forget(out.ProjectID)
	return out.Unwrap(), nil
}

// taken turns a broken uniqueness rule into the refusal of a name.
func taken(err error, kind string) error {
	if database.IsUnique(err) {
		return NameTaken("name", kind)
	}
	return fmt.Errorf("save %s: %w", kind, err)
}
