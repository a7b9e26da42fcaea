package dispatch

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/id"
	"tidings/outreach/audience"
	"tidings/outreach/schedule"
)

// Why a point of a repeating task was not run, and why a run was cut short.
const (
	MissedApproval = "MISSED_APPROVAL" // it had passed when the task was approved (R59)
	Misfired       = "MISFIRED"        // nobody started it in time (§10.5)
	Paused         = "PAUSED"          // it passed while the task was paused (§1.3)
	TaskEnded      = "TASK_ENDED"      // its turn came after the window, or the window's end found its task standing
)

// open are the statuses of a run that is not over.
var open = []entrun.Status{entrun.StatusWaiting, entrun.StatusRefreshing, entrun.StatusPreparing, entrun.StatusSending}

// unbegun are those of a run for which nothing was cut yet.
var unbegun = open[:3]

// chain is how a repeating task goes from point to point (ADR 0014): there is
// exactly one row for the next point, and one for each before it.
//
// Everything on it happens in the caller's transaction, which has the run before
// under its attempt or its lock: so nobody makes the same row twice.
type chain struct {
	tx    *ent.Tx
	task  *ent.Task
	cycle schedule.Cycle
	zone  *time.Location
	// refreshes and lead: when a run begins with the refresh of the segment (R51, R52, R60).
	refreshes bool
	lead      time.Duration
}

// chainOf reads what a task's runs go by; of a task that runs once there is no cycle.
func chainOf(ctx context.Context, tx *ent.Tx, t *ent.Task) (*chain, error) {
	ctx = viewer.System(ctx) // what is sent does not depend on what the asker may see
	p, err := tx.Project.Get(ctx, t.ProjectID)
	if err != nil {
		return nil, fmt.Errorf("load project: %w", err)
	}
	c := &chain{tx: tx, task: t, lead: time.Duration(p.RefreshLead) * time.Minute}
	if c.zone, err = time.LoadLocation(p.TimeZone); err != nil {
		return nil, fmt.Errorf("zone of project %s: %w", p.ID, err)
	}
	if t.Type == enttask.TypeRepeat {
		if c.cycle, err = schedule.ParseCycle(t.Cycle); err != nil {
			return nil, fmt.Errorf("read cycle of %s: %w", t.ID, err)
		}
	}
	if t.SegmentID == nil {
		return c, nil
	}
	seg, err := tx.Segment.Query().Where(entsegment.ID(*t.SegmentID)).Only(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("load segment: %w", err)
	}
	c.refreshes = err == nil && audience.Refreshes(t, seg)
	return c, nil
}

// slot names a point's run.
func slot(point time.Time) string { return "point " + point.UTC().Format(time.RFC3339) }

// tip is the latest point that has a row.
func (c *chain) tip(ctx context.Context) (time.Time, error) {
	last, err := c.tx.Run.Query().Where(entrun.TaskID(c.task.ID), entrun.KindEQ(entrun.KindScheduled)).
		Order(ent.Desc(entrun.FieldPlannedAt)).Select(entrun.FieldID, entrun.FieldPlannedAt).First(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("look for the last point: %w", err)
	}
	return last.PlannedAt, nil
}

// extend makes the row of the point after the latest, when that is the given one:
// the run of an earlier point, which was run again, has its successor.
func (c *chain) extend(ctx context.Context, from, now time.Time) error {
	tip, err := c.tip(ctx)
	if err != nil || tip.After(from) {
		return err
	}
	return c.next(ctx, from, now)
}

// next makes the row of the first point after an instant, if one is left.
func (c *chain) next(ctx context.Context, after, now time.Time) error {
	point, ok := c.cycle.Next(after, c.zone)
	if !ok {
		return nil
	}
	return c.make(ctx, point, point, now)
}

// make makes the row of a point, which waits for its time or, where that has
// passed, for a worker. It is late from runAt on: no later due time is its.
func (c *chain) make(ctx context.Context, point, runAt, now time.Time) error {
	due := audience.RunAt(point, now, c.refreshes, c.lead)
	if due.After(runAt) {
		due = runAt
	}
	create := c.tx.Run.Create().SetProjectID(c.task.ProjectID).SetTaskID(c.task.ID).SetNum(id.Num()).SetKind(entrun.KindScheduled).
		SetPlannedAt(point).SetRunAt(runAt).SetDueAt(due)
	if c.task.Type == enttask.TypeRepeat {
		create.SetSlot(slot(point))
	}
	if err := create.Exec(ctx); err != nil {
		return fmt.Errorf("make run of %s: %w", point, err)
	}
	return nil
}

// skip writes points that are not run as rows of their own, in bulk.
func (c *chain) skip(ctx context.Context, points []time.Time, why string, now time.Time) error {
	for rest := points; len(rest) > 0; {
		n := min(len(rest), rowsPerInsert)
		creates := make([]*ent.RunCreate, n)
		for i, point := range rest[:n] {
			creates[i] = c.tx.Run.Create().SetProjectID(c.task.ProjectID).SetTaskID(c.task.ID).SetNum(id.Num()).SetKind(entrun.KindScheduled).
				SetSlot(slot(point)).SetPlannedAt(point).SetRunAt(point).SetStatus(entrun.StatusSkipped).SetFailure(why).SetEndedAt(now)
		}
		if err := c.tx.Run.CreateBulk(creates...).Exec(ctx); err != nil {
			return fmt.Errorf("skip points: %w", err)
		}
		rest = rest[n:]
	}
	return nil
}

// miss is extend for a point that did not begin in time: those after it that are
// too late as well are skipped.
func (c *chain) miss(ctx context.Context, from time.Time, why string, now time.Time) error {
	tip, err := c.tip(ctx)
	if err != nil || tip.After(from) {
		return err
	}
	after := from
	var points []time.Time
	for point := range c.cycle.After(after, c.zone) {
		if schedule.Misfire(point, now) != schedule.Skip {
			break
		}
		points = append(points, point)
		after = point
	}
	if err := c.skip(ctx, points, why, now); err != nil {
		return err
	}
	return c.next(ctx, after, now)
}

// left tells whether a run of the task is not over.
func (c *chain) left(ctx context.Context) (bool, error) {
	left, err := c.tx.Run.Query().Where(entrun.TaskID(c.task.ID), entrun.KindEQ(entrun.KindScheduled), entrun.StatusIn(open...)).Exist(ctx)
	if err != nil {
		return false, fmt.Errorf("look for runs that are left: %w", err)
	}
	return left, nil
}

// end ends the task when nothing is open any more: then no point is left either,
// because the next one would have its row.
func (c *chain) end(ctx context.Context, now time.Time) error {
	left, err := c.left(ctx)
	if err != nil || left {
		return err
	}
	err = c.tx.Task.Update().Where(enttask.ID(c.task.ID), enttask.RunStatusIn(enttask.RunStatusRunning, enttask.RunStatusWaiting, enttask.RunStatusPaused)).
		SetRunStatus(enttask.RunStatusEnded).SetEndedAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end task: %w", err)
	}
	return nil
}

// begun notes that the first point came: from then on the task shows as running (§1.3).
func (c *chain) begun(ctx context.Context, now time.Time) error {
	err := c.tx.Task.Update().Where(enttask.ID(c.task.ID), enttask.RunStatusEQ(enttask.RunStatusWaiting)).
		SetRunStatus(enttask.RunStatusRunning).SetStartedAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("start task: %w", err)
	}
	return nil
}

// skipRun ends a run that was not begun. Its worker, if it has one, finds the
// attempt gone.
func skipRun(ctx context.Context, tx *ent.Tx, run *ent.Run, why string, now time.Time) error {
	u := tx.Run.Update().Where(entrun.ID(run.ID), entrun.StatusIn(unbegun...)).SetStatus(entrun.StatusSkipped).SetFailure(why).SetEndedAt(now).
		AddAttempt(1).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("skip %s: %w", run.ID, err)
	}
	return nil
}

// openRuns locks the task's scheduled runs that are not over, in the order of their
// points. Workers lock the run before the task; who comes after one of them sees
// the row that it made.
func openRuns(ctx context.Context, tx *ent.Tx, taskID string, now time.Time) ([]*ent.Run, error) {
	for range 2 { // a row that was made while the first round waited is locked by the second
		err := tx.Run.Update().Where(entrun.TaskID(taskID), entrun.KindEQ(entrun.KindScheduled), entrun.StatusIn(open...)).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return nil, fmt.Errorf("lock runs: %w", err)
		}
	}
	runs, err := tx.Run.Query().Where(entrun.TaskID(taskID), entrun.KindEQ(entrun.KindScheduled), entrun.StatusIn(open...)).
		Order(ent.Asc(entrun.FieldPlannedAt, entrun.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load runs: %w", err)
	}
	return runs, nil
}
