package catalogue

import (
	"context"
	"fmt"
	"slices"

	"tidings/ent"
	entidtype "tidings/ent/idtype"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// IDTypes gives the project's ID types, the strongest first; the built-in ones
// that it has not overlaid have no row and no ID.
// SECURITY: by the viewer's project number.
func (s *Service) IDTypes(ctx context.Context) ([]*ent.IDType, error) {
	if err := access.RequireSignedIn(ctx); err != nil {
		return nil, err
	}
	types, err := person.ReadTypes(ctx, s.db, viewer.From(ctx).ProjectNum)
	if err != nil {
		return nil, err
	}
	ordered := types.Ordered()
	out := make([]*ent.IDType, len(ordered))
	for i, t := range ordered {
		out[i] = &ent.IDType{Code: t.Code, Name: t.Name, Multi: t.Multi, Priority: t.Priority, InMapping: t.InMapping}
	}
	return out, nil
}

// BuiltIn tells whether every project has the ID type.
func BuiltIn(code string) bool {
	return slices.Contains([]string{person.UserID, person.UnionID, person.Phone, person.WechatOpenID, person.DeviceID, person.AnonymousID}, code)
}

// Knows tells whether the project has the ID type.
func (s *Service) Knows(ctx context.Context, code string) (bool, error) {
	types, err := s.IDTypes(ctx)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(types, func(t *ent.IDType) bool { return t.Code == code }), nil
}

// SaveIDType overlays a built-in type, changes one of the project's, or adds one.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), INVALID (code, name, priority).
func (s *Service) SaveIDType(ctx context.Context, in ent.IDType) (*ent.IDType, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	in.Name = Clean(in.Name)
	var fs fault.Fields
	if !Code(in.Code) {
		fs.Add("code", "INVALID_FORMAT", "lower-case letters, digits and _, a letter first, at most 40")
	}
	CheckText(&fs, "name", in.Name, maxName, true)
	if in.Priority < 1 || in.Priority > 1000 {
		fs.Add("priority", "OUT_OF_RANGE", "from 1 to 1000")
		fs.With(map[string]any{"min": 1, "max": 1000})
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.IDType
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		old, err := tx.IDType.Query().Where(entidtype.Code(in.Code)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			out, err = tx.IDType.Create().SetProjectID(viewer.From(ctx).ProjectID).SetCode(in.Code).SetName(in.Name).SetMulti(in.Multi).
				SetPriority(in.Priority).SetInMapping(in.InMapping).Save(ctx)
		case err == nil:
			out, err = tx.IDType.UpdateOne(old).SetName(in.Name).SetMulti(in.Multi).SetPriority(in.Priority).SetInMapping(in.InMapping).Save(ctx)
		}
		if err != nil {
			return fmt.Errorf("save ID type: %w", err)
		}
		return access.Audit(ctx, tx, "id_type.save", out.ID, out.Code, map[string]any{
			"name": out.Name, "multi": out.Multi, "priority": out.Priority, "inMapping": out.InMapping,
		})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}
