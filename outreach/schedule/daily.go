package schedule

import "time"

// Daily is a time of every day in a zone: the refresh of a daily segment (R53,
// R70), which for a triggered task's own segment is DefaultRefresh.
type Daily struct {
	time TimeOfDay
	zone *time.Location
}

// DefaultRefresh is when the segment of a triggered task is refreshed, 06:00 (R70).
const DefaultRefresh TimeOfDay = 6 * 60

// NewDaily makes it from "HH:MM". INVALID (BAD_TIME).
func NewDaily(hhmm string, zone *time.Location) (Daily, error) {
	t, err := ParseTimeOfDay(hhmm)
	return Daily{time: t, zone: zone}, err
}

// Daily is this time of every day in the zone.
func (t TimeOfDay) Daily(zone *time.Location) Daily { return Daily{time: t, zone: zone} }

// Next is the first occurrence strictly after the given instant. Every day has
// exactly one, also those on which the clock is changed.
func (d Daily) Next(after time.Time) time.Time {
	// All times of the days before have been: the clock shows something later than them.
	for days := 0; ; days++ {
		if at := d.time.On(after, days, d.zone); at.After(after) {
			return at
		}
	}
}
