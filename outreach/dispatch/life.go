package dispatch

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/outreach/schedule"
)

// Begin makes the first runs of a task that is approved now, in the approval's
// transaction. A task that runs once has its one run, which is due at once when
// its time has passed (R50). Of a repeating one the points between its submission
// and now were missed: the latest runs at once, the earlier ones are skipped, and
// the next has its row (R59).
func Begin(ctx context.Context, tx *ent.Tx, t *ent.Task, submitted, now time.Time) error {
	c, err := chainOf(ctx, tx, t)
	if err != nil {
		return err
	}
	if t.Type == enttask.TypeOnce {
		at := *t.ReachAt
		return c.make(ctx, at, later(at, now), now)
	}
	run, skipped, missed := schedule.CatchUp(c.cycle.Between(submitted, now, c.zone), now)
	if missed {
		if err := c.skip(ctx, skipped, MissedApproval, now); err != nil {
			return err
		}
		if err := c.make(ctx, run, now, now); err != nil {
			return err
		}
	}
	return c.next(ctx, now, now)
}

// Suspend prepares the runs of a repeating task that stops, paused or abnormal, in
// the same transaction. At the end of the window one of them is due, so that a task
// that still stands then ends; one that stops after that stays as it is.
func Suspend(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) error {
	runs, err := openRuns(ctx, tx, t.ID, now)
	if err != nil || t.EndsAt == nil {
		return err
	}
	for _, r := range runs {
		u := tx.Run.UpdateOneID(r.ID)
		switch {
		case !now.Before(*t.EndsAt):
			u.ClearDueAt()
		case r.DueAt == nil || r.DueAt.After(*t.EndsAt):
			u.SetDueAt(*t.EndsAt)
		default:
			continue
		}
		if err := u.Exec(ctx); err != nil {
			return fmt.Errorf("watch the window's end: %w", err)
		}
	}
	return nil
}

// watchEnd makes a run that began or failed due at the end of its task's window,
// where the task stands: there may be no other run that ends it then. In the
// transaction that has the run.
func watchEnd(ctx context.Context, tx *ent.Tx, run *ent.Run, now time.Time) error {
	end := run.Edges.Task.EndsAt
	if end == nil || !now.Before(*end) {
		return nil
	}
	stands, err := tx.Task.Query().Where(enttask.ID(run.TaskID), enttask.RunStatusIn(enttask.RunStatusPaused, enttask.RunStatusAbnormal)).Exist(ctx)
	if err != nil {
		return fmt.Errorf("read task: %w", err)
	}
	if !stands {
		return nil
	}
	if err := tx.Run.UpdateOneID(run.ID).SetDueAt(*end).Exec(ctx); err != nil {
		return fmt.Errorf("watch the window's end: %w", err)
	}
	return nil
}

// Standing is where a repeating task is after its pause.
type Standing int

// The standings.
const (
	NotBegun Standing = iota // no point has come yet
	Begun
	Over // nothing is left of it
)

// Continue deals with the points that passed while a repeating task was paused:
// they are skipped, the run that waited among them; one that had started goes on
// (§1.3). The task's own status is the caller's to set, in the same transaction.
func Continue(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) (Standing, error) {
	c, err := chainOf(ctx, tx, t)
	if err != nil {
		return 0, err
	}
	runs, err := openRuns(ctx, tx, t.ID, now)
	if err != nil {
		return 0, err
	}
	if slices.ContainsFunc(runs, func(r *ent.Run) bool { return stoodOut(t, r, now) }) {
		return Over, c.cutShort(ctx, runs, Paused, now)
	}
	if err := c.pass(ctx, runs, Paused, now); err != nil {
		return 0, err
	}
	for _, r := range runs {
		u := tx.Run.Update().Where(entrun.ID(r.ID), entrun.StatusIn(open...))
		switch {
		case r.Status == entrun.StatusSending:
			u.ClearDueAt()
		case r.Status == entrun.StatusRefreshing || r.DueAt == nil:
			u.SetDueAt(now) // to look where it is by now
		default:
			continue
		}
		if err := u.Exec(ctx); err != nil {
			return 0, fmt.Errorf("go on with %s: %w", r.ID, err)
		}
	}
	left, err := c.left(ctx)
	if err != nil || !left {
		return Over, err
	}
	begun, err := tx.Run.Query().Where(entrun.TaskID(t.ID), entrun.KindEQ(entrun.KindScheduled), entrun.StatusNotIn(unbegun...)).Exist(ctx)
	if err != nil {
		return 0, fmt.Errorf("look for earlier runs: %w", err)
	}
	if begun {
		return Begun, nil
	}
	return NotBegun, nil
}

// stoodOut tells whether the end of its window found the task paused or abnormal: a
// run was made due for it by Suspend, or as it began or failed in a task that stood.
func stoodOut(t *ent.Task, r *ent.Run, now time.Time) bool {
	return t.EndsAt != nil && !now.Before(*t.EndsAt) && r.DueAt != nil && !r.DueAt.After(*t.EndsAt)
}

// pass skips the points that have come and were not begun, and makes the row of
// the next.
func (c *chain) pass(ctx context.Context, runs []*ent.Run, why string, now time.Time) error {
	for _, r := range runs {
		if r.Status == entrun.StatusSending || r.PlannedAt.After(now) {
			continue
		}
		if err := skipRun(ctx, c.tx, r, why, now); err != nil {
			return err
		}
	}
	tip, err := c.tip(ctx)
	if err != nil || tip.After(now) {
		return err
	}
	if err := c.skip(ctx, c.cycle.Between(tip, now, c.zone), why, now); err != nil {
		return err
	}
	return c.next(ctx, now, now)
}

// cutShort ends what is left of a task that stood until its window was over:
// points are skipped, and of a run that had started the rest is recorded as not
// sent by its workers.
func (c *chain) cutShort(ctx context.Context, runs []*ent.Run, why string, now time.Time) error {
	for _, r := range runs {
		if r.Status != entrun.StatusSending {
			continue
		}
		if err := c.tx.Run.UpdateOneID(r.ID).SetFailure(TaskEnded).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().Exec(ctx); err != nil {
			return fmt.Errorf("cut %s short: %w", r.ID, err)
		}
	}
	return c.pass(ctx, runs, why, now)
}

// Rerun makes what made an abnormal task abnormal due again, now: of a task that
// runs once its run, of a repeating one the last that began, if that failed. A run
// that was stopped half way goes on by itself once the task runs. The chain of a
// repeating task goes on: the points that passed meanwhile are skipped like others
// that nobody started in time. False: nothing is left to do.
func Rerun(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) (bool, error) {
	runs, err := openRuns(ctx, tx, t.ID, now) // a run that ends at this moment is seen
	if err != nil {
		return false, err
	}
	last, err := tx.Run.Query().Where(entrun.TaskID(t.ID), entrun.KindEQ(entrun.KindScheduled),
		entrun.StatusIn(entrun.StatusFailed, entrun.StatusSending, entrun.StatusDone)).
		Order(ent.Desc(entrun.FieldPlannedAt, entrun.FieldID)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return false, fmt.Errorf("load the run that failed: %w", err)
	}
	// A repeating task that a message stopped has perhaps a point that failed for another reason, long ago.
	again := last != nil && last.Status == entrun.StatusFailed && (t.Type == enttask.TypeOnce || last.Failure == t.StatusReason)
	if again {
		if err := restart(ctx, tx, last.ID, now); err != nil {
			return false, err
		}
	}
	if t.Type != enttask.TypeRepeat {
		return again || len(runs) > 0, nil
	}
	c, err := chainOf(ctx, tx, t)
	if err != nil {
		return false, err
	}
	for _, r := range runs { // the one that waited meanwhile
		if r.Status == entrun.StatusSending || schedule.Misfire(r.PlannedAt, now) != schedule.Skip {
			if err := goOn(ctx, tx, r); err != nil {
				return false, err
			}
			continue
		}
		if err := skipRun(ctx, tx, r, Misfired, now); err != nil {
			return false, err
		}
		if err := c.miss(ctx, r.PlannedAt, Misfired, now); err != nil {
			return false, err
		}
	}
	return c.left(ctx)
}

// goOn takes back what Suspend did to an open run.
func goOn(ctx context.Context, tx *ent.Tx, r *ent.Run) error {
	u := tx.Run.UpdateOneID(r.ID)
	switch {
	case r.Status == entrun.StatusSending:
		u.ClearDueAt()
	case r.DueAt == nil:
		u.SetDueAt(r.PlannedAt)
	default:
		return nil
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("go on with %s: %w", r.ID, err)
	}
	return nil
}

func restart(ctx context.Context, tx *ent.Tx, runID string, now time.Time) error {
	err := tx.Run.Update().Where(entrun.ID(runID), entrun.StatusEQ(entrun.StatusFailed)).
		SetStatus(entrun.StatusWaiting).SetDueAt(now).SetFailure("").SetFailureText("").ClearEndedAt().
		ClearRefreshStartedAt().ClearRefreshEndedAt().SetRefreshResult("").Exec(ctx)
	if err != nil {
		return fmt.Errorf("restart %s: %w", runID, err)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}
