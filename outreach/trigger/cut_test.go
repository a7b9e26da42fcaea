package trigger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/render"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

func (w *world) cut() int {
	w.t.Helper()
	n, err := w.service.Cut(w.ctx)
	require.NoError(w.t, err)
	return n
}

// shardsDone ends all shards, as workers do.
func (w *world) shardsDone() {
	w.t.Helper()
	require.NoError(w.t, w.DB.Ent.Shard.Update().SetDone(true).ClearDueAt().Exec(w.ctx))
}

// flood writes n touches of as many people that are due now.
func (w *world) flood(task *ent.Task, n int) {
	w.t.Helper()
	numbers := `generate_series(1, ?) AS n(i)`
	if !w.DB.Postgres() {
		numbers = `(WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n) AS n`
	}
	due := "?"
	if w.DB.Postgres() {
		due = "?::timestamptz"
	}
	_, err := w.DB.SQL.ExecContext(w.ctx, w.DB.Rebind(fmt.Sprintf(`INSERT INTO touches (project_num, task_id, person_num, kind, due_at, base_at, a_num)
		SELECT %d, '%s', n.i, 2, %s, 0, 0 FROM %s`, w.Project.Num, task.ID, due, numbers)), w.clock.Now(), n)
	require.NoError(w.t, err)
}

func TestDueMessagesBecomeShards(t *testing.T) {
	t.Parallel()
	each := func(name string, run func(t *testing.T, w *world)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) { run(t, setup(t, db)) })
		})
	}
	each("those that are due, of the run of the project's day", func(t *testing.T, w *world) {
		d := w.done(trigger.Every, 1, "cart")
		d.Timing = schedule.Timing{Kind: schedule.Delay, Minutes: 10}
		task := w.task(d)
		w.happen(w.now("cart", 1), w.now("cart", 2))
		require.Zero(t, w.cut())
		w.clock.Advance(10 * time.Minute)
		w.happen(w.now("cart", 3))
		require.Equal(t, 1, w.cut())
		require.Equal(t, [][]uint32{{1, 2}}, w.shards(task))
		require.Equal(t, []string{"3 SEND 10 02:20:00"}, w.pending(task), "nothing knows more, so the touches are gone")
		run := w.DB.Ent.Run.Query().Where(entrun.TaskID(task.ID)).OnlyX(w.ctx)
		require.Equal(t, entrun.KindTriggered, run.Kind)
		require.Equal(t, time.Date(2026, 3, 9, 16, 0, 0, 0, time.UTC), run.RunAt.UTC(), "midnight in Shanghai")
		require.Equal(t, 2, run.AudienceSize)
		w.clock.Advance(10 * time.Minute)
		require.Equal(t, 1, w.cut())
		w.clock.Advance(24 * time.Hour)
		w.happen(w.now("cart", 1))
		w.clock.Advance(10 * time.Minute)
		require.Equal(t, 1, w.cut())
		require.Equal(t, 2, w.DB.Ent.Run.Query().Where(entrun.TaskID(task.ID)).CountX(w.ctx))
		require.Equal(t, int64(2), w.plans.Load(), "what is sent is frozen once a day")
		seqs := w.DB.Ent.Shard.Query().Where(entshard.RunNum(run.Num)).Order(ent.Asc("id")).Select(entshard.FieldSeq).IntsX(w.ctx)
		require.Equal(t, []int{1, 2}, seqs)
	})
	each("each person once in a shard, the second message in another", func(t *testing.T, w *world) {
		w.people(3)
		task := w.task(w.done(trigger.Every, 1, "cart"))
		w.happen(w.now("cart", 1), w.now("cart", 1), w.now("cart", 2), w.now("cart", 3), w.now("cart", 1))
		w.merge(2, 3)
		require.Equal(t, 3, w.cut())
		require.Equal(t, [][]uint32{{1, 2}, {1, 2}, {1}}, w.shards(task))
	})
	each("what is not sent goes the same way, with its reason, and event properties stay until they are rendered", func(t *testing.T, w *world) {
		content, err := json.Marshal(render.Content{Params: []render.ParamContent{{Key: "thing1", Parts: []render.Part{{Var: &render.Var{Source: render.Event, Name: "price"}}}}}})
		require.NoError(t, err)
		task := w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) {
			c.SetContent(content).SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(w.segment(1))
		})
		one := w.now("cart", 1)
		one.props = `{"price":7}`
		w.happen(one, w.now("cart", 2))
		require.Equal(t, 1, w.cut())
		require.Equal(t, [][]uint32{{1, 2}}, w.shards(task))
		kept := w.DB.Ent.Touch.Query().Order(ent.Asc("person_num")).AllX(w.ctx)
		require.Len(t, kept, 2)
		require.JSONEq(t, `{"price":7}`, string(kept[0].AProps))
		require.Equal(t, "NOT_IN_AUDIENCE", kept[1].Reason)
		shard := w.DB.Ent.Shard.Query().OnlyX(w.ctx)
		require.True(t, shard.Touch)
		require.Equal(t, *kept[0].RunNum, shard.RunNum)
		require.Equal(t, kept[0].Seq, shard.Seq)
	})
	each("the audience is tested again where the task says so (§10.3)", func(t *testing.T, w *world) {
		d := w.done(trigger.Every, 1, "cart")
		d.RecheckAudience, d.Timing = true, schedule.Timing{Kind: schedule.Delay, Minutes: 10}
		seg := w.segment(1, 2)
		task := w.task(d, func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) })
		w.happen(w.now("cart", 1), w.now("cart", 2))
		w.version(seg, 2)
		w.clock.Advance(10 * time.Minute)
		require.Equal(t, 1, w.cut())
		require.Equal(t, [][]uint32{{1, 2}}, w.shards(task))
		require.Equal(t, "NOT_IN_AUDIENCE", w.DB.Ent.Touch.Query().OnlyX(w.ctx).Reason)
	})
	each("of what is due at one instant only some shards at a time, a notice first, and each message once", func(t *testing.T, w *world) {
		crowd := w.task(w.done(trigger.Every, 1, "cart"))
		notice := w.task(w.done(trigger.Every, 1, "like"), func(c *ent.TaskCreate) { c.SetMessageClass(enttask.MessageClassNotice) })
		w.flood(crowd, 35_000)
		w.flood(notice, 10)
		require.Equal(t, 9, w.cut())
		first := w.DB.Ent.Shard.Query().Order(ent.Asc("id")).FirstX(w.ctx)
		require.Equal(t, notice.ID, first.TaskID)
		require.Len(t, w.shards(crowd), 8)
		require.Zero(t, w.cut(), "until some are done")
		seen := map[uint32]int{}
		for range 10 {
			w.shardsDone()
			var wg sync.WaitGroup
			for range 3 { // workers at once
				service := w.newService()
				wg.Go(func() {
					if _, err := service.Cut(w.ctx); err != nil {
						t.Errorf("cut: %v", err)
					}
				})
			}
			wg.Wait()
		}
		for _, people := range w.shards(crowd) {
			for _, p := range people {
				seen[p]++
			}
		}
		require.Len(t, seen, 35_000)
		for p, n := range seen {
			require.Equal(t, 1, n, "person %d", p)
		}
		run := w.DB.Ent.Run.Query().Where(entrun.TaskID(crowd.ID)).OnlyX(w.ctx)
		require.Equal(t, 35_000, run.AudienceSize)
		seqs := w.DB.Ent.Shard.Query().Where(entshard.TaskID(crowd.ID)).Select(entshard.FieldSeq).IntsX(w.ctx)
		slices.Sort(seqs)
		require.Len(t, slices.Compact(seqs), len(w.shards(crowd)), "each shard has its own number")
	})
	each("those that wait to try again hold nothing back", func(t *testing.T, w *world) {
		task := w.task(w.done(trigger.Every, 1, "cart"))
		for person := range uint32(8) {
			w.happen(w.now("cart", person+1))
			require.Equal(t, 1, w.cut())
		}
		w.happen(w.now("cart", 9))
		require.Zero(t, w.cut(), "eight are to be sent")
		_, err := w.DB.SQL.ExecContext(w.ctx, w.DB.Rebind(`UPDATE shards SET retry = true, due_at = ? WHERE task_id = ?`), w.clock.Now().Add(time.Minute), task.ID)
		require.NoError(t, err)
		require.Equal(t, 1, w.cut())
	})
	each("a paused task waits and goes on, one that has ended loses what is pending (§1.3, R69)", func(t *testing.T, w *world) {
		d := w.done(trigger.Every, 1, "cart")
		d.Timing = schedule.Timing{Kind: schedule.Delay, Minutes: 10}
		end := w.clock.Now().Add(30 * time.Minute)
		task := w.task(d, func(c *ent.TaskCreate) { c.SetEndsAt(end) })
		later := w.task(d)
		w.happen(w.now("cart", 1))
		w.pause(task, trigger.Pauses{}.Begin(w.clock.Now()), enttask.RunStatusPaused)
		w.clock.Advance(15 * time.Minute)
		require.Equal(t, 1, w.cut(), "of the other task")
		w.pause(task, nil, enttask.RunStatusRunning)
		require.Equal(t, 1, w.cut())
		require.Equal(t, [][]uint32{{1}}, w.shards(task))
		w.clock.Set(end.Add(-time.Minute))
		w.happen(w.now("cart", 2))
		w.clock.Set(end.Add(-time.Microsecond))
		require.NoError(t, w.service.Advance(w.ctx))
		require.Len(t, w.pending(task), 1)
		w.clock.Set(end)
		require.NoError(t, w.service.Advance(w.ctx))
		task = w.DB.Ent.Task.GetX(w.ctx, task.ID)
		require.Equal(t, enttask.RunStatusEnded, task.RunStatus)
		require.Equal(t, 1, task.Discarded)
		require.Empty(t, w.pending(task))
		require.Len(t, w.pending(later), 1)
		w.happen(w.now("cart", 3))
		require.Empty(t, w.pending(task))
	})
	each("a window that begins lets the task run, a day that is over closes its run", func(t *testing.T, w *world) {
		task := w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) {
			c.SetRunStatus(enttask.RunStatusWaiting).SetStartsAt(w.clock.Now())
		})
		require.NoError(t, w.service.Advance(w.ctx))
		require.Equal(t, enttask.RunStatusRunning, w.DB.Ent.Task.GetX(w.ctx, task.ID).RunStatus)
		w.happen(w.now("cart", 1))
		require.Equal(t, 1, w.cut())
		status := func() entrun.Status { return w.DB.Ent.Run.Query().OnlyX(w.ctx).Status }
		w.shardsDone()
		w.clock.Set(time.Date(2026, 3, 10, 15, 59, 59, 0, time.UTC))
		require.NoError(t, w.service.Advance(w.ctx))
		require.Equal(t, entrun.StatusSending, status())
		w.clock.Advance(time.Second)
		require.NoError(t, w.service.Advance(w.ctx))
		require.Equal(t, entrun.StatusDone, status())
	})
	each("a task whose message cannot be made becomes abnormal", func(t *testing.T, w *world) {
		task := w.task(w.done(trigger.Every, 1, "cart"))
		w.happen(w.now("cart", 1))
		w.service.Plan = func(context.Context, string) (json.RawMessage, error) {
			return nil, fault.Errorf(fault.Conflict, "the channel is switched off").Because("CHANNEL_DISABLED")
		}
		require.Zero(t, w.cut())
		task = w.DB.Ent.Task.GetX(w.ctx, task.ID)
		require.Equal(t, enttask.RunStatusAbnormal, task.RunStatus)
		require.Equal(t, "CHANNEL_DISABLED", task.StatusReason)
		require.Len(t, w.pending(task), 1, "it goes on when the creator runs it again")
	})
}
