package schedule

import (
	"time"
)

// TimingKind says how long after its base a triggered message is due (R63).
type TimingKind string

const (
	Immediate  TimingKind = "IMMEDIATE"   // at the base (R64)
	Delay      TimingKind = "DELAY"       // an exact length later (R65)
	AtDateTime TimingKind = "DATETIME"    // at one instant for everybody (R66)
	AtTime     TimingKind = "TIME_OF_DAY" // at HH:MM, so many days later (R66)
	OnWeekday  TimingKind = "WEEKDAY"     // on the nearest such weekday at HH:MM (R67)
)

const (
	day = 24 * time.Hour // of a length; days of a calendar are counted by dayOf
	// maxDelay is the longest delay (R65).
	maxDelay = 365 * day
)

// Timing is when a message that a trigger released is due (§10.3). Its base is
// when A was done for done A, and the end of the wait for done A, not B, however
// much later somebody looks. This is also its form in the API and in the store:
//
//	{"kind":"IMMEDIATE"}
//	{"kind":"DELAY","days":1,"hours":2,"minutes":30}
//	{"kind":"DATETIME","at":"2026-11-11T02:00:00Z"}
//	{"kind":"TIME_OF_DAY","days":1,"time":"10:00"}
//	{"kind":"WEEKDAY","weekday":"TUESDAY","time":"10:00"}
type Timing struct {
	Kind TimingKind `json:"kind"`
	// Days, Hours and Minutes make a Delay; a day is 24 hours. For AtTime, Days
	// is the calendar days after the base's own: 0 that day, 1 the next.
	Days    int `json:"days,omitempty"`
	Hours   int `json:"hours,omitempty"`
	Minutes int `json:"minutes,omitempty"`
	// At is for AtDateTime.
	At time.Time `json:"at,omitzero"`
	// Time is for AtTime and OnWeekday, "HH:MM" of the zone.
	Time string `json:"time,omitempty"`
	// Weekday is for OnWeekday, MONDAY to SUNDAY.
	Weekday string `json:"weekday,omitempty"`
}

// ParseTiming reads the JSON form as strictly as ParseCycle. INVALID (JSON), at path "timing".
func ParseTiming(data []byte) (Timing, error) {
	var t Timing
	if err := parse(data, "timing", &t); err != nil {
		return Timing{}, err
	}
	return t, nil
}

// Due is when a message with this base is to be sent. It is never before the
// base. It is never earlier for a later base either, unless between the two the
// zone's clock was put back into the day before.
//
//   - AtDateTime: when At has passed, at the base, which is at once.
//   - AtTime: HH:MM on the day Days after the base's; when that has passed (Days
//     is 0 and it is later already) on the next day. HH:MM itself has not passed.
//   - OnWeekday: a base on that weekday before HH:MM means today, from HH:MM on next week.
//
// The timing must be one that Validate accepts; of others Due is the base.
func (t Timing) Due(base time.Time, zone *time.Location) time.Time {
	base = base.In(zone)
	switch t.Kind {
	case Delay:
		return base.Add(t.delay())
	case AtDateTime:
		return latest(base, t.At.In(zone))
	case AtTime:
		if clock, ok := timeOfDay(t.Time); ok {
			return firstOn(clock, base, t.Days, 1, zone, func(at time.Time) bool { return !at.Before(base) })
		}
	case OnWeekday:
		clock, ok := timeOfDay(t.Time)
		weekday, known := weekdays[t.Weekday]
		if ok && known {
			ahead := (int(weekday) - int(base.Weekday()) + 7) % 7
			return firstOn(clock, base, ahead, 7, zone, func(at time.Time) bool { return at.After(base) })
		}
	case Immediate:
	}
	return base
}

// firstOn tries the time of day some days after the base's day, and then every
// step days, until it is late enough.
func firstOn(clock TimeOfDay, base time.Time, days, step int, zone *time.Location, enough func(time.Time) bool) time.Time {
	for ; ; days += step {
		if at := clock.On(base, days, zone); enough(at) {
			return at
		}
	}
}

// Latest is the instant to which messages whose base is at most lastBase may be
// pending, for the task's end (§10.4): a delay counts as its length, AtDateTime
// as that datetime, AtTime as Days + 1 days and OnWeekday as 7 days, days being the
// calendar's, so that a clock put back in between cuts nothing off.
func (t Timing) Latest(lastBase time.Time, zone *time.Location) time.Time {
	due := t.Due(lastBase, zone)
	switch t.Kind {
	case AtTime:
		return latest(due, wallLater(lastBase, t.Days+1, zone))
	case OnWeekday:
		return latest(due, wallLater(lastBase, 7, zone))
	case Immediate, Delay, AtDateTime:
	}
	return due
}

// delay is the length of a Delay.
func (t Timing) delay() time.Duration {
	return time.Duration(t.Days)*day + time.Duration(t.Hours)*time.Hour + time.Duration(t.Minutes)*time.Minute
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
