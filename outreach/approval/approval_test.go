package approval_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entapproval "tidings/ent/approval"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/task"
)

var (
	morning = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)
	reachAt = morning.Add(time.Hour)
)

type bundle struct {
	*factory.Team
	clock     *clock.Fake
	tasks     *task.Service
	approvals *approval.Service
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	c := clock.NewFake(morning)
	return &bundle{Team: factory.NewTeam(t, db), clock: c, tasks: task.New(db, c, audience.NewSegments(audience.SegmentDeps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler)}), nil), approvals: approval.New(db, c, nil)}
}

// submitted hands a task over that reaches its users in an hour.
func (b *bundle) submitted(t *testing.T, as context.Context, rule enttask.ApprovalTimeout) (*ent.Task, *ent.Approval) { //nolint:revive // t comes first in helpers
	t.Helper()
	up := b.DB.Ent.Upload.Create().SetProjectID(b.Project.ID).SetChannelID(b.Channel.ID).SetCreatorID(b.Marketer.ID).SetFileName("x").
		SetStatus(entupload.StatusReady).SetValid(1).SaveX(b.System) //nolint:contextcheck // arranged by the test, not by who asks
	d, err := b.tasks.Create(as, task.Input{
		Name: new("task " + up.ID), UploadID: &up.ID, ReachAt: &reachAt, ChannelID: &b.Channel.ID, TemplateID: &b.Template.ID, ApprovalTimeout: &rule,
		Content: []task.Param{{Key: "thing1", Text: "x"}, {Key: "date2", Text: "2026-03-08"}}, OpenMode: new(enttask.OpenModeNone),
	})
	require.NoError(t, err)
	d, err = b.tasks.Submit(as, d.ID)
	require.NoError(t, err)
	return d, b.DB.Ent.Approval.Query().Where(entapproval.TaskID(d.ID)).OnlyX(b.System) //nolint:contextcheck // same
}

func (b *bundle) task(d *ent.Task) *ent.Task { return b.DB.Ent.Task.GetX(b.System, d.ID) }
func (b *bundle) approval(a *ent.Approval) *ent.Approval {
	return b.DB.Ent.Approval.GetX(b.System, a.ID)
}

func reason(t *testing.T, err error) string {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	return string(f.Code) + " " + f.Reason
}

const (
	cancel  = enttask.ApprovalTimeoutCancel
	runOnce = enttask.ApprovalTimeoutRunOnceApproved
)

func TestApprove(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("in time: the task waits for its reach time (§1.3)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d, a := b.submitted(t, b.AsMarketer, cancel)
			b.clock.Advance(time.Minute)
			a, err := b.approvals.Approve(b.AsApprover, a.ID, " fine ")
			require.NoError(t, err)
			require.Equal(t, entapproval.StatusApproved, a.Status)
			require.Equal(t, "fine", a.Comment)
			require.Equal(t, b.Approver.ID, *a.DeciderID)
			require.Nil(t, a.DueAt)
			d = b.task(d)
			require.Equal(t, enttask.RunStatusWaiting, d.RunStatus)
			require.Equal(t, enttask.ApprovalStatusApproved, d.ApprovalStatus)
			r := db.Ent.Run.Query().Where(entrun.TaskID(d.ID)).OnlyX(b.System)
			require.Equal(t, entrun.StatusWaiting, r.Status)
			for _, at := range []time.Time{r.PlannedAt, r.RunAt, *r.DueAt} {
				require.WithinDuration(t, reachAt, at, 0)
			}
		})
		t.Run("after the reach time a task that runs once approved runs at once (R50)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d, a := b.submitted(t, b.AsMarketer, runOnce)
			b.clock.Set(reachAt.Add(72*time.Hour - time.Second))
			_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
			require.NoError(t, err)
			r := db.Ent.Run.Query().Where(entrun.TaskID(d.ID)).OnlyX(b.System)
			require.WithinDuration(t, reachAt, r.PlannedAt, 0)
			require.WithinDuration(t, b.clock.Now(), *r.DueAt, 0)
		})
		for name, row := range map[string]struct {
			rule   enttask.ApprovalTimeout
			at     time.Time
			reason string
		}{
			"at the reach time it is too late where that cancels": {cancel, reachAt, approval.ReasonTimeout},
			"72 hours after it, it is too late everywhere":        {runOnce, reachAt.Add(72 * time.Hour), approval.ReasonTimeout72H},
		} {
			t.Run(name+" (R50)", func(t *testing.T) {
				t.Parallel()
				b := setup(t, db)
				d, a := b.submitted(t, b.AsMarketer, row.rule)
				b.clock.Set(row.at)
				_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
				require.Equal(t, "CONFLICT EXPIRED", reason(t, err))
				d = b.task(d)
				require.Equal(t, enttask.RunStatusCancelled, d.RunStatus)
				require.Equal(t, enttask.ApprovalStatusExpired, d.ApprovalStatus)
				require.Equal(t, row.reason, d.StatusReason)
				require.Zero(t, db.Ent.Run.Query().Where(entrun.TaskID(d.ID)).CountX(b.System))
			})
		}
		t.Run("nobody approves what they wrote or submitted, unless the project allows it (§3.1)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			_, a := b.submitted(t, b.AsAdmin, cancel)
			_, err := b.approvals.Approve(b.AsAdmin, a.ID, "")
			require.Equal(t, "FORBIDDEN SELF_APPROVAL", reason(t, err))
			_, err = b.approvals.Approve(b.AsMarketer, a.ID, "")
			require.Equal(t, "FORBIDDEN outreach.task.approve", reason(t, err))
			db.Ent.Project.UpdateOne(b.Project).SetSelfApproval(true).ExecX(b.System)
			_, err = b.approvals.Approve(b.AsAdmin, a.ID, "")
			require.NoError(t, err)
		})
		t.Run("another project's approval is not found", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			_, a := b.submitted(t, b.AsMarketer, cancel)
			_, err := b.approvals.Approve(factory.NewTeam(t, db).AsAdmin, a.ID, "")
			require.True(t, fault.Is(err, fault.NotFound))
		})
		t.Run("of many who decide at the same instant one wins", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			_, second := b.Member(t, access.Approver)
			d, a := b.submitted(t, b.AsMarketer, cancel)
			deciders := []func() error{
				func() error { _, err := b.approvals.Approve(b.AsApprover, a.ID, ""); return err },
				func() error { _, err := b.approvals.Approve(second, a.ID, ""); return err },
				func() error { _, err := b.approvals.Reject(b.AsApprover, a.ID, "no"); return err },
				func() error { _, err := b.approvals.Reject(second, a.ID, "no"); return err },
				func() error { _, err := b.tasks.Withdraw(b.AsMarketer, d.ID); return err },
			}
			errs := make([]error, len(deciders))
			var wg sync.WaitGroup
			for i, decide := range deciders {
				wg.Go(func() { errs[i] = decide() })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else {
					require.True(t, fault.Is(err, fault.Conflict), "%v", err)
				}
			}
			require.Equal(t, 1, won)
			runs := db.Ent.Run.Query().Where(entrun.TaskID(d.ID)).CountX(b.System)
			require.Equal(t, b.task(d).RunStatus == enttask.RunStatusWaiting, runs == 1)
		})
	})
}

func TestReject(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		d, a := b.submitted(t, b.AsMarketer, cancel)
		for name, comment := range map[string]string{"needs a reason": " \n", "has a reason of 500 characters at most": strings.Repeat("字", 501)} {
			t.Run("a rejection "+name+" (§3.3)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
				_, err := b.approvals.Reject(b.AsApprover, a.ID, comment)
				require.True(t, fault.Is(err, fault.Invalid))
			})
		}
		t.Run("the creator reads why, and can only copy the task (§1.2)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := b.approvals.Reject(b.AsApprover, a.ID, strings.Repeat("字", 500))
			require.NoError(t, err)
			d = b.task(d)
			require.Equal(t, enttask.ApprovalStatusRejected, d.ApprovalStatus)
			require.Equal(t, strings.Repeat("字", 500), d.StatusText)
			_, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("x")})
			require.Equal(t, "CONFLICT REJECTED", reason(t, err))
			_, err = b.tasks.Submit(b.AsMarketer, d.ID)
			require.Equal(t, "CONFLICT REJECTED", reason(t, err))
			_, err = b.tasks.Copy(b.AsMarketer, d.ID)
			require.NoError(t, err)
		})
		t.Run("what is decided is decided", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
			require.Equal(t, "CONFLICT DECIDED", reason(t, err))
			_, err = b.approvals.Urge(b.AsMarketer, d.ID)
			require.Equal(t, "CONFLICT DECIDED", reason(t, err))
		})
	})
}

func TestUrge(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		d, _ := b.submitted(t, b.AsMarketer, cancel)
		_, err := b.approvals.Urge(b.AsViewer, d.ID)
		require.True(t, fault.Is(err, fault.Forbidden))
		a, err := b.approvals.Urge(b.AsMarketer, d.ID)
		require.NoError(t, err)
		require.WithinDuration(t, morning, *a.UrgedAt, 0)
		b.clock.Advance(9 * time.Minute)
		_, err = b.approvals.Urge(b.AsAdmin, d.ID)
		var limited *fault.Error
		require.ErrorAs(t, err, &limited)
		require.Equal(t, fault.Limited, limited.Code)
		require.Equal(t, time.Minute, limited.RetryAfter)
		b.clock.Advance(time.Minute)
		_, err = b.approvals.Urge(b.AsAdmin, d.ID)
		require.NoError(t, err, "once in ten minutes, administrators too (§1.4)")
		_, err = b.approvals.Urge(factory.NewTeam(t, db).AsAdmin, d.ID)
		require.True(t, fault.Is(err, fault.NotFound))
	})
}

func TestExpireDue(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for name, row := range map[string]struct {
			rule   enttask.ApprovalTimeout
			after  time.Duration
			reason string
		}{
			"before the reach time nothing happens":         {cancel, -time.Microsecond, ""},
			"at the reach time the task is cancelled":       {cancel, 0, approval.ReasonTimeout},
			"one that runs once approved is not":            {runOnce, 0, ""},
			"it is 72 hours later":                          {runOnce, 72 * time.Hour, approval.ReasonTimeout72H},
			"a worker that comes late finds the same words": {runOnce, 1000 * time.Hour, approval.ReasonTimeout72H},
		} {
			t.Run(name+" (R50)", func(t *testing.T) {
				t.Parallel()
				b := setup(t, db)
				d, a := b.submitted(t, b.AsMarketer, row.rule)
				b.clock.Set(reachAt.Add(row.after))
				require.NoError(t, b.approvals.ExpireDue(t.Context(), a.ID))
				require.NoError(t, b.approvals.ExpireDue(t.Context(), a.ID))
				d, a = b.task(d), b.approval(a)
				require.Equal(t, row.reason, d.StatusReason)
				if row.reason == "" {
					require.Equal(t, entapproval.StatusPending, a.Status)
					require.NotNil(t, a.DueAt)
					return
				}
				require.Equal(t, entapproval.StatusExpired, a.Status)
				require.Nil(t, a.DueAt)
				require.Nil(t, a.DeciderID)
				require.Equal(t, enttask.RunStatusCancelled, d.RunStatus)
				_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
				require.Equal(t, "CONFLICT DECIDED", reason(t, err))
			})
		}
		t.Run("what was decided meanwhile stays", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d, a := b.submitted(t, b.AsMarketer, cancel)
			_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
			require.NoError(t, err)
			b.clock.Set(reachAt)
			require.NoError(t, b.approvals.ExpireDue(t.Context(), a.ID))
			require.Equal(t, enttask.RunStatusWaiting, b.task(d).RunStatus)
			require.NoError(t, b.approvals.ExpireDue(t.Context(), "apv_nobody"))
		})
	})
}
