package delivery_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entdelivery "tidings/ent/delivery"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/schedule"
)

// repeating makes an approved task of three recipients that repeats.
func (b *bench) repeating(cycle schedule.Cycle) *ent.Task {
	b.t.Helper()
	text, err := json.Marshal(cycle)
	require.NoError(b.t, err)
	task, once := b.Task(b.t, b.Upload(b.t, factory.OpenIDs(3)), b.Now, func(c *ent.TaskCreate) {
		c.SetType(enttask.TypeRepeat).SetCycle(text).SetStartsAt(cycle.Start).SetEndsAt(cycle.End)
	})
	require.NoError(b.t, b.DB.Ent.Run.DeleteOne(once).Exec(b.ctx))
	b.tx(func(ctx context.Context, tx *ent.Tx) error {
		return dispatch.Begin(ctx, tx, task, b.Now, b.clock.Now())
	})
	return task
}

func (b *bench) tx(do func(context.Context, *ent.Tx) error) {
	b.t.Helper()
	require.NoError(b.t, b.DB.Tx(b.ctx, do))
}

// at moves the clock and works what is due, as the poller hands it out.
func (b *bench) at(now time.Time) {
	b.t.Helper()
	b.clock.Set(now)
	for {
		rows, err := due.HandOut(b.ctx, b.DB, due.Runs, now, 10, dispatch.Runnable, now)
		require.NoError(b.t, err)
		for _, r := range rows {
			require.NoError(b.t, b.dispatch.Prepare(b.ctx, r.ID, r.Attempt))
		}
		shards, err := due.HandOut(b.ctx, b.DB, due.Shards, now, 10, `EXISTS (SELECT 1 FROM tasks t WHERE t.id = w.task_id AND t.run_status <> 'PAUSED')`)
		require.NoError(b.t, err)
		for _, r := range shards {
			lease, id := b.take(r)
			require.NoError(b.t, b.worker.Shard(b.ctx, lease, id, nil))
		}
		if len(rows)+len(shards) == 0 {
			return
		}
	}
}

func (b *bench) runsOf(task *ent.Task) []*ent.Run {
	b.t.Helper()
	return b.DB.Ent.Run.Query().Where(entrun.TaskID(task.ID)).Order(ent.Asc(entrun.FieldPlannedAt)).AllX(b.ctx)
}

func TestARepeatingTaskOfFiveDays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("everybody gets one message at each point, each run is DONE in its turn, and the task has ended after the last (R46, R58)", func(t *testing.T) {
			b := setup(t, db)
			shanghai, err := time.LoadLocation("Asia/Shanghai")
			require.NoError(t, err)
			cycle := schedule.Cycle{
				Kind: schedule.EveryDays, Every: 1, Times: []string{"12:00", "18:00"}, Start: b.Now, End: b.Now.AddDate(0, 0, 4).Add(8 * time.Hour),
			}
			task := b.repeating(cycle)
			points := cycle.Points(b.Now, 100, shanghai)
			require.Len(t, points, 10)
			for i, point := range points {
				b.at(point.Add(-time.Second))
				runs := b.runsOf(task)
				require.Len(t, runs, i+1, "one run ahead")
				require.Equal(t, entrun.StatusWaiting, runs[i].Status)
				b.at(point)
				status, run := b.statuses(task, runs[i])
				require.Equal(t, entrun.StatusDone, run)
				require.Equal(t, i == len(points)-1, status == enttask.RunStatusEnded)
				require.Equal(t, map[delivery.Status]int{delivery.Sent: 3}, b.tally(runs[i]))
			}
			for who, calls := range b.sender.calls {
				require.Equal(t, len(points), calls, who)
			}
			require.Len(t, b.sender.calls, 3)
			require.Len(t, b.runsOf(task), len(points))
			require.NotNil(t, db.Ent.Task.GetX(b.ctx, task.ID).EndedAt)
		})
		t.Run("what a run had left when the window ended in a pause is not sent: TASK_ENDED (§1.3, §4.7)", func(t *testing.T) {
			b := setup(t, db)
			task := b.repeating(schedule.Cycle{Kind: schedule.EveryDays, Every: 1, Times: []string{"12:00"}, Start: b.Now, End: b.Now.Add(5 * time.Hour)})
			run := b.runsOf(task)[0]
			b.clock.Set(run.PlannedAt)
			b.prepare()
			b.clock.Advance(time.Hour)
			b.tx(func(ctx context.Context, tx *ent.Tx) error {
				if err := dispatch.Suspend(ctx, tx, task, b.clock.Now()); err != nil {
					return err
				}
				return tx.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusPaused).Exec(ctx)
			})
			b.at(b.Now.Add(5*time.Hour - time.Second))
			status, _ := b.statuses(task, run)
			require.Equal(t, enttask.RunStatusPaused, status)
			b.at(b.Now.Add(5 * time.Hour))
			status, ended := b.statuses(task, run)
			require.Equal(t, enttask.RunStatusEnded, status)
			require.Equal(t, entrun.StatusDone, ended)
			require.Empty(t, b.sender.calls)
			require.Equal(t, map[delivery.Status]int{delivery.NotSent: 3}, b.tally(run))
			require.Equal(t, 3, db.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num), entdelivery.Reason("TASK_ENDED")).CountX(b.ctx))
		})
		t.Run("on a broken channel that is recorded too, without tokens (§4.7)", func(t *testing.T) {
			b := setup(t, db)
			task := b.repeating(schedule.Cycle{Kind: schedule.EveryDays, Every: 1, Times: []string{"12:00"}, Start: b.Now, End: b.Now.Add(5 * time.Hour)})
			run := b.runsOf(task)[0]
			b.clock.Set(run.PlannedAt)
			b.prepare()
			require.NoError(t, db.Ent.Run.UpdateOne(run).SetFailure(dispatch.TaskEnded).Exec(b.ctx))
			require.NoError(t, db.Ent.Task.UpdateOne(task).SetRunStatus(enttask.RunStatusEnded).Exec(b.ctx))
			require.NoError(t, db.Ent.Channel.UpdateOneID(b.Channel.ID).SetState("ABNORMAL").Exec(b.ctx))
			b.at(b.Now.Add(5 * time.Hour))
			_, ended := b.statuses(task, run)
			require.Equal(t, entrun.StatusDone, ended)
			require.Empty(t, b.sender.calls)
			require.Equal(t, 3, db.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num), entdelivery.Reason("TASK_ENDED")).CountX(b.ctx))
		})
		t.Run("stopped by a message of its last run, it ends with its window, though nothing of that is left (§1.3)", func(t *testing.T) {
			b := setup(t, db)
			task := b.repeating(schedule.Cycle{Kind: schedule.EveryDays, Every: 1, Times: []string{"12:00"}, Start: b.Now, End: b.Now.Add(5 * time.Hour)})
			run := b.runsOf(task)[0]
			b.sender.answer = func(string, int) channel.Result {
				return channel.Result{Outcome: channel.Failed, Code: "41030", Scope: channel.ScopeTask}
			}
			b.at(run.PlannedAt)
			status, ended := b.statuses(task, run)
			require.Equal(t, enttask.RunStatusAbnormal, status)
			require.Equal(t, entrun.StatusDone, ended, "all calls were under way")
			b.at(b.Now.Add(5*time.Hour - time.Second))
			status, _ = b.statuses(task, run)
			require.Equal(t, enttask.RunStatusAbnormal, status)
			b.at(b.Now.Add(5 * time.Hour))
			status, _ = b.statuses(task, run)
			require.Equal(t, enttask.RunStatusEnded, status)
		})
		t.Run("a run that is sending when the window ends finishes (§4.7)", func(t *testing.T) {
			b := setup(t, db)
			task := b.repeating(schedule.Cycle{Kind: schedule.EveryDays, Every: 1, Times: []string{"12:00"}, Start: b.Now, End: b.Now.Add(5 * time.Hour)})
			run := b.runsOf(task)[0]
			b.clock.Set(run.PlannedAt)
			b.prepare()
			b.at(b.Now.Add(10 * time.Hour))
			require.Equal(t, map[delivery.Status]int{delivery.Sent: 3}, b.tally(run))
			status, _ := b.statuses(task, run)
			require.Equal(t, enttask.RunStatusEnded, status)
		})
	})
}
