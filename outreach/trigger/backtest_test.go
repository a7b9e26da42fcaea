package trigger_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	enttouch "tidings/ent/touch"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

func (w *world) backtest(d trigger.Definition, a trigger.Audience, days int) *ent.Backtest {
	w.t.Helper()
	var row *ent.Backtest
	require.NoError(w.t, w.DB.Tx(w.ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		row, err = trigger.NewBacktest(ctx, tx, trigger.BacktestInput{ProjectID: w.Project.ID, CreatorID: w.Account.ID, WantsB: d.B != nil, Definition: d, Audience: a, Days: days}, w.clock.Now())
		return err
	}))
	return w.DB.Ent.Backtest.GetX(w.ctx, row.ID)
}

func (w *world) ran(d trigger.Definition, a trigger.Audience, days int) trigger.BacktestResult {
	w.t.Helper()
	row := w.backtest(d, a, days)
	require.NoError(w.t, w.service.Backtest(w.ctx, row.ID, row.Attempt, nil))
	row = w.DB.Ent.Backtest.GetX(w.ctx, row.ID)
	require.Equal(w.t, entbacktest.StatusDone, row.Status)
	require.Nil(w.t, row.DueAt)
	require.Equal(w.t, row.Total, row.Done)
	var out trigger.BacktestResult
	require.NoError(w.t, json.Unmarshal(row.Result, &out))
	return out
}

func TestABacktestShowsWhatATriggerWouldHaveDone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		at := func(w *world, days int, clock time.Duration, event string, person uint32) done1 {
			day := time.Date(2026, 3, 10-days, 0, 0, 0, 0, time.FixedZone("", 8*3600))
			return done1{event: event, person: person, at: day.Add(clock)}
		}
		t.Run("per day of the project, with the reasons, on a draft", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			late := at(w, 1, time.Hour, "cart", 1)
			late.receivedAt = late.at.Add(2 * time.Hour)
			w.store(at(w, 2, time.Hour, "cart", 1), at(w, 2, 23*time.Hour, "cart", 1), at(w, 2, 2*time.Hour, "cart", 2), late, at(w, 1, 0, "cart", 9), at(w, 3, 0, "cart", 1))
			d := w.done(trigger.Every, 1, "cart")
			d.A.From, d.A.To = time.Time{}, time.Time{} // not filled in yet
			r := w.ran(d, trigger.Audience{SegmentID: w.segment(1, 2)}, 2)
			require.Equal(t, []trigger.BacktestDay{
				{Day: "2026-03-08", Fired: 3, Messages: 3, People: 2},
				{Day: "2026-03-09", Fired: 2, Late: 1, NotInAudience: 1},
				{Day: "2026-03-10"},
			}, r.Days)
			require.Equal(t, 3, r.Messages)
			require.Equal(t, 2, r.People)
			require.Len(t, r.Sample, 2)
			require.Zero(t, w.DB.Ent.Touch.Query().Where(enttouch.ProjectNum(w.Project.Num)).CountX(w.ctx), "nothing is sent")
		})
		t.Run("A, not B as it is judged, the same instant and the wait's end included (§10.2)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			w.people(8)
			m, ms := time.Minute, time.Millisecond
			w.store(
				at(w, 1, 0, "cart", 1), at(w, 1, 20*m, "pay", 1),
				at(w, 1, 0, "cart", 2), at(w, 1, 20*m+ms, "pay", 2),
				at(w, 1, 0, "pay", 3), at(w, 1, 0, "cart", 3),
				at(w, 1, -ms, "pay", 4), at(w, 1, 0, "cart", 4),
				at(w, 1, 24*time.Hour-m, "cart", 5),
				at(w, 0, 9*time.Hour+50*m, "cart", 6),
				at(w, 1, 0, "cart", 7), at(w, 1, m, "pay", 8),
			)
			w.merge(7, 8)
			r := w.ran(without(w.done(trigger.Every, 1, "cart"), 20, "pay"), trigger.Audience{All: true}, 1)
			require.Equal(t, []trigger.BacktestDay{
				{Day: "2026-03-09", Fired: 2, Messages: 2, People: 2, Done: 3},
				{Day: "2026-03-10", Fired: 1, Messages: 1, People: 1},
			}, r.Days)
			require.Equal(t, 1, r.Waiting)
		})
		t.Run("what it says is what happened", func(t *testing.T) {
			t.Parallel()
			for seed := range uint64(3) {
				w := setup(t, db)
				g := rand.New(rand.NewPCG(seed, 5)) //nolint:gosec // repeatable on purpose
				start := w.clock.Now()
				w.clock.Set(start.Add(-6 * time.Hour))
				d := w.done(trigger.Every, 2, "cart", "like")
				d.A.From = w.clock.Now().Add(-time.Hour)
				tasks := []*ent.Task{w.task(d), w.task(without(d, 20, "pay"))}
				c := d
				c.A.Mode = trigger.Cumulative
				tasks = append(tasks, w.task(c))
				for w.clock.Now().Before(start) {
					var events []done1
					for range 1 + g.IntN(4) {
						events = append(events, w.now([]string{"cart", "like", "pay"}[g.IntN(3)], uint32(1+g.IntN(12)))) //nolint:gosec // a few
					}
					w.happen(events...)
					w.clock.Advance(time.Duration(1+g.IntN(15)) * time.Minute)
					w.judge()
				}
				for i, def := range []trigger.Definition{d, without(d, 20, "pay"), c} {
					r := w.ran(def, trigger.Audience{All: true}, 1)
					sent := 0
					for _, touch := range w.DB.Ent.Touch.Query().AllX(w.ctx) {
						if touch.TaskID == tasks[i].ID && touch.Kind == int(trigger.Send) {
							sent++
						}
					}
					// Waits that end in the last moments may have been judged in one and not the other.
					require.InDelta(t, sent, r.Messages, 1, "trigger %d", i)
				}
			}
		})
		t.Run("an earlier holder writes nothing, a cancelled one stops", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			w.store(at(w, 1, 0, "cart", 1))
			row := w.backtest(w.done(trigger.Every, 1, "cart"), trigger.Audience{All: true}, 1)
			require.NoError(t, w.service.Backtest(w.ctx, row.ID, row.Attempt+1, nil))
			require.Equal(t, entbacktest.StatusWaiting, w.DB.Ent.Backtest.GetX(w.ctx, row.ID).Status)
			require.NoError(t, w.DB.Ent.Backtest.UpdateOne(row).SetStatus(entbacktest.StatusCancelled).Exec(w.ctx))
			require.NoError(t, w.service.Backtest(w.ctx, row.ID, row.Attempt, nil))
			row = w.DB.Ent.Backtest.GetX(w.ctx, row.ID)
			require.Equal(t, entbacktest.StatusCancelled, row.Status)
			require.Nil(t, row.DueAt)
			require.Empty(t, row.Result)
		})
	})
	t.Run("days and the definition are refused at the field", func(t *testing.T) {
		t.Parallel()
		_, err := trigger.NewBacktest(t.Context(), nil, trigger.BacktestInput{Days: 91, Definition: trigger.Definition{Timing: schedule.Timing{Kind: schedule.Immediate}}}, time.Time{})
		require.Equal(t, []string{"days OUT_OF_RANGE", "trigger.a.events REQUIRED", "trigger.a.mode REQUIRED", "trigger.a.n REQUIRED"}, rules(refused(t, err)))
	})
}
