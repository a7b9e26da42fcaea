package schedule_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/schedule"
)

func TestMisfire(t *testing.T) {
	t.Parallel()
	point := time.Date(2026, 3, 1, 10, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		late         time.Duration
		repeat, once schedule.Verdict
	}{
		"a point to come waits":           {-time.Second, schedule.Wait, schedule.Wait},
		"in time it runs":                 {0, schedule.Run, schedule.Run},
		"30 minutes late it runs (§10.5)": {30 * time.Minute, schedule.Run, schedule.Run},
		"later a recurring one is skipped, a single one runs (§10.5)": {30*time.Minute + 1, schedule.Skip, schedule.Run},
		"72 hours late a single one runs (§10.5)":                     {72 * time.Hour, schedule.Skip, schedule.Run},
		"later it is abnormal (§10.5)":                                {72*time.Hour + 1, schedule.Skip, schedule.Abnormal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.repeat, schedule.Misfire(point, point.Add(c.late)))
			require.Equal(t, c.once, schedule.MisfireOnce(point, point.Add(c.late)))
		})
	}
}

func TestCatchUpAfterALateApproval(t *testing.T) {
	t.Parallel()
	zone := in(t, "Asia/Shanghai")
	c := cycle(t, schedule.EveryDays, 1, zone, "2026-03-01 00:00", "2026-03-31 00:00", "10:00", "18:00")
	for name, s := range map[string]struct {
		approved string
		run      []string
		skipped  []string
	}{
		"before the first point nothing is to be caught up":                     {"2026-03-01 09:59", []string{}, []string{}},
		"after one point that one runs, however late (R50, R59)":                {"2026-03-01 17:59", []string{"Sun 2026-03-01 10:00 +0800"}, []string{}},
		"at a point's instant that point has come":                              {"2026-03-01 18:00", []string{"Sun 2026-03-01 18:00 +0800"}, []string{"Sun 2026-03-01 10:00 +0800"}},
		"after several the latest runs and the earlier ones are skipped (§1.3)": {"2026-03-02 12:00", []string{"Mon 2026-03-02 10:00 +0800"}, []string{"Sun 2026-03-01 10:00 +0800", "Sun 2026-03-01 18:00 +0800"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			approved := at(t, s.approved, zone)
			for _, points := range [][]time.Time{
				c.Between(c.Start.Add(-1), approved, zone),
				c.Points(c.Start.Add(-1), 20, zone), // with some that are yet to come
			} {
				run, skipped, ok := schedule.CatchUp(points, approved)
				require.Equal(t, len(s.run) > 0, ok)
				if ok {
					require.Equal(t, s.run, shown([]time.Time{run}))
				}
				require.Equal(t, s.skipped, shown(skipped))
			}
		})
	}
}
