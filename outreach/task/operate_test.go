package task_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/task"
)

func TestOperate(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		run := func(b *bundle, d *ent.Task) *ent.Run {
			return db.Ent.Run.Query().Where(entrun.TaskID(d.ID)).OnlyX(b.System)
		}
		start := func(t *testing.T, b *bundle, d *ent.Task) *ent.Task {
			t.Helper()
			b.clock.Advance(2 * time.Hour)
			r := run(b, d)
			require.NoError(t, dispatch.New(db, b.clock, nil).Prepare(b.System, r.ID, r.Attempt))
			return b.reload(t, d)
		}
		t.Run("a task is paused before its time and waits again afterwards (§1.3)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := b.approved(t, "early")
			d, err := b.tasks.Pause(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.RunStatusPaused, d.RunStatus)
			_, err = b.tasks.Pause(b.AsMarketer, d.ID)
			require.Equal(t, "CONFLICT PAUSED", reason(t, err))
			d, err = b.tasks.Resume(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.RunStatusWaiting, d.RunStatus)
			require.NotNil(t, run(b, d).DueAt, "it goes out at once when its time has passed")
		})
		t.Run("a task that runs is paused and runs on (§1.3)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := start(t, b, b.approved(t, "late"))
			require.Equal(t, enttask.RunStatusRunning, d.RunStatus)
			_, err := b.tasks.Pause(b.AsMarketer, d.ID)
			require.NoError(t, err)
			d, err = b.tasks.Resume(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.RunStatusRunning, d.RunStatus)
		})
		t.Run("a run that began during a pause is resumed as running", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := b.approved(t, "during")
			_, err := b.tasks.Pause(b.AsMarketer, d.ID)
			require.NoError(t, err)
			start(t, b, d)
			d, err = b.tasks.Resume(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.RunStatusRunning, d.RunStatus)
			require.NotNil(t, d.StartedAt)
		})
		t.Run("cancelling ends the run that has not begun, and its worker (§1.3)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := b.approved(t, "off")
			before := run(b, d)
			d, err := b.tasks.Cancel(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.RunStatusCancelled, d.RunStatus)
			r := run(b, d)
			require.Equal(t, entrun.StatusCancelled, r.Status)
			require.Nil(t, r.DueAt)
			b.clock.Advance(2 * time.Hour)
			require.NoError(t, dispatch.New(db, b.clock, nil).Prepare(b.System, r.ID, before.Attempt))
			require.Equal(t, entrun.StatusCancelled, run(b, d).Status, "a worker that was about to begin stops")
			for _, op := range []error{second(b.tasks.Resume(b.AsMarketer, d.ID)), second(b.tasks.Cancel(b.AsMarketer, d.ID)), second(b.tasks.Pause(b.AsMarketer, d.ID))} {
				require.Equal(t, "CONFLICT CANCELLED", reason(t, op))
			}
		})
		t.Run("its creator runs an abnormal task again, now (§1.3)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := b.approved(t, "broken")
			db.Ent.Channel.UpdateOne(b.Channel).SetEnabled(false).ExecX(b.System)
			d = start(t, b, d)
			require.Equal(t, enttask.RunStatusAbnormal, d.RunStatus)
			require.Equal(t, "CHANNEL_DISABLED", d.StatusReason)
			_, err := b.tasks.Retry(b.AsAdmin, d.ID)
			require.Equal(t, "FORBIDDEN NOT_YOURS", reason(t, err))
			db.Ent.Channel.UpdateOne(b.Channel).SetEnabled(true).ExecX(b.System)
			d, err = b.tasks.Retry(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.RunStatusRunning, d.RunStatus)
			require.Empty(t, d.StatusReason)
			r := run(b, d)
			require.Equal(t, entrun.StatusWaiting, r.Status)
			require.WithinDuration(t, b.clock.Now(), *r.DueAt, 0)
			require.NoError(t, dispatch.New(db, b.clock, nil).Prepare(b.System, r.ID, r.Attempt))
			require.Equal(t, entrun.StatusSending, run(b, d).Status)
		})
		t.Run("who may not operate tasks is refused", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := b.approved(t, "hands off")
			for _, err := range []error{
				second(b.tasks.Pause(b.AsViewer, d.ID)), second(b.tasks.Cancel(b.AsApprover, d.ID)),
				second(b.tasks.Resend(b.AsViewer, task.ResendInput{TaskID: d.ID, StatusIn: []delivery.Status{delivery.Failed}})),
			} {
				require.True(t, fault.Is(err, fault.Forbidden))
			}
		})
		t.Run("a resend is a run of its own for those the first did not reach (§1.6)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d := b.approved(t, "resend")
			failed := task.ResendInput{TaskID: d.ID, StatusIn: []delivery.Status{delivery.Failed, delivery.Unconfirmed}, ReasonIn: []string{"43101"}}
			_, err := b.tasks.Resend(b.AsMarketer, failed)
			require.Equal(t, "CONFLICT RUNNING", reason(t, err), "it has not begun")
			d = start(t, b, d)
			origin := run(b, d)
			db.Ent.Task.UpdateOne(d).SetRunStatus(enttask.RunStatusEnded).ExecX(b.System)
			key := delivery.Key{Run: origin.Num, Person: 7}
			failed.DeliveryIDs = []string{key.String()}
			r, err := b.tasks.Resend(b.AsMarketer, failed)
			require.NoError(t, err)
			require.Equal(t, entrun.KindResend, r.Kind)
			require.Equal(t, &origin.ID, r.OriginID)
			require.WithinDuration(t, b.clock.Now(), *r.DueAt, 0)
			var sel dispatch.Selection
			require.NoError(t, json.Unmarshal(r.Selection, &sel))
			require.Equal(t, dispatch.Selection{
				Statuses: []int{int(delivery.Failed), int(delivery.Unconfirmed)}, Reasons: []string{"43101"}, Persons: []uint32{7}, Seqs: []uint32{0},
				Reached: []int{int(delivery.Sending), int(delivery.Sent), int(delivery.Deferred)},
			}, sel)
			require.Equal(t, enttask.RunStatusEnded, b.reload(t, d).RunStatus)

			_, err = b.tasks.Resend(b.AsMarketer, task.ResendInput{TaskID: d.ID, StatusIn: []delivery.Status{delivery.Sent, delivery.Failed}})
			require.Equal(t, []string{"statusIn NOT_RESENDABLE"}, rules(t, err), "nobody gets a message twice")
			_, err = b.tasks.Resend(b.AsMarketer, task.ResendInput{TaskID: d.ID})
			require.Equal(t, []string{"statusIn REQUIRED"}, rules(t, err))
			_, err = b.tasks.Resend(b.AsMarketer, task.ResendInput{TaskID: d.ID, StatusIn: failed.StatusIn, DeliveryIDs: []string{delivery.Key{Run: 1, Person: 7}.String(), "x"}})
			require.Equal(t, []string{"deliveryIds NOT_FOUND", "deliveryIds NOT_FOUND"}, rules(t, err))
			late := task.ResendInput{TaskID: d.ID, StatusIn: []delivery.Status{delivery.NotSent}, ReasonIn: []string{"LATE", "NO_TARGET_ID", "NOT_IN_AUDIENCE"}}
			_, err = b.tasks.Resend(b.AsMarketer, late)
			require.Equal(t, []string{"reasonIn NOT_RESENDABLE", "reasonIn NOT_RESENDABLE"}, rules(t, err), "for them the message never was")
			content := db.Ent.Task.GetX(b.System, d.ID).Content
			db.Ent.Task.UpdateOne(d).SetContent([]byte(`{"params":[{"key":"thing1","parts":[{"var":{"source":"EVENT","name":"item"}}]}]}`)).ExecX(b.System)
			_, err = b.tasks.Resend(b.AsMarketer, task.ResendInput{TaskID: d.ID, StatusIn: failed.StatusIn})
			require.Equal(t, "CONFLICT EVENT_GONE", reason(t, err))
			db.Ent.Task.UpdateOne(d).SetContent(content).ExecX(b.System)
			other := setup(t, db)
			strange := start(t, other, other.approved(t, "other"))
			_, err = b.tasks.Resend(b.AsMarketer, task.ResendInput{TaskID: d.ID, RunID: run(other, strange).ID, StatusIn: failed.StatusIn})
			require.True(t, fault.Is(err, fault.NotFound), "another project's run")
			_, m := b.Member(t, access.Marketer)
			_, err = b.tasks.Resend(m, failed)
			require.Equal(t, "CONFLICT RESENDING", reason(t, err), "one resend of a run at a time")
			db.Ent.Run.UpdateOne(r).SetStatus(entrun.StatusDone).ExecX(b.System)
			_, err = b.tasks.Resend(m, failed)
			require.NoError(t, err, "anybody who operates tasks may")
		})
	})
}
