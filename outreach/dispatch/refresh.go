package dispatch

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
)

// The results of a run's refresh, as its record shows them (spec §1.5).
const (
	ResultReady  = "READY"
	ResultFailed = "FAILED"
	ResultHeld   = "HELD" // it failed, and the data that is held was sent to (R56)
)

// reasonRefresh: the segment could not be refreshed, and what is held does not do.
const reasonRefresh = "REFRESH_FAILED"

// ready brings the run's segment to where the run can send, step by step (§9.4):
//
//	WAITING ──lead before its time──▶ REFRESHING ──result──▶ WAITING ──its time──▶ …
//
// It is true when the audience can be frozen now; otherwise the run has its next
// due time, or has failed.
func (s *Service) ready(ctx context.Context, run *ent.Run, attempt int) (bool, error) {
	task := run.Edges.Task
	if run.Kind != entrun.KindScheduled || task.SegmentID == nil || task.Edges.Segment == nil ||
		task.AudienceMode != enttask.AudienceModeRule && task.AudienceMode != enttask.AudienceModeSegment {
		return true, nil
	}
	now, seg := s.clock.Now(), task.Edges.Segment
	held := seg.ComputedAt != nil
	step := audience.Next(audience.State{
		Refreshes: audience.Refreshes(task, seg), Began: run.RefreshStartedAt != nil, Done: run.RefreshEndedAt != nil,
		Overdue: run.RefreshStartedAt != nil && !now.Before(audience.Deadline(run.PlannedAt, *run.RefreshStartedAt)),
		Status:  seg.Status, Held: held, Rule: task.RefreshFailure,
	})
	switch step {
	case audience.StepStart:
		return false, s.startRefresh(ctx, run, attempt, seg, now, true)
	case audience.StepWait:
		return false, s.startRefresh(ctx, run, attempt, seg, now, false)
	case audience.StepSend:
		return s.refreshed(ctx, run, attempt, ResultReady, now)
	case audience.StepHeld:
		return s.refreshed(ctx, run, attempt, ResultHeld, now)
	case audience.StepFail:
	}
	return false, s.failed(ctx, run, attempt, refreshFailure(run, seg))
}

// refreshFailure says why nobody can be sent to.
func refreshFailure(run *ent.Run, seg *ent.Segment) *fault.Error {
	switch {
	case run.RefreshStartedAt == nil:
		return fault.Errorf(fault.Conflict, "the segment was never computed").Because("SEGMENT_NOT_COMPUTED")
	case seg.Status == entsegment.StatusComputing:
		return fault.Errorf(fault.Conflict, "the segment's refresh was not done %d minutes after the run's time", int(audience.Patience/time.Minute)).
			Because(reasonRefresh)
	}
	return fault.Errorf(fault.Conflict, "the segment's refresh failed: %s %s", seg.Failure, seg.FailureText).Because(reasonRefresh)
}

// startRefresh begins the refresh, or joins the one that is under way, and waits
// for it at most until its deadline. The segment wakes the run when it is done.
func (s *Service) startRefresh(ctx context.Context, run *ent.Run, attempt int, seg *ent.Segment, now time.Time, begin bool) error {
	began := now
	if run.RefreshStartedAt != nil {
		began = *run.RefreshStartedAt
	}
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		// Locked as the computation locks it at its end: either that sees this run wait, or this sees that it ended.
		if err := tx.Segment.Update().Where(entsegment.ID(seg.ID)).SetUpdatedAt(now).Exec(ctx); err != nil {
			return fmt.Errorf("lock segment: %w", err)
		}
		if begin {
			if _, err := audience.Start(ctx, tx, seg, entsegmentversion.CauseRun, now); err != nil {
				return err
			}
		}
		due := audience.Deadline(run.PlannedAt, began)
		current, err := tx.Segment.Query().Where(entsegment.ID(seg.ID)).Select(entsegment.FieldID, entsegment.FieldStatus).Only(ctx)
		if err != nil {
			return fmt.Errorf("read segment: %w", err)
		}
		if current.Status != entsegment.StatusComputing {
			due = now // it ended between the look and the write
		}
		return tx.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt)).SetStatus(entrun.StatusRefreshing).SetRefreshStartedAt(began).
			SetDueAt(due).SetLeaseOwner("").ClearLeaseUntil().Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("refresh for %s: %w", run.ID, err)
	}
	s.changed(run.TaskID)
	return nil
}

// refreshed notes the result of a refresh. True when it is the run's time;
// otherwise the run waits for it.
func (s *Service) refreshed(ctx context.Context, run *ent.Run, attempt int, result string, now time.Time) (bool, error) {
	noted := run.RefreshStartedAt == nil || run.RefreshEndedAt != nil
	early := run.PlannedAt.After(now)
	if noted && !early {
		return true, nil
	}
	u := s.db.Ent.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt))
	if !noted {
		u.SetRefreshEndedAt(now).SetRefreshResult(result).SetStatus(entrun.StatusWaiting)
	}
	if early {
		u.SetDueAt(run.PlannedAt).SetLeaseOwner("").ClearLeaseUntil()
	}
	n, err := u.Save(ctx)
	if err != nil {
		return false, fmt.Errorf("note refresh of %s: %w", run.ID, err)
	}
	s.changed(run.TaskID)
	return !early && n > 0, nil
}
