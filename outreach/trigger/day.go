package trigger

import (
	"context"
	"fmt"
	"slices"
	"time"

	entsql "entgo.io/ent/dialect/sql"

	"tidings/ent"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	enttask "tidings/ent/task"
	"tidings/internal/id"
	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
)

// DaySlot begins the slot of a triggered run; its day follows.
const DaySlot = "day "

// Day is the civil day of a project that an instant is in: its first instant, the
// next day's, and the name of a triggered run's slot for it.
func Day(now time.Time, zone *time.Location) (from, to time.Time, slot string) {
	from, to = rule.Start(now, rule.Day, zone)
	return from.UTC(), to.UTC(), DaySlot + now.In(zone).Format(time.DateOnly)
}

// runOfDay is the task's run of the project's civil day, made when it is first
// needed: what it sends is frozen then. Its *fault.Error is why it cannot be.
func (s *Service) runOfDay(ctx context.Context, p *project, task *ent.Task, now time.Time) (*ent.Run, error) {
	from, _, slot := Day(now, p.zone)
	find := func() (*ent.Run, error) {
		return s.DB.Ent.Run.Query().Where(entrun.ProjectID(p.id), entrun.TaskID(task.ID), entrun.Slot(slot)).Only(ctx)
	}
	run, err := find()
	if err == nil || !ent.IsNotFound(err) {
		return run, err
	}
	if task.ChannelID == nil {
		return nil, fault.Errorf(fault.Conflict, "the task has no channel or template").Because("NO_CHANNEL")
	}
	plan, err := s.Plan(ctx, task.ID)
	if err != nil {
		return nil, err
	}
	if err := s.DB.EnsurePartition(ctx, from); err != nil {
		return nil, err
	}
	run, err = s.DB.Ent.Run.Create().SetProjectID(p.id).SetNum(id.Num()).SetTaskID(task.ID).SetKind(entrun.KindTriggered).SetSlot(slot).
		SetPlannedAt(from).SetRunAt(from).SetStatus(entrun.StatusSending).SetPlan(plan).SetStartedAt(now).Save(ctx)
	if ent.IsConstraintError(err) {
		return find() // another process was faster
	}
	if err != nil {
		return nil, fmt.Errorf("make run of %s: %w", slot, err)
	}
	return run, nil
}

// fail stops a task that cannot send any more; its creator may try again once
// the cause is gone.
func (s *Service) fail(ctx context.Context, task *ent.Task, why *fault.Error) error {
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		return tx.Task.Update().Where(enttask.ID(task.ID), enttask.RunStatusEQ(enttask.RunStatusRunning)).
			SetRunStatus(enttask.RunStatusAbnormal).SetStatusReason(why.Reason).SetStatusText(why.Error()).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("record failure of %s: %w", task.ID, err)
	}
	s.Changed(task.ID)
	return nil
}

// over are the states of a task that sends nothing any more.
var over = []enttask.RunStatus{enttask.RunStatusEnded, enttask.RunStatusCancelled}

// closedAtOnce bounds the runs of one call of closeDays.
const closedAtOnce = 100

// closeDays ends the runs of days that are over, and of tasks that are, all of
// whose messages have an outcome.
func (s *Service) closeDays(ctx context.Context, now time.Time) error {
	// No civil day is shorter than 22 hours; of the others the zone decides. One with
	// open shards is not looked at: they are what it waits for.
	runs, err := s.DB.Ent.Run.Query().Where(entrun.KindEQ(entrun.KindTriggered), entrun.StatusEQ(entrun.StatusSending),
		entrun.Or(entrun.PlannedAtLT(now.Add(-22*time.Hour)), entrun.HasTaskWith(enttask.RunStatusIn(over...))), withoutOpenShards).
		WithTask(func(q *ent.TaskQuery) { q.WithProject() }).Limit(closedAtOnce).All(ctx)
	if err != nil {
		return fmt.Errorf("look for days that are over: %w", err)
	}
	for _, run := range runs {
		zone, err := time.LoadLocation(run.Edges.Task.Edges.Project.TimeZone)
		if err != nil {
			return fmt.Errorf("zone of %s: %w", run.ID, err)
		}
		if _, end, _ := Day(run.PlannedAt, zone); now.Before(end) && !slices.Contains(over, run.Edges.Task.RunStatus) {
			continue
		}
		if err := s.closeRun(ctx, run, now); err != nil {
			return err
		}
	}
	return nil
}

// withoutOpenShards leaves the runs whose shards are all done.
func withoutOpenShards(s *entsql.Selector) {
	shards := entsql.Dialect(s.Dialect()).Select("id").From(entsql.Table(entshard.Table))
	s.Where(entsql.NotExists(shards.Where(entsql.And(
		entsql.ColumnsEQ(shards.C(entshard.FieldRunNum), s.C(entrun.FieldNum)), entsql.NotNull(shards.C(entshard.FieldDueAt))))))
}

// closeRun ends a run without open shards. It locks the run's row first, as
// whoever adds a shard does.
func (s *Service) closeRun(ctx context.Context, run *ent.Run, now time.Time) error {
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := tx.Run.Update().Where(entrun.ID(run.ID)).SetUpdatedAt(now).Exec(ctx); err != nil {
			return err
		}
		open, err := tx.Shard.Query().Where(entshard.RunNum(run.Num), entshard.DueAtNotNil()).Exist(ctx)
		if err != nil || open {
			return err
		}
		return tx.Run.Update().Where(entrun.ID(run.ID), entrun.StatusEQ(entrun.StatusSending)).
			SetStatus(entrun.StatusDone).SetEndedAt(now).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("close %s: %w", run.ID, err)
	}
	s.Changed(run.TaskID)
	return nil
}
