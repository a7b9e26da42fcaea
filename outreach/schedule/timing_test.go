package schedule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/fault"
	"tidings/outreach/schedule"
)

func tuesday(clock string) schedule.Timing {
	return schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: clock}
}

func clockAfter(days int, clock string) schedule.Timing {
	return schedule.Timing{Kind: schedule.AtTime, Days: days, Time: clock}
}

func TestWhenATriggeredMessageIsDue(t *testing.T) {
	t.Parallel()
	eleven := time.Date(2026, 11, 11, 2, 0, 0, 0, time.UTC) // 10:00 in Shanghai
	for name, c := range map[string]struct {
		zone   string
		timing schedule.Timing
		base   string
		want   string
	}{
		"immediately: at the event (R64)":             {"Asia/Shanghai", schedule.Timing{Kind: schedule.Immediate}, "2026-03-02T10:00:00.5+08:00", "2026-03-02T10:00:00.5+08:00"},
		"a delay of 20 minutes (R65)":                 {"Asia/Shanghai", schedule.Timing{Kind: schedule.Delay, Minutes: 20}, "2026-03-02 10:00", "2026-03-02T10:20:00+08:00"},
		"days, hours and minutes add up (R65)":        {"Asia/Shanghai", schedule.Timing{Kind: schedule.Delay, Days: 1, Hours: 2, Minutes: 3}, "2026-03-02 10:00", "2026-03-03T12:03:00+08:00"},
		"1 day is 24 hours over a clock change (R65)": {"America/New_York", schedule.Timing{Kind: schedule.Delay, Days: 1}, "2026-03-07 10:00", "2026-03-08T11:00:00-04:00"},
		"365 days (R65)":                              {"Asia/Shanghai", schedule.Timing{Kind: schedule.Delay, Days: 365}, "2027-03-02 10:00", "2028-03-01T10:00:00+08:00"},

		"a specified datetime to come (R66)":        {"Asia/Shanghai", schedule.Timing{Kind: schedule.AtDateTime, At: eleven}, "2026-03-02 10:00", "2026-11-11T10:00:00+08:00"},
		"a specified datetime past: at once (R66)":  {"Asia/Shanghai", schedule.Timing{Kind: schedule.AtDateTime, At: eleven}, "2026-11-11 10:01", "2026-11-11T10:01:00+08:00"},
		"a time still to come that day (R66)":       {"Asia/Shanghai", clockAfter(0, "10:00"), "2026-03-02 09:59", "2026-03-02T10:00:00+08:00"},
		"that very time is now (R66)":               {"Asia/Shanghai", clockAfter(0, "10:00"), "2026-03-02 10:00", "2026-03-02T10:00:00+08:00"},
		"a time that has passed: tomorrow (R66)":    {"Asia/Shanghai", clockAfter(0, "10:00"), "2026-03-02 10:01", "2026-03-03T10:00:00+08:00"},
		"the next day, from the morning (R66)":      {"Asia/Shanghai", clockAfter(1, "10:00"), "2026-03-02 00:00", "2026-03-03T10:00:00+08:00"},
		"the next day, from the evening (R66)":      {"Asia/Shanghai", clockAfter(1, "10:00"), "2026-03-02 23:59", "2026-03-03T10:00:00+08:00"},
		"3 days later over a month's end (R66)":     {"Asia/Shanghai", clockAfter(3, "10:00"), "2028-02-28 12:00", "2028-03-02T10:00:00+08:00"},
		"the day is the zone's (R66)":               {"Asia/Shanghai", clockAfter(1, "10:00"), "2026-03-01T23:30:00Z", "2026-03-03T10:00:00+08:00"},
		"a time in a gap: right after it (R66)":     {"America/New_York", clockAfter(1, "02:30"), "2026-03-07 10:00", "2026-03-08T03:00:00-04:00"},
		"a time shown twice: the first (R66)":       {"America/New_York", clockAfter(1, "01:30"), "2026-10-31 10:00", "2026-11-01T01:30:00-04:00"},
		"in the second pass it has been (R66)":      {"America/New_York", clockAfter(0, "01:30"), "2026-11-01T01:10:00-05:00", "2026-11-02T01:30:00-05:00"},
		"over midnight by a minute (R66)":           {"Asia/Shanghai", clockAfter(0, "00:00"), "2026-03-02 23:59", "2026-03-03T00:00:00+08:00"},
		"Monday's event: this Tuesday (R67)":        {"Asia/Shanghai", tuesday("10:00"), "2026-03-02 12:00", "2026-03-03T10:00:00+08:00"},
		"Wednesday's event: next Tuesday (R67)":     {"Asia/Shanghai", tuesday("10:00"), "2026-03-04 12:00", "2026-03-10T10:00:00+08:00"},
		"Sunday's event: the Tuesday after (R67)":   {"Asia/Shanghai", tuesday("10:00"), "2026-03-08 12:00", "2026-03-10T10:00:00+08:00"},
		"Tuesday before 10:00: today (§10.3)":       {"Asia/Shanghai", tuesday("10:00"), "2026-03-03 09:59", "2026-03-03T10:00:00+08:00"},
		"Tuesday at 10:00: next week (§10.3)":       {"Asia/Shanghai", tuesday("10:00"), "2026-03-03 10:00", "2026-03-10T10:00:00+08:00"},
		"Tuesday after 10:00: next week (§10.3)":    {"Asia/Shanghai", tuesday("10:00"), "2026-03-03 10:01", "2026-03-10T10:00:00+08:00"},
		"the weekday is the zone's (R67)":           {"Asia/Shanghai", tuesday("10:00"), "2026-03-02T17:00:00Z", "2026-03-03T10:00:00+08:00"},
		"a week with a clock change in it (R67)":    {"Europe/Berlin", tuesday("10:00"), "2026-03-25 12:00", "2026-03-31T10:00:00+02:00"},
		"a weekday whose time is in a gap (R67)":    {"Europe/Berlin", schedule.Timing{Kind: schedule.OnWeekday, Weekday: "SUNDAY", Time: "02:30"}, "2026-03-27 12:00", "2026-03-29T03:00:00+02:00"},
		"over a new year (R67)":                     {"Asia/Shanghai", tuesday("10:00"), "2026-12-30 12:00", "2027-01-05T10:00:00+08:00"},
		"in a half-hour zone (R67)":                 {"Asia/Kolkata", tuesday("00:00"), "2026-03-02T18:29:00Z", "2026-03-03T00:00:00+05:30"},
		"in a half-hour zone, a minute later (R67)": {"Asia/Kolkata", tuesday("00:00"), "2026-03-02T18:30:00Z", "2026-03-10T00:00:00+05:30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := in(t, c.zone)
			require.Empty(t, c.timing.Validate("timing"))
			require.Equal(t, c.want, c.timing.Due(at(t, c.base, zone), zone).Format(time.RFC3339Nano))
		})
	}
}

func TestWrongTimingsAreRefusedAtTheField(t *testing.T) {
	t.Parallel()
	delay := func(days, hours, minutes int) schedule.Timing {
		return schedule.Timing{Kind: schedule.Delay, Days: days, Hours: hours, Minutes: minutes}
	}
	for name, c := range map[string]struct {
		timing schedule.Timing
		want   []string
	}{
		"none (R63)":                           {schedule.Timing{}, []string{"timing.kind REQUIRED"}},
		"an unknown one":                       {schedule.Timing{Kind: "SOON"}, []string{"timing.kind UNKNOWN"}},
		"immediately with a delay":             {schedule.Timing{Kind: schedule.Immediate, Minutes: 1}, []string{"timing.minutes NOT_ALLOWED"}},
		"365 days (R65)":                       {delay(365, 0, 0), []string{}},
		"8760 hours (R65)":                     {delay(0, 8760, 0), []string{}},
		"365 days and a minute (R65)":          {delay(365, 0, 1), []string{"timing OUT_OF_RANGE"}},
		"366 days (R65)":                       {delay(366, 0, 0), []string{"timing.days OUT_OF_RANGE"}},
		"an enormous delay does not wrap":      {delay(1<<62, 1<<62, 1<<62), []string{"timing.days OUT_OF_RANGE", "timing.hours OUT_OF_RANGE", "timing.minutes OUT_OF_RANGE"}},
		"a delay back in time":                 {delay(1, -1, 0), []string{"timing.hours OUT_OF_RANGE"}},
		"a delay of nothing":                   {delay(0, 0, 0), []string{"timing OUT_OF_RANGE"}},
		"a datetime without one":               {schedule.Timing{Kind: schedule.AtDateTime}, []string{"timing.at REQUIRED"}},
		"a time of day without one":            {schedule.Timing{Kind: schedule.AtTime}, []string{"timing.time REQUIRED"}},
		"a wrong time of day":                  {clockAfter(1, "10:60"), []string{"timing.time BAD_TIME"}},
		"364 days and then a time is 365 days": {clockAfter(364, "23:59"), []string{}},
		"365 days and then a time is more":     {clockAfter(365, "00:00"), []string{"timing.days OUT_OF_RANGE"}},
		"a weekday without anything":           {schedule.Timing{Kind: schedule.OnWeekday}, []string{"timing.time REQUIRED", "timing.weekday REQUIRED"}},
		"a weekday of no language":             {schedule.Timing{Kind: schedule.OnWeekday, Weekday: "DIENSTAG", Time: "10:00"}, []string{"timing.weekday UNKNOWN"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, rules(c.timing.Validate("timing")))
		})
	}
}

func TestTimingInJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"kind":"IMMEDIATE"}`,
		`{"kind":"DELAY","days":1,"hours":2,"minutes":30}`,
		`{"kind":"DATETIME","at":"2026-11-11T02:00:00Z"}`,
		`{"kind":"TIME_OF_DAY","days":1,"time":"10:00"}`,
		`{"kind":"TIME_OF_DAY","time":"10:00"}`,
		`{"kind":"WEEKDAY","weekday":"TUESDAY","time":"10:00"}`,
	} {
		timing, err := schedule.ParseTiming([]byte(text))
		require.NoError(t, err)
		require.Empty(t, timing.Validate(""))
		out, err := json.Marshal(timing)
		require.NoError(t, err)
		require.JSONEq(t, text, string(out))
	}
	for _, text := range []string{``, `null`, `"IMMEDIATE"`, `{"kind":"DELAY","day":1}`, `{"kind":"DATETIME","at":"tomorrow"}`} {
		_, err := schedule.ParseTiming([]byte(text))
		require.True(t, fault.Is(err, fault.Invalid), text)
	}
}
