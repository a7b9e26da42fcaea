package preflight

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/outreach/gate"
	"tidings/outreach/recipient"
)

func TestAScaledCountKeepsItsSumAndItsShares(t *testing.T) {
	t.Parallel()
	g := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // repeatable on purpose
	for range 2000 {
		part := tally{}
		for _, r := range append([]gate.Reason{""}, checks...) {
			if g.IntN(2) == 0 {
				part[r] = g.IntN(1000)
			}
		}
		if part.total() == 0 {
			continue
		}
		n := part.total() + g.IntN(1_000_000)
		whole := part.scaled(n)
		require.Equal(t, n, whole.total())
		for r, count := range part {
			require.InDelta(t, float64(count)*float64(n)/float64(part.total()), whole[r], 1, r)
		}
	}
	require.Equal(t, tally{}, tally{}.scaled(0))
}

func TestStepsComeInTheOrderOfTheChecks(t *testing.T) {
	t.Parallel()
	counts := tally{"": 9, gate.ValueInvalid: 1, gate.ValueTooLong: 2, gate.MissingVariable: 3, gate.UnknownUserVariable: 4, gate.Duplicate: 5, gate.NoTargetID: 6, "LATER": 7, gate.Late: 0}
	require.Equal(t, []Step{
		{gate.NoTargetID, 6},
		{gate.Duplicate, 5},
		{gate.UnknownUserVariable, 4},
		{gate.MissingVariable, 3},
		{gate.ValueTooLong, 2},
		{gate.ValueInvalid, 1},
		{"LATER", 7},
	}, counts.steps())
}

func TestASpreadIsEvenAndTheSameEachTime(t *testing.T) {
	t.Parallel()
	set := roaring.New()
	for i := range uint32(100_003) {
		set.Add(7 + 3*i)
	}
	got := spread(set, 1000)
	require.EqualValues(t, 1000, got.GetCardinality())
	require.Equal(t, got.ToArray(), spread(set, 1000).ToArray())
	require.EqualValues(t, 1000, roaring.And(got, set).GetCardinality())
	// Of every tenth of the set a tenth, and of members in even and odd places half each.
	places := make([]int, 0, 1000)
	for _, m := range got.ToArray() {
		places = append(places, int(m-7)/3)
	}
	even := 0
	for i, p := range places {
		require.InDelta(t, float64(i)*100.003, p, 101)
		if p%2 == 0 {
			even++
		}
	}
	require.InDelta(t, 500, even, 60)
	require.Same(t, set, spread(set, 200_000), "few are taken as they are")
}

func TestHowLongSendingTakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ n, rate, want int }{{0, 10, 0}, {1, 10, 1}, {10, 10, 1}, {11, 10, 2}, {1000, 3, 334}} {
		require.Equal(t, c.want, *seconds(c.n, c.rate), "%d at %d", c.n, c.rate)
	}
	require.Nil(t, seconds(5, 0), "a channel without a limit")
}

func TestWhenTheRunStarts(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	now := time.Date(2026, 3, 2, 3, 0, 0, 0, time.UTC) // 11:00
	later, before := now.Add(time.Hour), now.Add(-time.Hour)
	daily := func(start, end string) *ent.Task {
		return &ent.Task{Type: enttask.TypeRepeat, Cycle: []byte(`{"kind":"DAYS","every":1,"times":["10:00"],"start":"` + start + `","end":"` + end + `"}`)}
	}
	for name, c := range map[string]struct {
		task *ent.Task
		want *time.Time
	}{
		"at the reach time (R45)":                  {&ent.Task{Type: enttask.TypeOnce, ReachAt: &later}, &later},
		"now, when it has passed":                  {&ent.Task{Type: enttask.TypeOnce, ReachAt: &before}, &now},
		"a draft does not say":                     {&ent.Task{Type: enttask.TypeOnce}, nil},
		"at the next point (R57)":                  {daily("2026-03-01T00:00:00+08:00", "2026-04-01T00:00:00+08:00"), new(time.Date(2026, 3, 3, 2, 0, 0, 0, time.UTC))},
		"at the first point, when that is to come": {daily("2026-03-09T12:00:00+08:00", "2026-04-01T00:00:00+08:00"), new(time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC))},
		"never, when no point is left (R58)":       {daily("2026-02-01T00:00:00+08:00", "2026-02-04T00:00:00+08:00"), nil},
		"a repeating draft without a cycle":        {&ent.Task{Type: enttask.TypeRepeat, ReachAt: &later}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := startsAt(c.task, now, zone)
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func TestSamplesAreOfThoseWhoAreSentToFirst(t *testing.T) {
	t.Parallel()
	note := func(reasons ...gate.Reason) []string {
		var s samples
		for i, r := range reasons {
			s.note(&recipient.Person{Target: string(rune('a' + i)), Reason: r})
		}
		var out []string
		for _, m := range s.all() {
			out = append(out, m.Target)
		}
		return out
	}
	require.Equal(t, []string{"b", "d", "e", "f", "g"}, note(gate.NoTargetID, "", gate.Duplicate, "", "", "", "", ""))
	require.Equal(t, []string{"b", "a", "c"}, note(gate.NoTargetID, "", gate.Duplicate))
	require.Empty(t, note())
}
