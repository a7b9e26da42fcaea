package task_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entapproval "tidings/ent/approval"
	enteventtype "tidings/ent/eventtype"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	enttouch "tidings/ent/touch"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/approval"
	"tidings/outreach/task"
	"tidings/outreach/trigger"
)

// window is when events A count: from tomorrow on for a week.
var window = struct{ from, to time.Time }{morning.AddDate(0, 0, 1), morning.AddDate(0, 0, 8)}

// cartTask hands over a task of done A that reaches everybody a day later.
func (b *bundle) cartTask(t *testing.T, name string, change func(*task.Input)) (*ent.Task, *ent.Approval) {
	t.Helper()
	if known := b.DB.Ent.EventType.Query().Where(enteventtype.ProjectID(b.Project.ID)).ExistX(b.System); !known {
		require.NoError(t, b.DB.Ent.EventType.Create().SetProjectID(b.Project.ID).SetName("add_to_cart").SetNum(b.Project.Num).Exec(b.System))
	}
	return b.submitted(t, name, func(in *task.Input) {
		in.Type, in.AudienceMode, in.UploadID, in.ReachAt = new(enttask.TypeDoneA), new(enttask.AudienceModeAll), nil, nil
		in.Trigger = json.RawMessage(`{"a":{"events":[{"event":"add_to_cart"}],"mode":"EVERY","n":1,"from":"` + window.from.Format(time.RFC3339) + `","to":"` +
			window.to.Format(time.RFC3339) + `"},"timing":{"kind":"DELAY","days":1}}`)
		if change != nil {
			change(in)
		}
	})
}

func (b *bundle) rev(t *testing.T) (rev, live int) {
	t.Helper()
	require.NoError(t, b.DB.SQL.QueryRowContext(t.Context(), b.DB.Rebind(`SELECT triggers_rev, live_triggers FROM projects WHERE id = ?`), b.Project.ID).Scan(&rev, &live))
	return rev, live
}

func pausesOf(t *testing.T, d *ent.Task) trigger.Pauses {
	t.Helper()
	var out trigger.Pauses
	if len(d.Pauses) > 0 {
		require.NoError(t, json.Unmarshal(d.Pauses, &out))
	}
	return out
}

func TestTheLifeOfTriggeredTasks(t *testing.T) {
	t.Parallel()
	each := func(name string, run func(t *testing.T, b *bundle, triggers *trigger.Service)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) { // of its own: its clock is everybody's
				b := setup(t, db)
				run(t, b, trigger.New(trigger.Deps{DB: db, Clock: b.clock}))
			})
		})
	}
	approve := func(t *testing.T, b *bundle, d *ent.Task, a *ent.Approval) *ent.Task {
		t.Helper()
		_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
		require.NoError(t, err)
		return b.reload(t, d)
	}
	each("approved it makes no run: its events count from that commit on, and it runs with its window (R47, R68)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		d, a := b.cartTask(t, "cart", nil)
		_, live := b.rev(t)
		require.Zero(t, live)
		require.WithinDuration(t, window.to, *a.ExpiresAt, 0, "§3.3")
		before, _ := b.rev(t)
		d = approve(t, b, d, a)
		after, live := b.rev(t)
		require.Equal(t, 1, live)
		require.Greater(t, after, before)
		require.Equal(t, enttask.RunStatusWaiting, d.RunStatus)
		require.Zero(t, b.DB.Ent.Run.Query().Where(entrun.TaskID(d.ID)).CountX(b.System))
		b.clock.Set(window.from.Add(-time.Second))
		require.NoError(t, triggers.Advance(t.Context()))
		require.Equal(t, enttask.RunStatusWaiting, b.reload(t, d).RunStatus)
		b.clock.Set(window.from)
		require.NoError(t, triggers.Advance(t.Context()))
		require.Equal(t, enttask.RunStatusRunning, b.reload(t, d).RunStatus)
	})
	each("still pending when the window of A is over it is cancelled, whatever its rule: APPROVAL_TIMEOUT (§3.3)", func(t *testing.T, b *bundle, _ *trigger.Service) {
		d, a := b.cartTask(t, "late", func(in *task.Input) { in.ApprovalTimeout = new(enttask.ApprovalTimeoutRunOnceApproved) })
		b.clock.Set(window.to.Add(-time.Second))
		require.NoError(t, b.approvals.ExpireDue(t.Context(), a.ID))
		require.Equal(t, entapproval.StatusPending, b.DB.Ent.Approval.GetX(b.System, a.ID).Status)
		b.clock.Set(window.to)
		require.NoError(t, b.approvals.ExpireDue(t.Context(), a.ID))
		d = b.reload(t, d)
		require.Equal(t, enttask.RunStatusCancelled, d.RunStatus)
		require.Equal(t, approval.ReasonTimeout, d.StatusReason)
		_, live := b.rev(t)
		require.Zero(t, live)
	})
	each("in time within its window it runs, and what happened before does not count (§3.3, §10.1)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		d, a := b.cartTask(t, "within", nil)
		b.clock.Set(window.to.Add(-time.Second))
		d = approve(t, b, d, a)
		require.NoError(t, triggers.Advance(t.Context()))
		require.Equal(t, enttask.RunStatusRunning, b.reload(t, d).RunStatus)
		require.WithinDuration(t, b.clock.Now(), *d.ApprovedAt, 0)
	})
	each("what happens in a pause does not count: pauses are kept, and the matching learns of each (§1.3)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		d, a := b.cartTask(t, "pause", nil)
		d = approve(t, b, d, a)
		b.clock.Set(window.from)
		require.NoError(t, triggers.Advance(t.Context()))
		rev, _ := b.rev(t)
		d, err := b.tasks.Pause(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Equal(t, enttask.RunStatusPaused, d.RunStatus)
		require.Equal(t, trigger.Pauses{{From: window.from.UnixMilli()}}, pausesOf(t, d))
		b.clock.Advance(time.Hour)
		d, err = b.tasks.Resume(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Equal(t, enttask.RunStatusRunning, d.RunStatus)
		require.Equal(t, trigger.Pauses{{From: window.from.UnixMilli(), To: window.from.Add(time.Hour).UnixMilli()}}, pausesOf(t, d))
		now, live := b.rev(t)
		require.Equal(t, rev+2, now)
		require.Equal(t, 1, live, "a paused one stays: its pauses are its rule")
	})
	each("paused before its window it waits again (§1.3)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		d, a := b.cartTask(t, "early", nil)
		d = approve(t, b, d, a)
		_, err := b.tasks.Pause(b.AsMarketer, d.ID)
		require.NoError(t, err)
		b.clock.Set(window.from)
		require.NoError(t, triggers.Advance(t.Context()))
		require.Equal(t, enttask.RunStatusPaused, b.reload(t, d).RunStatus)
		d, err = b.tasks.Resume(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Equal(t, enttask.RunStatusWaiting, d.RunStatus)
		require.NoError(t, triggers.Advance(t.Context()))
		require.Equal(t, enttask.RunStatusRunning, b.reload(t, d).RunStatus)
	})
	each("cancelled nothing counts any more, and what is pending is discarded (§1.3)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		d, a := b.cartTask(t, "cancel", nil)
		d = approve(t, b, d, a)
		b.clock.Set(window.from)
		require.NoError(t, triggers.Advance(t.Context()))
		b.touch(t, d)
		d, err := b.tasks.Cancel(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Equal(t, enttask.RunStatusCancelled, d.RunStatus)
		_, live := b.rev(t)
		require.Zero(t, live)
		require.NoError(t, triggers.Advance(t.Context()))
		require.Zero(t, b.DB.Ent.Touch.Query().Where(enttouch.TaskID(d.ID)).CountX(b.System))
		require.Equal(t, 1, b.reload(t, d).Discarded)
	})
	each("abnormal, its creator lets it send again, and what is pending was kept (§1.3)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		d, a := b.cartTask(t, "retry", nil)
		d = approve(t, b, d, a)
		b.clock.Set(window.from)
		require.NoError(t, triggers.Advance(t.Context()))
		b.touch(t, d)
		b.DB.Ent.Task.UpdateOne(d).SetRunStatus(enttask.RunStatusAbnormal).SetStatusReason("40037").ExecX(b.System)
		_, err := b.tasks.Retry(b.AsAdmin, d.ID)
		require.Equal(t, "FORBIDDEN NOT_YOURS", reason(t, err))
		rev, _ := b.rev(t)
		d, err = b.tasks.Retry(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.Equal(t, enttask.RunStatusRunning, d.RunStatus, "it is not over because no run is open")
		require.Empty(t, d.StatusReason)
		now, _ := b.rev(t)
		require.Equal(t, rev+1, now)
		require.Equal(t, 1, b.DB.Ent.Touch.Query().Where(enttouch.TaskID(d.ID)).CountX(b.System))
	})
	each("at its end time it has ended from every state, and loses what is pending (R69)", func(t *testing.T, b *bundle, triggers *trigger.Service) {
		for _, status := range []enttask.RunStatus{enttask.RunStatusRunning, enttask.RunStatusPaused, enttask.RunStatusAbnormal} {
			d, a := b.cartTask(t, "end "+string(status), nil)
			approve(t, b, d, a)
			b.DB.Ent.Task.UpdateOne(d).SetRunStatus(status).ExecX(b.System)
			b.touch(t, d)
		}
		b.clock.Set(window.to.AddDate(0, 0, 1).Add(time.Minute - time.Second))
		require.NoError(t, triggers.Advance(t.Context()))
		require.Zero(t, b.DB.Ent.Task.Query().Where(enttask.RunStatusEQ(enttask.RunStatusEnded), enttask.ProjectID(b.Project.ID)).CountX(b.System))
		b.clock.Advance(time.Second) // a day after A's window, because the message may be a day late, and a minute to send it
		require.NoError(t, triggers.Advance(t.Context()))
		ended := b.DB.Ent.Task.Query().Where(enttask.RunStatusEQ(enttask.RunStatusEnded), enttask.ProjectID(b.Project.ID)).AllX(b.System)
		require.Len(t, ended, 3)
		for _, d := range ended {
			require.Equal(t, 1, d.Discarded)
		}
	})
}

// touch is a message of the task that is due in a month.
func (b *bundle) touch(t *testing.T, d *ent.Task) {
	t.Helper()
	require.NoError(t, b.DB.Ent.Touch.Create().SetTaskID(d.ID).SetProjectNum(b.Project.Num).SetPersonNum(1).SetKind(int(trigger.Send)).
		SetDueAt(b.clock.Now().AddDate(0, 1, 0)).SetBaseAt(b.clock.Now().UnixMilli()).SetANum(1).Exec(b.System))
}
