package schedule

import (
	"slices"
	"time"

	"tidings/outreach/fault"
)

// timingFields are the fields that each kind of timing has besides its kind.
var timingFields = map[TimingKind][]string{
	Immediate:  {},
	Delay:      {"days", "hours", "minutes"},
	AtDateTime: {"at"},
	AtTime:     {"days", "time"},
	OnWeekday:  {"weekday", "time"},
}

// Validate finds everything that is wrong with a timing, whatever the task's
// window is. Rules: REQUIRED, UNKNOWN, NOT_ALLOWED, OUT_OF_RANGE, BAD_TIME.
func (t Timing) Validate(path string) fault.Fields {
	var fs fault.Fields
	fields, known := timingFields[t.Kind]
	switch {
	case t.Kind == "":
		fs.Add(join(path, "kind"), "REQUIRED", "say when the message is sent")
		return fs
	case !known:
		fs.Add(join(path, "kind"), "UNKNOWN", "%q is not IMMEDIATE, DELAY, DATETIME, TIME_OF_DAY or WEEKDAY", t.Kind)
		return fs
	}
	for _, f := range []struct {
		name string
		used bool
	}{
		{"days", t.Days != 0},
		{"hours", t.Hours != 0},
		{"minutes", t.Minutes != 0},
		{"at", !t.At.IsZero()},
		{"time", t.Time != ""},
		{"weekday", t.Weekday != ""},
	} {
		has := slices.Contains(fields, f.name)
		if f.used && !has {
			fs.Add(join(path, f.name), "NOT_ALLOWED", "a timing of kind %s has no %s", t.Kind, f.name)
		}
		if !f.used && has && !slices.Contains(timingFields[Delay], f.name) {
			fs.Add(join(path, f.name), "REQUIRED", "say when the message is sent")
		}
	}
	t.checkLengths(&fs, path)
	if _, ok := timeOfDay(t.Time); t.Time != "" && !ok {
		fs.Add(join(path, "time"), "BAD_TIME", "%q is not a time such as 09:30", t.Time)
	}
	if _, ok := weekdays[t.Weekday]; t.Weekday != "" && !ok {
		fs.Add(join(path, "weekday"), "UNKNOWN", "%q is not %s", t.Weekday, weekdayWords)
	}
	return fs
}

// checkLengths: a delay is from a minute to 365 days (R65); so is the longest
// that AtTime can come to, which is Days + 1 days.
func (t Timing) checkLengths(fs *fault.Fields, path string) {
	const days = int(maxDelay / day)
	switch t.Kind {
	case Delay:
		// Each alone first, so that their sum cannot overflow.
		alone := checkRange(fs, join(path, "days"), t.Days, 0, days)
		alone = checkRange(fs, join(path, "hours"), t.Hours, 0, days*24) && alone
		alone = checkRange(fs, join(path, "minutes"), t.Minutes, 0, days*24*60) && alone
		if alone && (t.delay() <= 0 || t.delay() > maxDelay) {
			fs.Add(path, "OUT_OF_RANGE", "a delay is from a minute to %d days; without one, send immediately", days)
			fs.With(map[string]any{"min": 1, "max": days * 24 * 60, "unit": "MINUTE"})
		}
	case AtTime:
		checkRange(fs, join(path, "days"), t.Days, 0, days-1)
	case Immediate, AtDateTime, OnWeekday:
	}
}

// within finds what is wrong with a timing in its task: a datetime when the
// task has ended reaches nobody, and one more than 365 days after the last
// event is a delay of more than 365 days.
func (t Timing) within(fs *fault.Fields, path string, lastBase, end time.Time) {
	if t.Kind != AtDateTime || t.At.IsZero() {
		return
	}
	switch longest := lastBase.Add(maxDelay); {
	case t.At.After(longest):
		fs.Add(join(path, "at"), "OUT_OF_RANGE", "a message is sent at most %d days after its event", maxDelay/day)
		fs.With(map[string]any{"max": rfc3339(longest)})
	case !end.IsZero() && !t.At.Before(end):
		fs.Add(join(path, "at"), "AFTER_END", "nothing is sent once the task has ended")
		fs.With(map[string]any{"end": rfc3339(end)})
	}
}
