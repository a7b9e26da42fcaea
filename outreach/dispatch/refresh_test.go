package dispatch_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entrun "tidings/ent/run"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
	"tidings/outreach/dispatch"
	"tidings/outreach/task"
)

func TestRefreshBeforeARun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		f := setup(t, db)
		d := f.approved("vip", func(in *task.Input) {
			in.Supplementary = []string{factory.OpenID(1), factory.OpenID(5), factory.OpenID(77)}
		})
		f.step()
		r := f.run(d)
		require.Equal(t, entrun.StatusWaiting, r.Status)
		require.Equal(t, three.Add(-15*time.Minute), r.DueAt.UTC(), "R51 a run at 15:00 refreshes at 14:45")
		f.vip(f.people[2])

		f.stuck = true
		f.at(three.Add(-15 * time.Minute))
		r = f.run(d)
		require.Equal(t, entrun.StatusRefreshing, r.Status, "§1.5")
		require.Equal(t, three.Add(-15*time.Minute), r.RefreshStartedAt.UTC())
		require.Nil(t, r.RefreshEndedAt)
		f.stuck = false
		f.at(three.Add(-14 * time.Minute))
		r = f.run(d)
		require.Equal(t, entrun.StatusWaiting, r.Status)
		require.Equal(t, dispatch.ResultReady, r.RefreshResult)
		require.Equal(t, three.Add(-14*time.Minute), r.RefreshEndedAt.UTC())
		require.Equal(t, three, r.DueAt.UTC(), "it waits for its time")
		require.Equal(t, enttask.RunStatusWaiting, f.task(d).RunStatus)

		f.vip(f.people[3]) // too late
		f.at(three)
		r = f.run(d)
		require.Equal(t, entrun.StatusSending, r.Status)
		people := f.sentTo(r)
		require.Equal(t, append(append([]uint32{}, f.people[:3]...), f.people[5]), people[:4], "R32 supplementary recipients join, each person once")
		require.Len(t, people, 5, "and those whom nobody knows")
		require.Equal(t, 5, r.AudienceSize)
		v := db.Ent.SegmentVersion.GetX(f.System, *r.SegmentVersionID)
		require.Equal(t, entsegmentversion.CauseRun, v.Cause)
		require.Equal(t, 3, v.Size)
		require.Equal(t, enttask.RunStatusRunning, f.task(d).RunStatus)
	})
}

func TestTheLeadIsASetting(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		f := setup(t, db)
		_, err := f.segments.UpdateSettings(f.AsAdmin, audience.SettingsInput{RefreshLead: new(60)})
		require.NoError(t, err)
		d := f.approved("vip", nil)
		require.Equal(t, three.Add(-time.Hour), f.run(d).DueAt.UTC(), "R52")
	})
}

func TestLateApprovalRefreshesAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		f := setup(t, db)
		d := f.submitted("late", func(in *task.Input) { in.ApprovalTimeout = new(enttask.ApprovalTimeoutRunOnceApproved) })
		f.at(three.Add(time.Hour))
		f.approve(d)
		f.vip(f.people[2])
		f.step()
		r := f.run(d)
		require.Equal(t, entrun.StatusSending, r.Status, "§9.4 refresh at once, then send")
		require.Equal(t, dispatch.ResultReady, r.RefreshResult)
		require.Equal(t, f.people[:3], f.sentTo(r))
	})
}

func TestRefreshFails(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("R56 do not send: the task is abnormal, and its creator's retry refreshes again and sends", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("do not send", nil)
			f.step()
			f.broken(d)
			f.at(three.Add(-15 * time.Minute))
			r := f.run(d)
			require.Equal(t, entrun.StatusFailed, r.Status)
			require.Equal(t, []string{"REFRESH_FAILED", dispatch.ResultFailed}, []string{r.Failure, r.RefreshResult})
			require.NotNil(t, r.RefreshEndedAt)
			d = f.task(d)
			require.Equal(t, enttask.RunStatusAbnormal, d.RunStatus)
			require.Equal(t, "REFRESH_FAILED", d.StatusReason)
			f.at(three)
			require.Equal(t, entrun.StatusFailed, f.run(d).Status)

			f.mended(d)
			f.vip(f.people[2])
			f.clock.Set(three.Add(time.Hour))
			_, err := f.tasks.Retry(f.AsMarketer, d.ID)
			require.NoError(t, err)
			f.step()
			r = f.run(d)
			require.Equal(t, entrun.StatusSending, r.Status)
			require.Equal(t, dispatch.ResultReady, r.RefreshResult)
			require.Equal(t, f.people[:3], f.sentTo(r))
		})
		t.Run("a retry before the run's time waits for it", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("early", nil)
			f.step()
			f.broken(d)
			f.at(three.Add(-15 * time.Minute))
			f.mended(d)
			_, err := f.tasks.Retry(f.AsMarketer, d.ID)
			require.NoError(t, err)
			f.step()
			require.Equal(t, entrun.StatusWaiting, f.run(d).Status)
			f.at(three)
			require.Equal(t, entrun.StatusSending, f.run(d).Status)
		})
		t.Run("R56 send with the data held", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("held", func(in *task.Input) { in.RefreshFailure = new(enttask.RefreshFailureSendHeld) })
			f.step()
			f.broken(d)
			f.vip(f.people[2])
			f.at(three.Add(-15 * time.Minute))
			require.Equal(t, entrun.StatusWaiting, f.run(d).Status)
			f.at(three)
			r := f.run(d)
			require.Equal(t, entrun.StatusSending, r.Status)
			require.Equal(t, dispatch.ResultHeld, r.RefreshResult)
			require.Equal(t, f.people[:2], f.sentTo(r))
		})
		t.Run("§9.4 with nothing held the task is abnormal whatever the rule says", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("nothing", func(in *task.Input) { in.RefreshFailure = new(enttask.RefreshFailureSendHeld) })
			f.broken(d)
			f.step()
			f.at(three.Add(-15 * time.Minute))
			require.Equal(t, "REFRESH_FAILED", f.run(d).Failure)
			require.Equal(t, enttask.RunStatusAbnormal, f.task(d).RunStatus)
		})
	})
}

func TestRefreshTakesTooLong(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for name, row := range map[string]struct {
			rule   enttask.RefreshFailure
			status entrun.Status
			result string
		}{
			"§9.4 and the data held will do": {enttask.RefreshFailureSendHeld, entrun.StatusSending, dispatch.ResultHeld},
			"§9.4 and it will not":           {enttask.RefreshFailureDoNotSend, entrun.StatusFailed, dispatch.ResultFailed},
		} {
			t.Run(name, func(t *testing.T) {
				f := setup(t, db)
				d := f.approved(name, func(in *task.Input) { in.RefreshFailure = &row.rule })
				f.step()
				f.stuck = true
				f.at(three.Add(-15 * time.Minute))
				f.at(three)
				f.at(three.Add(15*time.Minute - time.Second))
				require.Equal(t, entrun.StatusRefreshing, f.run(d).Status, "it waits 15 minutes more")
				f.at(three.Add(15 * time.Minute))
				r := f.run(d)
				require.Equal(t, row.status, r.Status)
				require.Equal(t, row.result, r.RefreshResult)
			})
		}
		t.Run("§9.4 what ends within the 15 minutes is sent to at once", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("slow", nil)
			f.step()
			f.stuck = true
			f.at(three.Add(-15 * time.Minute))
			f.stuck = false
			f.at(three.Add(10 * time.Minute))
			require.Equal(t, entrun.StatusSending, f.run(d).Status)
		})
	})
}

func TestWhatIsNotRefreshed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("R53 a daily segment keeps to its time: the data held", func(t *testing.T) {
			f := setup(t, db)
			s, err := f.segments.Create(f.AsMarketer, audience.SegmentInput{Name: new("daily"), Rule: vips, UpdateMode: new(entsegment.UpdateModeDaily)})
			require.NoError(t, err)
			f.step()
			d := f.approved("daily", func(in *task.Input) { in.AudienceMode, in.SegmentID = new(enttask.AudienceModeSegment), &s.ID })
			require.Equal(t, three, f.run(d).DueAt.UTC())
			f.vip(f.people[2])
			f.at(three)
			r := f.run(d)
			require.Equal(t, f.people[:2], f.sentTo(r))
			require.Empty(t, r.RefreshResult)
			require.Nil(t, r.RefreshStartedAt)
		})
		t.Run("R51 without the box neither", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("no box", func(in *task.Input) { in.RefreshBefore = new(false) })
			f.step()
			f.vip(f.people[2])
			f.at(three)
			require.Equal(t, f.people[:2], f.sentTo(f.run(d)))
		})
		t.Run("but its first computation is waited for", func(t *testing.T) {
			f := setup(t, db)
			f.stuck = true
			d := f.approved("first", func(in *task.Input) { in.RefreshBefore = new(false) })
			f.at(three)
			require.Equal(t, entrun.StatusRefreshing, f.run(d).Status)
			f.stuck = false
			f.at(three.Add(time.Minute))
			require.Equal(t, entrun.StatusSending, f.run(d).Status)
		})
		t.Run("R35 a chosen segment that was never computed is, when it is refreshed", func(t *testing.T) {
			f := setup(t, db)
			s, err := f.segments.Create(f.AsMarketer, audience.SegmentInput{Name: new("new"), Rule: vips})
			require.NoError(t, err)
			require.NoError(t, db.Ent.Segment.UpdateOneID(s.ID).SetStatus(entsegment.StatusEmpty).ClearDueAt().Exec(f.System))
			d := f.approved("new", func(in *task.Input) { in.AudienceMode, in.SegmentID = new(enttask.AudienceModeSegment), &s.ID })
			f.at(three.Add(-15 * time.Minute))
			f.at(three)
			require.Equal(t, f.people[:2], f.sentTo(f.run(d)))
		})
	})
}

func TestStoppedWhileRefreshing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("a cancelled task's run ends", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("cancel", nil)
			f.step()
			f.stuck = true
			f.at(three.Add(-15 * time.Minute))
			_, err := f.tasks.Cancel(f.AsMarketer, d.ID)
			require.NoError(t, err)
			f.stuck = false
			f.at(three)
			r := f.run(d)
			require.Equal(t, entrun.StatusCancelled, r.Status)
			require.Nil(t, r.DueAt)
		})
		t.Run("a paused task's run goes on when it is resumed", func(t *testing.T) {
			f := setup(t, db)
			d := f.approved("pause", nil)
			f.step()
			f.stuck = true
			f.at(three.Add(-15 * time.Minute))
			_, err := f.tasks.Pause(f.AsMarketer, d.ID)
			require.NoError(t, err)
			f.stuck = false
			f.at(three.Add(2 * time.Hour))
			require.Equal(t, entrun.StatusRefreshing, f.run(d).Status)
			_, err = f.tasks.Resume(f.AsMarketer, d.ID)
			require.NoError(t, err)
			f.step()
			require.Equal(t, entrun.StatusSending, f.run(d).Status)
		})
	})
}
