package trigger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"tidings/ent"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
)

// living are the states of a triggered task whose events count.
var living = []enttask.RunStatus{enttask.RunStatusWaiting, enttask.RunStatusRunning, enttask.RunStatusPaused, enttask.RunStatusAbnormal}

// Advance does what time alone brings: tasks whose window begins run, those whose
// end has come end (R69) and lose what is pending, and days that are over close.
func (s *Service) Advance(ctx context.Context) error {
	ctx, now := viewer.System(ctx), s.Clock.Now()
	return errors.Join(s.begin(ctx, now), s.end(ctx, now), s.discard(ctx), s.closeDays(ctx, now))
}

// Both are asked many times a second: they read task_ends_at, in which those are
// not that have ended or were cancelled. The databases find that out by its
// condition, word for word. In: now.
const (
	beginsSQL = `SELECT id FROM tasks WHERE ends_at IS NOT NULL AND ended_at IS NULL AND starts_at <= ?
		AND run_status = 'WAITING' AND type IN ('DONE_A', 'DONE_A_NOT_B') AND deleted_at IS NULL`
	endsSQL = `SELECT id FROM tasks WHERE ends_at IS NOT NULL AND ended_at IS NULL AND ends_at <= ?
		AND run_status IN ('WAITING', 'RUNNING', 'PAUSED', 'ABNORMAL') AND type IN ('DONE_A', 'DONE_A_NOT_B') AND deleted_at IS NULL`
)

// moving reads the tasks that one of the queries finds.
func (s *Service) moving(ctx context.Context, query string, now time.Time) ([]*ent.Task, error) {
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(query), now)
	if err != nil {
		return nil, err
	}
	ids, err := column[string](rows)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return s.DB.Ent.Task.Query().Where(enttask.IDIn(ids...)).All(ctx)
}

func (s *Service) begin(ctx context.Context, now time.Time) error {
	tasks, err := s.moving(ctx, beginsSQL, now)
	if err != nil {
		return fmt.Errorf("look for triggers that begin: %w", err)
	}
	for _, t := range tasks {
		err := s.move(ctx, t, []enttask.RunStatus{enttask.RunStatusWaiting}, func(u *ent.TaskUpdate) {
			u.SetRunStatus(enttask.RunStatusRunning).SetStartedAt(now)
		})
		if err == nil {
			err = s.beginSegment(ctx, t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// beginSegment looks whether a task that begins has an audience.
func (s *Service) beginSegment(ctx context.Context, t *ent.Task) error {
	if t.SegmentID == nil || t.AudienceMode == enttask.AudienceModeAll {
		return nil
	}
	ready, err := s.DB.Ent.SegmentVersion.Query().Where(entsegmentversion.ProjectID(t.ProjectID), entsegmentversion.SegmentID(*t.SegmentID),
		entsegmentversion.StatusEQ(entsegmentversion.StatusReady)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("look for segment's version: %w", err)
	}
	if ready {
		return nil
	}
	return s.neverComputed(ctx, t)
}

func (s *Service) end(ctx context.Context, now time.Time) error {
	tasks, err := s.moving(ctx, endsSQL, now)
	if err != nil {
		return fmt.Errorf("look for triggers that end: %w", err)
	}
	for _, t := range tasks {
		err := s.move(ctx, t, living, func(u *ent.TaskUpdate) { u.SetRunStatus(enttask.RunStatusEnded).SetEndedAt(now) })
		if err != nil {
			return err
		}
	}
	return nil
}

// move changes a task's status from one of some, and lets the matching know.
func (s *Service) move(ctx context.Context, t *ent.Task, from []enttask.RunStatus, set func(*ent.TaskUpdate)) error {
	moved := 0
	err := s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		u := tx.Task.Update().Where(enttask.ID(t.ID), enttask.RunStatusIn(from...))
		set(u)
		if moved, err = u.Save(ctx); err != nil || moved == 0 {
			return err
		}
		return Changed(ctx, tx, t.ProjectID)
	})
	if err != nil {
		return fmt.Errorf("move %s: %w", t.ID, err)
	}
	if moved > 0 {
		s.Changed(t.ID)
	}
	return nil
}

// overSQL: out the tasks that are over and still have something pending.
const overSQL = `WITH RECURSIVE pending(task) AS (
	SELECT (SELECT min(task_id) FROM touches WHERE run_num IS NULL)
	UNION ALL
	SELECT (SELECT min(x.task_id) FROM touches x WHERE x.run_num IS NULL AND x.task_id > pending.task) FROM pending WHERE pending.task IS NOT NULL)
	SELECT t.id FROM pending JOIN tasks t ON t.id = pending.task WHERE t.run_status IN ('ENDED', 'CANCELLED')`

// discardSQL: task, limit.
const discardSQL = `DELETE FROM touches WHERE id IN (SELECT id FROM touches WHERE task_id = ? AND run_num IS NULL LIMIT ?)`

// discard removes what tasks that are over have pending, and counts it.
func (s *Service) discard(ctx context.Context) error {
	rows, err := s.DB.SQL.QueryContext(ctx, overSQL)
	if err != nil {
		return fmt.Errorf("look for touches of tasks that are over: %w", err)
	}
	tasks, err := column[string](rows)
	if err != nil {
		return fmt.Errorf("look for touches of tasks that are over: %w", err)
	}
	for _, task := range tasks {
		for n := int64(touchesAtOnce); n == touchesAtOnce; {
			err := s.DB.SQLTx(ctx, func(tx *sql.Tx) error {
				res, err := tx.ExecContext(ctx, s.DB.Rebind(discardSQL), task, touchesAtOnce)
				if err != nil {
					return err
				}
				if n, err = res.RowsAffected(); err != nil || n == 0 {
					return err
				}
				_, err = tx.ExecContext(ctx, s.DB.Rebind(`UPDATE tasks SET discarded = discarded + ? WHERE id = ?`), n, task)
				return err
			})
			if err != nil {
				return fmt.Errorf("discard what %s has pending: %w", task, err)
			}
		}
		s.Changed(task)
	}
	return nil
}

// keptBatches is how long the rows of matched batches stay.
const keptBatches = 7 * 24 * time.Hour

// SweepBatches removes rows of batches that were matched long ago; wall is machine time.
func (s *Service) SweepBatches(ctx context.Context, wall time.Time) (int64, error) {
	const q = `DELETE FROM event_batches WHERE id IN (SELECT id FROM event_batches WHERE created_at < ? AND due_at IS NULL LIMIT ?)`
	res, err := s.DB.SQL.ExecContext(ctx, s.DB.Rebind(q), wall.Add(-keptBatches), 10_000)
	if err != nil {
		return 0, fmt.Errorf("remove old batches: %w", err)
	}
	return res.RowsAffected()
}
