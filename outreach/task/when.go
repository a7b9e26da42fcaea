package task

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// maxCycle bounds the stored form of a cycle; a whole one has some 500 bytes.
const maxCycle = 8 << 10

// applyWhen writes when a task goes: its cycle, its trigger, its end. Incomplete
// ones are kept as they are (spec §1.3b); what is none at all is refused, and
// nothing is half saved. What belongs to another type of task is kept and has no
// meaning.
func (in *Input) applyWhen(fs *fault.Fields, d *draft) {
	if in.given("reachAt", in.ReachAt != nil) {
		d.ReachAt = stored(in.ReachAt)
	}
	if in.given("endsAt", in.EndsAt != nil) {
		d.EndsAt = stored(in.EndsAt)
	}
	if in.given("cycle", in.Cycle != nil) {
		d.Cycle = nil
		if named(in.Cycle) {
			c, err := ParseCycle(in.Cycle)
			d.Cycle = orRefused(fs, c, err)
		}
	}
	if in.given("trigger", in.Trigger != nil) {
		d.Trigger = nil
		if named(in.Trigger) {
			t, err := ParseTrigger(in.Trigger)
			if d.Trigger = asWritten(in.Trigger, err); d.Trigger == nil {
				d.Trigger = orRefused(fs, t, err)
			}
		}
	}
}

// named tells whether there is a value: null clears.
func named(raw json.RawMessage) bool { return len(raw) > 0 && string(raw) != "null" }

// orRefused is the form in which what was read is stored; nil when it could not be read.
func orRefused(fs *fault.Fields, value any, err error) json.RawMessage {
	if refused, is := errors.AsType[*fault.Error](err); is {
		*fs = append(*fs, refused.Fields...)
		return nil
	}
	out, err := json.Marshal(value)
	if err != nil {
		panic(fmt.Sprintf("task: encode %T: %v", value, err)) // it was decoded, and its times are in range
	}
	return out
}

// asWritten is a trigger whose conditions are not whole yet, as it came: somebody
// is in the middle of choosing. Nil when it is whole, or no trigger at all.
func asWritten(raw json.RawMessage, err error) json.RawMessage {
	refused, is := errors.AsType[*fault.Error](err)
	if !is || slices.ContainsFunc(refused.Fields, func(f fault.Field) bool { return !unfinished(f) }) {
		return nil
	}
	var out bytes.Buffer
	if json.Compact(&out, raw) != nil {
		return nil
	}
	return out.Bytes()
}

// unfinished tells what is still missing in a condition from what is none: words
// that nobody knows, and what is not of the form of a condition.
func unfinished(f fault.Field) bool {
	switch f.Rule {
	case "REQUIRED", "COUNT", "PATTERN", "OUT_OF_RANGE":
		return true
	case "INVALID_VALUE":
		return strings.Contains(f.Path, ".where.")
	}
	return false
}

// ParseCycle reads a cycle as the API gives it, with its times as the store
// keeps them. INVALID at cycle.
func ParseCycle(data []byte) (schedule.Cycle, error) {
	if len(data) > maxCycle {
		return schedule.Cycle{}, fault.At("cycle", "TOO_LONG", "a cycle has at most %d bytes", maxCycle)
	}
	c, err := schedule.ParseCycle(data)
	if err != nil {
		return c, err
	}
	var fs fault.Fields
	c.Start, c.End = kept(&fs, "cycle.start", c.Start), kept(&fs, "cycle.end", c.End)
	return c, fs.Err()
}

// ParseTrigger is ParseCycle for triggers. INVALID below trigger.
func ParseTrigger(data []byte) (trigger.Definition, error) {
	d, err := trigger.Parse(data)
	if err != nil {
		return d, err
	}
	var fs fault.Fields
	d.A.From, d.A.To = kept(&fs, "trigger.a.from", d.A.From), kept(&fs, "trigger.a.to", d.A.To)
	d.Timing.At = kept(&fs, "trigger.timing.at", d.Timing.At)
	return d, fs.Err()
}

// kept is an instant as both databases keep it. RFC 3339 has years of four
// digits, which the way to UTC may leave.
func kept(fs *fault.Fields, path string, at time.Time) time.Time {
	at = at.UTC().Truncate(time.Microsecond)
	if y := at.Year(); y < 0 || y > 9999 {
		fs.Add(path, "INVALID_VALUE", "no such time can be kept")
		return time.Time{}
	}
	return at
}

func stored(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	out := at.UTC().Truncate(time.Microsecond)
	return &out
}

// CycleOf is the cycle that a task has; nil when it has none.
func CycleOf(t *ent.Task) (*schedule.Cycle, error) {
	if len(t.Cycle) == 0 {
		return nil, nil //nolint:nilnil // a task need not have one
	}
	c, err := schedule.ParseCycle(t.Cycle)
	if err != nil {
		return nil, fmt.Errorf("read cycle of %s: %w", t.ID, err)
	}
	return &c, nil
}

// TriggerOf is the definition that a task has; nil when it has none. One of done
// A has no B, whatever the draft kept from when it was of another type. INVALID
// while conditions of a draft's are not whole.
func TriggerOf(t *ent.Task) (*trigger.Definition, error) {
	d, missing, err := readTrigger(t)
	if err == nil {
		err = missing.Err()
	}
	if err != nil {
		return nil, err
	}
	return d, nil
}

// readTrigger is TriggerOf that tells what is not whole, which the definition
// then is without.
func readTrigger(t *ent.Task) (*trigger.Definition, fault.Fields, error) {
	if len(t.Trigger) == 0 {
		return nil, nil, nil
	}
	d, err := trigger.Parse(t.Trigger)
	refused, is := errors.AsType[*fault.Error](err)
	if err != nil && !is {
		return nil, nil, fmt.Errorf("read trigger of %s: %w", t.ID, err)
	}
	var missing fault.Fields
	if is {
		missing = refused.Fields
	}
	if t.Type == enttask.TypeDoneA {
		d.B, missing = nil, withoutB(missing)
	}
	return &d, missing, nil
}

func withoutB(problems fault.Fields) fault.Fields {
	return slices.DeleteFunc(problems, func(f fault.Field) bool { return strings.HasPrefix(f.Path, "trigger.b.") })
}

// bounds are from when to when a task works, as its submission fixes them, and
// its trigger without what has no meaning for its type.
type bounds struct {
	from, to *time.Time
	trigger  json.RawMessage
}

// bound fixes the bounds of a checked task: of the cycle, or from A's first
// instant to the end that was given, or else the default one (R58, R68, R69).
func bound(t *ent.Task, grace time.Duration, zone *time.Location) (bounds, error) {
	out := bounds{trigger: t.Trigger}
	switch t.Type {
	case enttask.TypeOnce:
	case enttask.TypeRepeat:
		c, err := CycleOf(t)
		if err != nil || c == nil {
			return out, err
		}
		out.from, out.to = stored(&c.Start), stored(&c.End)
	case enttask.TypeDoneA, enttask.TypeDoneANotB:
		d, err := TriggerOf(t)
		if err != nil || d == nil {
			return out, err
		}
		end, _ := EndOf(*d, t.Type, t.EndsAt, grace, zone) // it was checked
		out.from, out.to = stored(&d.A.From), stored(&end)
		if out.trigger, err = d.JSON(); err != nil {
			return out, fmt.Errorf("write trigger: %w", err)
		}
	}
	return out, nil
}

// givenEnd is the end that somebody chose for a task: not that of a cycle, and
// not the default one, which follows the trigger when that is edited again.
func givenEnd(t *ent.Task, p *ent.Project) (*time.Time, error) {
	if t.EndsAt == nil || t.StartsAt == nil { // it was not submitted, so nothing was filled in
		return t.EndsAt, nil
	}
	d, err := TriggerOf(t)
	if err != nil || t.Type == enttask.TypeOnce || t.Type == enttask.TypeRepeat || d == nil {
		return nil, err
	}
	if end, _ := EndOf(*d, t.Type, nil, grace(p), zone(p)); end.Equal(*t.EndsAt) {
		return nil, nil //nolint:nilnil // nobody chose one
	}
	return t.EndsAt, nil
}
