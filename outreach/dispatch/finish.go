package dispatch

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	enttask "tidings/ent/task"
	enttouch "tidings/ent/touch"
)

// ShardDone marks a shard as done under its attempt and ends the run when it
// was the last. Shards of a run end one after the other: each locks the run's
// row first, so of two that end together one sees the other.
func (s *Service) ShardDone(ctx context.Context, shardID int64, attempt int, runNum int64, taskID string) error {
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := tx.Run.Update().Where(entrun.Num(runNum)).SetUpdatedAt(s.clock.Now()).Exec(ctx); err != nil {
			return err
		}
		n, err := tx.Shard.Update().Where(entshard.ID(shardID), entshard.Attempt(attempt)).
			SetDone(true).ClearSlice().ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		if err := forgetTouches(ctx, tx, shardID, runNum); err != nil {
			return err
		}
		open, err := tx.Shard.Query().Where(entshard.RunNum(runNum), entshard.DueAtNotNil()).Exist(ctx)
		if err != nil || open {
			return err
		}
		return s.finish(ctx, tx, runNum, s.clock.Now())
	})
	if err != nil {
		return fmt.Errorf("end shard %d: %w", shardID, err)
	}
	s.changed(taskID)
	return nil
}

// forgetTouches removes what a triggered shard's touches knew, unless another
// shard has some of its people to try again.
func forgetTouches(ctx context.Context, tx *ent.Tx, shardID, runNum int64) error {
	shard, err := tx.Shard.Get(ctx, shardID)
	if err != nil || !shard.Touch {
		return err
	}
	open, err := tx.Shard.Query().Where(entshard.RunNum(runNum), entshard.Seq(shard.Seq), entshard.IDNEQ(shardID), entshard.DueAtNotNil()).Exist(ctx)
	if err != nil || open {
		return err
	}
	_, err = tx.Touch.Delete().Where(enttouch.RunNum(runNum), enttouch.Seq(shard.Seq)).Exec(ctx)
	return err
}

// finish ends a run all of whose candidates have an outcome, and with it a
// scheduled task that has nothing left.
func (s *Service) finish(ctx context.Context, tx *ent.Tx, runNum int64, now time.Time) error {
	run, err := tx.Run.Query().Where(entrun.Num(runNum)).WithTask().Only(ctx)
	if err != nil {
		return err
	}
	if run.Status != entrun.StatusSending {
		return nil
	}
	if run.Kind == entrun.KindTriggered && run.Edges.Task.RunStatus != enttask.RunStatusEnded && run.Edges.Task.RunStatus != enttask.RunStatusCancelled {
		return nil // its day is not over: trigger.Advance closes it
	}
	done := tx.Run.UpdateOne(run).SetStatus(entrun.StatusDone).SetEndedAt(now)
	if !repeats(run) || run.Edges.Task.RunStatus != enttask.RunStatusAbnormal { // otherwise it may be the only one that ends the task with its window
		done.ClearDueAt()
	}
	if err := done.Exec(ctx); err != nil {
		return err
	}
	if run.Kind != entrun.KindScheduled {
		return nil
	}
	if repeats(run) {
		return (&chain{tx: tx, task: run.Edges.Task}).end(ctx, now)
	}
	return tx.Task.Update().Where(enttask.ID(run.TaskID), enttask.RunStatusIn(enttask.RunStatusRunning, enttask.RunStatusWaiting, enttask.RunStatusPaused)).
		SetRunStatus(enttask.RunStatusEnded).SetEndedAt(now).Exec(ctx)
}
