package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/schedule"
)

func TestDefaultEndTime(t *testing.T) {
	t.Parallel()
	span := func(n int, unit schedule.Unit) *schedule.Span { return &schedule.Span{Value: n, Unit: unit} }
	at1111 := schedule.Timing{Kind: schedule.AtDateTime, At: time.Date(2026, 11, 11, 2, 0, 0, 0, time.UTC)}
	for name, c := range map[string]struct {
		zone   string
		aEnd   string
		wait   *schedule.Span
		timing schedule.Timing
		want   string
	}{
		"immediately: the window's end and a minute (R69)":      {"Asia/Shanghai", "2026-03-31 23:59", nil, schedule.Timing{Kind: schedule.Immediate}, "2026-04-01T00:00:00+08:00"},
		"with B: and the wait and the grace (R69)":              {"Asia/Shanghai", "2026-03-31 23:59", span(20, schedule.Minute), schedule.Timing{Kind: schedule.Immediate}, "2026-04-01T00:25:00+08:00"},
		"with B and a delay: both (R69)":                        {"Asia/Shanghai", "2026-03-31 12:00", span(2, schedule.Hour), schedule.Timing{Kind: schedule.Delay, Days: 1, Hours: 1}, "2026-04-01T15:06:00+08:00"},
		"a wait of days (R69)":                                  {"Asia/Shanghai", "2026-03-31 12:00", span(30, schedule.Day), schedule.Timing{Kind: schedule.Immediate}, "2026-04-30T12:06:00+08:00"},
		"a weekday counts as 7 days (§10.4)":                    {"Asia/Shanghai", "2026-03-31 12:00", nil, tuesday("10:00"), "2026-04-07T12:01:00+08:00"},
		"a time of day counts as k + 1 days (§10.4)":            {"Asia/Shanghai", "2026-03-31 12:00", nil, clockAfter(2, "10:00"), "2026-04-03T12:01:00+08:00"},
		"a datetime counts as itself (§10.4)":                   {"Asia/Shanghai", "2026-03-31 12:00", nil, at1111, "2026-11-11T10:01:00+08:00"},
		"unless the window ends after it (§10.4)":               {"Asia/Shanghai", "2026-12-31 12:00", nil, at1111, "2026-12-31T12:01:00+08:00"},
		"7 days are the calendar's over a clock change (§10.4)": {"America/New_York", "2026-10-27 12:00", nil, tuesday("10:00"), "2026-11-03T12:01:00-05:00"},
		"in an overlap nothing is cut off (§10.4)":              {"America/New_York", "2026-11-01T01:15:00-05:00", nil, clockAfter(0, "01:30"), "2026-11-02T01:31:00-05:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := in(t, c.zone)
			v := schedule.Validity{WindowEnd: at(t, c.aEnd, zone), Wait: c.wait, Timing: c.timing}
			require.Equal(t, c.want, v.DefaultEnd(5*time.Minute, zone).Format(time.RFC3339))
		})
	}
}

func TestWrongTimesOfATriggeredTaskAreRefusedAtTheField(t *testing.T) {
	t.Parallel()
	zone := in(t, "Asia/Shanghai")
	now := at(t, "2026-03-01 12:00", zone)
	with := func(change func(v *schedule.Validity)) schedule.Validity {
		v := schedule.Validity{
			WindowStart: at(t, "2026-03-02 00:00", zone), WindowEnd: at(t, "2026-03-31 00:00", zone), EndAt: at(t, "2026-04-30 00:00", zone),
			Timing: schedule.Timing{Kind: schedule.Immediate},
		}
		change(&v)
		return v
	}
	wait := func(n int, unit schedule.Unit) schedule.Validity {
		return with(func(v *schedule.Validity) { v.Wait = &schedule.Span{Value: n, Unit: unit} })
	}
	times := func(start, end, endAt string) schedule.Validity {
		return with(func(v *schedule.Validity) {
			v.WindowStart, v.WindowEnd, v.EndAt = at(t, start, zone), at(t, end, zone), at(t, endAt, zone)
		})
	}
	datetime := func(when string) schedule.Validity {
		return with(func(v *schedule.Validity) {
			v.Timing = schedule.Timing{Kind: schedule.AtDateTime, At: at(t, when, zone)}
		})
	}
	for name, c := range map[string]struct {
		validity schedule.Validity
		want     []string
	}{
		"good ones":                                      {with(func(*schedule.Validity) {}), []string{}},
		"nothing filled in (R68, R69)":                   {schedule.Validity{}, []string{"windowStart REQUIRED", "windowEnd REQUIRED", "timing.kind REQUIRED", "endAt REQUIRED"}},
		"a window that has begun already":                {times("2026-02-01 00:00", "2026-03-31 00:00", "2026-03-31 00:00"), []string{}},
		"A ends before it starts (§10.4)":                {times("2026-03-31 00:00", "2026-03-02 00:00", "2026-04-30 00:00"), []string{"windowStart START_AFTER_END"}},
		"A ends as it starts (§10.4)":                    {times("2026-03-02 00:00", "2026-03-02 00:00", "2026-04-30 00:00"), []string{"windowStart START_AFTER_END"}},
		"a window of a leap year (§10.4)":                {times("2028-01-01 00:00", "2029-01-01 00:00", "2029-01-01 00:00"), []string{}},
		"a window of more than a year (§10.4)":           {times("2026-03-02 00:00", "2027-03-02 00:01", "2027-03-02 00:01"), []string{"windowEnd OUT_OF_RANGE"}},
		"a window that is over":                          {times("2026-02-01 00:00", "2026-03-01 12:00", "2026-03-31 00:00"), []string{"windowEnd IN_THE_PAST"}},
		"the task has ended (§10.4)":                     {times("2026-02-01 00:00", "2026-02-02 00:00", "2026-03-01 12:00"), []string{"windowEnd IN_THE_PAST", "endAt IN_THE_PAST"}},
		"shortened to the window's end (R69)":            {times("2026-03-02 00:00", "2026-03-31 00:00", "2026-03-31 00:00"), []string{}},
		"shortened below it (R69)":                       {times("2026-03-02 00:00", "2026-03-31 00:00", "2026-03-30 23:59"), []string{"endAt BEFORE_WINDOW_END"}},
		"a wait of a minute (§10.2)":                     {wait(1, schedule.Minute), []string{}},
		"a wait of 30 days (§10.2)":                      {wait(30, schedule.Day), []string{}},
		"a wait of 30 days in minutes (§10.2)":           {wait(43200, schedule.Minute), []string{}},
		"a wait of nothing (§10.2)":                      {wait(0, schedule.Minute), []string{"wait.value OUT_OF_RANGE"}},
		"a wait of 721 hours (§10.2)":                    {wait(721, schedule.Hour), []string{"wait.value OUT_OF_RANGE"}},
		"no wait (R74)":                                  {with(func(v *schedule.Validity) { v.Wait = &schedule.Span{} }), []string{"wait REQUIRED"}},
		"a wait in weeks (§10.2)":                        {wait(1, "WEEK"), []string{"wait.unit UNKNOWN"}},
		"a delay over 365 days (R65)":                    {with(func(v *schedule.Validity) { v.Timing = schedule.Timing{Kind: schedule.Delay, Days: 366} }), []string{"timing.days OUT_OF_RANGE"}},
		"a datetime that has passed is at once (R66)":    {datetime("2026-02-01 00:00"), []string{}},
		"a datetime before the end (R66)":                {datetime("2026-04-29 23:59"), []string{}},
		"a datetime at which the task has ended (R69)":   {datetime("2026-04-30 00:00"), []string{"timing.at AFTER_END"}},
		"a datetime 365 days after the last event (R65)": {datetime("2027-04-01 00:00"), []string{"timing.at OUT_OF_RANGE"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, rules(c.validity.Validate("", now, zone)))
		})
	}
}

func TestWindowOfAAndEndOfTheTask(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	v := schedule.Validity{WindowStart: start, WindowEnd: start.Add(time.Hour), EndAt: start.Add(2 * time.Hour)}
	t.Run("events count from the window's start to its end, both included (R68)", func(t *testing.T) {
		t.Parallel()
		require.False(t, v.CountsA(start.Add(-1)))
		require.True(t, v.CountsA(start))
		require.True(t, v.CountsA(start.Add(time.Hour)))
		require.False(t, v.CountsA(start.Add(time.Hour+1)))
	})
	t.Run("at the end time nothing is sent any more (R69)", func(t *testing.T) {
		t.Parallel()
		require.False(t, v.Ended(v.EndAt.Add(-1)))
		require.True(t, v.Ended(v.EndAt))
	})
}
