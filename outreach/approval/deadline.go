package approval

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// Deadline is when an undecided submission expires that is planned for an instant,
// and the reason it then has (R50).
func Deadline(planned time.Time, rule enttask.ApprovalTimeout) (time.Time, string) {
	if rule == enttask.ApprovalTimeoutRunOnceApproved {
		return planned.Add(Patience), ReasonTimeout72H
	}
	return planned, ReasonTimeout
}

// DeadlineOf is the deadline of a task that is submitted now. The planned instant
// is the reach time, or of a repeating task its first point from now on (R59). A
// triggered task has neither, and no rule: its approval expires with the window of
// its event A (§3.3).
func DeadlineOf(t *ent.Task, zone *time.Location, now time.Time) (time.Time, string, error) {
	planned := t.ReachAt
	switch t.Type {
	case enttask.TypeOnce:
	case enttask.TypeRepeat:
		cycle, err := schedule.ParseCycle(t.Cycle)
		if err != nil {
			return time.Time{}, "", fmt.Errorf("read cycle of %s: %w", t.ID, err)
		}
		planned = nil
		if p, ok := cycle.Next(now, zone); ok {
			planned = &p
		}
	case enttask.TypeDoneA, enttask.TypeDoneANotB:
		d, err := trigger.Parse(t.Trigger)
		if err != nil {
			return time.Time{}, "", fmt.Errorf("read trigger of %s: %w", t.ID, err)
		}
		return d.A.To, ReasonTimeout, nil
	}
	if planned == nil {
		return time.Time{}, "", fmt.Errorf("task %s has nothing planned", t.ID)
	}
	at, reason := Deadline(*planned, t.ApprovalTimeout)
	return at, reason, nil
}

// expiry is the reason for which the task's approval expires.
func expiry(t *ent.Task) string {
	if t.Type == enttask.TypeDoneA || t.Type == enttask.TypeDoneANotB {
		return ReasonTimeout
	}
	_, reason := Deadline(time.Time{}, t.ApprovalTimeout)
	return reason
}

// zoneOf is where the task's times of day are.
func zoneOf(ctx context.Context, tx *ent.Tx, t *ent.Task) (*time.Location, error) {
	p, err := tx.Project.Get(viewer.System(ctx), t.ProjectID)
	if err != nil {
		return nil, fmt.Errorf("load project: %w", err)
	}
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("zone of project %s: %w", p.ID, err)
	}
	return zone, nil
}
