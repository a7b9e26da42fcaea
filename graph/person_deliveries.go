package graph

import (
	"context"
	"fmt"
	"math"

	"entgo.io/contrib/entgql"

	"tidings/ent"
	entrun "tidings/ent/run"
	"tidings/ent/schema"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/outcome"
	"tidings/outreach/person"
)

const (
	// probed is how many runs are looked into at once for a person's deliveries.
	probed = 200
	// mostProbed bounds the runs that one page looks into; the next page goes on behind them.
	mostProbed = 2_000
)

// personDeliveries pages through what became of a person in the project's runs,
// the newest run first. Deliveries are kept by run and not by person, so each
// page looks the person up in a bounded number of runs; a page may therefore be
// short, even empty, while there are more.
// SECURITY: runs are read through the store, so that they are the viewer's own.
func (r *Resolver) personDeliveries(ctx context.Context, p *model.Person, statuses []model.DeliveryStatus, after *entgql.Cursor[string], first *int) (*model.PersonDeliveryConnection, error) {
	if err := access.Require(ctx, access.DetailView); err != nil {
		return nil, err
	}
	limit := 20
	if first != nil {
		limit = *first
	}
	limit, err := pageOf(limit)
	if err != nil {
		return nil, err
	}
	numbers, err := person.Numbers(ctx, r.DB, p.ProjectNum, person.Num(p.Person.ID))
	if err != nil {
		return nil, err
	}
	var place *delivery.Key
	if after != nil {
		key, err := delivery.ParseKey(after.ID)
		if err != nil {
			return nil, wrongCursor()
		}
		place = &key
	}
	q := outcome.PersonQuery{Numbers: numbers, Limit: limit + 1}
	for _, s := range statuses {
		q.Statuses = append(q.Statuses, delivery.ParseStatus(string(s)))
	}
	out := &model.PersonDeliveryConnection{Edges: []*model.DeliveryEdge{}, PageInfo: &entgql.PageInfo[string]{HasPreviousPage: after != nil}}
	outcomes := outcome.Reader{DB: r.DB}
	for range mostProbed / probed {
		runs, err := r.runsBehind(ctx, place)
		if err != nil {
			return nil, err
		}
		q.Runs, q.After = runs, place
		rows, err := outcomes.OfPerson(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			if len(out.Edges) == limit {
				out.PageInfo.HasNextPage = true
				return ended(out, nil), nil
			}
			out.Edges = append(out.Edges, &model.DeliveryEdge{
				Node:   &model.Delivery{Delivery: row.Delivery, Run: row.Run},
				Cursor: entgql.Cursor[string]{ID: row.Key().String()},
			})
		}
		if len(runs) < probed {
			return ended(out, nil), nil
		}
		place = &delivery.Key{Run: runs[len(runs)-1].Num, Person: math.MaxUint32, Seq: math.MaxUint32}
		q.Limit = limit + 1 - len(out.Edges)
	}
	out.PageInfo.HasNextPage = true
	return ended(out, place), nil
}

// ended says where the page ends: at its last entry, or behind what was looked at.
func ended(out *model.PersonDeliveryConnection, place *delivery.Key) *model.PersonDeliveryConnection {
	if n := len(out.Edges); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[n-1].Cursor
	}
	if place != nil {
		out.PageInfo.EndCursor = &entgql.Cursor[string]{ID: place.String()}
	}
	return out
}

// runsBehind reads the next runs from the one at place on, newest first, with their tasks.
func (r *Resolver) runsBehind(ctx context.Context, place *delivery.Key) ([]*ent.Run, error) {
	q := r.DB.Ent.Run.Query().Order(ent.Desc(entrun.FieldPlannedAt, entrun.FieldNum)).Limit(probed)
	if place != nil {
		at, err := r.DB.Ent.Run.Query().Where(entrun.Num(place.Run)).Only(ctx)
		if ent.IsNotFound(err) {
			return nil, wrongCursor()
		}
		if err != nil {
			return nil, fmt.Errorf("read run: %w", err)
		}
		q.Where(entrun.Or(entrun.PlannedAtLT(at.PlannedAt), entrun.And(entrun.PlannedAt(at.PlannedAt), entrun.NumLTE(at.Num))))
	}
	// A task that was deleted is part of what happened.
	runs, err := q.WithTask().All(schema.WithDeleted(ctx))
	if err != nil {
		return nil, fmt.Errorf("read runs: %w", err)
	}
	return runs, nil
}
