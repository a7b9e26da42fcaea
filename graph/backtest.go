package graph

import (
	"context"
	"encoding/json"
	"fmt"

	"entgo.io/ent/dialect/sql"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	"tidings/ent/viewer"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/person"
	"tidings/outreach/trigger"
)

// newestBacktests gives the newest backtest of each task; nil where there is none.
func (r *Resolver) newestBacktests(ctx context.Context, taskIDs []string) (map[string]*ent.Backtest, error) {
	out := make(map[string]*ent.Backtest, len(taskIDs))
	tasks := make([]any, len(taskIDs))
	for i, id := range taskIDs {
		out[id], tasks[i] = nil, id
	}
	found, err := r.DB.Ent.Backtest.Query().Where(func(s *sql.Selector) {
		b := sql.Table(entbacktest.Table).As("b")
		newest := sql.Dialect(s.Dialect()).Select(sql.Max(b.C(entbacktest.FieldID))).From(b).
			Where(sql.And(sql.EQ(b.C(entbacktest.FieldProjectID), viewer.From(ctx).ProjectID), sql.In(b.C(entbacktest.FieldTaskID), tasks...))).
			GroupBy(b.C(entbacktest.FieldTaskID))
		s.Where(sql.In(s.C(entbacktest.FieldID), newest))
	}).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("newest backtests: %w", err)
	}
	for _, b := range found {
		if b.TaskID != nil {
			out[*b.TaskID] = b
		}
	}
	return out, nil
}

// backtestTask is the task of a backtest; nil when it was deleted.
func backtestTask(ctx context.Context, b *ent.Backtest) (*ent.Task, error) {
	if b.TaskID == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	t, err := load(ctx).tasks.Load(ctx, *b.TaskID)
	if ent.IsNotFound(err) || fault.Is(err, fault.NotFound) {
		return nil, nil //nolint:nilnil // same
	}
	return t, err
}

// backtestProgress is how much of the period has been replayed, 0 to 1.
func backtestProgress(b *ent.Backtest) float64 {
	switch {
	case b.Status == entbacktest.StatusDone:
		return 1
	case b.Total <= 0:
		return 0
	}
	return min(float64(b.Done)/float64(b.Total), 1)
}

// backtestResult is what a backtest that is done found.
// SECURITY: it names people, so who may not see the task's segment does not see it.
func (r *Resolver) backtestResult(ctx context.Context, b *ent.Backtest) (*model.BacktestResult, error) {
	if len(b.Result) == 0 {
		return nil, nil //nolint:nilnil // null in the API
	}
	if t, err := backtestTask(ctx, b); err != nil || t == nil {
		return nil, err
	} else if err := r.Tasks.Viewable(ctx, t); err != nil {
		return nil, err
	}
	var found trigger.BacktestResult
	if err := json.Unmarshal(b.Result, &found); err != nil {
		return nil, fmt.Errorf("read result of %s: %w", b.ID, err)
	}
	out := &model.BacktestResult{
		Days: make([]*model.BacktestDay, len(found.Days)), Sample: make([]*model.BacktestSample, len(found.Sample)),
		Events: found.Events, Messages: found.Messages, People: found.People, Waiting: found.Waiting,
	}
	for i, d := range found.Days {
		day := model.BacktestDay(d)
		out.Days[i] = &day
	}
	for i, s := range found.Sample {
		out.Sample[i] = &model.BacktestSample{Num: int64(s.Person), DoneAt: s.DoneAt, SentAt: s.SentAt}
	}
	return out, nil
}

// backtestStale tells whether the task says something else today.
func backtestStale(ctx context.Context, b *ent.Backtest) (bool, error) {
	t, err := backtestTask(ctx, b)
	if err != nil || t == nil {
		return true, err
	}
	return trigger.Stale(b, t), nil
}

// samplePerson is somebody in a backtest's sample; null when they are gone, or when
// the viewer may not see people.
func samplePerson(ctx context.Context, num int64) (*model.Person, error) {
	v := viewer.From(ctx)
	if !v.Can(access.SegmentView) {
		return nil, nil //nolint:nilnil // null in the API
	}
	return load(ctx).people.Load(ctx, person.ID(v.ProjectNum, uint32(num))) //nolint:gosec // numbers of people have 32 bits
}
