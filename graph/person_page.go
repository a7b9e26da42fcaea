package graph

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tidings/ent"
	"tidings/ent/identity"
	"tidings/ent/identityconflict"
	"tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/graph/model"
	"tidings/outreach/person"
)

// label is the name to show: what people call them, otherwise the first ID.
func (r *Resolver) label(ctx context.Context, p *model.Person) (string, error) {
	var known map[string]json.RawMessage
	if len(p.Person.Attributes) > 0 {
		if err := json.Unmarshal(p.Person.Attributes, &known); err != nil {
			return "", fmt.Errorf("read attributes of %s: %w", p.ID, err)
		}
	}
	for _, name := range []string{"name", "nickname"} {
		var text string
		if json.Unmarshal(known[name], &text) == nil && text != "" {
			return text, nil
		}
	}
	ids, err := r.identities(ctx, p)
	if err != nil || len(ids) == 0 {
		return p.ID, err
	}
	return ids[0].Value, nil
}

// values are attributes or tags with what the catalogue says of them, by name.
func (r *Resolver) values(ctx context.Context, owner property.Owner, raw json.RawMessage) ([]*model.PersonValue, error) {
	out := []*model.PersonValue{}
	if len(raw) == 0 {
		return out, nil
	}
	var known map[string]json.RawMessage
	if err := json.Unmarshal(raw, &known); err != nil {
		return nil, fmt.Errorf("read values: %w", err)
	}
	declared, err := load(ctx).properties.Load(ctx, ownerKey{owner: owner})
	if err != nil {
		return nil, err
	}
	for name, value := range known {
		v := &model.PersonValue{Name: name, DisplayName: name, Type: typeOf(value), Value: value}
		for _, p := range declared {
			if p.Name != name {
				continue
			}
			v.Type = p.Type
			if p.DisplayName != "" {
				v.DisplayName = p.DisplayName
			}
		}
		out = append(out, v)
	}
	slices.SortFunc(out, func(a, b *model.PersonValue) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// typeOf is the type of a value that the catalogue does not know.
func typeOf(raw json.RawMessage) property.Type {
	raw = bytes.TrimSpace(raw)
	if len(raw) == 0 {
		return property.TypeText
	}
	switch raw[0] {
	case '{':
		return property.TypeObject
	case '[':
		return property.TypeList
	case 't', 'f':
		return property.TypeBoolean
	case '"', 'n':
		return property.TypeText
	}
	return property.TypeNumber
}

// identities are a person's IDs, the strongest type first.
func (r *Resolver) identities(ctx context.Context, p *model.Person) ([]*model.PersonIdentity, error) {
	rows, err := load(ctx).identities.Load(ctx, p.Person.ID)
	if err != nil {
		return nil, err
	}
	types, err := r.idTypes(ctx)
	if err != nil {
		return nil, err
	}
	place := func(code string) int {
		return slices.IndexFunc(types, func(t *ent.IDType) bool { return t.Code == code })
	}
	out := make([]*model.PersonIdentity, 0, len(rows))
	for _, i := range rows {
		name := i.Type
		if at := place(i.Type); at >= 0 {
			name = types[at].Name
		}
		out = append(out, &model.PersonIdentity{Type: i.Type, TypeName: name, Value: i.Value, Invalid: i.Invalid, BoundAt: i.BoundAt.UTC()})
	}
	slices.SortStableFunc(out, func(a, b *model.PersonIdentity) int {
		pa, pb := place(a.Type), place(b.Type)
		if (pa < 0) != (pb < 0) {
			return cmp.Compare(pb, pa) // types that nobody declared come last
		}
		return cmp.Or(cmp.Compare(pa, pb), cmp.Compare(a.Value, b.Value))
	})
	return out, nil
}

// idTypes are read once a response.
func (r *Resolver) idTypes(ctx context.Context) ([]*ent.IDType, error) {
	return load(ctx).idTypes.Load(ctx, viewer.From(ctx).ProjectNum)
}

func (r *Resolver) loadIDTypes(ctx context.Context, keys []int64) (map[int64][]*ent.IDType, error) {
	types, err := r.Catalogue.IDTypes(ctx)
	return map[int64][]*ent.IDType{keys[0]: types}, err
}

// maxIdentities bounds the IDs of one person that are shown.
const maxIdentities = 200

func (r *Resolver) loadIdentities(ctx context.Context, keys []int64) (map[int64][]*ent.Identity, error) {
	project := keys[0] >> 32
	nums := make([]int64, len(keys))
	out := make(map[int64][]*ent.Identity, len(keys))
	for i, key := range keys {
		nums[i], out[key] = int64(person.Num(key)), nil
	}
	found, err := r.DB.Ent.Identity.Query().Where(identity.ProjectNum(project), identity.PersonNumIn(nums...)).
		Order(ent.Asc(identity.FieldPersonNum, identity.FieldType, identity.FieldValue)).Limit(len(keys) * maxIdentities).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read identities: %w", err)
	}
	for _, i := range found {
		key := person.ID(project, uint32(i.PersonNum)) //nolint:gosec // stored from 32 bits
		out[key] = append(out[key], i)
	}
	return out, nil
}

func (r *Resolver) mergedFrom(ctx context.Context, p *model.Person) ([]int64, error) {
	nums, err := person.MergedFrom(ctx, r.DB, p.ProjectNum, person.Num(p.Person.ID))
	if err != nil {
		return nil, err
	}
	out := make([]int64, len(nums))
	for i, n := range nums {
		out[i] = int64(n)
	}
	return out, nil
}

// maxConflicts bounds the merges not made that are shown.
const maxConflicts = 50

// conflicts are those of the person and those in which others met them, told
// from the person's side.
func (r *Resolver) conflicts(ctx context.Context, p *model.Person) ([]*ent.IdentityConflict, error) {
	found, err := r.DB.Ent.IdentityConflict.Query().
		Where(identityconflict.ProjectNum(p.ProjectNum), identityconflict.Or(identityconflict.PersonNum(p.Number), identityconflict.OtherNum(p.Number))).
		Order(ent.Desc(identityconflict.FieldAt, identityconflict.FieldID)).Limit(maxConflicts).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read conflicts: %w", err)
	}
	for _, c := range found {
		if c.PersonNum != p.Number {
			c.PersonNum, c.OtherNum = c.OtherNum, c.PersonNum
			c.Value, c.OtherValue = c.OtherValue, c.Value
		}
	}
	return found, nil
}

// millis is an instant of the data in the API's form.
func millis(ms int64) time.Time { return time.UnixMilli(ms).UTC() }
