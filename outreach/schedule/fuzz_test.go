package schedule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/schedule"
)

// Whatever comes in from outside is refused or has points inside its window, and
// says the same after it was stored.
func FuzzCycle(f *testing.F) {
	for _, text := range []string{
		`{"kind":"DAYS","every":2,"times":["10:00","18:30"],"start":"2026-03-01T00:00:00Z","end":"2026-03-31T15:59:59Z"}`,
		`{"kind":"WEEKDAYS","weekdays":["MONDAY","FRIDAY"],"times":["02:30"],"start":"2026-03-01T00:00:00+08:00","end":"2026-03-31T15:59:59Z"}`,
		`{"kind":"MONTH_DAYS","monthDays":[29,30,31],"times":["00:00"],"start":"2027-12-31T00:00:00Z","end":"2037-12-31T00:00:00Z"}`,
		`{"kind":"DAYS","every":365,"times":["23:59"],"start":"0001-01-01T00:00:00.000000001Z","end":"0009-01-01T00:00:00Z"}`,
		`{"kind":"DAYS","every":1,"times":["00:00"],"start":"0000-01-01T00:00:00Z","end":"0000-01-02T00:00:00Z"}`,
		`{"kind":"DAYS","every":1,"times":["00:00"],"start":"9999-12-30T00:00:00Z","end":"9999-12-31T23:59:59Z"}`,
		`{"kind":"DAYS","every":-1,"times":["24:00"],"start":"2026-03-01T00:00:00Z","end":"2026-02-31T15:59:59Z"}`,
		`{"times":null}`, `{}`, `null`, `[`,
	} {
		f.Add([]byte(text))
	}
	zones := []*time.Location{time.UTC, in(f, "America/New_York"), in(f, "Australia/Lord_Howe"), in(f, "Asia/Kathmandu")}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := schedule.ParseCycle(data)
		if err != nil {
			return
		}
		stored, err := json.Marshal(c)
		if err != nil {
			t.Skip("a time with a zone that JSON cannot hold")
		}
		again, err := schedule.ParseCycle(stored)
		require.NoError(t, err)
		for _, zone := range zones {
			require.True(t, again.Start.Equal(c.Start) && again.End.Equal(c.End))
			wrong := c.Validate("cycle", c.Start.Add(-1), zone)
			require.Equal(t, rules(wrong), rules(again.Validate("cycle", again.Start.Add(-1), zone)))
			points := c.Points(c.Start.Add(-1), 50, zone)
			require.Equal(t, len(wrong) == 0, len(points) > 0)
			require.Equal(t, shown(points), shown(again.Points(again.Start.Add(-1), 50, zone)))
			for i, p := range points {
				require.False(t, p.Before(c.Start) || p.After(c.End))
				require.True(t, i == 0 || p.After(points[i-1]))
			}
		}
	})
}

// A timing that is not refused is due at or after its base, and within a year of it.
func FuzzTiming(f *testing.F) {
	for _, text := range []string{
		`{"kind":"IMMEDIATE"}`, `{"kind":"DELAY","days":365}`, `{"kind":"DELAY","days":4611686018427387904}`, `{"kind":"DATETIME","at":"2026-11-11T02:00:00Z"}`,
		`{"kind":"TIME_OF_DAY","days":364,"time":"23:59"}`, `{"kind":"WEEKDAY","weekday":"SUNDAY","time":"02:30"}`, `{"kind":"WEEKDAY","days":1}`,
	} {
		f.Add([]byte(text), int64(1772978400))
	}
	zone := in(f, "America/New_York")
	f.Fuzz(func(t *testing.T, data []byte, second int64) {
		timing, err := schedule.ParseTiming(data)
		if err != nil || len(timing.Validate("")) > 0 {
			return
		}
		base := time.Unix(second%(1<<33), 0)
		due := timing.Due(base, zone)
		require.False(t, due.Before(base))
		if timing.Kind != schedule.AtDateTime {
			require.LessOrEqual(t, due.Sub(base), 365*24*time.Hour+time.Hour)
		}
		require.False(t, timing.Latest(base, zone).Before(due))
	})
}

func BenchmarkNextOfATenYearCycle(b *testing.B) {
	zone := in(b, "America/New_York")
	c := cycle(b, schedule.OnMonthDays, []int{1, 15, 31}, zone, "2026-03-01 00:00", "2036-03-01 00:00", "10:00", "18:00")
	for b.Loop() {
		_, ok := c.Next(c.End.AddDate(0, -2, 0), zone)
		require.True(b, ok)
	}
}
