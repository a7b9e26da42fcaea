package preflight_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entpreflight "tidings/ent/preflight"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/preflight"
	"tidings/outreach/task"
)

// without is somebody who lacks one permission of the other's.
func without(ctx context.Context, permission string) context.Context {
	v := *viewer.From(ctx)
	v.Permissions = maps.Clone(v.Permissions)
	delete(v.Permissions, permission)
	return viewer.With(ctx, &v)
}

func requireRefused(t *testing.T, err error, code fault.Code, reason string) {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	require.Equal(t, code, f.Code)
	require.Equal(t, reason, f.Reason)
}

func TestWhatKeepsATaskFromRunningFailsItsPreflight(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		w.person(factory.OpenID(1), vip())
		change := func(f func(*ent.TaskUpdateOne)) func(d *ent.Task) {
			return func(d *ent.Task) {
				u := db.Ent.Task.UpdateOne(d)
				f(u)
				u.ExecX(w.System)
			}
		}
		set := func(f func(*ent.ChannelUpdateOne)) func(*ent.Task) {
			return func(*ent.Task) {
				u := db.Ent.Channel.UpdateOne(w.Channel)
				f(u)
				u.ExecX(w.System)
			}
		}
		up := w.list()
		db.Ent.Upload.UpdateOne(up).SetStatus(entupload.StatusResolving).ExecX(w.System)
		for _, c := range []struct {
			word        string
			spoil, mend func(*ent.Task)
		}{
			{"NO_CHANNEL", change(func(u *ent.TaskUpdateOne) { u.ClearChannelID() }), nil},
			{"NO_TEMPLATE", change(func(u *ent.TaskUpdateOne) { u.ClearTemplateID() }), nil},
			{"CONTENT_INVALID", change(func(u *ent.TaskUpdateOne) { u.ClearContent() }), nil},
			{"OPEN_INVALID", change(func(u *ent.TaskUpdateOne) { u.SetOpenMode(enttask.OpenModeH5).SetOpenURL("") }), nil},
			{"SEGMENT_NOT_COMPUTED", change(func(u *ent.TaskUpdateOne) { u.ClearSegmentID() }), nil},
			{"UPLOAD_NOT_READY", change(func(u *ent.TaskUpdateOne) { u.SetAudienceMode(enttask.AudienceModeUpload) }), nil},
			{"UPLOAD_NOT_READY", change(func(u *ent.TaskUpdateOne) { u.SetAudienceMode(enttask.AudienceModeUpload).SetUploadID(up.ID) }), nil},
			{"AUDIENCE_INVALID", change(func(u *ent.TaskUpdateOne) { u.SetAudienceMode(enttask.AudienceModeAll) }), nil},
			{
				"CHANNEL_DISABLED", set(func(u *ent.ChannelUpdateOne) { u.SetEnabled(false) }),
				set(func(u *ent.ChannelUpdateOne) { u.SetEnabled(true) }),
			},
			{
				"CHANNEL_ABNORMAL", set(func(u *ent.ChannelUpdateOne) { u.SetState(entchannel.StateAbnormal) }),
				set(func(u *ent.ChannelUpdateOne) { u.SetState(entchannel.StateReady) }),
			},
			{
				"TEMPLATE_REMOVED", func(*ent.Task) { db.Ent.Template.UpdateOne(w.Template).SetRemovedAt(nine).ExecX(w.System) },
				func(*ent.Task) { db.Ent.Template.UpdateOne(w.Template).ClearRemovedAt().ExecX(w.System) },
			},
		} {
			d := w.create(w.input("task " + c.word))
			c.spoil(d)
			p := w.rehearsed(d)
			require.Equal(t, entpreflight.StatusFailed, p.Status, c.word)
			require.Equal(t, c.word, p.Failure)
			require.NotEmpty(t, p.FailureText)
			require.Nil(t, p.DueAt)
			r, err := preflight.ResultOf(p)
			require.NoError(t, err)
			require.Nil(t, r)
			if c.mend != nil {
				c.mend(d)
				require.Equal(t, 1, w.result(w.rehearsed(d)).WillSend)
			}
			db.Ent.Task.DeleteOneID(d.ID).ExecX(w.System)
		}
		d := w.create(w.input("deleted"))
		p, err := w.preflights.Start(w.AsMarketer, d.ID)
		require.NoError(t, err)
		require.NoError(t, w.tasks.Delete(w.AsMarketer, d.ID))
		require.NoError(t, w.preflights.Work(w.System, p.ID, p.Attempt, nil), "it is gone with its task")
		require.Zero(t, db.Ent.Preflight.Query().Where(entpreflight.TaskID(d.ID)).CountX(w.System))
		d = w.create(w.input("deleted in between"))
		p, err = w.preflights.Start(w.AsMarketer, d.ID)
		require.NoError(t, err)
		db.Ent.Task.DeleteOneID(d.ID).ExecX(w.System)
		require.NoError(t, w.preflights.Work(w.System, p.ID, p.Attempt, nil))
		require.Zero(t, db.Ent.Preflight.Query().Where(entpreflight.ID(p.ID)).CountX(w.System))
	})
}

func TestWhoMayAskForAPreflightOfWhat(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		d := w.create(w.input("task"))
		ask := func(ctx context.Context) error {
			_, err := w.preflights.Start(ctx, d.ID)
			return err
		}
		requireRefused(t, ask(without(w.AsMarketer, access.TaskView)), fault.Forbidden, access.TaskView)
		requireRefused(t, ask(factory.NewTeam(t, db).AsAdmin), fault.NotFound, "")
		require.NoError(t, ask(w.AsApprover))
		require.NoError(t, ask(w.AsViewer))

		db.Ent.Task.UpdateOne(d).SetSegmentRoles([]string{"MARKETER"}).ExecX(w.System)
		requireRefused(t, ask(w.AsViewer), fault.Forbidden, "NO_SEGMENT_PERMISSION")
		require.NoError(t, ask(w.AsMarketer), "who wrote it may")

		state := func(kind enttask.Type, run enttask.RunStatus, approval enttask.ApprovalStatus) error {
			db.Ent.Task.UpdateOneID(d.ID).SetType(kind).SetRunStatus(run).SetApprovalStatus(approval).ExecX(w.System)
			return ask(w.AsMarketer)
		}
		approved := enttask.ApprovalStatusApproved
		for _, kind := range []enttask.Type{enttask.TypeDoneA, enttask.TypeDoneANotB} {
			requireRefused(t, state(kind, enttask.RunStatusDraft, enttask.ApprovalStatusNone), fault.Conflict, "USE_BACKTEST")
		}
		requireRefused(t, state(enttask.TypeOnce, enttask.RunStatusEnded, approved), fault.Conflict, "ENDED")
		requireRefused(t, state(enttask.TypeOnce, enttask.RunStatusCancelled, approved), fault.Conflict, "CANCELLED")
		requireRefused(t, state(enttask.TypeOnce, enttask.RunStatusRunning, approved), fault.Conflict, "RUNNING")
		require.NoError(t, state(enttask.TypeRepeat, enttask.RunStatusRunning, approved))
		require.NoError(t, state(enttask.TypeOnce, enttask.RunStatusWaiting, approved))
		require.NoError(t, state(enttask.TypeOnce, enttask.RunStatusDraft, enttask.ApprovalStatusPending))
	})
}

func TestPreflightsOfATask(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		w.person(factory.OpenID(1), vip())
		d := w.create(w.input("task"))
		update := func(in task.Input) {
			t.Helper()
			now := db.Ent.Task.GetX(w.System, d.ID)
			_, err := w.tasks.Update(w.AsMarketer, d.ID, now.Version, in)
			require.NoError(t, err)
			w.step()
		}
		stale := func() bool {
			t.Helper()
			is, err := preflight.Stale(w.newest(d), db.Ent.Task.GetX(w.System, d.ID))
			require.NoError(t, err)
			return is
		}
		require.Nil(t, w.newest(d))

		first, err := w.preflights.Start(w.AsMarketer, d.ID)
		require.NoError(t, err)
		joined, err := w.preflights.Start(w.AsApprover, d.ID)
		require.NoError(t, err)
		require.Equal(t, first.ID, joined.ID, "one under way is joined")
		require.Equal(t, w.Marketer.ID, joined.CreatorID)
		require.False(t, stale(), "nothing was rehearsed yet")
		w.result(w.worked(first))
		require.False(t, stale())
		require.Contains(t, w.changed, d.ID, "live screens are told")

		update(task.Input{Name: new("another name")})
		require.False(t, stale(), "a name changes nothing")
		update(task.Input{Content: []task.Param{{Key: "thing1", Text: "夏季大促"}, {Key: "date2", Text: "2026年3月8日"}}})
		require.True(t, stale())
		second := w.rehearsed(d)
		require.NotEqual(t, first.ID, second.ID)
		require.Equal(t, second.ID, w.newest(d).ID)
		require.False(t, stale())
		require.Equal(t, "夏季大促", w.result(second).Samples[0].Params[0].Value)

		t.Run("one that works on what is old is not joined", func(t *testing.T) { //nolint:paralleltest // one task, one thing after the other
			old, err := w.preflights.Start(w.AsMarketer, d.ID)
			require.NoError(t, err)
			db.Ent.Preflight.UpdateOne(old).SetStatus(entpreflight.StatusRunning).ExecX(w.System)
			same, err := w.preflights.Start(w.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, old.ID, same.ID)
			update(task.Input{Name: new("yet another")})
			other, err := w.preflights.Start(w.AsMarketer, d.ID)
			require.NoError(t, err)
			require.NotEqual(t, old.ID, other.ID)
			w.result(w.worked(old))
			w.result(w.worked(other))
		})
		t.Run("a submission makes one, and its decision does not make it stale", func(t *testing.T) { //nolint:paralleltest // same
			before := w.newest(d)
			_, err := w.tasks.Submit(w.AsMarketer, d.ID)
			require.NoError(t, err)
			made := w.newest(d)
			require.NotEqual(t, before.ID, made.ID)
			require.Equal(t, 1, w.result(w.worked(made)).WillSend)
			require.False(t, stale())
			found, err := w.approvals.OfTasks(w.AsApprover, []string{d.ID})
			require.NoError(t, err)
			_, err = w.approvals.Approve(w.AsApprover, found[d.ID].ID, "")
			require.NoError(t, err)
			require.False(t, stale())
			w.result(w.rehearsed(d))
		})
		t.Run("the newest five are kept", func(t *testing.T) { //nolint:paralleltest // same
			for range 6 {
				w.result(w.rehearsed(d))
			}
			require.Equal(t, 5, db.Ent.Preflight.Query().Where(entpreflight.TaskID(d.ID)).CountX(w.System))
		})
		t.Run("many tasks' are read at once", func(t *testing.T) { //nolint:paralleltest // same
			other, none := w.create(w.input("other")), w.create(w.input("none"))
			p := w.rehearsed(other)
			found, err := w.preflights.OfTasks(w.AsViewer, []string{d.ID, other.ID, none.ID})
			require.NoError(t, err)
			require.Equal(t, p.ID, found[other.ID].ID)
			require.Equal(t, w.newest(d).ID, found[d.ID].ID)
			require.Nil(t, found[none.ID])
			theirs, err := w.preflights.OfTasks(factory.NewTeam(t, db).AsAdmin, []string{d.ID})
			require.NoError(t, err)
			require.Nil(t, theirs[d.ID], "another project's are not there")
		})
		t.Run("a rejected submission of a triggered task makes none", func(t *testing.T) { //nolint:paralleltest // same
			require.NoError(t, db.Tx(w.AsMarketer, func(ctx context.Context, tx *ent.Tx) error {
				return preflight.Open(ctx, tx, &ent.Task{ID: "tsk_x", Type: enttask.TypeDoneA}, nine)
			}))
		})
	})
}

func TestPreflightsAreKeptForAMonth(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		d := w.create(w.input("task"))
		for _, status := range []entpreflight.Status{entpreflight.StatusDone, entpreflight.StatusFailed, entpreflight.StatusRunning} {
			require.NoError(t, db.Ent.Preflight.Create().SetProjectID(d.ProjectID).SetTaskID(d.ID).SetTaskVersion(1).SetCreatorID(d.CreatorID).
				SetStatus(status).SetCreatedAt(nine).Exec(w.System))
		}
		n, err := w.preflights.Sweep(t.Context(), nine.AddDate(0, 0, 30))
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = w.preflights.Sweep(t.Context(), nine.AddDate(0, 0, 30).Add(time.Second))
		require.NoError(t, err)
		require.Equal(t, 2, n, "what is under way stays")
		left := db.Ent.Preflight.Query().Where(entpreflight.TaskID(d.ID)).OnlyX(w.System)
		require.Equal(t, entpreflight.StatusRunning, left.Status)
	})
}

func TestAPreflightWaitsForThePeopleOfANewRule(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		w.person(factory.OpenID(1), vip())
		d, err := w.tasks.Create(w.AsMarketer, w.input("task"))
		require.NoError(t, err)
		p := w.rehearsed(d)
		require.Equal(t, entpreflight.StatusWaiting, p.Status)
		require.Equal(t, nine.Add(time.Second), p.DueAt.UTC())
		require.Equal(t, p.ID, w.rehearsed(d).ID)
		w.step()
		require.Equal(t, 1, w.result(w.worked(p)).WillSend)

		t.Run("the people that are held are another rule's while a task's own is computed", func(t *testing.T) { //nolint:paralleltest // one task
			db.Ent.Segment.UpdateOneID(*db.Ent.Task.GetX(w.System, d.ID).SegmentID).SetStatus(entsegment.StatusComputing).ExecX(w.System)
			require.Equal(t, entpreflight.StatusWaiting, w.rehearsed(d).Status)
		})
		t.Run("those of a segment of the list are as good as the run's", func(t *testing.T) { //nolint:paralleltest // same
			db.Ent.Task.UpdateOneID(d.ID).SetAudienceMode(enttask.AudienceModeSegment).ExecX(w.System)
			require.Equal(t, 1, w.result(w.worked(w.newest(d))).WillSend)
		})
	})
}

func TestAKilledWorkersPreflightIsFinishedByTheNext(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		for i := range 5 {
			w.person(factory.OpenID(i), vip())
		}
		d := w.create(w.input("task"))
		p, err := w.preflights.Start(w.AsMarketer, d.ID)
		require.NoError(t, err)
		hand := func() *due.Lease {
			t.Helper()
			rows, err := due.HandOut(w.System, db, due.Preflights, w.clock.Now(), 10, "")
			require.NoError(t, err)
			require.Len(t, rows, 1)
			l, err := w.keeper.Take(w.System, due.Preflights, rows[0])
			require.NoError(t, err)
			return l
		}
		first := hand()
		// It begins, and is killed: its lease lapses.
		db.Ent.Preflight.UpdateOne(p).SetStatus(entpreflight.StatusRunning).SetTotal(5).SetDone(3).ExecX(w.System)
		_, err = db.SQL.ExecContext(w.System, db.Rebind(`UPDATE preflights SET lease_until = ?`), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))
		require.NoError(t, err)
		second := hand()
		require.NoError(t, w.preflights.Work(w.System, p.ID, first.Attempt, nil))
		require.Equal(t, entpreflight.StatusRunning, w.reload(p).Status, "an earlier holder that wakes up writes nothing")

		lost := make(chan struct{})
		close(lost)
		require.NoError(t, w.preflights.Work(w.System, p.ID, second.Attempt, lost))
		require.Equal(t, entpreflight.StatusRunning, w.reload(p).Status, "nor does one whose lease is lost")

		stopped, stop := context.WithCancel(w.System)
		stop()
		require.Error(t, w.preflights.Work(stopped, p.ID, second.Attempt, nil))
		require.NotNil(t, w.reload(p).DueAt, "a process that stops leaves the row due")

		require.NoError(t, w.preflights.Work(w.System, p.ID, second.Attempt, nil))
		require.Equal(t, 5, w.result(w.reload(p)).WillSend)
		require.NoError(t, w.preflights.Work(w.System, p.ID, second.Attempt, nil), "a stale job is no error")
	})
}

func TestALargeAudienceIsExtrapolated(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		w.preflights.Sample(50)
		db.Ent.Channel.UpdateOne(w.Channel).SetQPSLimit(7).ExecX(w.System)
		for i := range 150 {
			attributes, openID := vip(), factory.OpenID(i)
			if i%3 > 0 {
				attributes["nickname"] = "小明"
			}
			if i%5 == 0 {
				openID = ""
			}
			w.person(openID, attributes)
		}
		in := w.input("task")
		varied(&in)
		d := w.create(in)
		r := w.result(w.rehearsed(d))
		require.Equal(t, 150, r.Candidates)
		require.Equal(t, 50, r.Examined)
		require.Equal(t, preflight.Step{Reason: "NO_TARGET_ID", Count: 30}, r.Steps[0], "who has no target is counted one by one")
		require.InDelta(t, 40, r.Steps[1].Count, 12)
		require.Equal(t, 7, r.Rate)
		require.Equal(t, (r.WillSend+6)/7, *r.Seconds)
		require.Len(t, r.Samples, 5)
		require.Equal(t, r, w.result(w.rehearsed(d)), "the sample is the same each time")

		t.Run("as many as can be reached are filled in, if that is enough", func(t *testing.T) { //nolint:paralleltest // one task
			w.preflights.Sample(120)
			r := w.result(w.rehearsed(d))
			require.Equal(t, 150, r.Examined)
			require.Equal(t, []preflight.Step{{Reason: "NO_TARGET_ID", Count: 30}, {Reason: "MISSING_VARIABLE", Count: 40}}, r.Steps)
		})
		t.Run("a constant message is the same for everybody", func(t *testing.T) { //nolint:paralleltest // same
			w.preflights.Sample(10)
			r := w.result(w.rehearsed(w.create(w.input("constant"))))
			require.Equal(t, 150, r.Examined)
			require.Equal(t, 120, r.WillSend)
		})
	})
}
