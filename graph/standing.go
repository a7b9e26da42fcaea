package graph

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/trigger"
)

// shownDays is how many days of a triggered task are listed.
const shownDays = 90

// standing is what a triggered task has in store and what its days brought; null
// before it was approved, and of other types. What needs a query of its own is
// read when the client asks for it.
func (r *Resolver) standing(ctx context.Context, t *ent.Task) (*model.TriggerStanding, error) {
	if t.Type != enttask.TypeDoneA && t.Type != enttask.TypeDoneANotB || t.ApprovedAt == nil {
		return nil, nil //nolint:nilnil // nothing has happened yet
	}
	if err := access.Require(ctx, access.TaskView); err != nil {
		return nil, err
	}
	out := &model.TriggerStanding{Days: []*model.TriggerDay{}}
	if wants(ctx, "judging") || wants(ctx, "pending") || wants(ctx, "nextAt") {
		s, err := trigger.StandingOf(ctx, r.DB, t.ID)
		if err != nil {
			return nil, err
		}
		out.Judging, out.Pending, out.NextAt = s.Judging, s.Pending, s.NextAt
	}
	if !wants(ctx, "days") {
		return out, nil
	}
	runs, err := r.DB.Ent.Run.Query().Where(entrun.TaskID(t.ID), entrun.KindEQ(entrun.KindTriggered)).
		Order(ent.Desc(entrun.FieldPlannedAt)).Limit(shownDays).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read days of %s: %w", t.ID, err)
	}
	slices.Reverse(runs)
	for _, run := range runs {
		if run.Slot != nil { // triggered runs have one
			out.Days = append(out.Days, &model.TriggerDay{Run: run, Day: strings.TrimPrefix(*run.Slot, trigger.DaySlot)})
		}
	}
	return out, r.addProgress(ctx, out.Days)
}

// addProgress reads what the days' runs came to, in one question.
func (r *Resolver) addProgress(ctx context.Context, days []*model.TriggerDay) error {
	nums := make([]int64, len(days))
	for i, d := range days {
		nums[i] = d.Run.Num
	}
	found, err := load(ctx).runProgress.LoadAll(ctx, nums)
	if err != nil {
		return err
	}
	for i, d := range days {
		d.Progress = r.progressModel(d.Run.ID, found[i])
	}
	return nil
}
