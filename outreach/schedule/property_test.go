package schedule_test

import (
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tidings/outreach/schedule"
)

// moments are days near which clocks were changed, and days of no note, with
// zones that make trouble: half-hour changes, gaps and overlaps at midnight, a
// minute after midnight, a day left out.
var moments = []struct{ zone, day string }{
	{"UTC", "2027-12-30"},
	{"Asia/Shanghai", "2028-02-27"},
	{"Asia/Kolkata", "2026-01-30"},
	{"Asia/Kathmandu", "2026-06-01"},
	{"America/New_York", "2026-03-07"},
	{"America/New_York", "2026-10-30"},
	{"Europe/Berlin", "2026-03-28"},
	{"Europe/Dublin", "2026-10-24"},
	{"Australia/Lord_Howe", "2026-04-04"},
	{"Australia/Lord_Howe", "2026-10-03"},
	{"America/Sao_Paulo", "2018-11-03"},
	{"America/Sao_Paulo", "2018-02-16"},
	{"America/Havana", "2026-11-01"},
	{"Africa/Cairo", "2026-04-23"},
	{"Africa/Cairo", "2026-10-29"},
	{"America/St_Johns", "2010-03-13"},
	{"America/St_Johns", "2010-11-06"},
	{"Pacific/Apia", "2011-12-29"},
	{"Africa/Casablanca", "2026-02-14"},
}

// drawMoment is a zone and an instant in it up to three days from its moment.
func drawMoment(rt *rapid.T, t *testing.T) (*time.Location, time.Time) {
	moment := rapid.SampledFrom(moments).Draw(rt, "moment")
	zone := in(t, moment.zone)
	return zone, at(t, moment.day+" 12:00", zone).Add(time.Duration(rapid.IntRange(-3*1440, 3*1440).Draw(rt, "minutes")) * time.Minute)
}

func drawTime(rt *rapid.T) string {
	// The hours in which clocks are changed come up more often.
	hour := rapid.OneOf(rapid.SampledFrom([]int{0, 1, 2, 3, 23}), rapid.IntRange(0, 23)).Draw(rt, "hour")
	return schedule.TimeOfDay(hour*60 + rapid.IntRange(0, 59).Draw(rt, "minute")).String()
}

var dayWords = []string{"SUNDAY", "MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY"}

// drawCycle is a cycle that begins at an instant and lasts up to so many days.
func drawCycle(rt *rapid.T, start time.Time, days int) schedule.Cycle {
	c := schedule.Cycle{Kind: rapid.SampledFrom([]schedule.CycleKind{schedule.EveryDays, schedule.OnWeekdays, schedule.OnMonthDays}).Draw(rt, "kind")}
	switch c.Kind {
	case schedule.EveryDays:
		c.Every = rapid.IntRange(1, 10).Draw(rt, "every")
	case schedule.OnWeekdays:
		c.Weekdays = rapid.SliceOfNDistinct(rapid.SampledFrom(dayWords), 1, 7, rapid.ID).Draw(rt, "weekdays")
	case schedule.OnMonthDays:
		c.MonthDays = rapid.SliceOfNDistinct(rapid.IntRange(1, 31), 1, 20, rapid.ID).Draw(rt, "month days")
	}
	c.Times = rapid.SliceOfNDistinct(rapid.Custom(drawTime), 1, 24, rapid.ID).Draw(rt, "times")
	c.Start = start
	c.End = start.Add(time.Duration(rapid.IntRange(1, days*1440).Draw(rt, "length")) * time.Minute)
	return c
}

// minuteByMinute finds a cycle's points by looking at the clock each minute of
// its window: a point is where the clock reaches, for the first time, one of
// the times of one of the days.
func minuteByMinute(c schedule.Cycle, zone *time.Location) []time.Time {
	wall := func(t time.Time) int64 { // the minute the clock shows, counted as if there were no zones
		local := t.In(zone)
		_, offset := local.Zone()
		return (local.Unix() + int64(offset)) / 60
	}
	anchor := wall(c.Start) / 1440
	wanted := map[int64]bool{}
	for _, text := range c.Times {
		hour, minute := int64(text[0]-'0')*10+int64(text[1]-'0'), int64(text[3]-'0')*10+int64(text[4]-'0')
		wanted[hour*60+minute] = true
	}
	hits := func(minute int64) bool {
		day := time.Unix(minute*60, 0).UTC()
		if !wanted[minute%1440] {
			return false
		}
		switch c.Kind {
		case schedule.EveryDays:
			gone := minute/1440 - anchor
			return gone >= 0 && gone%int64(c.Every) == 0
		case schedule.OnWeekdays:
			return slices.Contains(c.Weekdays, dayWords[day.Weekday()])
		default:
			return slices.Contains(c.MonthDays, day.Day())
		}
	}
	var out []time.Time
	t := c.Start.Truncate(time.Minute).Add(-48 * time.Hour)
	for reached := wall(t); !t.After(c.End); t = t.Add(time.Minute) {
		hit := false
		for ; reached < wall(t); reached++ {
			hit = hits(reached+1) || hit
		}
		if hit && !t.Before(c.Start) {
			out = append(out, t.In(zone))
		}
	}
	return out
}

func TestPointsEqualThoseFoundMinuteByMinute(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone, start := drawMoment(rt, t)
		c := drawCycle(rt, start, 40)
		want := minuteByMinute(c, zone)
		got := c.Between(start.Add(-time.Hour), c.End.Add(time.Hour), zone)
		require.Equal(rt, shown(want), shown(got))
	})
}

func TestTheNextPointNeverGoesBackAndNeverLeavesTheWindow(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone, start := drawMoment(rt, t)
		c := drawCycle(rt, start, 500)
		points := c.Between(time.Time{}, c.End, zone)
		for i, p := range points {
			require.False(rt, p.Before(c.Start))
			require.False(rt, p.After(c.End))
			require.True(rt, i == 0 || p.After(points[i-1]))
		}
		require.Equal(rt, len(points), c.Count(c.Start.Add(-1), c.End, zone))

		// From any instant, also one without a whole minute, Next is the first of all points after it.
		after := c.Start.Add(time.Duration(rapid.Int64Range(-int64(time.Hour), int64(c.End.Sub(c.Start)+time.Hour)).Draw(rt, "after")))
		want := slices.IndexFunc(points, func(p time.Time) bool { return p.After(after) })
		next, ok := c.Next(after, zone)
		require.Equal(rt, want >= 0, ok)
		if ok {
			require.True(rt, next.Equal(points[want]))
			require.Equal(rt, shown(points[want:min(want+5, len(points))]), shown(c.Points(after, 5, zone)))
		}
	})
}

func TestDailyComesOnceADayInEveryZone(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone, start := drawMoment(rt, t)
		daily, err := schedule.NewDaily(drawTime(rt), zone)
		require.NoError(rt, err)
		at := start
		for range 10 {
			next := daily.Next(at)
			require.True(rt, next.After(at))
			require.LessOrEqual(rt, next.Sub(at), 26*time.Hour)
			at = next
		}
	})
}

func drawTiming(rt *rapid.T, near time.Time) schedule.Timing {
	timing := schedule.Timing{Kind: rapid.SampledFrom([]schedule.TimingKind{
		schedule.Immediate, schedule.Delay, schedule.AtDateTime, schedule.AtTime, schedule.OnWeekday,
	}).Draw(rt, "timing")}
	switch timing.Kind {
	case schedule.Delay:
		timing.Days, timing.Minutes = rapid.IntRange(0, 364).Draw(rt, "days"), rapid.IntRange(1, 1440).Draw(rt, "delay")
	case schedule.AtDateTime:
		timing.At = near.Add(time.Duration(rapid.IntRange(-5000, 5000).Draw(rt, "at")) * time.Minute)
	case schedule.AtTime:
		timing.Days, timing.Time = rapid.IntRange(0, 10).Draw(rt, "days"), drawTime(rt)
	case schedule.OnWeekday:
		timing.Weekday, timing.Time = rapid.SampledFrom(dayWords).Draw(rt, "weekday"), drawTime(rt)
	case schedule.Immediate:
	}
	return timing
}

func TestDueIsNeverBeforeTheEventAndTheDefaultEndCutsNothingOff(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		zone, last := drawMoment(rt, t)
		if zone.String() == "America/St_Johns" || zone.String() == "Pacific/Apia" {
			rt.Skip("the clock was put back into the day before, or a day was left out: see Due")
		}
		timing := drawTiming(rt, last)
		require.Empty(rt, timing.Validate(""))
		base := last.Add(-time.Duration(rapid.IntRange(0, 4*1440).Draw(rt, "earlier")) * time.Minute)
		due, lastDue := timing.Due(base, zone), timing.Due(last, zone)
		require.False(rt, due.Before(base))
		require.False(rt, lastDue.Before(due), "a later event is not due earlier")

		validity := schedule.Validity{WindowStart: base.Add(-1), WindowEnd: last, Timing: timing}
		validity.EndAt = validity.DefaultEnd(0, zone)
		require.True(rt, validity.EndAt.After(due), "at the end itself nothing is sent")
		require.True(rt, validity.EndAt.After(lastDue))
	})
}
