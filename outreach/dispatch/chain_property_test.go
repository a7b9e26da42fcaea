package dispatch_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/dispatch"
	"tidings/outreach/schedule"
)

// TestEveryPointHasOneRun lives random lives: random cycles, approvals in time and
// late, pauses, downtimes, slow channels, failing refreshes, channels that are
// switched off, retries, and workers that die in the middle of it.
func TestEveryPointHasOneRun(t *testing.T) {
	t.Parallel()
	lives := func(t *testing.T, n uint64, open func(*testing.T) *database.DB) {
		t.Helper()
		for seed := range n {
			t.Run(fmt.Sprintf("every point of the cycle has exactly one run, in order, none outside the window: life %d (R46, R57, R58, R59, R60)", seed), func(t *testing.T) {
				t.Parallel()
				liveAtRandom(t, open(t), rand.New(rand.NewPCG(seed, 46))) //nolint:gosec // a seed that can be lived again
			})
		}
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		lives(t, 12, func(t *testing.T) *database.DB { t.Helper(); return testdb.New(t) })
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		lives(t, 2, func(t *testing.T) *database.DB { t.Helper(); return testdb.Postgres(t) })
	})
}

func liveAtRandom(t *testing.T, db *database.DB, r *rand.Rand) {
	t.Helper()
	zone := []string{"Asia/Shanghai", "America/New_York", "Australia/Lord_Howe"}[r.IntN(3)]
	l := newLife(t, db, zone, schedule.Cycle{})
	l.cycle = randomCycle(r, l.zone)
	span := l.cycle.End.Sub(nine)
	l.submit([]string{"", "RUN_ONCE", "RUN_ONCE UNREFRESHED", "RUN_ONCE HELD"}[r.IntN(4)])
	submitted := *l.flow.task(l.task).SubmittedAt
	if first, _ := l.cycle.Next(submitted, l.zone); r.IntN(3) == 0 {
		l.until(first.Add(time.Duration(r.Int64N(int64(71 * time.Hour))))) // late, or too late where that cancels
	}
	if l.do("approve", "") != nil {
		require.Equal(t, enttask.RunStatusCancelled, l.status())
		require.Empty(t, l.runs())
		return
	}
	pick := func(words ...string) string { return words[r.IntN(len(words))] }
	for range 25 {
		step := pick("until", "until", "jump", "pause", "resume", "retry", "slow", "fast", "break", "mend", "off", "on", "stop", "crash", "twice")
		at := l.clock.Now().Add(time.Duration(r.Int64N(max(int64(span)/15, int64(time.Hour)))).Truncate(time.Minute))
		switch step {
		case "until":
			l.until(at)
		case "jump":
			l.clock.Set(at)
			l.work()
		case "off", "on":
			_ = l.do("channel", step)
		case "stop": // a channel that does not work, and a retry some time later
			_ = l.do("channel", "off")
			l.until(at)
			_ = l.do("channel", "on")
			l.clock.Advance(time.Duration(r.IntN(90)) * time.Minute)
			_ = l.do("retry", "")
		case "crash":
			l.clock.Set(at)
			l.crash(time.Duration(r.IntN(4000)) * time.Microsecond)
			l.work()
		case "twice":
			l.twice(l.System)
		default:
			_ = l.do(step, "") // a step that its state does not allow changes nothing
		}
		l.consistent(submitted)
	}
	// To the end: what holds it up is put right.
	for _, step := range []string{"mend", "fast", "resume", "retry"} {
		_ = l.do("channel", "on")
		_ = l.do(step, "")
	}
	l.until(l.cycle.End.Add(48 * time.Hour))
	require.Equal(t, enttask.RunStatusEnded, l.status(), "%v", l.records())
	l.consistent(submitted)
	runs := l.runs()
	require.Len(t, runs, len(l.cycle.Between(submitted, l.cycle.End, l.zone)), "a point was lost")
	var last time.Time
	for _, run := range runs {
		require.Contains(t, []entrun.Status{entrun.StatusDone, entrun.StatusSkipped, entrun.StatusFailed}, run.Status)
		if run.Status != entrun.StatusDone {
			continue
		}
		require.False(t, run.StartedAt.Before(run.PlannedAt), "nothing begins before its time")
		require.False(t, run.StartedAt.Before(last), "runs begin in order, when the one before is over")
		last = *run.EndedAt
	}
}

// randomCycle has some ten to some hundred points.
func randomCycle(r *rand.Rand, zone *time.Location) schedule.Cycle {
	for {
		c := schedule.Cycle{Start: nine.Add(time.Duration(r.IntN(72)-24) * time.Hour)}
		days := 3 + r.IntN(12)
		switch r.IntN(3) {
		case 0:
			c.Kind, c.Every = schedule.EveryDays, 1+r.IntN(3)
		case 1:
			c.Kind, c.Weekdays = schedule.OnWeekdays, []string{"MONDAY", "WEDNESDAY", "SUNDAY"}
			days = 7 + r.IntN(20)
		default:
			c.Kind, c.MonthDays = schedule.OnMonthDays, []int{1, 8, 15, 29, 30, 31}
			days = 20 + r.IntN(60)
		}
		used := map[string]bool{}
		for range 1 + r.IntN(8) {
			if at := fmt.Sprintf("%02d:%02d", r.IntN(24), r.IntN(12)*5); !used[at] {
				used[at] = true
				c.Times = append(c.Times, at)
			}
		}
		c.End = c.Start.AddDate(0, 0, days)
		if len(c.Validate("", nine, zone)) == 0 {
			return c
		}
	}
}

// crash prepares what is due with a worker that dies after a while, wherever it is
// then, and whose leases have lapsed.
func (l *life) crash(after time.Duration) {
	l.t.Helper()
	rows, err := due.HandOut(l.System, l.DB, due.Runs, l.clock.Now(), 10, dispatch.Runnable, l.clock.Now())
	require.NoError(l.t, err)
	for _, row := range rows {
		ctx, cancel := context.WithTimeout(l.System, after)
		_ = l.dispatch.Prepare(ctx, row.ID, row.Attempt)
		cancel()
	}
	require.NoError(l.t, l.DB.Ent.Run.Update().SetLeaseOwner("").ClearLeaseUntil().Exec(l.System))
}
