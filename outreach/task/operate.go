package task

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/outreach/dispatch"
	"tidings/outreach/task/state"
	"tidings/outreach/trigger"
)

// Pause holds a task back: nothing more is handed to the channel, calls on their
// way finish. UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT.
func (s *Service) Pause(ctx context.Context, taskID string) (*ent.Task, error) {
	return s.command(ctx, state.OpPause, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if triggered(t) {
			return s.standStill(ctx, tx, t)
		}
		if t.Type == enttask.TypeRepeat {
			if err := dispatch.Suspend(ctx, tx, t, s.clock.Now()); err != nil {
				return nil, err
			}
		}
		return step(ctx, tx, t, state.Pause, "task.pause", nil)
	})
}

// Resume ends a pause. A task whose time passed meanwhile goes out at once,
// because its run is still due. UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT.
func (s *Service) Resume(ctx context.Context, taskID string) (*ent.Task, error) {
	return s.command(ctx, state.OpResume, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if triggered(t) {
			return s.goOn(ctx, tx, t)
		}
		if t.Type == enttask.TypeRepeat {
			return s.goOnRepeating(ctx, tx, t)
		}
		begun, err := tx.Run.Query().Where(entrun.TaskID(t.ID), entrun.KindEQ(entrun.KindScheduled), entrun.StartedAtNotNil()).Exist(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for a run: %w", err)
		}
		now := s.clock.Now()
		if !begun {
			// A time that passed during the pause is not late: it goes out now.
			err := tx.Run.Update().Where(entrun.TaskID(t.ID), entrun.StatusIn(entrun.StatusWaiting, entrun.StatusRefreshing), entrun.DueAtLT(now)).SetDueAt(now).Exec(ctx)
			if err != nil {
				return nil, fmt.Errorf("make the run due: %w", err)
			}
			return step(ctx, tx, t, state.Await, "task.resume", nil)
		}
		return step(ctx, tx, t, state.Resume, "task.resume", func(u *ent.TaskUpdate) {
			if t.StartedAt == nil { // its run began while the task was paused
				u.SetStartedAt(now)
			}
		})
	})
}

// Cancel ends a task for good. Runs that have not begun end here; what a run has
// not handed out yet is recorded as not sent by its workers.
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT.
func (s *Service) Cancel(ctx context.Context, taskID string) (*ent.Task, error) {
	return s.command(ctx, state.OpCancel, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		now := s.clock.Now()
		if err := cancelRuns(ctx, tx, t.ID, now); err != nil {
			return nil, err
		}
		t, err := step(ctx, tx, t, state.Cancel, "task.cancel", func(u *ent.TaskUpdate) {
			u.SetEndedAt(now).SetStatusReason("CANCELLED")
		})
		if err != nil || !triggered(t) {
			return t, err
		}
		return t, trigger.Changed(ctx, tx, t.ProjectID)
	})
}

// goOnRepeating ends the pause of a repeating task: it skips the points that passed
// and waits for the next; one with nothing left has ended.
func (s *Service) goOnRepeating(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
	now := s.clock.Now()
	standing, err := dispatch.Continue(ctx, tx, t, now)
	if err != nil {
		return nil, err
	}
	event := map[dispatch.Standing]state.Event{dispatch.NotBegun: state.Await, dispatch.Begun: state.Resume, dispatch.Over: state.End}[standing]
	return step(ctx, tx, t, event, "task.resume", func(u *ent.TaskUpdate) {
		switch {
		case event == state.End:
			u.SetEndedAt(now)
		case event == state.Resume && t.StartedAt == nil:
			u.SetStartedAt(now)
		}
	})
}

// cancelRuns ends the runs that no shard was cut for. A worker that is about to
// finds the attempt gone and stops.
func cancelRuns(ctx context.Context, tx *ent.Tx, taskID string, now time.Time) error {
	for range 2 { // the first waits for a worker that makes the next run; the second finds that one
		if err := cancelOpen(ctx, tx, taskID, now); err != nil {
			return err
		}
	}
	return nil
}

func cancelOpen(ctx context.Context, tx *ent.Tx, taskID string, now time.Time) error {
	err := tx.Run.Update().Where(entrun.TaskID(taskID), entrun.StatusIn(entrun.StatusWaiting, entrun.StatusRefreshing, entrun.StatusPreparing)).
		SetStatus(entrun.StatusCancelled).SetEndedAt(now).AddAttempt(1).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().Exec(ctx)
	if err != nil {
		return fmt.Errorf("cancel runs: %w", err)
	}
	return nil
}

// Retry runs an abnormal task again, now; open to its creator (重启执行). What
// failed runs again, what is left of it goes on.
//
// SECURITY: messages go out without another approval; the task was approved as it is.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT.
func (s *Service) Retry(ctx context.Context, taskID string) (*ent.Task, error) {
	return s.command(ctx, state.OpRetry, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if triggered(t) {
			return s.retryTriggered(ctx, tx, t)
		}
		now := s.clock.Now()
		left, err := dispatch.Rerun(ctx, tx, t, now)
		if err != nil {
			return nil, err
		}
		t, err = step(ctx, tx, t, state.Retry, "task.retry", func(u *ent.TaskUpdate) {
			u.SetStatusReason("").SetStatusText("").ClearEndedAt()
			if t.StartedAt == nil {
				u.SetStartedAt(now)
			}
		})
		if err != nil {
			return nil, err
		}
		if left {
			return t, nil
		}
		// Everybody had their outcome before the task was stopped: nothing is left to
		// do again. Whom it did not reach can be sent to by a resend.
		return state.Move(ctx, tx, t, state.End, func(u *ent.TaskUpdate) { u.SetEndedAt(now) })
	})
}

// step moves the task and writes the audit entry.
func step(ctx context.Context, tx *ent.Tx, t *ent.Task, event state.Event, action string, with func(*ent.TaskUpdate)) (*ent.Task, error) {
	t, err := state.Move(ctx, tx, t, event, with)
	if err != nil {
		return nil, err
	}
	return t, taskAudit(ctx, tx, action, t, nil)
}
