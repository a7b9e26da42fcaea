package trigger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

func (w *world) judge() int {
	w.t.Helper()
	n, err := w.service.Judge(w.ctx)
	require.NoError(w.t, err)
	return n
}

func TestWhoHasNotDoneBInTimeIsReached(t *testing.T) {
	t.Parallel()
	ms := time.Millisecond
	for name, c := range map[string]struct {
		b    time.Duration // after A; 0 at the same instant
		want bool          // reached
	}{
		"B at the same instant counts as done (§10.2)": {0, false},
		"B a millisecond before A does not count":      {-ms, true},
		"B in between":                          {10 * time.Minute, false},
		"B at the instant the wait ends counts": {20 * time.Minute, false},
		"B a millisecond later is too late":     {20*time.Minute + ms, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) {
				w := setup(t, db)
				task := w.task(without(w.done(trigger.Every, 1, "cart"), 20, "pay"))
				b := w.now("pay", 1)
				b.at = b.at.Add(c.b)
				w.happen(w.now("cart", 1))
				w.store(b) // its batch is stuck: B is asked of the stored events
				require.Equal(t, []string{"1 JUDGE 10 02:20:00"}, w.pending(task))
				w.clock.Advance(20*time.Minute - time.Microsecond)
				require.Zero(t, w.judge(), "not a moment before the wait is over")
				w.clock.Advance(time.Microsecond)
				require.Equal(t, 1, w.judge())
				want := []string{}
				if c.want {
					want = []string{"1 SEND 10 02:20:00"}
				}
				require.Equal(t, want, w.pending(task))
				require.Zero(t, w.judge())
			})
		})
	}
	t.Run("the timing counts from the judgement's instant, late or not (§10.2)", func(t *testing.T) {
		t.Parallel()
		testdb.Each(t, func(t *testing.T, db *database.DB) {
			w := setup(t, db)
			d := without(w.done(trigger.Every, 1, "cart"), 20, "pay")
			d.Timing = schedule.Timing{Kind: schedule.Delay, Minutes: 5}
			task := w.task(d)
			w.happen(w.now("cart", 1))
			w.clock.Advance(time.Hour) // nobody worked
			require.Equal(t, 1, w.judge())
			require.Equal(t, []string{"1 SEND 10 02:25:00"}, w.pending(task))
		})
	})
	t.Run("the grace waits for late events without making the wait longer (§10.2)", func(t *testing.T) {
		t.Parallel()
		testdb.Each(t, func(t *testing.T, db *database.DB) {
			w := setup(t, db)
			require.NoError(t, db.Ent.Project.UpdateOne(w.Project).SetJudgeGrace(60).Exec(w.ctx))
			task := w.task(without(w.done(trigger.Every, 1, "cart"), 20, "pay"))
			w.happen(w.now("cart", 1), w.now("cart", 2))
			w.clock.Advance(20 * time.Minute)
			require.Zero(t, w.judge())
			paid, late := w.now("pay", 1), w.now("pay", 2)
			late.at = late.at.Add(ms)
			w.clock.Advance(time.Minute)
			w.store(paid, late)
			require.Equal(t, 2, w.judge())
			require.Equal(t, []string{"2 SEND 10 02:20:00"}, w.pending(task))
		})
	})
	t.Run("only a B that passes its filter counts, and any of several", func(t *testing.T) {
		t.Parallel()
		testdb.Each(t, func(t *testing.T, db *database.DB) {
			w := setup(t, db)
			d := without(w.done(trigger.Every, 1, "cart"), 20, "pay", "like")
			d.B.Events[0].Where = &rule.Filter{Op: rule.Property, Name: "price", Test: &rule.Test{Word: rule.GE, Values: []rule.Value{{Text: "10", Numeric: true}}}}
			task := w.task(d)
			w.happen(w.now("cart", 1), w.now("cart", 2), w.now("cart", 3))
			cheap, dear := w.now("pay", 1), w.now("pay", 2)
			cheap.props, dear.props = `{"price":9}`, `{"price":10}`
			w.store(cheap, dear, w.now("like", 3))
			w.clock.Advance(20 * time.Minute)
			require.Equal(t, 3, w.judge())
			require.Equal(t, []string{"1 SEND 10 02:20:00"}, w.pending(task))
		})
	})
	t.Run("overlapping waits of one person are independent, one B answers all of them (§10.2)", func(t *testing.T) {
		t.Parallel()
		testdb.Each(t, func(t *testing.T, db *database.DB) {
			w := setup(t, db)
			task := w.task(without(w.done(trigger.Every, 1, "cart"), 20, "pay"))
			w.happen(w.now("cart", 1))
			w.clock.Advance(15 * time.Minute)
			w.happen(w.now("cart", 1))
			w.clock.Advance(3 * time.Minute)
			w.store(w.now("pay", 1))
			w.clock.Advance(time.Minute)
			w.happen(w.now("cart", 1))
			w.clock.Advance(time.Hour)
			require.Equal(t, 3, w.judge())
			require.Equal(t, []string{"1 SEND 10 02:39:00"}, w.pending(task))
		})
	})
	t.Run("B of somebody who was merged into the person counts", func(t *testing.T) {
		t.Parallel()
		testdb.Each(t, func(t *testing.T, db *database.DB) {
			w := setup(t, db)
			w.people(4)
			task := w.task(without(w.done(trigger.Every, 1, "cart"), 20, "pay"))
			w.happen(w.now("cart", 1), w.now("cart", 4))
			w.store(w.now("pay", 2), w.now("pay", 3))
			w.merge(1, 2) // A by the winner, B by the loser
			w.merge(3, 4) // A by the loser, B by the winner
			w.clock.Advance(20 * time.Minute)
			require.Equal(t, 2, w.judge())
			require.Empty(t, w.pending(task))
		})
	})
	t.Run("more than one transaction's worth is judged", func(t *testing.T) {
		t.Parallel()
		testdb.Each(t, func(t *testing.T, db *database.DB) {
			w := setup(t, db)
			task := w.task(without(w.done(trigger.Every, 1, "cart"), 20, "pay"))
			var as, bs []done1
			for p := range uint32(2300) {
				as = append(as, w.now("cart", p+1))
				if p%2 == 0 {
					bs = append(bs, w.now("pay", p+1))
				}
			}
			w.happen(as...)
			w.store(bs...)
			w.clock.Advance(20 * time.Minute)
			require.Equal(t, 2300, w.judge())
			require.Len(t, w.pending(task), 1150)
		})
	})
}
