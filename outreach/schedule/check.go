package schedule

import (
	"slices"
	"strconv"
	"time"

	"tidings/outreach/fault"
)

const (
	// maxEvery is the longest step of EveryDays.
	maxEvery = 365
	// maxTimes is how many times of day a cycle may have.
	maxTimes = 24
	// maxYears is the longest window of a cycle. It bounds what a preview or a count may cost.
	maxYears = 10
)

// Validate finds everything that is wrong with a cycle. Paths begin with the
// given one ("cycle.times.2"; the empty path leaves "times.2"). Rules: REQUIRED,
// UNKNOWN, NOT_ALLOWED, OUT_OF_RANGE, TOO_MANY, BAD_TIME, DUPLICATE_TIME,
// DUPLICATE, START_AFTER_END, IN_THE_PAST (the window is over) and, when
// nothing else is wrong, NO_POINT: no point after now is in the window (§10.5).
func (c Cycle) Validate(path string, now time.Time, zone *time.Location) fault.Fields {
	_, fs := c.plan(path, zone)
	if !c.End.IsZero() && !c.End.After(now) {
		fs.Add(join(path, "end"), "IN_THE_PAST", "the window is over")
	}
	if len(fs) > 0 {
		return fs
	}
	if _, ok := c.Next(now, zone); !ok {
		fs.Add(path, "NO_POINT", "no point of the cycle that is yet to come lies between start and end")
	}
	return fs
}

// plan is a cycle understood: its times in order, its days of the week.
type plan struct {
	times    []TimeOfDay
	weekdays []time.Weekday
}

// plan understands a cycle, or says what is wrong with it whatever the time is.
func (c Cycle) plan(path string, zone *time.Location) (plan, fault.Fields) {
	var (
		p  plan
		fs fault.Fields
	)
	c.checkDays(&fs, &p, path)
	c.checkTimes(&fs, &p, path)
	checkWindow(&fs, window{c.Start, c.End, join(path, "start"), join(path, "end")}, maxYears, zone)
	slices.Sort(p.times)
	return p, fs
}

func (c Cycle) checkDays(fs *fault.Fields, p *plan, path string) {
	used := map[string]bool{"every": c.Every != 0, "weekdays": len(c.Weekdays) > 0, "monthDays": len(c.MonthDays) > 0}
	field := map[CycleKind]string{EveryDays: "every", OnWeekdays: "weekdays", OnMonthDays: "monthDays"}[c.Kind]
	switch {
	case c.Kind == "":
		fs.Add(join(path, "kind"), "REQUIRED", "say on which days the task runs")
		return
	case field == "":
		fs.Add(join(path, "kind"), "UNKNOWN", "%q is not DAYS, WEEKDAYS or MONTH_DAYS", c.Kind)
		return
	case !used[field]:
		fs.Add(join(path, field), "REQUIRED", "say on which days the task runs")
	}
	for _, other := range []string{"every", "weekdays", "monthDays"} {
		if other != field && used[other] {
			fs.Add(join(path, other), "NOT_ALLOWED", "a cycle by %s has no %s", c.Kind, other)
		}
	}
	switch c.Kind {
	case EveryDays:
		if used[field] {
			checkRange(fs, join(path, field), c.Every, 1, maxEvery)
		}
	case OnWeekdays:
		for i, word := range c.Weekdays {
			day, known := weekdays[word]
			switch at := join(path, field, i); {
			case !known:
				fs.Add(at, "UNKNOWN", "%q is not %s", word, weekdayWords)
			case slices.Contains(p.weekdays, day):
				fs.Add(at, "DUPLICATE", "%s is there already", word)
			}
			p.weekdays = append(p.weekdays, day)
		}
	case OnMonthDays:
		for i, day := range c.MonthDays {
			at := join(path, field, i)
			if checkRange(fs, at, day, 1, 31) && slices.Contains(c.MonthDays[:i], day) {
				fs.Add(at, "DUPLICATE", "day %d is there already", day)
			}
		}
	}
}

func (c Cycle) checkTimes(fs *fault.Fields, p *plan, path string) {
	switch {
	case len(c.Times) == 0:
		fs.Add(join(path, "times"), "REQUIRED", "say at which time of day the task runs")
	case len(c.Times) > maxTimes:
		fs.Add(join(path, "times"), "TOO_MANY", "at most %d times a day", maxTimes)
		fs.With(map[string]any{"limit": maxTimes})
		return
	}
	for i, text := range c.Times {
		t, ok := timeOfDay(text)
		switch at := join(path, "times", i); {
		case !ok:
			fs.Add(at, "BAD_TIME", "%q is not a time such as 09:30", text)
			continue
		case slices.Contains(p.times, t):
			fs.Add(at, "DUPLICATE_TIME", "%s is there already", text)
		}
		p.times = append(p.times, t)
	}
}

// window is two instants and the paths of their fields.
type window struct {
	start, end         time.Time
	startPath, endPath string
}

// checkWindow: both ends given, in order, and not further apart than so many
// years of the zone's calendar, which a leap day lengthens. An end that is picked
// to the minute is the last instant of that minute.
func checkWindow(fs *fault.Fields, w window, years int, zone *time.Location) {
	if w.start.IsZero() {
		fs.Add(w.startPath, "REQUIRED", "say when the window begins")
	}
	if w.end.IsZero() {
		fs.Add(w.endPath, "REQUIRED", "say when the window ends")
	}
	if w.start.IsZero() || w.end.IsZero() {
		return
	}
	switch latest := w.start.In(zone).AddDate(years, 0, 0); {
	case !w.start.Before(w.end):
		fs.Add(w.startPath, "START_AFTER_END", "the window must begin before it ends")
	case !w.end.Before(latest.Add(time.Minute)):
		fs.Add(w.endPath, "OUT_OF_RANGE", "the window is %d years long at most", years)
		fs.With(map[string]any{"min": rfc3339(w.start), "max": rfc3339(latest)})
	}
}

func rfc3339(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// checkRange notes a number outside min to max, and tells whether it is inside.
func checkRange(fs *fault.Fields, path string, n, least, most int) bool {
	if n >= least && n <= most {
		return true
	}
	fs.Add(path, "OUT_OF_RANGE", "%d is not between %d and %d", n, least, most)
	fs.With(map[string]any{"min": least, "max": most})
	return false
}

// join makes the path of a field, and of one of its items, below another.
func join(path, field string, item ...int) string {
	if path != "" {
		field = path + "." + field
	}
	for _, i := range item {
		field += "." + strconv.Itoa(i)
	}
	return field
}
