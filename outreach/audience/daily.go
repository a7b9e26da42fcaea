package audience

import (
	"time"

	"tidings/outreach/fault"
)

// DefaultDaily is when the segments of triggered tasks are refreshed (R71).
const DefaultDaily = "06:00"

// NextDaily is the first instant after one at which the clocks of the zone show
// the time of day. Where the clocks jump over it that day, it is the moment of
// the jump: a refresh is never left out. Where they show it twice, it is the
// first time: a refresh never happens twice a day.
func NextDaily(after time.Time, at string, zone *time.Location) time.Time {
	hour, minute := clockTime(at)
	local := after.In(zone)
	for day := 0; ; day++ {
		next := onDay(local.Year(), local.Month(), local.Day()+day, hour, minute, zone)
		if next.After(after) {
			return next.UTC()
		}
	}
}

// onDay is the instant at which a day's clocks first show the time, or pass it.
func onDay(year int, month time.Month, day, hour, minute int, zone *time.Location) time.Time {
	at := time.Date(year, month, day, hour, minute, 0, 0, zone)
	if at.Hour() == hour && at.Minute() == minute {
		// time.Date may give the second of two.
		for _, back := range []time.Duration{time.Hour, 30 * time.Minute} {
			if early := at.Add(-back); early.Hour() == hour && early.Minute() == minute {
				return early
			}
		}
		return at
	}
	// The clocks jump over it: time.Date used the offset of one of the sides. The
	// jump is the first minute at which they show a later time.
	wanted, today := hour*60+minute, time.Date(year, month, day, 12, 0, 0, 0, zone).Day()
	for t := at.Add(-4 * time.Hour).Truncate(time.Minute); ; t = t.Add(time.Minute) {
		if t.Day() == today && t.Hour()*60+t.Minute() >= wanted {
			return t
		}
	}
}

func clockTime(at string) (hour, minute int) {
	t, err := time.Parse("15:04", at)
	if err != nil {
		return 6, 0
	}
	return t.Hour(), t.Minute()
}

// checkDaily notes a time of day that is none.
func checkDaily(fs *fault.Fields, path, at string) {
	if t, err := time.Parse("15:04", at); err != nil || t.Format("15:04") != at {
		fs.Add(path, "INVALID_FORMAT", "a time of day such as 06:00")
	}
}
