package rule

import "time"

// Kind says how a window is given.
type Kind string

// Kinds of windows. All but Always, Between and Anchor move with today.
const (
	Always       Kind = "ALWAYS"
	BetweenDates Kind = "BETWEEN" // From and To are dates, both included, or instants, the second not; either may be absent
	Last         Kind = "LAST"    // Value units that end today, or yesterday; hours end now
	This         Kind = "THIS"    // the whole calendar unit that today is in
	Next         Kind = "NEXT"    // Value units that begin today
	DayRange     Kind = "DAYS"    // calendar days from FromDay to ToDay relative to today; either may be absent
	Anchor       Kind = "ANCHOR"  // relative to an instant of each person's own
)

// Unit of time.
type Unit string

// Units of time. Which of them a window takes depends on its kind.
const (
	Minute    Unit = "MINUTE"
	Hour      Unit = "HOUR"
	Day       Unit = "DAY"
	Week      Unit = "WEEK"       // begins on Monday
	HalfMonth Unit = "HALF_MONTH" // from the 1st to the 15th, and the rest
	Month     Unit = "MONTH"
	Quarter   Unit = "QUARTER"
	Year      Unit = "YEAR"
)

// Window is a stretch of time. Kind says which of the fields it has.
type Window struct {
	Kind Kind
	// From and To are "2006-01-02" or RFC 3339; empty: open.
	From, To string
	Value    int
	Unit     Unit
	// Yesterday makes Last end with yesterday ("today": false).
	Yesterday bool
	// FromDay and ToDay count days from today; nil: open.
	FromDay, ToDay *int
	// An Anchor is an event, or a datetime attribute.
	Event     *AnchorEvent
	Attribute string
	// Before and After are how far the window reaches to each side of the anchor.
	// With one of them the anchor's own instant is outside, with both inside.
	Before, After *Span
	// Same is the calendar day, week or month the anchor is in.
	Same Unit
}

// Pick says which of a person's events an anchor is.
type Pick string

// Which event an anchor is.
const (
	First   Pick = "FIRST"
	LastOne Pick = "LAST"
)

// AnchorEvent is the event that a window is relative to.
type AnchorEvent struct {
	Event  string
	Where  *Filter
	Window *Window // not itself an Anchor
	Pick   Pick
}

// Range is a stretch of time in milliseconds since the epoch. From is part of
// it, To is not; an open end is Open.
type Range struct{ From, To int64 }

// Open ends of a range.
const (
	OpenFrom = -1 << 63
	OpenTo   = 1<<63 - 1
)

// Bounded tells whether both ends are given.
func (r Range) Bounded() bool { return r.From != OpenFrom && r.To != OpenTo }

// Empty tells whether nothing can be inside.
func (r Range) Empty() bool { return r.From >= r.To }

// DateRange is a stretch of civil dates, "2006-01-02". From is part of it, To
// is not; an open end is empty.
type DateRange struct{ From, To string }

// Resolve gives the window's instants, as seen at now in the zone. A nil window
// is always. An Anchor has none; it resolves to all of time.
func (w *Window) Resolve(now time.Time, loc *time.Location) Range {
	r := w.resolve(now, loc)
	if r.From > lastMoment {
		return Range{lastMoment, lastMoment}
	}
	if r.To > lastMoment {
		r.To = OpenTo // "for ever" is written as the last day of the last year
	}
	return r
}

// lastMoment is the end of the year 9999, in milliseconds: values have four
// digits for the year and are compared as texts.
const lastMoment = 253_402_300_799_999

func (w *Window) resolve(now time.Time, loc *time.Location) Range {
	out := Range{OpenFrom, OpenTo}
	if w == nil {
		return out
	}
	if w.Kind == BetweenDates {
		if w.From != "" {
			out.From = edge(w.From, loc, 0)
		}
		if w.To != "" {
			out.To = edge(w.To, loc, 1)
		}
		return out
	}
	if w.Kind == Last && w.Unit == Hour {
		return Range{now.UnixMilli() - int64(w.Value)*spanUnits[Hour], now.UnixMilli()}
	}
	from, to := w.days(dateOf(now, loc))
	if !from.isZero() {
		out.From = from.start(loc).UnixMilli()
	}
	if !to.isZero() {
		out.To = to.start(loc).UnixMilli()
	}
	return out
}

// ResolveDates gives the window's calendar days, for values that are dates.
// Instants stand for the day they are on in the zone.
func (w *Window) ResolveDates(now time.Time, loc *time.Location) DateRange {
	r := w.resolveDates(now, loc)
	const last = "9999-12-31"
	if len(r.From) > len(last) && r.From[0] != '-' {
		return DateRange{last, last}
	}
	if len(r.To) > len(last) && r.To[0] != '-' {
		r.To = ""
	}
	return r
}

func (w *Window) resolveDates(now time.Time, loc *time.Location) DateRange {
	if w == nil {
		return DateRange{}
	}
	if w.Kind == BetweenDates {
		var out DateRange
		if w.From != "" {
			out.From = parseDay(w.From, loc).String()
		}
		if w.To != "" {
			out.To = parseDay(w.To, loc).add(0, 0, 1).String()
		}
		return out
	}
	from, to := w.days(dateOf(now, loc))
	return DateRange{from.String(), to.String()}
}

// days are the first day of a calendar window and the day after its last one.
func (w *Window) days(today date) (from, to date) {
	tomorrow := today.add(0, 0, 1)
	switch w.Kind {
	case Last:
		to = tomorrow
		if w.Yesterday {
			to = today
		}
		return to.back(w.Value, w.Unit), to
	case Next:
		return today, today.forth(w.Value, w.Unit)
	case This:
		return today.unit(w.Unit)
	case DayRange:
		if w.FromDay != nil {
			from = today.add(0, 0, *w.FromDay)
		}
		if w.ToDay != nil {
			to = today.add(0, 0, *w.ToDay+1)
		}
		return from, to
	case Always, BetweenDates, Anchor:
	}
	return date{}, date{}
}

// edge is the instant that a date, days later, or an instant stands for.
func edge(text string, loc *time.Location, later int) int64 {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UnixMilli()
	}
	return parseDay(text, loc).add(0, 0, later).start(loc).UnixMilli()
}

func parseDay(text string, loc *time.Location) date {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return dateOf(t, loc)
	}
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return date{} // Parse has refused it
	}
	return dateOf(t, time.UTC)
}

// upsideDown tells whether the window ends before it begins, whatever today is.
func (w *Window) upsideDown() bool {
	if w.Kind == DayRange {
		return w.FromDay != nil && w.ToDay != nil && *w.FromDay > *w.ToDay
	}
	if w.From == "" || w.To == "" {
		return false
	}
	return edge(w.From, time.UTC, 0) > edge(w.To, time.UTC, 0)+14*3_600_000
}
