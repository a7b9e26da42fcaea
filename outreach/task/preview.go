package task

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// mostPoints is how many points of a cycle are listed at once.
const mostPoints = 50

// CyclePreview is what a cycle comes to.
type CyclePreview struct {
	Points   []time.Time // the first that are to come
	Total    int         // of those to come
	Problems fault.Fields
}

// PreviewCycle says what a cycle comes to, before anything is saved. What is
// wrong with it is part of the answer. It needs outreach.task.view or .create.
//
// UNAUTHENTICATED, FORBIDDEN, INVALID (first).
func (s *Service) PreviewCycle(ctx context.Context, raw json.RawMessage, first int) (*CyclePreview, error) {
	p, now, err := s.previewing(ctx)
	if err != nil {
		return nil, err
	}
	if err := fewPoints(first); err != nil {
		return nil, err
	}
	zone := zone(p)
	c, err := ParseCycle(raw)
	if refused, is := errors.AsType[*fault.Error](err); is {
		return &CyclePreview{Problems: refused.Fields}, nil
	}
	out := &CyclePreview{Problems: CycleProblems(&c, now, zone)}
	if len(out.Problems) == 0 {
		out.Points, out.Total = c.Points(now, first, zone), c.Count(now, c.End, zone)
	}
	return out, nil
}

// TriggerPreview is what a trigger comes to.
type TriggerPreview struct {
	// DefaultEnd is nil while times are missing.
	DefaultEnd *time.Time
	Example    *trigger.Example
	Problems   fault.Fields
}

// PreviewTrigger says what a trigger comes to, as PreviewCycle does for cycles.
//
// UNAUTHENTICATED, FORBIDDEN.
func (s *Service) PreviewTrigger(ctx context.Context, taskType enttask.Type, raw json.RawMessage, endsAt *time.Time) (*TriggerPreview, error) {
	p, now, err := s.previewing(ctx)
	if err != nil {
		return nil, err
	}
	zone, grace := zone(p), grace(p)
	out := &TriggerPreview{}
	if audience.Scheduled(taskType) {
		out.Problems.Add("type", "NOT_ALLOWED", "a task of this type has no trigger")
		return out, nil
	}
	d, err := ParseTrigger(raw)
	if refused, is := errors.AsType[*fault.Error](err); is {
		out.Problems = refused.Fields
		if asWritten(raw, err) == nil {
			return out, nil
		}
	}
	if taskType == enttask.TypeDoneA {
		d.B, out.Problems = nil, withoutB(out.Problems)
	}
	a, b := d.EventNames()
	events, err := audience.EventCatalogue(ctx, s.db.Ent, viewer.From(ctx).ProjectID, append(a, b...))
	if err != nil {
		return nil, err
	}
	endsAt = stored(endsAt)
	out.Problems = TriggerProblems(d, out.Problems, TriggerSetting{Type: taskType, EndsAt: endsAt, Now: now, Zone: zone, Grace: grace, Events: events})
	usual, known := EndOf(d, taskType, nil, grace, zone)
	if !known {
		return out, nil
	}
	out.DefaultEnd = &usual
	end := usual
	if endsAt != nil {
		end = *endsAt
	}
	out.Example = d.Facts(end, now, zone).Example
	return out, nil
}

// previewing is what every preview begins with: who asks, and the project.
func (s *Service) previewing(ctx context.Context) (*ent.Project, time.Time, error) {
	if err := access.RequireAny(ctx, access.TaskView, access.TaskCreate); err != nil {
		return nil, time.Time{}, err
	}
	p, err := s.db.Ent.Project.Get(ctx, viewer.From(ctx).ProjectID)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("load project: %w", err)
	}
	return p, s.clock.Now(), nil
}

// Coming are the next points of a repeating task that is not over; of a draft
// those of its cycle, none while that is not whole. INVALID (first).
func Coming(t *ent.Task, p *ent.Project, now time.Time, first int) ([]time.Time, error) {
	if err := fewPoints(first); err != nil {
		return nil, err
	}
	over := slices.Contains([]enttask.RunStatus{enttask.RunStatusCancelled, enttask.RunStatusEnded}, t.RunStatus) ||
		t.ApprovalStatus == enttask.ApprovalStatusRejected
	if t.Type != enttask.TypeRepeat || over {
		return nil, nil
	}
	c, err := CycleOf(t)
	if err != nil || c == nil {
		return nil, err
	}
	return points(*c, now, first, zone(p)), nil
}

// points are none of a cycle that is not whole.
func points(c schedule.Cycle, now time.Time, first int, zone *time.Location) []time.Time {
	if len(c.Validate("", now, zone)) > 0 {
		return nil
	}
	return c.Points(now, first, zone)
}

func fewPoints(first int) error {
	if first >= 1 && first <= mostPoints {
		return nil
	}
	var fs fault.Fields
	fs.Add("first", "OUT_OF_RANGE", "%d is not between 1 and %d", first, mostPoints)
	fs.With(map[string]any{"min": 1, "max": mostPoints})
	return fs.Err()
}
