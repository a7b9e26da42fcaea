package trigger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/delivery"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// Who fired twice as two people is reached once as one (R62).
func TestCumulativeReachesPeopleWhoBecameOneOnce(t *testing.T) {
	t.Parallel()
	late := func(w *world, mode trigger.Mode) trigger.Definition {
		d := w.done(mode, 1, "cart")
		d.Timing = schedule.Timing{Kind: schedule.Delay, Hours: 1}
		return d
	}
	reasons := func(w *world, task *ent.Task) []string {
		out := []string{}
		for _, r := range w.DB.Ent.Touch.Query().Order(ent.Asc("id")).AllX(w.ctx) {
			if r.TaskID == task.ID && r.RunNum != nil {
				out = append(out, r.Reason)
			}
		}
		return out
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("while both messages are pending", func(t *testing.T) {
			w := setup(t, db) // one after the other: all that is due is cut
			w.people(4)
			once, every := w.task(late(w, trigger.Cumulative)), w.task(late(w, trigger.Every))
			w.happen(w.now("cart", 1), w.now("cart", 2), w.now("cart", 3), w.now("cart", 4))
			w.merge(1, 2)
			w.clock.Advance(time.Hour)
			w.cut()
			require.Equal(t, [][]uint32{{1, 3, 4}, {1}}, w.shards(once))
			require.Equal(t, []string{"DUPLICATE"}, reasons(w, once), "it has its outcome")
			require.Equal(t, [][]uint32{{1, 3, 4}, {1}}, w.shards(every))
			require.Empty(t, reasons(w, every))
		})
		for status, want := range map[delivery.Status][]string{
			delivery.Sent: {"DUPLICATE"}, delivery.Failed: {"DUPLICATE"}, delivery.Deferred: {"DUPLICATE"}, delivery.NotSent: {},
		} {
			t.Run("after the first was "+status.String()+" on another day", func(t *testing.T) {
				w := setup(t, db)
				w.people(2)
				task := w.task(late(w, trigger.Cumulative))
				w.happen(w.now("cart", 2))
				w.clock.Advance(time.Hour)
				require.Equal(t, 1, w.cut())
				run := w.DB.Ent.Run.Query().Where(entrun.TaskID(task.ID)).OnlyX(w.ctx)
				_, err := db.SQL.ExecContext(w.ctx, db.Rebind(`INSERT INTO deliveries (run_at, run_num, person_num, seq, project_num, target, status, claimed_at)
					VALUES (?, ?, 2, 1, ?, 'o', ?, ?)`), run.RunAt, run.Num, w.Project.Num, int(status), w.clock.Now())
				require.NoError(t, err)
				_, err = db.SQL.ExecContext(w.ctx, db.Rebind(`UPDATE shards SET done = true, due_at = NULL, slice = NULL WHERE task_id = ?`), task.ID)
				require.NoError(t, err)
				w.clock.Advance(24 * time.Hour)
				w.happen(w.now("cart", 1))
				w.merge(1, 2)
				w.clock.Advance(time.Hour)
				require.Equal(t, 1, w.cut())
				require.Equal(t, want, reasons(w, task))
			})
		}
	})
}
