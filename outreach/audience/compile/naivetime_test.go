package compile

import (
	"time"

	"tidings/outreach/audience/rule"
)

// civil is the calendar date of an instant, as a UTC midnight.
func civil(t time.Time, loc *time.Location) time.Time {
	y, m, d := t.In(loc).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// inside tells whether an instant is in a window. Calendar windows ask what date
// it is where the clock hangs, so nothing here computes when a day begins.
func (w *world) inside(h human, at int64, win *rule.Window) bool {
	if win == nil {
		return true
	}
	t := time.UnixMilli(at)
	switch {
	case win.Kind == rule.Anchor:
		return w.nearAnchor(h, at, win)
	case win.Kind == rule.Last && win.Unit == rule.Hour:
		return !t.Before(w.now.Truncate(time.Millisecond).Add(-time.Duration(win.Value)*time.Hour)) && t.Before(w.now.Truncate(time.Millisecond))
	case win.Kind == rule.BetweenDates:
		return w.between(t, win)
	}
	return w.onDay(civil(t, w.zone), win)
}

func (w *world) between(t time.Time, win *rule.Window) bool {
	if win.From != "" {
		if at, err := time.Parse(time.RFC3339, win.From); err == nil {
			if t.Before(at.Truncate(time.Millisecond)) {
				return false
			}
		} else if civil(t, w.zone).Format(time.DateOnly) < win.From {
			return false
		}
	}
	if win.To != "" {
		if at, err := time.Parse(time.RFC3339, win.To); err == nil {
			return t.Before(at.Truncate(time.Millisecond))
		}
		return civil(t, w.zone).Format(time.DateOnly) <= win.To
	}
	return true
}

// onDay tells whether a date is in a calendar window.
func (w *world) onDay(day time.Time, win *rule.Window) bool {
	today := civil(w.now, w.zone)
	days := int(day.Sub(today).Hours() / 24)
	switch win.Kind {
	case rule.Always:
		return true
	case rule.BetweenDates:
		text := func(s string) string {
			if at, err := time.Parse(time.RFC3339, s); err == nil {
				return civil(at, w.zone).Format(time.DateOnly)
			}
			return s
		}
		d := day.Format(time.DateOnly)
		return (win.From == "" || d >= text(win.From)) && (win.To == "" || d <= text(win.To))
	case rule.DayRange:
		return (win.FromDay == nil || days >= *win.FromDay) && (win.ToDay == nil || days <= *win.ToDay)
	case rule.Next:
		return days >= 0 && day.Before(stepped(today, win.Value, win.Unit))
	case rule.Last:
		end := today
		if !win.Yesterday {
			end = end.AddDate(0, 0, 1)
		}
		return day.Before(end) && !day.Before(stepped(end, -win.Value, win.Unit))
	case rule.This:
		return sameUnit(day, today, win.Unit)
	case rule.Anchor:
	}
	panic("no calendar window")
}

// stepped moves a date; the 31st becomes the last day of a shorter month.
func stepped(d time.Time, n int, unit rule.Unit) time.Time {
	switch unit { //nolint:exhaustive // these are all there are
	case rule.Day:
		return d.AddDate(0, 0, n)
	case rule.Week:
		return d.AddDate(0, 0, 7*n)
	case rule.Year:
		n *= 12
	}
	for moved := d.AddDate(0, n, 0); ; moved = moved.AddDate(0, 0, -1) {
		if months := (moved.Year()-d.Year())*12 + int(moved.Month()) - int(d.Month()); months == n {
			return moved
		}
	}
}

func sameUnit(a, b time.Time, unit rule.Unit) bool {
	month := a.Year() == b.Year() && a.Month() == b.Month()
	switch unit { //nolint:exhaustive // these are all there are
	case rule.Day:
		return a.Equal(b)
	case rule.Week:
		ay, aw := a.ISOWeek()
		by, bw := b.ISOWeek()
		return ay == by && aw == bw
	case rule.HalfMonth:
		return month && (a.Day() > 15) == (b.Day() > 15)
	case rule.Month:
		return month
	case rule.Quarter:
		return a.Year() == b.Year() && (a.Month()-1)/3 == (b.Month()-1)/3
	}
	return a.Year() == b.Year()
}

func (w *world) nearAnchor(h human, at int64, win *rule.Window) bool {
	var anchor int64
	if win.Event != nil {
		events := w.pick(h, w.events, win.Event.Event, win.Event.Event, win.Event.Window, win.Event.Where)
		if len(events) == 0 {
			return false
		}
		anchor = events[0].at
		for _, e := range events {
			if (win.Event.Pick == rule.First) == (e.at < anchor) && e.at != anchor {
				anchor = e.at
			}
		}
	} else {
		v, ok := value(h.attrs, win.Attribute, rule.Datetime)
		if !ok {
			return false
		}
		t, _ := time.Parse(time.RFC3339, v.(string)) //nolint:forcetypeassert // a datetime is a text
		anchor = t.UnixMilli()
	}
	if win.Same != "" {
		return sameUnit(civil(time.UnixMilli(at), w.zone), civil(time.UnixMilli(anchor), w.zone), win.Same)
	}
	distance := at - anchor
	switch {
	case win.Before != nil && win.After != nil:
		return -distance <= win.Before.Milliseconds() && distance <= win.After.Milliseconds()
	case win.Before != nil:
		return distance < 0 && -distance <= win.Before.Milliseconds()
	}
	return distance > 0 && distance <= win.After.Milliseconds()
}
