package graph

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/graph/model"
	"tidings/outreach/schedule"
	"tidings/outreach/task"
	"tidings/outreach/trigger"
)

// asJSON is the JSON form of an input object, which the product reads itself;
// nil when there is none.
func asJSON[T any](in *T) (json.RawMessage, error) {
	if in == nil {
		return nil, nil
	}
	out, err := json.Marshal(in)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", in, err)
	}
	return out, nil
}

func (r *Resolver) schedulePreview(ctx context.Context, in *model.CycleInput, first int) (*model.SchedulePreview, error) {
	raw, err := asJSON(in)
	if err != nil {
		return nil, err
	}
	found, err := r.Tasks.PreviewCycle(ctx, raw, first)
	if err != nil {
		return nil, err
	}
	return &model.SchedulePreview{Points: instants(found.Points), Total: found.Total, Problems: problems(found.Problems)}, nil
}

func (r *Resolver) triggerPreview(ctx context.Context, taskType enttask.Type, in *model.TriggerInput, endsAt *time.Time) (*model.TriggerPreview, error) {
	raw, err := asJSON(in)
	if err != nil {
		return nil, err
	}
	found, err := r.Tasks.PreviewTrigger(ctx, taskType, raw, endsAt)
	if err != nil {
		return nil, err
	}
	out := &model.TriggerPreview{DefaultEnd: found.DefaultEnd, Problems: problems(found.Problems)}
	if e := found.Example; e != nil {
		out.Example = &model.TriggerExample{DoneAt: e.DoneAt.UTC(), JudgedAt: utc(e.JudgedAt), SentAt: e.SentAt.UTC(), TooLate: e.TooLate}
	}
	return out, nil
}

// comingPoints costs no query for each task: the project is loaded once.
func (r *Resolver) comingPoints(ctx context.Context, t *ent.Task, first int) ([]*time.Time, error) {
	project, err := load(ctx).projects.Load(ctx, t.ProjectID)
	if err != nil {
		return nil, err
	}
	points, err := task.Coming(t, project, r.Clock.Now(), first)
	return instants(points), err
}

func instants(in []time.Time) []*time.Time {
	out := make([]*time.Time, len(in))
	for i, at := range in {
		out[i] = utc(&at)
	}
	return out
}

// utc is how the API writes instants.
func utc(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	out := at.UTC()
	return &out
}

func cycle(t *ent.Task) (*model.Cycle, error) {
	c, err := task.CycleOf(t)
	if err != nil || c == nil {
		return nil, err
	}
	return &model.Cycle{
		Kind: unlessZero(model.CycleKind(c.Kind)), Every: unlessZero(c.Every), Weekdays: words[model.Weekday](c.Weekdays), MonthDays: c.MonthDays,
		Times: c.Times, Start: unlessNever(c.Start), End: unlessNever(c.End),
	}, nil
}

// storedTrigger is what of a trigger is shown as it is stored: conditions that a
// draft has not finished, and a B that the draft's type has no use for.
type storedTrigger struct {
	A struct {
		Events []*model.TriggerEvent `json:"events"`
		Mode   trigger.Mode          `json:"mode"`
		N      int                   `json:"n"`
		From   time.Time             `json:"from"`
		To     time.Time             `json:"to"`
	} `json:"a"`
	B *struct {
		Events []*model.TriggerEvent `json:"events"`
		Wait   schedule.Span         `json:"wait"`
	} `json:"b"`
	Timing          schedule.Timing `json:"timing"`
	RecheckAudience bool            `json:"recheckAudience"`
}

func triggerOf(t *ent.Task) (*model.Trigger, error) {
	if len(t.Trigger) == 0 {
		return nil, nil //nolint:nilnil // null
	}
	var d storedTrigger
	if err := json.Unmarshal(t.Trigger, &d); err != nil {
		return nil, fmt.Errorf("read trigger: %w", err)
	}
	out := &model.Trigger{Timing: timing(d.Timing), RecheckAudience: d.RecheckAudience, A: &model.TriggerA{
		Events: unlessAll(d.A.Events), Mode: unlessZero(model.TriggerMode(d.A.Mode)), N: unlessZero(d.A.N), From: unlessNever(d.A.From), To: unlessNever(d.A.To),
	}}
	if d.B != nil {
		out.B = &model.TriggerB{Events: unlessAll(d.B.Events)}
		if d.B.Wait != (schedule.Span{}) {
			out.B.Wait = &model.Span{Value: d.B.Wait.Value, Unit: model.SpanUnit(d.B.Wait.Unit)}
		}
	}
	return out, nil
}

// unlessAll writes the condition that counts all as null.
func unlessAll(events []*model.TriggerEvent) []*model.TriggerEvent {
	for _, e := range events {
		if string(e.Where) == "null" {
			e.Where = nil
		}
	}
	return events
}

func timing(t schedule.Timing) *model.Timing {
	if t == (schedule.Timing{}) {
		return nil
	}
	out := &model.Timing{
		Kind: unlessZero(model.TimingKind(t.Kind)), Days: unlessZero(t.Days), Hours: unlessZero(t.Hours), Minutes: unlessZero(t.Minutes),
		At: unlessNever(t.At), Time: unlessZero(t.Time), Weekday: unlessZero(model.Weekday(t.Weekday)),
	}
	if t.Kind == schedule.AtTime { // 0 is that day
		out.Days = &t.Days
	}
	return out
}

// unlessZero is null for what a draft lacks.
func unlessZero[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

func unlessNever(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}

func words[T ~string](in []string) []T {
	out := make([]T, len(in))
	for i, w := range in {
		out[i] = T(w)
	}
	return out
}
