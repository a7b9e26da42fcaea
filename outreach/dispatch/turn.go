package dispatch

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
)

// Blocked is the condition of a run, w, of a repeating task: an earlier one of the
// same task is open. Nobody has to be woken up when that ends.
const Blocked = `EXISTS (SELECT 1 FROM runs o WHERE o.task_id = w.task_id AND o.planned_at < w.planned_at AND o.kind = 'SCHEDULED'
	AND o.status IN ('WAITING', 'REFRESHING', 'PREPARING', 'SENDING'))`

// Runnable is the condition of a due run, w, that somebody should look at: its
// task goes, and it is not blocked. Of a task that still stands when its window is
// over, paused or abnormal, the run ends it. In: business time.
//
// It asks for the one task by its key and for the task's runs by theirs, never
// for all tasks.
const Runnable = `(SELECT CASE
		WHEN t.run_status IN ('PAUSED', 'ABNORMAL') THEN t.type = 'REPEAT' AND w.kind = 'SCHEDULED' AND t.ends_at <= ? AND w.due_at <= t.ends_at
		WHEN t.type <> 'REPEAT' OR w.kind <> 'SCHEDULED' THEN true
		ELSE NOT ` + Blocked + ` END FROM tasks t WHERE t.id = w.task_id)`

// repeats tells whether a run is of a repeating task's point.
func repeats(run *ent.Run) bool {
	return run.Kind == entrun.KindScheduled && run.Edges.Task.Type == enttask.TypeRepeat
}

// turn tells whether a run that was handed out is to be prepared now. Otherwise
// it has been dealt with: its task stands or is over, an earlier run is open, or
// nobody started it in time.
func (s *Service) turn(ctx context.Context, run *ent.Run, attempt int) (bool, error) {
	now := s.clock.Now()
	if repeats(run) {
		switch task := run.Edges.Task; task.RunStatus { //nolint:exhaustive // the others run
		case enttask.RunStatusPaused, enttask.RunStatusAbnormal:
			if stoodOut(task, run, now) {
				return false, s.endStanding(ctx, run, now)
			}
			return false, s.letGo(ctx, run, attempt)
		case enttask.RunStatusCancelled, enttask.RunStatusEnded:
			return false, s.drop(ctx, run, attempt)
		}
	}
	if run.Status != entrun.StatusWaiting && run.Status != entrun.StatusPreparing && run.Status != entrun.StatusRefreshing {
		return false, s.notDue(ctx, run, attempt)
	}
	wanted := wantedAt(run)
	if !repeats(run) {
		if schedule.MisfireOnce(wanted, now) == schedule.Abnormal {
			return false, s.failed(ctx, run, attempt, fault.Errorf(fault.Conflict, "the run is more than 72 hours late").Because("TOO_LATE"))
		}
		return true, nil
	}
	free, before, err := s.earlier(ctx, run)
	if err != nil {
		return false, err
	}
	if !free {
		return false, s.letGo(ctx, run, attempt)
	}
	// To have waited for the run before is not to be late.
	if schedule.Misfire(later(wanted, before), now) == schedule.Skip {
		return false, s.missed(ctx, run, attempt, Misfired, now)
	}
	// After the window none begins (§4.7). A start that slips over its end by no more
	// than the grace is one of the window still, and so is what an approval or a retry
	// started: that runs at once, whenever it is (§1.3).
	if end := run.Edges.Task.EndsAt; end != nil && now.After(*end) && schedule.Misfire(wanted, now) == schedule.Skip {
		return false, s.missed(ctx, run, attempt, TaskEnded, now)
	}
	return true, nil
}

// wantedAt is from when on a run is late: its point, or when it was approved late,
// resumed or run again. One that began to refresh its segment is late from then
// on; its due time is until when it waits for that.
func wantedAt(run *ent.Run) time.Time {
	switch {
	case repeats(run) && run.RefreshStartedAt != nil:
		return later(run.PlannedAt, *run.RefreshStartedAt)
	case run.DueAt != nil:
		return later(run.PlannedAt, *run.DueAt)
	}
	return run.PlannedAt
}

// earlier tells whether the runs of the task's earlier points are over, and when
// the last of them that was not skipped ended.
func (s *Service) earlier(ctx context.Context, run *ent.Run) (free bool, ended time.Time, err error) {
	q := s.db.Ent.Run.Query().Where(entrun.TaskID(run.TaskID), entrun.KindEQ(entrun.KindScheduled), entrun.PlannedAtLT(run.PlannedAt))
	busy, err := q.Clone().Where(entrun.StatusIn(open...)).Exist(ctx)
	if err != nil {
		return false, ended, fmt.Errorf("look for earlier runs: %w", err)
	}
	if busy {
		return false, ended, nil
	}
	last, err := q.Where(entrun.StatusNotIn(entrun.StatusSkipped, entrun.StatusCancelled), entrun.EndedAtNotNil()).
		Order(ent.Desc(entrun.FieldPlannedAt)).First(ctx)
	if ent.IsNotFound(err) {
		return true, ended, nil
	}
	if err != nil {
		return false, ended, fmt.Errorf("look for the run before: %w", err)
	}
	return true, *last.EndedAt, nil
}

// missed skips a run that did not begin in time, and the points that passed since as
// far as they are as late; the first that is not has its row (§10.5).
func (s *Service) missed(ctx context.Context, run *ent.Run, attempt int, why string, now time.Time) error {
	return s.overtake(ctx, run, attempt, func(u *ent.RunUpdate) {
		u.SetStatus(entrun.StatusSkipped).SetFailure(why)
	}, func(ctx context.Context, c *chain) error {
		if err := c.miss(ctx, run.PlannedAt, why, now); err != nil {
			return err
		}
		if err := c.begun(ctx, now); err != nil {
			return err
		}
		return c.end(ctx, now)
	})
}

// drop ends a run whose task is over; it has no successor.
func (s *Service) drop(ctx context.Context, run *ent.Run, attempt int) error {
	if !slices.Contains(unbegun, run.Status) {
		return s.notDue(ctx, run, attempt)
	}
	return s.overtake(ctx, run, attempt, func(u *ent.RunUpdate) { u.SetStatus(entrun.StatusCancelled) }, nil)
}

// overtake ends a run under its attempt, and what follows from it, in one transaction.
func (s *Service) overtake(ctx context.Context, run *ent.Run, attempt int, set func(*ent.RunUpdate), then func(context.Context, *chain) error) error {
	now := s.clock.Now()
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		u := tx.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt), entrun.StatusIn(unbegun...)).
			SetEndedAt(now).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
		set(u)
		n, err := u.Save(ctx)
		if err != nil || n == 0 || then == nil {
			return err
		}
		c, err := chainOf(ctx, tx, run.Edges.Task)
		if err != nil {
			return err
		}
		return then(ctx, c)
	})
	if err != nil {
		return fmt.Errorf("end %s: %w", run.ID, err)
	}
	s.changed(run.TaskID)
	return nil
}

// endStanding ends a task that still stands when its window is over (§1.3). Points
// that came meanwhile are skipped for what it stood for.
func (s *Service) endStanding(ctx context.Context, run *ent.Run, now time.Time) error {
	task := run.Edges.Task
	why := Paused
	if task.RunStatus == enttask.RunStatusAbnormal {
		why = Misfired
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		c, err := chainOf(ctx, tx, task)
		if err != nil {
			return err
		}
		runs, err := openRuns(ctx, tx, task.ID, now)
		if err != nil {
			return err
		}
		if err := c.cutShort(ctx, runs, why, now); err != nil {
			return err
		}
		// One that is over was due for this alone.
		err = tx.Run.Update().Where(entrun.TaskID(task.ID), entrun.KindEQ(entrun.KindScheduled), entrun.StatusNotIn(open...), entrun.DueAtNotNil()).
			ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().Exec(ctx)
		if err != nil {
			return err
		}
		n, err := tx.Task.Update().Where(enttask.ID(task.ID), enttask.RunStatusEQ(task.RunStatus)).
			SetRunStatus(enttask.RunStatusEnded).SetEndedAt(now).Save(ctx)
		if err == nil && n == 0 {
			return errTaken // somebody resumed it at this moment
		}
		return err
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("end %s: %w", task.ID, err)
	}
	s.changed(task.ID)
	return nil
}

// failedPoint makes the row of the next point after a run that failed, and tells
// whether the task goes on: when the refresh of its segment is what failed. With
// no version of the segment at all it does not (§9.4).
func (s *Service) failedPoint(ctx context.Context, tx *ent.Tx, run *ent.Run, why *fault.Error, now time.Time) (bool, error) {
	c, err := chainOf(ctx, tx, run.Edges.Task)
	if err != nil {
		return false, err
	}
	if err := c.extend(ctx, run.PlannedAt, now); err != nil {
		return false, err
	}
	seg := run.Edges.Task.Edges.Segment
	if why.Reason != reasonRefresh || seg == nil || seg.ComputedAt == nil {
		return false, nil
	}
	if err := c.begun(ctx, now); err != nil {
		return false, err
	}
	return true, c.end(ctx, now)
}
