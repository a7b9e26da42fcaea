package schedule

import (
	"time"

	"tidings/outreach/fault"
)

// Unit is what a Span counts in.
type Unit string

const (
	Minute Unit = "MINUTE"
	Hour   Unit = "HOUR"
	Day    Unit = "DAY" // 24 hours
)

// Span is a length of time as people say it: {"value":20,"unit":"MINUTE"}.
type Span struct {
	Value int  `json:"value"`
	Unit  Unit `json:"unit"`
}

// Duration is the length; 0 of a unit that is not known.
func (s Span) Duration() time.Duration {
	return time.Duration(s.Value) * units[s.Unit]
}

// Valid tells whether it is a wait that B may have (R74).
func (s Span) Valid() bool {
	unit, known := units[s.Unit]
	return known && s.Value >= int(minWait/time.Minute) && s.Value <= int(maxWait/unit)
}

var units = map[Unit]time.Duration{Minute: time.Minute, Hour: time.Hour, Day: day}

const (
	minWait = time.Minute
	maxWait = 30 * day
	// lastMinute is what the default end leaves for events to be taken in, and for
	// messages to be sent.
	lastMinute = time.Minute
	// maxWindow is the longest window of A, in years (§10.4).
	maxWindow = 1
)

// Validity is from when to when a triggered task works (§10.4). Events A count
// with WindowStart ≤ time ≤ WindowEnd (R68); at EndAt the task ends, and what is
// then pending is not sent (R69): a message is sent only before EndAt.
type Validity struct {
	WindowStart time.Time
	WindowEnd   time.Time
	// Wait is how long B may take after A (R74); nil for done A.
	Wait   *Span
	Timing Timing
	EndAt  time.Time
}

// DefaultEnd is the end time that is filled in for the user (R69): the window's
// end, the wait for B and the grace before judging, the longest that the timing can
// take, and a minute in which the last message is sent: at the end itself nothing is.
func (v Validity) DefaultEnd(grace time.Duration, zone *time.Location) time.Time {
	end := v.Timing.Latest(v.lastJudgement(), zone)
	if v.Wait != nil {
		end = end.Add(grace)
	}
	return end.Add(lastMinute)
}

// CountsA tells whether an event A at this time is in the window (R68).
func (v Validity) CountsA(at time.Time) bool {
	return !at.Before(v.WindowStart) && !at.After(v.WindowEnd)
}

// Ended tells whether the task is over, so that nothing may be sent any more (R69).
func (v Validity) Ended(now time.Time) bool { return !now.Before(v.EndAt) }

// lastJudgement is the latest base that a message may have.
func (v Validity) lastJudgement() time.Time {
	if v.Wait == nil {
		return v.WindowEnd
	}
	return v.WindowEnd.Add(v.Wait.Duration())
}

// Validate finds everything that is wrong with a triggered task's times. Below
// the given path the fields are windowStart, windowEnd, wait, timing and endAt.
// Rules, besides the timing's: REQUIRED, START_AFTER_END, OUT_OF_RANGE (a window
// over a year, a wait outside 1 minute to 30 days), UNKNOWN (the wait's unit),
// IN_THE_PAST (of the window's end and of the task's), BEFORE_WINDOW_END (the
// user may shorten the default end, but not so far, R69) and AFTER_END (a
// datetime at which the task has ended).
func (v Validity) Validate(path string, now time.Time, zone *time.Location) fault.Fields {
	var fs fault.Fields
	startPath, endPath := join(path, "windowStart"), join(path, "windowEnd")
	checkWindow(&fs, window{v.WindowStart, v.WindowEnd, startPath, endPath}, maxWindow, zone)
	if !v.WindowEnd.IsZero() && !v.WindowEnd.After(now) {
		fs.Add(endPath, "IN_THE_PAST", "the window is over, no event can fall into it")
	}
	v.checkWait(&fs, join(path, "wait"))
	fs = append(fs, v.Timing.Validate(join(path, "timing"))...)
	if len(fs) == 0 {
		v.Timing.within(&fs, join(path, "timing"), v.lastJudgement(), v.EndAt)
	}

	switch at := join(path, "endAt"); {
	case v.EndAt.IsZero():
		fs.Add(at, "REQUIRED", "say when the task ends")
	case !v.EndAt.After(now):
		fs.Add(at, "IN_THE_PAST", "the end time has passed")
	case v.EndAt.Before(v.WindowEnd):
		fs.Add(at, "BEFORE_WINDOW_END", "the task cannot end before the window of its event does")
		fs.With(map[string]any{"min": rfc3339(v.WindowEnd)})
	}
	return fs
}

func (v Validity) checkWait(fs *fault.Fields, path string) {
	if v.Wait == nil {
		return
	}
	if *v.Wait == (Span{}) {
		fs.Add(path, "REQUIRED", "say how long to wait")
		return
	}
	unit, known := units[v.Wait.Unit]
	if !known {
		fs.Add(join(path, "unit"), "UNKNOWN", "%q is not MINUTE, HOUR or DAY", v.Wait.Unit)
		return
	}
	checkRange(fs, join(path, "value"), v.Wait.Value, int(minWait/time.Minute), int(maxWait/unit))
}
