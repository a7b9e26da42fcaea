package task

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/trigger"
)

const (
	// keptBacktests is how many backtests of a task are kept, keptFor how long.
	keptBacktests = 20
	keptFor       = 30 * 24 * time.Hour
)

// Backtest replays the last days of stored events against a triggered task's
// trigger as it is now, draft or not, for whom it is for today. It sends nothing.
//
// It needs outreach.task.edit. UNAUTHENTICATED, FORBIDDEN, NOT_FOUND; INVALID at
// days, type, audienceMode, segmentId, rule and at what the trigger lacks beside
// its times; CONFLICT (BACKTESTING while one of this task is under way,
// SEGMENT_NOT_COMPUTED).
func (s *Service) Backtest(ctx context.Context, taskID string, days int) (*ent.Backtest, error) {
	if err := access.Require(ctx, access.TaskEdit); err != nil {
		return nil, err
	}
	var out *ent.Backtest
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		t, err := load(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if err := viewable(ctx, tx.Client(), t); err != nil {
			return err
		}
		in, err := backtestInput(ctx, tx, t, days)
		if err != nil {
			return err
		}
		// The task's row is locked, so that of two who ask at once one is refused.
		if _, err := tx.ExecContext(ctx, `UPDATE tasks SET name = name WHERE project_id = $1 AND id = $2`, t.ProjectID, t.ID); err != nil {
			return fmt.Errorf("lock task: %w", err)
		}
		open, err := tx.Backtest.Query().Where(entbacktest.TaskID(t.ID), entbacktest.StatusIn(entbacktest.StatusWaiting, entbacktest.StatusRunning)).Exist(ctx)
		if err != nil {
			return fmt.Errorf("look for backtests: %w", err)
		}
		if open {
			return fault.Errorf(fault.Conflict, "a backtest of this task is under way").Because("BACKTESTING")
		}
		now := s.clock.Now()
		if out, err = trigger.NewBacktest(ctx, tx, in, now); err != nil {
			return err
		}
		if err := forgetBacktests(ctx, tx, t.ID); err != nil {
			return err
		}
		return taskAudit(ctx, tx, "task.backtest", t, map[string]any{"backtest": out.ID, "days": days})
	})
	if err != nil {
		return nil, err
	}
	s.changed(taskID)
	return out.Unwrap(), nil
}

// backtestInput is what a task's backtest is asked for.
func backtestInput(ctx context.Context, tx *ent.Tx, t *ent.Task, days int) (in trigger.BacktestInput, err error) {
	if t.Type != enttask.TypeDoneA && t.Type != enttask.TypeDoneANotB {
		return in, fault.At("type", "NOT_ALLOWED", "only triggered tasks can be tested on what happened")
	}
	in = trigger.BacktestInput{
		ProjectID: t.ProjectID, TaskID: t.ID, CreatorID: viewer.From(ctx).AccountID, WantsB: t.Type == enttask.TypeDoneANotB, Days: days,
	}
	d, err := TriggerOf(t)
	if err != nil {
		return in, err
	}
	if d != nil {
		in.Definition = *d
	}
	var whom bool
	if in.Audience, whom = trigger.AudienceOf(t); !whom {
		switch t.AudienceMode {
		case enttask.AudienceModeSegment:
			return in, fault.At("segmentId", "REQUIRED", "choose the segment")
		case enttask.AudienceModeRule:
			return in, fault.At("rule", "REQUIRED", "say whom the task is for")
		case enttask.AudienceModeUpload, enttask.AudienceModeAll:
		}
		return in, fault.At("audienceMode", "SCHEDULED_ONLY", "uploaded lists are for scheduled tasks only")
	}
	if in.Audience.SegmentID == "" {
		return in, nil
	}
	// Through the store: who sees the task may see its segment, which was asked above.
	computed, err := tx.Segment.Query().Where(entsegment.ProjectID(t.ProjectID), entsegment.ID(in.Audience.SegmentID), entsegment.ComputedAtNotNil()).
		Exist(viewer.System(ctx))
	if err != nil {
		return in, fmt.Errorf("look for the segment's people: %w", err)
	}
	if !computed {
		return in, fault.Errorf(fault.Conflict, "the segment was never computed, so nobody is known to be in it").Because("SEGMENT_NOT_COMPUTED")
	}
	return in, nil
}

// forgetBacktests drops a task's backtests beyond the newest.
func forgetBacktests(ctx context.Context, tx *ent.Tx, taskID string) error {
	old, err := tx.Backtest.Query().Where(entbacktest.TaskID(taskID)).Order(ent.Desc(entbacktest.FieldID)).Offset(keptBacktests).IDs(ctx)
	if err != nil || len(old) == 0 {
		return err
	}
	if _, err := tx.Backtest.Delete().Where(entbacktest.IDIn(old...)).Exec(ctx); err != nil {
		return fmt.Errorf("drop old backtests: %w", err)
	}
	return nil
}

// SweepBacktests removes backtests that are over since long; wall is machine time.
func (s *Service) SweepBacktests(ctx context.Context, wall time.Time) (int, error) {
	n, err := s.db.Ent.Backtest.Delete().Where(entbacktest.CreatedAtLT(wall.Add(-keptFor)),
		entbacktest.StatusNotIn(entbacktest.StatusWaiting, entbacktest.StatusRunning)).Exec(viewer.System(ctx))
	if err != nil {
		return 0, fmt.Errorf("remove old backtests: %w", err)
	}
	return n, nil
}

// CancelBacktest ends a backtest that is under way; its worker notices within a
// second. One that is over stays as it is.
//
// It needs outreach.task.edit. UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT
// (the status that it ended with).
func (s *Service) CancelBacktest(ctx context.Context, id string) (*ent.Backtest, error) {
	if err := access.Require(ctx, access.TaskEdit); err != nil {
		return nil, err
	}
	var out *ent.Backtest
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		found, err := tx.Backtest.Get(ctx, id)
		if ent.IsNotFound(err) {
			return fault.Errorf(fault.NotFound, "there is no backtest %q", id)
		}
		if err != nil {
			return fmt.Errorf("load backtest: %w", err)
		}
		t, err := load(ctx, tx, deref(found.TaskID))
		if err != nil {
			return err
		}
		if err := viewable(ctx, tx.Client(), t); err != nil {
			return err
		}
		n, err := tx.Backtest.Update().Where(entbacktest.ID(id), entbacktest.StatusIn(entbacktest.StatusWaiting, entbacktest.StatusRunning)).
			SetStatus(entbacktest.StatusCancelled).SetEndedAt(s.clock.Now()).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().AddAttempt(1).Save(ctx)
		if err != nil {
			return fmt.Errorf("cancel backtest: %w", err)
		}
		if out, err = tx.Backtest.Get(ctx, id); err != nil {
			return fmt.Errorf("load backtest: %w", err)
		}
		if n == 0 {
			return fault.Errorf(fault.Conflict, "the backtest is over").Because(string(out.Status))
		}
		return taskAudit(ctx, tx, "task.cancelBacktest", t, map[string]any{"backtest": id})
	})
	if err != nil {
		return nil, err
	}
	s.changed(deref(out.TaskID))
	return out.Unwrap(), nil
}
