package trigger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
	"tidings/outreach/gate"
	"tidings/outreach/trigger"
)

// lived is what the engine did with a task, day by day, as a backtest tells it.
func (w *world) lived(task *ent.Task) map[string]trigger.BacktestDay {
	w.t.Helper()
	zone, err := time.LoadLocation(w.Project.TimeZone)
	require.NoError(w.t, err)
	rows, err := w.DB.Ent.Touch.Query().All(w.ctx)
	require.NoError(w.t, err)
	out, people := map[string]trigger.BacktestDay{}, map[string]map[int64]bool{}
	for _, r := range rows {
		if r.TaskID != task.ID || r.Kind != int(trigger.Send) {
			continue
		}
		day := time.UnixMilli(r.BaseAt).In(zone).Format(time.DateOnly)
		d := out[day]
		d.Day = day
		switch d.Fired++; gate.Reason(r.Reason) {
		case gate.Late:
			d.Late++
		case gate.NotInAudience:
			d.NotInAudience++
		default:
			d.Messages++
			if people[day] == nil {
				people[day] = map[int64]bool{}
			}
			people[day][r.PersonNum] = true
			d.People = len(people[day])
		}
		out[day] = d
	}
	return out
}

// A backtest of what happened says, day by day, what the engine did while it
// happened: filters, several events, counters, audience, late events and waits.
func TestABacktestCountsAsTheEngineDoes(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for seed := range uint64(2) {
			t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) { //nolint:paralleltest // judging looks at the whole store, each with its own clock
				w := setup(t, db)
				g := rand.New(rand.NewPCG(seed, 77)) //nolint:gosec // repeatable on purpose
				start := w.clock.Now()
				// A judgement waits for what happens at its very instant.
				require.NoError(t, db.Ent.Project.UpdateOneID(w.Project.ID).SetJudgeGrace(1).Exec(w.ctx))
				audience := w.segment(1, 2, 3, 4, 5, 6, 7, 8)
				in := func(c *ent.TaskCreate) { c.SetAudienceMode("SEGMENT").SetSegmentID(audience) }
				tree, err := rule.Parse([]byte(`{"op":"EVENT","event":"like","where":{"op":"PROPERTY","name":"amount","test":{"test":"GE","values":[5]}}}`))
				require.NoError(t, err)
				var definitions []trigger.Definition
				for _, mode := range []trigger.Mode{trigger.Every, trigger.Cumulative} {
					for _, n := range []int{1, 3} {
						d := w.done(mode, n, "cart", "like")
						d.A.Events[1].Where = tree.Where
						b := without(d, 90, "pay")
						b.B.Events = append(b.B.Events, trigger.Event{Event: "like", Where: tree.Where})
						definitions = append(definitions, d, without(d, 90, "pay"), b)
					}
				}
				tasks := make([]*ent.Task, len(definitions))
				for i, d := range definitions {
					tasks[i] = w.task(d, in)
				}
				for w.clock.Now().Before(start.Add(50 * time.Hour)) {
					var events []done1
					for range 1 + g.IntN(5) {
						e := w.now([]string{"cart", "like", "pay"}[g.IntN(3)], uint32(1+g.IntN(10))) //nolint:gosec // a few
						e.at = e.at.Add(time.Duration(len(events)) * time.Millisecond)
						e.props = fmt.Sprintf(`{"amount":%d}`, g.IntN(10))
						if g.IntN(8) == 0 {
							e.receivedAt = e.at.Add(2 * time.Hour)
						}
						events = append(events, e)
					}
					w.happen(events...)
					w.clock.Advance(time.Duration(1+g.IntN(90)) * time.Minute)
					w.judge()
				}
				w.clock.Advance(3 * time.Hour) // every wait is over
				w.judge()
				for i, d := range definitions {
					r := w.ran(d, trigger.Audience{SegmentID: audience}, 4)
					lived, messages, done := w.lived(tasks[i]), 0, 0
					for _, day := range r.Days {
						want := lived[day.Day]
						want.Day, want.Done = day.Day, day.Done
						require.Equal(t, want, day, "trigger %d", i)
						messages, done = messages+day.Messages, done+day.Done
					}
					require.Equal(t, messages, r.Messages)
					require.Zero(t, r.Waiting)
					if d.B != nil { // who did B is who fired of the one without B and got nothing
						fired := w.ran(definitions[i/3*3], trigger.Audience{SegmentID: audience}, 4)
						require.Equal(t, fired.Messages, messages+done, "trigger %d", i)
						require.Positive(t, done)
					}
					require.Positive(t, messages)
				}
			})
		}
	})
}

// Whoever held a backtest and died is followed by the next holder, who begins
// again; who wakes up late writes nothing.
func TestABacktestOutlivesItsWorker(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		at := w.now("cart", 1)
		at.at = at.at.Add(-time.Hour)
		w.store(at)
		row := w.backtest(w.done(trigger.Every, 1, "cart"), trigger.Audience{All: true}, 1)
		dead, kill := context.WithCancel(w.ctx)
		kill()
		require.Error(t, w.service.Backtest(dead, row.ID, row.Attempt, nil))
		row = db.Ent.Backtest.GetX(w.ctx, row.ID)
		require.NotNil(t, row.DueAt, "it is found again")
		begun, err := due.HandOut(w.ctx, db, due.Backtests, w.clock.Now(), 1, "w.id = ?", row.ID)
		require.NoError(t, err)
		require.Len(t, begun, 1)
		lost := make(chan struct{})
		close(lost)
		require.NoError(t, w.newService().Backtest(w.ctx, row.ID, begun[0].Attempt, lost), "the lease was lost")
		require.NotEqual(t, entbacktest.StatusDone, db.Ent.Backtest.GetX(w.ctx, row.ID).Status)
		_, err = db.SQL.ExecContext(w.ctx, db.Rebind(`UPDATE backtests SET lease_until = NULL WHERE id = ?`), row.ID)
		require.NoError(t, err)
		next, err := due.HandOut(w.ctx, db, due.Backtests, w.clock.Now(), 1, "w.id = ?", row.ID)
		require.NoError(t, err)
		require.NoError(t, w.service.Backtest(w.ctx, row.ID, begun[0].Attempt, nil), "an earlier holder")
		require.NoError(t, w.newService().Backtest(w.ctx, row.ID, next[0].Attempt, nil))
		row = db.Ent.Backtest.GetX(w.ctx, row.ID)
		require.Equal(t, entbacktest.StatusDone, row.Status)
		require.Nil(t, row.DueAt)
	})
}

// Whoever cancels a backtest, or takes it over, stops the work that is under way,
// whatever it waits for, and within a second.
func TestACancelledBacktestStopsAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		at := make(chan struct{})
		service := trigger.New(trigger.Deps{DB: db, Clock: w.clock, Select: func(ctx context.Context, _ *ent.Project, _ string, _ json.RawMessage, _ time.Time) (*roaring.Bitmap, error) {
			close(at)
			<-ctx.Done() // a rule that takes for ever
			return nil, ctx.Err()
		}})
		row := w.backtest(w.done(trigger.Every, 1, "cart"), trigger.Audience{Rule: []byte(`{}`)}, 1)
		ended := make(chan error, 1)
		go func() { ended <- service.Backtest(w.ctx, row.ID, row.Attempt, nil) }()
		<-at
		require.Equal(t, entbacktest.StatusRunning, db.Ent.Backtest.GetX(w.ctx, row.ID).Status)
		require.NoError(t, db.Ent.Backtest.UpdateOneID(row.ID).SetStatus(entbacktest.StatusCancelled).ClearDueAt().Exec(w.ctx))
		require.NoError(t, <-ended)
		row = db.Ent.Backtest.GetX(w.ctx, row.ID)
		require.Equal(t, entbacktest.StatusCancelled, row.Status)
		require.Empty(t, row.Result)
	})
}
