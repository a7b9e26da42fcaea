package task

import (
	"context"
	"encoding/json"
	"fmt"

	"tidings/ent"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/audience"
	"tidings/outreach/task/state"
	"tidings/outreach/trigger"
)

// triggered tells whether events, not the clock, set the task off.
func triggered(t *ent.Task) bool {
	return t.Type == enttask.TypeDoneA || t.Type == enttask.TypeDoneANotB
}

// standStill pauses a triggered task: what happens from now on does not count, and
// what falls due meanwhile waits for the restart (§1.3).
func (s *Service) standStill(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
	return shift(ctx, tx, t, state.Pause, "task.pause", func(u *ent.TaskUpdate, p trigger.Pauses) error {
		return setPauses(u, p.Begin(s.clock.Now()))
	})
}

// goOn ends the pause of a triggered task. One whose window has not begun waits
// again, and trigger.Advance starts it.
func (s *Service) goOn(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
	event := state.Resume
	if t.StartedAt == nil {
		event = state.Await
	}
	return shift(ctx, tx, t, event, "task.resume", func(u *ent.TaskUpdate, p trigger.Pauses) error {
		return setPauses(u, p.End(s.clock.Now()))
	})
}

// retryTriggered lets an abnormal triggered task send again. It went on counting,
// and what is pending was kept: it goes out now as far as it is due. A segment whose
// first computation failed is computed once more.
func (s *Service) retryTriggered(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
	if t.SegmentID != nil && t.StatusReason == trigger.SegmentNotComputed {
		seg, err := tx.Segment.Get(viewer.System(ctx), *t.SegmentID)
		if err == nil {
			_, err = audience.Start(ctx, tx, seg, entsegmentversion.CauseRun, s.clock.Now())
		}
		if err != nil {
			return nil, fmt.Errorf("compute segment of %s: %w", t.ID, err)
		}
	}
	return shift(ctx, tx, t, state.Retry, "task.retry", func(u *ent.TaskUpdate, _ trigger.Pauses) error {
		u.SetStatusReason("").SetStatusText("").ClearEndedAt()
		if t.StartedAt == nil {
			u.SetStartedAt(s.clock.Now())
		}
		return nil
	})
}

// shift is step for a triggered task: the matching learns of it in the same transaction.
func shift(ctx context.Context, tx *ent.Tx, t *ent.Task, event state.Event, action string, with func(*ent.TaskUpdate, trigger.Pauses) error) (*ent.Task, error) {
	var pauses trigger.Pauses
	if len(t.Pauses) > 0 {
		if err := json.Unmarshal(t.Pauses, &pauses); err != nil {
			return nil, fmt.Errorf("read pauses of %s: %w", t.ID, err)
		}
	}
	var failed error
	t, err := step(ctx, tx, t, event, action, func(u *ent.TaskUpdate) { failed = with(u, pauses) })
	if err == nil {
		err = failed
	}
	if err != nil {
		return nil, err
	}
	return t, trigger.Changed(ctx, tx, t.ProjectID)
}

func setPauses(u *ent.TaskUpdate, p trigger.Pauses) error {
	text, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("write pauses: %w", err)
	}
	u.SetPauses(text)
	return nil
}
