package dispatch_test

import (
	"context"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
)

// TestPeopleAndWorkersAtOnce lets somebody operate a task at the very moment at
// which its point comes.
func TestPeopleAndWorkersAtOnce(t *testing.T) {
	t.Parallel()
	for name, operations := range map[string][]string{
		"cancelled as its point comes, no run is left over (§1.3)":               {"cancel"},
		"paused and resumed as its point comes, the point has one run (§1.3)":    {"pause", "resume"},
		"paused, resumed and cancelled as it comes, no run is left over (§1.3)":  {"pause", "resume", "cancel"},
		"paused as its point comes, it goes on or is skipped afterwards (§10.5)": {"pause"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) {
				for range 3 {
					l := newLife(t, db, "Asia/Shanghai", daily)
					l.slow = true
					l.play(`submit UNREFRESHED
						approve`)
					l.clock.Set(l.local("2026-03-02 10:00"))
					rows, err := due.HandOut(l.System, db, due.Runs, l.clock.Now(), 1, "w.task_id = ? AND "+dispatch.Runnable, l.task.ID, l.clock.Now())
					require.NoError(t, err)
					require.Len(t, rows, 1)
					var wg sync.WaitGroup
					errs := make([]error, 1+len(operations))
					wg.Go(func() { errs[0] = l.dispatch.Prepare(l.System, rows[0].ID, rows[0].Attempt) })
					wg.Go(func() {
						for i, operation := range operations {
							switch operation {
							case "cancel":
								_, errs[1+i] = l.tasks.Cancel(l.AsMarketer, l.task.ID)
							case "pause":
								_, errs[1+i] = l.tasks.Pause(l.AsMarketer, l.task.ID)
							case "resume":
								_, errs[1+i] = l.tasks.Resume(l.AsMarketer, l.task.ID)
							}
						}
					})
					wg.Wait()
					require.NoError(t, errs[0])
					for _, err := range errs[1:] {
						// The point made it RUNNING between the look and the write: who asked sees what happened.
						require.True(t, err == nil || fault.Is(err, fault.Conflict), "%v", err)
					}
					require.NoError(t, db.Ent.Run.Update().Where(entrun.TaskID(l.task.ID)).SetLeaseOwner("").ClearLeaseUntil().Exec(l.System))
					l.consistent(*l.flow.task(l.task).SubmittedAt)
					if l.status() == enttask.RunStatusPaused {
						l.play("resume")
					}
					l.play(`fast
						until 2026-03-07 00:00`)
					l.consistent(*l.flow.task(l.task).SubmittedAt)
					open := db.Ent.Run.Query().Where(entrun.TaskID(l.task.ID), entrun.StatusIn(entrun.StatusWaiting, entrun.StatusRefreshing, entrun.StatusSending)).CountX(l.System)
					require.Zero(t, open, "%v", l.records())
					if l.status() != enttask.RunStatusCancelled {
						require.Equal(t, enttask.RunStatusEnded, l.status())
						require.Len(t, l.runs(), 5)
					}
				}
			})
		})
	}
}

// TestAPauseAsTheLastPointBegins lets the pause come between a worker's look at the
// last run and its cut: the task ends with its window all the same (§1.3).
func TestAPauseAsTheLastPointBegins(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for _, status := range []enttask.RunStatus{enttask.RunStatusPaused, enttask.RunStatusAbnormal} {
			l := newLife(t, db, "Asia/Shanghai", daily)
			l.play(`submit UNREFRESHED
				approve
				until 2026-03-05 11:00
				slow`)
			l.clock.Set(l.local("2026-03-06 10:00"))
			rows, err := due.HandOut(l.System, db, due.Runs, l.clock.Now(), 1, "w.task_id = ? AND "+dispatch.Runnable, l.task.ID, l.clock.Now())
			require.NoError(t, err)
			require.Len(t, rows, 1)
			var once sync.Once
			db.Ent.Segment.Intercept(ent.InterceptFunc(func(next ent.Querier) ent.Querier {
				return ent.QuerierFunc(func(ctx context.Context, q ent.Query) (ent.Value, error) {
					once.Do(func() { // the worker reads its run, and somebody stops the task
						require.NoError(t, db.Tx(l.System, func(ctx context.Context, tx *ent.Tx) error {
							task := tx.Task.GetX(ctx, l.task.ID)
							require.NoError(t, dispatch.Suspend(ctx, tx, task, l.clock.Now()))
							return tx.Task.UpdateOne(task).SetRunStatus(status).Exec(ctx)
						}))
					})
					return next.Query(ctx, q)
				})
			}))
			require.NoError(t, l.dispatch.Prepare(l.System, rows[0].ID, rows[0].Attempt))
			require.Equal(t, status, l.status())
			l.play(`fast
				until 2026-03-06 23:00`)
			require.Equal(t, enttask.RunStatusEnded, l.status(), "%v", l.records())
			require.Equal(t, "03-06 10:00 DONE TASK_ENDED", l.records()[4])
		}
	})
}
