package rule

import "time"

// date is a civil date; the zero one is none.
type date struct {
	year  int
	month time.Month
	day   int
}

func dateOf(t time.Time, loc *time.Location) date {
	y, m, d := t.In(loc).Date()
	return date{y, m, d}
}

func (d date) isZero() bool { return d == date{} }

func (d date) String() string {
	if d.isZero() {
		return ""
	}
	return d.utc().Format(time.DateOnly)
}

func (d date) utc() time.Time { return time.Date(d.year, d.month, d.day, 0, 0, 0, 0, time.UTC) }

func (d date) add(years, months, days int) date {
	return dateOf(time.Date(d.year+years, d.month+time.Month(months), d.day+days, 0, 0, 0, 0, time.UTC), time.UTC)
}

// addMonths keeps the day of the month, or takes the month's last day where it
// has no such day.
func (d date) addMonths(n int) date {
	first := date{d.year, d.month, 1}.add(0, n, 0)
	last := first.add(0, 1, -1)
	first.day = min(d.day, last.day)
	return first
}

func (d date) back(n int, unit Unit) date { return d.forth(-n, unit) }

func (d date) forth(n int, unit Unit) date {
	switch unit { //nolint:exhaustive // Parse lets no other unit through
	case Week:
		return d.add(0, 0, 7*n)
	case Month:
		return d.addMonths(n)
	case Year:
		return d.addMonths(12 * n)
	default:
		return d.add(0, 0, n)
	}
}

// unit is the calendar unit that the date is in: its first day, and the day after its last.
func (d date) unit(unit Unit) (from, to date) {
	first := date{d.year, d.month, 1}
	switch unit { //nolint:exhaustive // Parse lets no other unit through
	case Week:
		from = d.add(0, 0, -(int(d.utc().Weekday())+6)%7)
		return from, from.add(0, 0, 7)
	case HalfMonth:
		if d.day <= 15 {
			return first, date{d.year, d.month, 16}
		}
		return date{d.year, d.month, 16}, first.add(0, 1, 0)
	case Month:
		return first, first.add(0, 1, 0)
	case Quarter:
		first.month = (d.month-1)/3*3 + 1
		return first, first.add(0, 3, 0)
	case Year:
		return date{d.year, 1, 1}, date{d.year + 1, 1, 1}
	default:
		return d, d.add(0, 0, 1)
	}
}

// start is the first instant of the date in the zone. That is not always
// midnight: where clocks are put forward at midnight the day begins at one, and
// where a date is left out it begins with the next.
func (d date) start(loc *time.Location) time.Time {
	u := d.utc().Unix()
	offset := func(at int64) int64 {
		_, o := time.Unix(at, 0).In(loc).Zone()
		return int64(o)
	}
	// No zone is more than 14 hours ahead, so this is before the day begins.
	before := offset(u - 15*3600)
	at := u - before
	now := offset(at)
	if now == before {
		return time.Unix(at, 0).In(loc)
	}
	if again := u - now; offset(again) == now {
		return time.Unix(again, 0).In(loc)
	}
	changed, _ := time.Unix(at, 0).In(loc).ZoneBounds()
	return changed
}

// Start is the first instant of t's day, week (from Monday) or month in the
// zone, and the first instant after it.
func Start(t time.Time, unit Unit, loc *time.Location) (from, to time.Time) {
	a, b := dateOf(t, loc).unit(unit)
	return a.start(loc), b.start(loc)
}
