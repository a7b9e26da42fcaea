package audience

import (
	"time"

	"tidings/outreach/fault"
	"tidings/outreach/schedule"
)

// DefaultDaily is when the segments of triggered tasks are refreshed (R71).
var DefaultDaily = schedule.DefaultRefresh.String()

// NextDaily is the first instant after one at which a segment is refreshed whose
// time of day is at, in the zone; package schedule says what it is on days on
// which the clocks change. A text that is no time of day stands for the default.
func NextDaily(after time.Time, at string, zone *time.Location) time.Time {
	daily, err := schedule.NewDaily(at, zone)
	if err != nil {
		daily = schedule.DefaultRefresh.Daily(zone)
	}
	return daily.Next(after).UTC()
}

// checkDaily notes a time of day that is none.
func checkDaily(fs *fault.Fields, path, at string) {
	if _, err := schedule.ParseTimeOfDay(at); err != nil {
		fs.Add(path, "INVALID_FORMAT", "a time of day such as 06:00")
	}
}
