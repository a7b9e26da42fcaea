package task

import (
	"slices"
	"strings"
	"time"

	enttask "tidings/ent/task"
	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// checkWhen finds what is wrong with when a task goes, by its type (R44). What a
// draft kept from another type has no meaning, and is not looked at.
func checkWhen(fs *fault.Fields, f Facts) error {
	switch f.Task.Type {
	case enttask.TypeOnce:
		checkReachTime(fs, f)
	case enttask.TypeRepeat:
		c, err := CycleOf(f.Task)
		if err != nil {
			return err
		}
		*fs = append(*fs, CycleProblems(c, f.Now, f.Zone)...)
	case enttask.TypeDoneA, enttask.TypeDoneANotB:
		d, missing, err := readTrigger(f.Task)
		if err != nil {
			return err
		}
		if d == nil {
			d = &trigger.Definition{}
		}
		*fs = append(*fs, TriggerProblems(*d, missing, TriggerSetting{
			Type: f.Task.Type, EndsAt: f.Task.EndsAt, Now: f.Now, Zone: f.Zone, Grace: f.Grace, Events: f.Events,
		})...)
	}
	return nil
}

// CycleProblems is what keeps a cycle from being submitted (R57, R58, §10.5): one
// point that is yet to come is enough, however soon it is; the refresh before it
// then begins at once.
func CycleProblems(c *schedule.Cycle, now time.Time, zone *time.Location) fault.Fields {
	if c == nil {
		c = &schedule.Cycle{}
	}
	return c.Validate("cycle", now, zone)
}

// TriggerSetting is what a trigger is judged against.
type TriggerSetting struct {
	Type enttask.Type
	// EndsAt is the task's end; nil: the default one (R69).
	EndsAt *time.Time
	Now    time.Time
	Zone   *time.Location
	// Grace is the project's before judging; the default end counts it in.
	Grace time.Duration
	// Events is what the project knows of the events that the trigger names.
	Events rule.Catalogue
}

// TriggerProblems is what keeps a trigger from being submitted (R61-R75). missing
// is what its reading found that is not whole; the definition lacks those events,
// so nothing else is said of events until they are. The default end needs nobody's
// word: what it lacks is said of what it is made from.
func TriggerProblems(d trigger.Definition, missing fault.Fields, s TriggerSetting) fault.Fields {
	end, known := EndOf(d, s.Type, s.EndsAt, s.Grace, s.Zone)
	if len(missing) > 0 {
		s.Events = nil
	}
	out := slices.Clone(missing)
	for _, p := range d.Validate(trigger.Setting{
		WantsB: s.Type == enttask.TypeDoneANotB, EndsAt: end, Now: s.Now, Zone: s.Zone, Catalogue: s.Events,
	}) {
		ofEvents := strings.HasPrefix(p.Path, "trigger.a.events") || strings.HasPrefix(p.Path, "trigger.b.events")
		if p.Path == "endsAt" && !known || ofEvents && len(missing) > 0 {
			continue
		}
		out = append(out, p)
	}
	return out
}

// EndOf is the end of a triggered task: the given one, or the default (R69);
// not known while what that is made from is missing.
func EndOf(d trigger.Definition, taskType enttask.Type, given *time.Time, grace time.Duration, zone *time.Location) (end time.Time, known bool) {
	if given != nil {
		return *given, true
	}
	if wantsB := taskType == enttask.TypeDoneANotB; wantsB && (d.B == nil || !d.B.Wait.Valid()) {
		return time.Time{}, false
	}
	if d.A.To.IsZero() || len(d.Timing.Validate("")) > 0 {
		return time.Time{}, false
	}
	return d.DefaultEnd(grace, zone).UTC().Truncate(time.Microsecond), true
}
