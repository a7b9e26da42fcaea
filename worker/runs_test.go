package worker

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/dispatch"
)

func TestRunsOfARepeatingTaskAreHandedOutOneAfterTheOther(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		now := clock.Wall()
		repeating := func(status enttask.RunStatus, endsAt time.Time) (*ent.Task, *ent.Run, *ent.Run) {
			task, first := b.Task(t, b.Upload(t, factory.OpenIDs(1)), now.Add(-time.Minute), func(c *ent.TaskCreate) {
				c.SetType(enttask.TypeRepeat).SetRunStatus(status).SetEndsAt(endsAt)
			})
			second, err := db.Ent.Run.Create().SetProjectID(b.Project.ID).SetNum(id.Num()).SetTaskID(task.ID).SetSlot("point 2").
				SetPlannedAt(now.Add(-time.Second)).SetRunAt(now.Add(-time.Second)).SetDueAt(now.Add(-time.Second)).Save(b.ctx)
			require.NoError(t, err)
			return task, first, second
		}
		_, first, second := repeating(enttask.RunStatusRunning, now.Add(time.Hour))
		paused, _, _ := repeating(enttask.RunStatusPaused, now.Add(time.Hour))
		require.Equal(t, map[string]int{"run on normal": 1}, b.polled(t))
		for _, status := range []entrun.Status{entrun.StatusRefreshing, entrun.StatusSending} {
			db.Ent.Run.UpdateOne(first).SetStatus(status).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().ExecX(b.ctx)
			require.Empty(t, b.polled(t), "the earlier one is %s (§10.5)", status)
		}
		db.Ent.Run.UpdateOne(first).SetStatus(entrun.StatusDone).ExecX(b.ctx)
		require.Equal(t, map[string]int{"run on normal": 1}, b.polled(t), "nobody has to wake it up")
		db.Ent.Run.UpdateOne(second).SetStatus(entrun.StatusDone).ClearDueAt().ExecX(b.ctx)

		db.Ent.Task.UpdateOne(paused).SetEndsAt(now).ExecX(b.ctx)
		require.Equal(t, map[string]int{"run on normal": 2}, b.polled(t), "the window of the paused one is over: its runs end it (§1.3)")
		abnormal, _, _ := repeating(enttask.RunStatusAbnormal, now.Add(time.Hour))
		require.Empty(t, b.polled(t), "%s waits for its creator", abnormal.ID)
		db.Ent.Task.UpdateOne(abnormal).SetEndsAt(now).ExecX(b.ctx)
		require.Equal(t, map[string]int{"run on normal": 2}, b.polled(t), "until its window is over")
	})
}

// TestNoPollReadsAllTasks asks both databases how they look for due runs.
func TestNoPollReadsAllTasks(t *testing.T) {
	t.Parallel()
	const look = `SELECT w.id FROM runs w WHERE w.due_at <= ? AND ` + classOf + ` AND ` + dispatch.Runnable + ` ORDER BY w.due_at, w.id LIMIT 50`
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		explain := "EXPLAIN QUERY PLAN "
		if db.Postgres() {
			explain = "EXPLAIN "
		}
		tx, err := db.SQL.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		defer func() { _ = tx.Rollback() }()
		if db.Postgres() { // an empty table is read whole unless that is made dear
			_, err = tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off")
			require.NoError(t, err)
		}
		now := clock.Wall()
		rows, err := tx.QueryContext(t.Context(), db.Rebind(explain+look), now, classNames[0], now)
		require.NoError(t, err)
		defer func() { _ = rows.Close() }()
		columns, err := rows.Columns()
		require.NoError(t, err)
		var plan strings.Builder
		for rows.Next() {
			row := make([]any, len(columns))
			for i := range row {
				row[i] = new(any)
			}
			require.NoError(t, rows.Scan(row...))
			switch text := (*row[len(row)-1].(*any)).(type) {
			case string:
				plan.WriteString(text + "\n")
			case []byte:
				plan.WriteString(string(text) + "\n")
			}
		}
		require.NoError(t, rows.Err())
		if db.Postgres() {
			require.NotContains(t, plan.String(), "Seq Scan")
			require.NotContains(t, plan.String(), "hashed SubPlan")
			require.Contains(t, plan.String(), "on tasks")
			return
		}
		require.Contains(t, plan.String(), "SEARCH o USING INDEX run_task_id_planned_at")
		for line := range strings.Lines(plan.String()) {
			require.False(t, strings.HasPrefix(line, "SCAN t") || strings.HasPrefix(line, "SCAN o"), plan.String())
		}
	})
}
