package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"entgo.io/contrib/entgql"
	"entgo.io/ent/dialect/sql"

	"tidings/ent"
	"tidings/ent/channel"
	"tidings/ent/identity"
	entperson "tidings/ent/person"
	"tidings/ent/viewer"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/catalogue"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// minPrefix is how many characters of an ID's beginning a search needs.
const minPrefix = 3

// pageOf bounds the length of a page of our own connections.
func pageOf(first int) (int, error) {
	if first < 0 || first > maxPage {
		return 0, fault.Errorf(fault.Invalid, "first is %d; a page has 0 to %d entries", first, maxPage)
	}
	return first, nil
}

func wrongCursor() error {
	return fault.Errorf(fault.Invalid, "the cursor does not belong to this list").Because("CURSOR")
}

// people searches, or pages through the newest.
// SECURITY: people are read by the viewer's project number.
func (r *Resolver) people(ctx context.Context, searched *string, subject string, after *entgql.Cursor[string], first int) (*model.PersonConnection, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	limit, err := pageOf(first)
	if err != nil {
		return nil, err
	}
	num, err := r.Catalogue.SubjectNum(ctx, subject)
	if err != nil {
		return nil, err
	}
	var found []*ent.Person
	search := ""
	if searched != nil {
		search = strings.TrimSpace(*searched)
	}
	if search != "" {
		if after != nil {
			return nil, wrongCursor() // a search is one page; a longer beginning finds the rest
		}
		found, err = r.searchPeople(ctx, search, num, limit)
	} else {
		found, err = r.newestPeople(ctx, num, after, limit+1)
	}
	if err != nil {
		return nil, err
	}
	out := &model.PersonConnection{Edges: []*model.PersonEdge{}, PageInfo: &entgql.PageInfo[string]{HasNextPage: len(found) > limit, HasPreviousPage: after != nil}}
	for _, p := range found[:min(limit, len(found))] {
		out.Edges = append(out.Edges, &model.PersonEdge{Node: newPerson(p, subject), Cursor: entgql.Cursor[string]{ID: personID(p.ID)}})
	}
	if n := len(out.Edges); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[n-1].Cursor
	}
	if search != "" {
		out.PageInfo.HasNextPage = false
	}
	return out, nil
}

func (r *Resolver) newestPeople(ctx context.Context, subject int64, after *entgql.Cursor[string], limit int) ([]*ent.Person, error) {
	project := viewer.From(ctx).ProjectNum
	before := person.ID(project+1, 0)
	if after != nil {
		key, err := personKey(after.ID, project)
		if err != nil {
			return nil, wrongCursor()
		}
		before = key
	}
	found, err := r.newest(project, before, subject).Limit(limit).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	return found, nil
}

// newest orders a project's people below a key. Where they are few among many, the
// index of other subjects has them; its condition must stand in the text.
func (r *Resolver) newest(project, before, subject int64) *ent.PersonQuery {
	q := r.DB.Ent.Person.Query().
		Where(entperson.IDGTE(person.ID(project, 0)), entperson.IDLT(before), entperson.Subject(subject)).
		Order(ent.Desc(entperson.FieldID))
	if subject != 0 {
		q.Where(func(s *sql.Selector) { s.Where(sql.ExprP(s.C(entperson.FieldSubject) + " <> 0")) })
	}
	return q
}

// searchPeople finds by an ID of any type first, then by the number or public
// ID, then by the beginning of an ID. Each step reads a range of an index.
func (r *Resolver) searchPeople(ctx context.Context, search string, subject int64, limit int) ([]*ent.Person, error) {
	project := viewer.From(ctx).ProjectNum
	types, err := r.Catalogue.IDTypes(ctx)
	if err != nil {
		return nil, err
	}
	values := []string{search}
	apps, err := r.DB.Ent.Channel.Query().Where(channel.ProjectID(viewer.From(ctx).ProjectID)).Select(channel.FieldAppID).Strings(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("read channels: %w", err)
	}
	for _, app := range apps {
		values = append(values, person.WechatValue(app, search))
	}
	codes := make([]string, len(types))
	for i, t := range types {
		codes[i] = t.Code
	}
	nums, err := r.DB.Ent.Identity.Query().
		Where(identity.ProjectNum(project), identity.TypeIn(codes...), identity.ValueIn(values...)).
		Order(ent.Asc(identity.FieldPersonNum)).Limit(limit).Select(identity.FieldPersonNum).Ints(ctx)
	if err != nil {
		return nil, fmt.Errorf("find an ID: %w", err)
	}
	if key, err := personKey(search, project); err == nil {
		nums = append(nums, int(person.Num(key)))
	} else if n, err := strconv.ParseUint(search, 10, 32); err == nil {
		nums = append(nums, int(n)) //nolint:gosec // 32 bits
	}
	if utf8.RuneCountInString(search) >= minPrefix {
		for _, code := range codes {
			if len(nums) >= limit {
				break
			}
			more, err := r.DB.Ent.Identity.Query().
				Where(identity.ProjectNum(project), identity.Type(code), identity.ValueGTE(search), identity.ValueLT(search+"\U0010ffff")).
				Order(ent.Asc(identity.FieldValue)).Limit(limit).Select(identity.FieldPersonNum).Ints(ctx)
			if err != nil {
				return nil, fmt.Errorf("find the beginning of an ID: %w", err)
			}
			nums = append(nums, more...)
		}
	}
	return r.peopleInOrder(ctx, nums, subject, limit)
}

// peopleInOrder reads people by number, in the order given, each once; those who
// were merged are whom they are now.
func (r *Resolver) peopleInOrder(ctx context.Context, nums []int, subject int64, limit int) ([]*ent.Person, error) {
	if len(nums) == 0 {
		return nil, nil
	}
	keys := make([]int64, len(nums))
	for i, n := range nums {
		keys[i] = person.ID(viewer.From(ctx).ProjectNum, uint32(n)) //nolint:gosec // stored from 32 bits
	}
	found, err := r.peopleByKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	var out []*ent.Person
	for _, key := range keys {
		p := found[key]
		if p != nil && p.Subject == subject && len(out) < limit && !slices.ContainsFunc(out, func(o *ent.Person) bool { return o.ID == p.ID }) {
			out = append(out, p)
		}
	}
	return out, nil
}

// peopleByKey reads people by the keys of their rows, of merged ones the winner.
// Keys that are nobody's are absent. SECURITY: keys must be of the viewer's project.
func (r *Resolver) peopleByKey(ctx context.Context, keys []int64) (map[int64]*ent.Person, error) {
	out := make(map[int64]*ent.Person, len(keys))
	found, err := r.DB.Ent.Person.Query().Where(entperson.IDIn(keys...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	for _, p := range found {
		out[p.ID] = p
	}
	var missing []int64
	for _, key := range keys {
		if out[key] == nil {
			missing = append(missing, int64(person.Num(key)))
		}
	}
	if len(missing) == 0 {
		return out, nil
	}
	project := keys[0] >> 32
	living, err := person.Living(ctx, r.DB, project, missing)
	if err != nil || len(living) == 0 {
		return out, err
	}
	winners := make([]int64, 0, len(living))
	for _, to := range living {
		winners = append(winners, person.ID(project, to))
	}
	found, err = r.DB.Ent.Person.Query().Where(entperson.IDIn(winners...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read people: %w", err)
	}
	for from, to := range living {
		for _, p := range found {
			if p.ID == person.ID(project, to) {
				out[person.ID(project, from)] = p
			}
		}
	}
	return out, nil
}

// personNode finds a person by public ID.
func (r *Resolver) personNode(ctx context.Context, nodeID string) (*model.Person, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	key, err := personKey(nodeID, viewer.From(ctx).ProjectNum)
	if err != nil {
		return nil, err
	}
	p, err := load(ctx).people.Load(ctx, key)
	if err != nil {
		return nil, err
	}
	if p == nil {
		return nil, noPerson()
	}
	return p, nil
}

// loadPeople gives people with their subjects' codes, null for keys that are nobody's.
func (r *Resolver) loadPeople(ctx context.Context, keys []int64) (map[int64]*model.Person, error) {
	found, err := r.peopleByKey(ctx, keys)
	if err != nil {
		return nil, err
	}
	subjects, err := r.DB.Ent.Subject.Query().All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read subjects: %w", err)
	}
	out := make(map[int64]*model.Person, len(keys))
	for _, key := range keys {
		out[key] = nil
		p := found[key]
		if p == nil {
			continue
		}
		code := "user"
		if p.Subject != 0 {
			code = "unknown" // an entity of a subject that was deleted
		}
		for _, s := range subjects {
			if s.Num == p.Subject {
				code = s.Code
			}
		}
		out[key] = newPerson(p, code)
	}
	return out, nil
}

// updatePerson sets attributes and tags by hand.
func (r *Resolver) updatePerson(ctx context.Context, nodeID string, attributes, tags json.RawMessage) (*model.Person, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	p, err := r.personNode(ctx, nodeID)
	if err != nil {
		return nil, err
	}
	if err := r.Catalogue.EditPerson(ctx, person.Num(p.Person.ID), attributes, tags); err != nil {
		return nil, err
	}
	load(ctx).people.Clear(p.Person.ID)
	return load(ctx).people.Load(ctx, p.Person.ID)
}

func subjectInput(in *model.SubjectInput) catalogue.SubjectInput {
	return catalogue.SubjectInput{
		Code: in.Code, IDType: in.IDType, Name: in.Name, ResolveAttribute: in.ResolveAttribute, ResolveIDType: in.ResolveIDType,
	}
}
