package catalogue

import (
	"cmp"
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

// builtIn are the ID types that every project has; rows of its own overlay them.
var builtIn = []ent.IDType{
	{Code: "user_id", Name: "用户 ID", Priority: 1, InMapping: true},
	{Code: "unionid", Name: "UnionID", Priority: 2, InMapping: true},
	{Code: "phone", Name: "手机号", Priority: 3, InMapping: true},
	{Code: person.WechatOpenID, Name: "微信 OpenID", Multi: true, Priority: 4, InMapping: true},
	{Code: "device_id", Name: "设备 ID", Multi: true, Priority: 5, InMapping: true},
	{Code: "anonymous_id", Name: "匿名 ID", Multi: true, Priority: 6, InMapping: true},
}

// BuiltIn tells whether every project has the ID type.
func BuiltIn(idType string) bool {
	return slices.ContainsFunc(builtIn, func(t ent.IDType) bool { return t.Code == idType })
}

// IDTypes gives the project's ID types, the strongest first.
// SECURITY: those of the viewer's project, through the store.
func (s *Service) IDTypes(ctx context.Context) ([]*ent.IDType, error) {
	rows, err := s.db.Ent.IDType.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read ID types: %w", err)
	}
	own := map[string]bool{}
	for _, t := range rows {
		own[t.Code] = true
	}
	for _, t := range builtIn {
		if !own[t.Code] {
			rows = append(rows, &t)
		}
	}
	slices.SortFunc(rows, func(a, b *ent.IDType) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.Code, b.Code))
	})
	return rows, nil
}

// Knows tells whether the project has the ID type.
func (s *Service) Knows(ctx context.Context, idType string) (bool, error) {
	if BuiltIn(idType) {
		return true, nil
	}
	ok, err := s.db.Ent.IDType.Query().Where(entidtype.Code(idType)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for an ID type: %w", err)
	}
	return ok, nil
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
