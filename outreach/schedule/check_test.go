package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/schedule"
)

func TestWrongCyclesAreRefusedAtTheField(t *testing.T) {
	t.Parallel()
	zone := in(t, "Asia/Shanghai")
	now := at(t, "2026-02-20 00:00", zone)
	good := func() schedule.Cycle {
		return cycle(t, schedule.EveryDays, 1, zone, "2026-03-01 00:00", "2026-03-31 00:00", "10:00")
	}
	weekly := func(days ...string) schedule.Cycle {
		c := good()
		c.Kind, c.Every, c.Weekdays = schedule.OnWeekdays, 0, days
		return c
	}
	monthly := func(days ...int) schedule.Cycle {
		c := good()
		c.Kind, c.Every, c.MonthDays = schedule.OnMonthDays, 0, days
		return c
	}
	times := func(times ...string) schedule.Cycle {
		c := good()
		c.Times = times
		return c
	}
	between := func(c schedule.Cycle, start, end string) schedule.Cycle {
		c.Start, c.End = at(t, start, zone), at(t, end, zone)
		return c
	}
	many := make([]string, 25)
	for i := range many {
		many[i] = schedule.TimeOfDay(i).String()
	}
	for name, c := range map[string]struct {
		cycle schedule.Cycle
		want  []string
	}{
		"a good one":                              {good(), []string{}},
		"24 times a day":                          {times(many[:24]...), []string{}},
		"all seven days":                          {weekly("SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"), []string{}},
		"nothing filled in (R57, R58)":            {schedule.Cycle{}, []string{"cycle.kind REQUIRED", "cycle.times REQUIRED", "cycle.start REQUIRED", "cycle.end REQUIRED"}},
		"an unknown kind":                         {schedule.Cycle{Kind: "HOURS", Times: []string{"10:00"}, Start: good().Start, End: good().End}, []string{"cycle.kind UNKNOWN"}},
		"no step":                                 {between(schedule.Cycle{Kind: schedule.EveryDays, Times: []string{"10:00"}}, "2026-03-01 00:00", "2026-03-02 00:00"), []string{"cycle.every REQUIRED"}},
		"no weekday":                              {weekly(), []string{"cycle.weekdays REQUIRED"}},
		"a step of 366 days":                      {schedule.Cycle{Kind: schedule.EveryDays, Every: 366, Times: []string{"10:00"}, Start: good().Start, End: good().End}, []string{"cycle.every OUT_OF_RANGE"}},
		"a step back":                             {schedule.Cycle{Kind: schedule.EveryDays, Every: -1, Times: []string{"10:00"}, Start: good().Start, End: good().End}, []string{"cycle.every OUT_OF_RANGE"}},
		"a weekday twice and one of no language":  {weekly("MONDAY", "MONDAY", "Monday"), []string{"cycle.weekdays.1 DUPLICATE", "cycle.weekdays.2 UNKNOWN"}},
		"the 0th, the 32nd and the 1st twice":     {monthly(0, 1, 32, 1), []string{"cycle.monthDays.0 OUT_OF_RANGE", "cycle.monthDays.2 OUT_OF_RANGE", "cycle.monthDays.3 DUPLICATE"}},
		"days of another kind":                    {schedule.Cycle{Kind: schedule.EveryDays, Every: 1, MonthDays: []int{1}, Times: []string{"10:00"}, Start: good().Start, End: good().End}, []string{"cycle.monthDays NOT_ALLOWED"}},
		"no time":                                 {times(), []string{"cycle.times REQUIRED"}},
		"25 times":                                {times(many...), []string{"cycle.times TOO_MANY"}},
		"wrong times and one twice":               {times("10:00", "24:00", "10:00", "9:00"), []string{"cycle.times.1 BAD_TIME", "cycle.times.2 DUPLICATE_TIME", "cycle.times.3 BAD_TIME"}},
		"end before start":                        {between(good(), "2026-03-02 00:00", "2026-03-01 00:00"), []string{"cycle.start START_AFTER_END"}},
		"an empty window":                         {between(good(), "2026-03-01 10:00", "2026-03-01 10:00"), []string{"cycle.start START_AFTER_END"}},
		"a window that is over":                   {between(good(), "2026-01-01 00:00", "2026-02-20 00:00"), []string{"cycle.end IN_THE_PAST"}},
		"ten years":                               {between(good(), "2026-03-01 00:00", "2036-03-01 00:00"), []string{}},
		"more than ten years":                     {between(good(), "2026-03-01 00:00", "2036-03-01 00:01"), []string{"cycle.end OUT_OF_RANGE"}},
		"no point inside the window (§10.5)":      {between(good(), "2026-03-01 10:01", "2026-03-02 09:59"), []string{"cycle NO_POINT"}},
		"the 31st in February (§10.5)":            {between(monthly(31), "2026-02-21 00:00", "2026-03-01 00:00"), []string{"cycle NO_POINT"}},
		"points only in what has passed (§10.5)":  {between(good(), "2026-02-19 09:00", "2026-02-20 09:00"), []string{"cycle NO_POINT"}},
		"the last point of the window is one yet": {between(good(), "2026-02-19 09:00", "2026-02-20 10:00"), []string{}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			fs := c.cycle.Validate("cycle", now, zone)
			require.Equal(t, c.want, rules(fs))
			for _, f := range fs {
				require.NotEmpty(t, f.Message)
			}
		})
	}
	t.Run("without a path the fields stand alone", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, []string{"times REQUIRED"}, rules(times().Validate("", now, zone)))
	})
	t.Run("a wrong cycle has no points", func(t *testing.T) {
		t.Parallel()
		c := times("10:00", "25:00")
		require.Empty(t, c.Points(time.Time{}, 5, zone))
		require.Zero(t, c.Count(time.Time{}, c.End, zone))
	})
}
