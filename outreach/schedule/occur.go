package schedule

import (
	"iter"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// Next is the first point strictly after the given instant; false when the
// cycle has none left.
func (c Cycle) Next(after time.Time, zone *time.Location) (time.Time, bool) {
	for point := range c.After(after, zone) {
		return point, true
	}
	return time.Time{}, false
}

// Points are the first n points strictly after the given instant, fewer when
// the window ends before: the preview (§10.5).
func (c Cycle) Points(after time.Time, n int, zone *time.Location) []time.Time {
	var out []time.Time
	for point := range c.After(after, zone) {
		if len(out) >= n {
			break
		}
		out = append(out, point)
	}
	return out
}

// Between are the points p with after < p ≤ until, in order: with the last
// point dealt with and now, those that have come since.
func (c Cycle) Between(after, until time.Time, zone *time.Location) []time.Time {
	return slices.Collect(c.until(after, until, zone))
}

// Count is how many points Between would give.
func (c Cycle) Count(after, until time.Time, zone *time.Location) int {
	n := 0
	for range c.until(after, until, zone) {
		n++
	}
	return n
}

func (c Cycle) until(after, until time.Time, zone *time.Location) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		for point := range c.After(after, zone) {
			if point.After(until) || !yield(point) {
				return
			}
		}
	}
}

// After walks the points strictly after an instant, each later than the one
// before it, none outside the window.
func (c Cycle) After(after time.Time, zone *time.Location) iter.Seq[time.Time] {
	return func(yield func(time.Time) bool) {
		p, wrong := c.plan("", zone)
		if len(wrong) > 0 {
			return
		}
		last := c.Start.Add(-1) // Start itself is in the window
		if after.After(last) {
			last = after
		}
		// All points of the days before have been: the clock shows something later than their times.
		for day := range c.days(p, dayOf(last, zone), zone) {
			for _, t := range p.times {
				point := instant(day, time.Duration(t)*time.Minute, zone)
				if point.After(c.End) {
					return
				}
				if !point.After(last) {
					continue
				}
				last = point
				if !yield(point) {
					return
				}
			}
		}
	}
}

// days walks the calendar days of the cycle from the given one on. It has no
// end of its own worth waiting for: the caller stops at the window's.
func (c Cycle) days(p plan, from time.Time, zone *time.Location) iter.Seq[time.Time] {
	options := rrule.ROption{Dtstart: from}
	switch c.Kind {
	case EveryDays:
		options.Freq, options.Interval = rrule.DAILY, c.Every
		first := dayOf(c.Start, zone)
		options.Dtstart = first
		if gone := int(from.Sub(first).Hours() / 24); gone > 0 {
			// The last day of the cycle that is not after from: a long window is not walked from its beginning.
			options.Dtstart = first.AddDate(0, 0, gone-gone%c.Every)
		}
	case OnWeekdays:
		options.Freq = rrule.WEEKLY
		for _, day := range p.weekdays {
			options.Byweekday = append(options.Byweekday, byWeekday[day])
		}
	case OnMonthDays:
		options.Freq, options.Bymonthday = rrule.MONTHLY, c.MonthDays
	}
	return func(yield func(time.Time) bool) {
		rule, err := rrule.NewRRule(options)
		if err != nil {
			return // only of options that plan has refused
		}
		next := rule.Iterator()
		for day, ok := next(); ok; day, ok = next() {
			if !yield(day) {
				return
			}
		}
	}
}

var byWeekday = map[time.Weekday]rrule.Weekday{
	time.Monday: rrule.MO, time.Tuesday: rrule.TU, time.Wednesday: rrule.WE, time.Thursday: rrule.TH,
	time.Friday: rrule.FR, time.Saturday: rrule.SA, time.Sunday: rrule.SU,
}
