package schedule

import (
	"fmt"
	"time"

	"tidings/outreach/fault"
)

// TimeOfDay is a minute of the day, 0 to 1439.
type TimeOfDay int

// ParseTimeOfDay reads "HH:MM" of a 24-hour clock, both with two digits.
// "24:00" is none: it is 00:00 of the next day. INVALID (BAD_TIME).
func ParseTimeOfDay(text string) (TimeOfDay, error) {
	t, ok := timeOfDay(text)
	if !ok {
		return 0, fault.At("time", "BAD_TIME", "%q is not a time such as 09:30", text)
	}
	return t, nil
}

func timeOfDay(text string) (TimeOfDay, bool) {
	if len(text) != len("15:04") || text[2] != ':' {
		return 0, false
	}
	for _, i := range []int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
	}
	hour, minute := int(text[0]-'0')*10+int(text[1]-'0'), int(text[3]-'0')*10+int(text[4]-'0')
	return TimeOfDay(hour*60 + minute), hour < 24 && minute < 60
}

// String is the "HH:MM" that ParseTimeOfDay reads.
func (t TimeOfDay) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }

// On is the instant of this time of day on the day that base has in the zone,
// days later, by the rule of the package comment.
func (t TimeOfDay) On(base time.Time, days int, zone *time.Location) time.Time {
	return instant(dayOf(base, zone).AddDate(0, 0, days), time.Duration(t)*time.Minute, zone)
}

// dayOf is the calendar day that an instant has in the zone, as midnight UTC of
// a day of the same date. Days in this form can be counted and compared.
func dayOf(t time.Time, zone *time.Location) time.Time {
	year, month, day := t.In(zone).Date()
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

// instant is the first instant at which the zone's clock shows the day's time
// or something later. time.Date would choose either side of a gap or overlap,
// and says that it does not promise which.
func instant(day time.Time, sinceMidnight time.Duration, zone *time.Location) time.Time {
	shown := day.Add(sinceMidnight) // what the clock is to show, written as if the zone were UTC
	// No zone is two days from UTC, so there the clock shows less than that.
	t := shown.AddDate(0, 0, -2).In(zone)
	for {
		begin, end := t.ZoneBounds() // the stretch around t in which the offset does not change
		_, offset := t.Zone()
		// All stretches before this one ended without the clock having reached it.
		at := shown.Add(-time.Duration(offset) * time.Second).In(zone)
		if !begin.IsZero() && at.Before(begin) {
			at = begin
		}
		if end.IsZero() || at.Before(end) {
			return at
		}
		t = end
	}
}

// wallLater is the instant at which the zone's clock shows, days later, what it shows at t.
func wallLater(t time.Time, days int, zone *time.Location) time.Time {
	local := t.In(zone)
	hour, minute, second := local.Clock()
	since := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(local.Nanosecond())
	return instant(dayOf(t, zone).AddDate(0, 0, days), since, zone)
}
