package schedule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/fault"
	"tidings/outreach/schedule"
)

// cycle is one of the kind with its days, at these times, in the window given in the zone.
func cycle(t testing.TB, kind schedule.CycleKind, days any, zone *time.Location, start, end string, times ...string) schedule.Cycle {
	t.Helper()
	c := schedule.Cycle{Kind: kind, Times: times, Start: at(t, start, zone), End: at(t, end, zone)}
	switch days := days.(type) {
	case int:
		c.Every = days
	case []string:
		c.Weekdays = days
	case []int:
		c.MonthDays = days
	}
	return c
}

func TestPointsOfACycle(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		zone       string
		kind       schedule.CycleKind
		days       any
		start, end string
		times      []string
		after      string // the window's begin when empty
		want       []string
	}{
		"every day at 10:00 during March (R46)": {
			"Asia/Shanghai", schedule.EveryDays, 1, "2026-03-01 00:00", "2026-03-31 23:59",
			[]string{"10:00"},
			"2026-03-29 10:00",
			[]string{"Mon 2026-03-30 10:00 +0800", "Tue 2026-03-31 10:00 +0800"},
		},
		"every 3 days, counted from the day of the start (R57)": {
			"Asia/Shanghai", schedule.EveryDays, 3, "2026-02-26 00:00", "2026-03-06 00:00",
			[]string{"10:00"},
			"",
			[]string{"Thu 2026-02-26 10:00 +0800", "Sun 2026-03-01 10:00 +0800", "Wed 2026-03-04 10:00 +0800"},
		},
		"every 2 days, begun after the time of the first: that one is outside (R58)": {
			"Asia/Shanghai", schedule.EveryDays, 2, "2026-03-01 12:00", "2026-03-06 00:00",
			[]string{"10:00"},
			"",
			[]string{"Tue 2026-03-03 10:00 +0800", "Thu 2026-03-05 10:00 +0800"},
		},
		"both ends of the window are inside (R58)": {
			"Asia/Shanghai", schedule.EveryDays, 1, "2026-03-01 10:00", "2026-03-02 10:00",
			[]string{"10:00"},
			"",
			[]string{"Sun 2026-03-01 10:00 +0800", "Mon 2026-03-02 10:00 +0800"},
		},
		"several times a day come in order, however they were written (§10.5)": {
			"Asia/Shanghai", schedule.EveryDays, 1, "2026-03-01 00:00", "2026-03-01 23:00",
			[]string{"20:00", "08:30", "12:00"},
			"",
			[]string{"Sun 2026-03-01 08:30 +0800", "Sun 2026-03-01 12:00 +0800", "Sun 2026-03-01 20:00 +0800"},
		},
		"weekdays (§10.5)": {
			"Asia/Shanghai", schedule.OnWeekdays,
			[]string{"FRIDAY", "MONDAY"},
			"2026-03-01 00:00", "2026-03-10 00:00",
			[]string{"10:00"},
			"",
			[]string{"Mon 2026-03-02 10:00 +0800", "Fri 2026-03-06 10:00 +0800", "Mon 2026-03-09 10:00 +0800"},
		},
		"Sunday belongs to the week before Monday": {
			"Asia/Shanghai", schedule.OnWeekdays,
			[]string{"SUNDAY"},
			"2026-03-01 00:00", "2026-03-09 00:00",
			[]string{"00:00"},
			"",
			[]string{"Sun 2026-03-01 00:00 +0800", "Sun 2026-03-08 00:00 +0800"},
		},
		"the 31st skips short months (§10.5)": {
			"Asia/Shanghai", schedule.OnMonthDays,
			[]int{31},
			"2026-01-01 00:00", "2026-06-30 00:00",
			[]string{"10:00"},
			"",
			[]string{"Sat 2026-01-31 10:00 +0800", "Tue 2026-03-31 10:00 +0800", "Sun 2026-05-31 10:00 +0800"},
		},
		"the 29th and 30th skip a February of 28 days (§10.5)": {
			"Asia/Shanghai", schedule.OnMonthDays,
			[]int{29, 30},
			"2026-01-30 00:00", "2026-03-31 00:00",
			[]string{"10:00"},
			"",
			[]string{"Fri 2026-01-30 10:00 +0800", "Sun 2026-03-29 10:00 +0800", "Mon 2026-03-30 10:00 +0800"},
		},
		"the 29th of a leap February is one (§10.5)": {
			"Asia/Shanghai", schedule.OnMonthDays,
			[]int{29},
			"2028-02-01 00:00", "2028-03-30 00:00",
			[]string{"10:00"},
			"",
			[]string{"Tue 2028-02-29 10:00 +0800", "Wed 2028-03-29 10:00 +0800"},
		},
		"over a new year": {
			"Asia/Shanghai", schedule.OnMonthDays,
			[]int{1, 31},
			"2026-12-30 00:00", "2027-01-31 23:00",
			[]string{"00:00"},
			"",
			[]string{"Thu 2026-12-31 00:00 +0800", "Fri 2027-01-01 00:00 +0800", "Sun 2027-01-31 00:00 +0800"},
		},
		"10:00 stays 10:00 when the clock is put forward": {
			"America/New_York", schedule.EveryDays, 1, "2026-03-07 00:00", "2026-03-09 23:00",
			[]string{"10:00"},
			"",
			[]string{"Sat 2026-03-07 10:00 -0500", "Sun 2026-03-08 10:00 -0400", "Mon 2026-03-09 10:00 -0400"},
		},
		"a time in the gap runs right after it, the day is not left out": {
			"America/New_York", schedule.EveryDays, 1, "2026-03-07 00:00", "2026-03-09 23:00",
			[]string{"02:30"},
			"",
			[]string{"Sat 2026-03-07 02:30 -0500", "Sun 2026-03-08 03:00 -0400", "Mon 2026-03-09 02:30 -0400"},
		},
		"two times in one gap, and one at its end, are one point": {
			"America/New_York", schedule.EveryDays, 1, "2026-03-08 00:00", "2026-03-08 23:00",
			[]string{"02:15", "02:45", "03:00", "03:01"},
			"",
			[]string{"Sun 2026-03-08 03:00 -0400", "Sun 2026-03-08 03:01 -0400"},
		},
		"a time shown twice runs the first time only": {
			"America/New_York", schedule.EveryDays, 1, "2026-10-31 12:00", "2026-11-02 23:00",
			[]string{"01:30"},
			"",
			[]string{"Sun 2026-11-01 01:30 -0400", "Mon 2026-11-02 01:30 -0500"},
		},
		"a window that begins in the second pass of an overlap": {
			"America/New_York", schedule.EveryDays, 1, "2026-11-01T01:10:00-05:00", "2026-11-02 23:00",
			[]string{"01:30", "02:00"},
			"",
			[]string{"Sun 2026-11-01 02:00 -0500", "Mon 2026-11-02 01:30 -0500", "Mon 2026-11-02 02:00 -0500"},
		},
		"midnight that does not exist runs at 01:00 of the same day": {
			"America/Sao_Paulo", schedule.OnWeekdays,
			[]string{"SUNDAY"},
			"2018-11-03 00:00", "2018-11-12 00:00",
			[]string{"00:00"},
			"",
			[]string{"Sun 2018-11-04 01:00 -0200", "Sun 2018-11-11 00:00 -0200"},
		},
		"a half-hour zone": {
			"Asia/Kolkata", schedule.EveryDays, 1, "2026-03-01 00:00", "2026-03-01 23:59",
			[]string{"00:00", "23:59"},
			"",
			[]string{"Sun 2026-03-01 00:00 +0530", "Sun 2026-03-01 23:59 +0530"},
		},
		"after the last point there is none": {
			"Asia/Shanghai", schedule.EveryDays, 1, "2026-03-01 00:00", "2026-03-03 00:00", []string{"10:00"}, "2026-03-02 10:00", []string{},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := in(t, c.zone)
			cy := cycle(t, c.kind, c.days, zone, c.start, c.end, c.times...)
			after := cy.Start.Add(-time.Hour)
			if c.after != "" {
				after = at(t, c.after, zone)
			}
			require.Equal(t, c.want, shown(cy.Points(after, 100, zone)))
			require.Equal(t, len(c.want), cy.Count(after, cy.End, zone))
			next, ok := cy.Next(after, zone)
			require.Equal(t, len(c.want) > 0, ok)
			if ok {
				require.Equal(t, c.want[0], shown([]time.Time{next})[0])
			}
		})
	}
}

func TestPreviewGivesTheNextFivePoints(t *testing.T) {
	t.Parallel()
	zone := in(t, "Asia/Shanghai")
	c := cycle(t, schedule.OnWeekdays, []string{"MONDAY", "WEDNESDAY"}, zone, "2026-03-01 00:00", "2027-03-01 00:00", "10:00")
	require.Equal(t, []string{
		"Wed 2026-03-04 10:00 +0800", "Mon 2026-03-09 10:00 +0800", "Wed 2026-03-11 10:00 +0800", "Mon 2026-03-16 10:00 +0800", "Wed 2026-03-18 10:00 +0800",
	}, shown(c.Points(at(t, "2026-03-02 10:00", zone), 5, zone)))
	require.Empty(t, c.Points(c.Start, 0, zone))
}

func TestBetweenLeavesOutItsBeginAndHasItsEnd(t *testing.T) {
	t.Parallel()
	zone := in(t, "Asia/Shanghai")
	c := cycle(t, schedule.EveryDays, 1, zone, "2026-03-01 00:00", "2026-04-01 00:00", "10:00")
	from, until := at(t, "2026-03-02 10:00", zone), at(t, "2026-03-04 10:00", zone)
	require.Equal(t, []string{"Tue 2026-03-03 10:00 +0800", "Wed 2026-03-04 10:00 +0800"}, shown(c.Between(from, until, zone)))
	require.Equal(t, 2, c.Count(from, until, zone))
	require.Zero(t, c.Count(until, from, zone))
}

func TestCycleInJSON(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"kind":"DAYS","every":2,"times":["10:00","18:30"],"start":"2026-03-01T00:00:00Z","end":"2026-03-31T15:59:59Z"}`,
		`{"kind":"WEEKDAYS","weekdays":["MONDAY","FRIDAY"],"times":["10:00"],"start":"2026-03-01T00:00:00+08:00","end":"2026-03-31T15:59:59Z"}`,
		`{"kind":"MONTH_DAYS","monthDays":[1,15,31],"times":["10:00"],"start":"2026-03-01T00:00:00Z","end":"2026-03-31T15:59:59Z"}`,
	} {
		c, err := schedule.ParseCycle([]byte(text))
		require.NoError(t, err)
		require.Empty(t, c.Validate("", c.Start.Add(-1), time.UTC))
		out, err := json.Marshal(c)
		require.NoError(t, err)
		require.JSONEq(t, text, string(out))
	}
	for _, text := range []string{
		``, `null`, `[]`, `{} {}`, `{"kind":"DAYS","evry":2}`, `{"kind":1}`, `{"start":"yesterday"}`, `{"times":[1000]}`, `{"monthDays":[1.5]}`, `{"every":1e99}`,
	} {
		_, err := schedule.ParseCycle([]byte(text))
		require.True(t, fault.Is(err, fault.Invalid), text)
	}
}
