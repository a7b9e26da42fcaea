package graph

import (
	"context"
	"slices"

	"entgo.io/contrib/entgql"

	"tidings/ent"
	entrun "tidings/ent/run"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/fault"
	"tidings/outreach/outcome"
)

// deliveryPrefix is how a delivery's ID begins.
const deliveryPrefix = "dlv"

// pageArgs are the arguments of a connection; the limits of a page were checked
// before the operation began.
type pageArgs struct {
	after, before *entgql.Cursor[string]
	first, last   *int
}

func (a pageArgs) query(runs []*ent.Run, filter outcome.Filter) (outcome.Query, error) {
	q := outcome.Query{Runs: runs, Filter: filter, Limit: defaultPage}
	switch {
	case a.first != nil && a.last != nil:
		return q, fault.Errorf(fault.Invalid, "give first or last, not both")
	case a.first != nil:
		q.Limit = *a.first
	case a.last != nil:
		q.Limit, q.Backward = *a.last, true
	}
	for _, end := range []struct {
		cursor *entgql.Cursor[string]
		key    **delivery.Key
	}{{a.after, &q.After}, {a.before, &q.Before}} {
		if end.cursor == nil {
			continue
		}
		key, err := delivery.ParseKey(end.cursor.ID)
		if err != nil {
			return q, fault.Errorf(fault.Invalid, "the cursor does not belong to this list").Because("CURSOR")
		}
		*end.key = &key
	}
	return q, nil
}

// taskRuns reads the runs of a task, newest first, or the one that is asked for.
// SECURITY: through the store, so that they are the viewer's own.
func (r *Resolver) taskRuns(ctx context.Context, t *ent.Task, runID *string) ([]*ent.Run, error) {
	q := r.DB.Ent.Run.Query().Where(entrun.TaskID(t.ID)).Order(ent.Desc(entrun.FieldPlannedAt, entrun.FieldNum))
	if runID != nil {
		q.Where(entrun.ID(*runID))
	}
	runs, err := q.All(ctx)
	if err != nil {
		return nil, err
	}
	if runID != nil && len(runs) == 0 {
		return nil, fault.Errorf(fault.NotFound, "the task has no run %q", *runID)
	}
	for _, run := range runs {
		run.Edges.Task = t // what a delivery's task is asked for row by row
	}
	return runs, nil
}

// filterOf reads the API's filter of deliveries.
func filterOf(where *model.DeliveryWhereInput) (filter outcome.Filter, runID *string) {
	if where == nil {
		return filter, nil
	}
	for _, s := range where.StatusIn {
		filter.Statuses = append(filter.Statuses, delivery.ParseStatus(string(s)))
	}
	filter.Reasons = where.ReasonIn
	if where.Target != nil {
		filter.Target = *where.Target
	}
	return filter, where.RunID
}

func (r *Resolver) deliveries(ctx context.Context, t *ent.Task, args pageArgs, where *model.DeliveryWhereInput) (*model.DeliveryConnection, error) {
	if err := access.Require(ctx, access.DetailView); err != nil {
		return nil, err
	}
	filter, runID := filterOf(where)
	runs, err := r.taskRuns(ctx, t, runID)
	if err != nil {
		return nil, err
	}
	q, err := args.query(runs, filter)
	if err != nil {
		return nil, err
	}
	limit := q.Limit
	q.Limit++ // one more tells whether there is another page
	outcomes := outcome.Reader{DB: r.DB}
	rows, err := outcomes.Page(ctx, q)
	if err != nil {
		return nil, err
	}
	more := len(rows) > limit
	rows = rows[:min(limit, len(rows))]
	out := &model.DeliveryConnection{PageInfo: &entgql.PageInfo[string]{}, Edges: make([]*model.DeliveryEdge, len(rows))}
	if q.Backward {
		slices.Reverse(rows)
		out.PageInfo.HasPreviousPage, out.PageInfo.HasNextPage = more, q.Before != nil
	} else {
		out.PageInfo.HasNextPage, out.PageInfo.HasPreviousPage = more, q.After != nil
	}
	for i, row := range rows {
		out.Edges[i] = &model.DeliveryEdge{
			Node:   &model.Delivery{Delivery: row.Delivery, Run: row.Run},
			Cursor: entgql.Cursor[string]{ID: row.Key().String()},
		}
	}
	if n := len(out.Edges); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[n-1].Cursor
	}
	if wants(ctx, "totalCount") {
		if out.TotalCount, err = outcomes.Count(ctx, runs, filter); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// deliveryNode finds a delivery by its ID.
// SECURITY: its run is read through the store, so it is the viewer's own.
func (r *Resolver) deliveryNode(ctx context.Context, nodeID string) (ent.Noder, error) {
	if err := access.Require(ctx, access.DetailView); err != nil {
		return nil, err
	}
	key, err := delivery.ParseKey(nodeID)
	if err != nil {
		return nil, err
	}
	run, err := r.DB.Ent.Run.Query().Where(entrun.Num(key.Run)).Only(ctx)
	if err != nil {
		return nil, err
	}
	row, err := outcome.Reader{DB: r.DB}.One(ctx, run, key)
	if err != nil {
		return nil, err
	}
	return &model.Delivery{Delivery: row.Delivery, Run: row.Run}, nil
}

// deliveredContent is what was sent, label by label.
func deliveredContent(ctx context.Context, d *model.Delivery) ([]*model.DeliveredParam, error) {
	params, err := load(ctx).contents.Of(outcome.Row{Delivery: d.Delivery, Run: d.Run})
	if err != nil {
		return nil, err
	}
	out := make([]*model.DeliveredParam, len(params))
	for i, p := range params {
		out[i] = &model.DeliveredParam{Key: p.Key, Label: p.Label, Value: p.Value}
	}
	return out, nil
}
