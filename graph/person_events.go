package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"entgo.io/contrib/entgql"

	"tidings/ent"
	"tidings/ent/eventsource"
	"tidings/ent/eventtype"
	"tidings/graph/model"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

// personEvents pages through what a person did by time and number.
func (r *Resolver) personEvents(ctx context.Context, p *model.Person, name *string, after *entgql.Cursor[string], first *int) (*model.PersonEventConnection, error) {
	limit := defaultPage
	if first != nil {
		limit = *first
	}
	limit, err := pageOf(limit)
	if err != nil {
		return nil, err
	}
	out := &model.PersonEventConnection{Edges: []*model.PersonEventEdge{}, PageInfo: &entgql.PageInfo[string]{HasPreviousPage: after != nil}}
	var place *event.Place
	if after != nil {
		if place, err = parsePlace(after.ID); err != nil {
			return nil, err
		}
	}
	var only int64
	if name != nil && *name != "" {
		known, err := r.DB.Ent.EventType.Query().Where(eventtype.Name(*name)).Only(ctx)
		if ent.IsNotFound(err) {
			return out, nil
		}
		if err != nil {
			return nil, err
		}
		only = known.Num
	}
	found, err := r.Events.OfPerson(ctx, p.ProjectNum, person.Num(p.Person.ID), only, place, limit+1)
	if err != nil {
		return nil, err
	}
	out.PageInfo.HasNextPage = len(found) > limit
	found = found[:min(limit, len(found))]
	types, sources, err := r.namesOf(ctx, found)
	if err != nil {
		return nil, err
	}
	for _, h := range found {
		node := &model.PersonEvent{At: millis(h.At), ReceivedAt: millis(h.ReceivedAt), Source: sources[h.SourceNum], Properties: h.Props}
		if t := types[h.EventNum]; t != nil {
			node.Event, node.DisplayName = t.Name, shown(t.DisplayName, t.Name)
		}
		out.Edges = append(out.Edges, &model.PersonEventEdge{Node: node, Cursor: entgql.Cursor[string]{ID: fmt.Sprintf("%d.%d", h.At, h.Num)}})
	}
	if n := len(out.Edges); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[n-1].Cursor
	}
	return out, nil
}

func shown(displayName, name string) string {
	if displayName != "" {
		return displayName
	}
	return name
}

func parsePlace(text string) (*event.Place, error) {
	at, num, ok := strings.Cut(text, ".")
	a, err1 := strconv.ParseInt(at, 10, 64)
	n, err2 := strconv.ParseInt(num, 10, 64)
	if !ok || err1 != nil || err2 != nil {
		return nil, wrongCursor()
	}
	return &event.Place{At: a, Num: n}, nil
}

// namesOf reads the types and sources of events by their numbers.
// SECURITY: through the store, so that they are the viewer's project's.
func (r *Resolver) namesOf(ctx context.Context, events []event.Happened) (map[int64]*ent.EventType, map[int64]string, error) {
	types, sources := map[int64]*ent.EventType{}, map[int64]string{}
	if len(events) == 0 {
		return types, sources, nil
	}
	var typeNums, sourceNums []int64
	for _, h := range events {
		typeNums, sourceNums = append(typeNums, h.EventNum), append(sourceNums, h.SourceNum)
	}
	known, err := r.DB.Ent.EventType.Query().Where(eventtype.NumIn(typeNums...)).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read event types: %w", err)
	}
	for _, t := range known {
		types[t.Num] = t
	}
	from, err := r.DB.Ent.EventSource.Query().Where(eventsource.NumIn(sourceNums...)).All(ctx)
	if err != nil {
		return nil, nil, fmt.Errorf("read event sources: %w", err)
	}
	for _, s := range from {
		sources[s.Num] = s.Name
	}
	return types, sources, nil
}

// streamEvents is the window on the newest events.
func (r *Resolver) streamEvents(ctx context.Context, projectNum int64, filter event.RecentFilter) ([]*model.StreamEvent, error) {
	seen, err := r.Stream.Recent(ctx, projectNum, filter)
	if err != nil {
		return nil, err
	}
	out := make([]*model.StreamEvent, len(seen))
	for i, e := range seen {
		out[i] = &model.StreamEvent{
			ReceivedAt: millis(e.ReceivedAt), Event: e.Event, Identity: e.Identity, Properties: e.Props,
			Refused: e.Refused(), Field: e.Field, Rule: e.Rule, Message: e.Message,
		}
		if len(e.Props) == 0 {
			out[i].Properties = json.RawMessage("{}")
		}
		if e.At != 0 {
			at := millis(e.At)
			out[i].At = &at
		}
		if e.Person != 0 {
			id := personID(person.ID(projectNum, e.Person))
			out[i].PersonID = &id
		}
	}
	return out, nil
}
