package graph

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/contrib/entgql"

	"tidings/ent"
	"tidings/ent/eventtype"
	"tidings/ent/importerror"
	"tidings/ent/property"
	"tidings/ent/refusedevent"
	"tidings/ent/viewer"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/catalogue"
	"tidings/outreach/dataimport"
	"tidings/outreach/detail"
	"tidings/outreach/event"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// shownErrors is how many refused rows of an import are shown; the report has all.
const shownErrors = 100

// ownerKey is whose properties are asked for: attributes' and tags' owner has no ID.
type ownerKey struct {
	owner property.Owner
	id    string
}

// loadProperties reads the catalogue for several owners at once.
// SECURITY: through the store, so that it is the viewer's project's.
func (r *Resolver) loadProperties(ctx context.Context, keys []ownerKey) (map[ownerKey][]*ent.Property, error) {
	out := make(map[ownerKey][]*ent.Property, len(keys))
	byOwner := map[property.Owner][]string{}
	for _, k := range keys {
		out[k] = []*ent.Property{}
		byOwner[k.owner] = append(byOwner[k.owner], k.id)
	}
	for owner, ids := range byOwner {
		found, err := r.DB.Ent.Property.Query().Where(property.OwnerEQ(owner), property.OwnerIDIn(ids...)).
			Order(ent.Asc(property.FieldID)).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			k := ownerKey{owner, p.OwnerID}
			out[k] = append(out[k], p)
		}
	}
	return out, nil
}

func newSource(source *ent.EventSource, key string, err error) (*model.NewSource, error) {
	if err != nil {
		return nil, err
	}
	return &model.NewSource{Source: source, WriteKey: key}, nil
}

func newProperty(owner property.Owner, ownerID *string, name string, kind property.Type, displayName *string) catalogue.NewProperty {
	out := catalogue.NewProperty{Owner: owner, Name: name, Type: kind}
	if ownerID != nil {
		out.OwnerID = *ownerID
	}
	if displayName != nil {
		out.DisplayName = *displayName
	}
	return out
}

func tableInput(in *model.DetailTableInput) detail.Input {
	out := detail.Input{
		Name: in.Name, IDType: in.IDType, PersonColumn: in.PersonColumn, DateColumn: in.DateColumn,
		DisplayName: in.DisplayName, Description: in.Description, Kind: in.Kind,
	}
	for _, c := range in.Columns {
		out.Columns = append(out.Columns, detail.Column{Name: c.Name, DisplayName: c.DisplayName, Type: c.Type})
	}
	return out
}

func importInput(in *model.ImportInput) dataimport.Input {
	text := func(s *string) string {
		if s == nil {
			return ""
		}
		return *s
	}
	m := in.Mapping
	out := dataimport.Input{
		Kind: in.Kind, TableID: text(in.TableID), SourceID: text(in.SourceID), FileName: in.FileName, Size: in.Size,
		Mapping: dataimport.Mapping{
			PersonColumn: m.PersonColumn, IDType: m.IDType, EventColumn: text(m.EventColumn), Event: text(m.Event), TimeColumn: text(m.TimeColumn),
			MessageColumn: text(m.MessageColumn), TagColumn: text(m.TagColumn), ValueColumn: text(m.ValueColumn),
		},
	}
	for _, c := range m.Columns {
		out.Mapping.Columns = append(out.Mapping.Columns, dataimport.Column{Header: c.Header, Name: c.Name, Type: c.Type})
	}
	return out
}

// importErrors are the first rows that were not taken.
// SECURITY: the import came through the store, so it is the viewer's.
func (r *Resolver) importErrors(ctx context.Context, in *ent.DataImport) ([]*model.ImportRowError, error) {
	found, err := r.DB.Ent.ImportError.Query().Where(importerror.ImportID(in.ID)).
		Order(ent.Asc(importerror.FieldRow, importerror.FieldField)).Limit(shownErrors).All(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]*model.ImportRowError, len(found))
	for i, e := range found {
		out[i] = &model.ImportRowError{Row: e.Row, Field: e.Field, Rule: e.Rule, Value: e.Value}
	}
	return out, nil
}

func (r *Resolver) sampleRows(ctx context.Context, table *ent.DetailTable, first int) ([]*model.DetailRow, error) {
	limit, err := pageOf(first)
	if err != nil {
		return nil, err
	}
	project := viewer.From(ctx).ProjectNum
	rows, err := r.Tables.Newest(ctx, project, table.Num, limit)
	if err != nil {
		return nil, err
	}
	out := make([]*model.DetailRow, len(rows))
	for i, row := range rows {
		id := personID(person.ID(project, row.PersonNum))
		out[i] = &model.DetailRow{At: millis(row.At), PersonID: &id, Data: row.Data}
	}
	return out, nil
}

// zone is the time zone of the viewer's project.
func zone(ctx context.Context) *time.Location {
	if who := access.From(ctx); who != nil {
		if z, err := time.LoadLocation(who.Project.TimeZone); err == nil {
			return z
		}
	}
	return time.UTC
}

// loadActivity reads what happened of the event types of a page, by their numbers.
// SECURITY: of the viewer's project.
func (r *Resolver) loadActivity(ctx context.Context, nums []int64) (map[int64]event.Activity, error) {
	return r.Events.Activity(ctx, viewer.From(ctx).ProjectNum, nums, r.Clock.Now(), zone(ctx))
}

func (r *Resolver) dayCounts(ctx context.Context, t *ent.EventType) ([]*model.DayCount, error) {
	of, err := load(ctx).activity.Load(ctx, t.Num)
	if err != nil {
		return nil, err
	}
	out := make([]*model.DayCount, len(of.Days))
	for i, c := range of.Days {
		out[i] = &model.DayCount{Day: c.Day, Count: c.Count}
	}
	return out, nil
}

func (r *Resolver) lastAt(ctx context.Context, t *ent.EventType) (*time.Time, error) {
	of, err := load(ctx).activity.Load(ctx, t.Num)
	if err != nil || of.LastAt == nil {
		return nil, err
	}
	last := millis(*of.LastAt)
	return &last, nil
}

func (r *Resolver) recentEvents(ctx context.Context, name *string, refused *bool, first int) ([]*model.StreamEvent, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	limit, err := pageOf(first)
	if err != nil || limit == 0 {
		return []*model.StreamEvent{}, err
	}
	filter := event.RecentFilter{Refused: refused, Limit: limit}
	if name != nil {
		filter.Event = *name
	}
	return r.streamEvents(ctx, viewer.From(ctx).ProjectNum, filter)
}

// refusedEvents pages through the dead letters, newest first.
// SECURITY: read by the viewer's project number.
func (r *Resolver) refusedEvents(ctx context.Context, rule *string, after *entgql.Cursor[string], first int) (*model.RefusedEventConnection, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	limit, err := pageOf(first)
	if err != nil {
		return nil, err
	}
	q := r.DB.Ent.RefusedEvent.Query().Where(refusedevent.ProjectNum(viewer.From(ctx).ProjectNum)).
		Order(ent.Desc(refusedevent.FieldReceivedAt, refusedevent.FieldID)).Limit(limit + 1)
	if rule != nil && *rule != "" {
		q.Where(refusedevent.Rule(*rule))
	}
	if after != nil {
		at, id, err := refusedPlace(after.ID)
		if err != nil {
			return nil, err
		}
		q.Where(refusedevent.Or(refusedevent.ReceivedAtLT(at), refusedevent.And(refusedevent.ReceivedAt(at), refusedevent.IDLT(id))))
	}
	found, err := q.All(ctx)
	if err != nil {
		return nil, err
	}
	out := &model.RefusedEventConnection{
		Edges: []*model.RefusedEventEdge{}, PageInfo: &entgql.PageInfo[string]{HasNextPage: len(found) > limit, HasPreviousPage: after != nil},
	}
	for _, e := range found[:min(limit, len(found))] {
		place := fmt.Sprintf("%d.%d", e.ReceivedAt.UnixMicro(), e.ID)
		out.Edges = append(out.Edges, &model.RefusedEventEdge{Node: e, Cursor: entgql.Cursor[string]{ID: place}})
	}
	if n := len(out.Edges); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[n-1].Cursor
	}
	return out, nil
}

func refusedPlace(text string) (time.Time, int64, error) {
	at, id, ok := strings.Cut(text, ".")
	us, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(id, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return time.Time{}, 0, wrongCursor()
	}
	return time.UnixMicro(us).UTC(), n, nil
}

// refusedID tells refused events apart in a client's cache; they are no nodes.
func refusedID(id int64) string { return "rfe_" + strconv.FormatInt(id, 10) }

func (r *Resolver) sourceName(ctx context.Context, num int64) (string, error) {
	names, err := load(ctx).sourceNames.Load(ctx, viewer.From(ctx).ProjectNum)
	return names[num], err
}

// loadSourceNames reads the project's sources, of which there are few.
func (r *Resolver) loadSourceNames(ctx context.Context, keys []int64) (map[int64]map[int64]string, error) {
	sources, err := r.DB.Ent.EventSource.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	names := make(map[int64]string, len(sources))
	for _, s := range sources {
		names[s.Num] = s.Name
	}
	return map[int64]map[int64]string{keys[0]: names}, nil
}

func (r *Resolver) suggestValues(ctx context.Context, owner property.Owner, ownerID *string, name string, search *string) ([]*model.ValueCount, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	num, err := r.ownerNum(ctx, owner, ownerID)
	if err != nil {
		return nil, err
	}
	text := ""
	if search != nil {
		text = *search
	}
	found, err := r.Events.Suggest(ctx, viewer.From(ctx).ProjectNum, owner, num, name, text)
	if err != nil {
		return nil, err
	}
	out := make([]*model.ValueCount, len(found))
	for i, v := range found {
		out[i] = &model.ValueCount{Value: v.Value, Count: v.Count}
	}
	return out, nil
}

// ownerNum is the number that rows carry for an event type or a detail table.
// SECURITY: read through the store, so that it is the viewer's project's.
func (r *Resolver) ownerNum(ctx context.Context, owner property.Owner, ownerID *string) (int64, error) {
	id := ""
	if ownerID != nil {
		id = *ownerID
	}
	switch owner {
	case property.OwnerEvent:
		t, err := r.DB.Ent.EventType.Query().Where(eventtype.ID(id)).Only(ctx)
		if err != nil {
			return 0, err
		}
		return t.Num, nil
	case property.OwnerTable:
		t, err := r.DB.Ent.DetailTable.Get(ctx, id)
		if err != nil {
			return 0, err
		}
		return t.Num, nil
	case property.OwnerAttribute, property.OwnerTag:
	}
	if id != "" {
		return 0, fault.At("ownerId", "NOT_ALLOWED", "attributes and tags belong to people, not to an object")
	}
	return 0, nil
}
