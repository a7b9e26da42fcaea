package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/fault"
	"tidings/outreach/schedule"
)

func TestTimeOfDayIsTheFirstInstantAtWhichTheClockShowsItOrLater(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, day, time, want string }{
		"a zone without changes":                                    {"Asia/Shanghai", "2026-03-08 12:00", "02:30", "2026-03-08T02:30:00+08:00"},
		"a half-hour zone":                                          {"Asia/Kolkata", "2026-03-08 12:00", "02:30", "2026-03-08T02:30:00+05:30"},
		"a quarter-hour zone":                                       {"Asia/Kathmandu", "2026-03-08 12:00", "02:30", "2026-03-08T02:30:00+05:45"},
		"02:30 in a gap is the first instant after it":              {"America/New_York", "2026-03-08 12:00", "02:30", "2026-03-08T03:00:00-04:00"},
		"02:00, where the gap begins, too":                          {"America/New_York", "2026-03-08 12:00", "02:00", "2026-03-08T03:00:00-04:00"},
		"01:59, just before the gap, is itself":                     {"America/New_York", "2026-03-08 12:00", "01:59", "2026-03-08T01:59:00-05:00"},
		"03:00, just after it, is itself":                           {"America/New_York", "2026-03-08 12:00", "03:00", "2026-03-08T03:00:00-04:00"},
		"01:30 in an overlap is the first of the two":               {"America/New_York", "2026-11-01 12:00", "01:30", "2026-11-01T01:30:00-04:00"},
		"02:00, just after the overlap, comes once":                 {"America/New_York", "2026-11-01 12:00", "02:00", "2026-11-01T02:00:00-05:00"},
		"east of Greenwich: a gap":                                  {"Europe/Berlin", "2026-03-29 12:00", "02:15", "2026-03-29T03:00:00+02:00"},
		"east of Greenwich: an overlap":                             {"Europe/Berlin", "2026-10-25 12:00", "02:15", "2026-10-25T02:15:00+02:00"},
		"a gap of half an hour":                                     {"Australia/Lord_Howe", "2026-10-04 12:00", "02:10", "2026-10-04T02:30:00+11:00"},
		"an overlap of half an hour":                                {"Australia/Lord_Howe", "2026-04-05 12:00", "01:40", "2026-04-05T01:40:00+11:00"},
		"midnight in a gap stays on its day":                        {"America/Sao_Paulo", "2018-11-04 12:00", "00:00", "2018-11-04T01:00:00-02:00"},
		"23:30 shown twice, because midnight was put back":          {"America/Sao_Paulo", "2018-02-17 12:00", "23:30", "2018-02-17T23:30:00-02:00"},
		"and 00:00 after it":                                        {"America/Sao_Paulo", "2018-02-18 12:00", "00:00", "2018-02-18T00:00:00-03:00"},
		"a day that a zone left out falls on the next one's begin":  {"Pacific/Apia", "2011-12-29 12:00", "10:00 of the day after", "2011-12-31T00:00:00+14:00"},
		"a clock put back a minute after midnight, the time before": {"America/St_Johns", "2010-11-06 12:00", "23:30", "2010-11-06T23:30:00-02:30"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := in(t, c.zone)
			days := 0
			if c.time == "10:00 of the day after" {
				c.time, days = "10:00", 1
			}
			clock, err := schedule.ParseTimeOfDay(c.time)
			require.NoError(t, err)
			require.Equal(t, c.want, clock.On(at(t, c.day, zone), days, zone).Format(time.RFC3339))
		})
	}
}

func TestParseTimeOfDay(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"00:00", "09:05", "23:59"} {
		clock, err := schedule.ParseTimeOfDay(text)
		require.NoError(t, err)
		require.Equal(t, text, clock.String())
	}
	for _, text := range []string{"", "9:05", "24:00", "12:60", "12.30", "12:3", "12:300", "-1:30", "1２:0", "ab:cd", " 9:30", "+1:00"} {
		_, err := schedule.ParseTimeOfDay(text)
		require.True(t, fault.Is(err, fault.Invalid), text)
	}
}

func TestDaily(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, time, after, want string }{
		"before 06:00: today (R70)":                  {"Asia/Shanghai", "06:00", "2026-03-01 05:59", "2026-03-01T06:00:00+08:00"},
		"at 06:00 itself: tomorrow (R70)":            {"Asia/Shanghai", "06:00", "2026-03-01 06:00", "2026-03-02T06:00:00+08:00"},
		"over the end of a leap February (R53)":      {"Asia/Shanghai", "06:00", "2028-02-28 07:00", "2028-02-29T06:00:00+08:00"},
		"a day whose time falls in a gap has it too": {"America/New_York", "02:30", "2026-03-07 12:00", "2026-03-08T03:00:00-04:00"},
		"and the next day is as ever":                {"America/New_York", "02:30", "2026-03-08T03:00:00-04:00", "2026-03-09T02:30:00-04:00"},
		"an overlap has it once":                     {"America/New_York", "01:30", "2026-11-01T01:30:00-04:00", "2026-11-02T01:30:00-05:00"},
		"midnight put back: the second pass has none": {
			"America/Sao_Paulo", "23:30", "2018-02-17T23:10:00-03:00", "2018-02-18T23:30:00-03:00",
		},
		"midnight put back a minute late: what the day before shows again has been": {
			"America/St_Johns", "23:59", "2010-11-07T00:00:30-02:30", "2010-11-07T23:59:00-03:30",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := in(t, c.zone)
			daily, err := schedule.NewDaily(c.time, zone)
			require.NoError(t, err)
			require.Equal(t, c.want, daily.Next(at(t, c.after, zone)).Format(time.RFC3339))
		})
	}
	t.Run("a triggered task's own segment is refreshed at 06:00 (R70)", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, "06:00", schedule.DefaultRefresh.String())
		next := schedule.DefaultRefresh.Daily(time.UTC).Next(time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
		require.Equal(t, time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC), next)
	})
	t.Run("a wrong time is refused", func(t *testing.T) {
		t.Parallel()
		_, err := schedule.NewDaily("6:00", time.UTC)
		require.True(t, fault.Is(err, fault.Invalid))
	})
}
