package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
	"tidings/outreach/delivery"
	"tidings/outreach/task"
)

func TestEachPointRefreshesItsSegment(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		l := newLife(t, db, "Asia/Shanghai", daily)
		_, err := l.segments.UpdateSettings(l.AsAdmin, audience.SettingsInput{RefreshLead: new(30)})
		require.NoError(t, err)
		l.play(`submit HELD
			approve
			until 2026-03-02 12:00`)
		l.vip(l.people[2])
		l.play(`until 2026-03-03 12:00
			break
			until 2026-03-04 12:00
			mend
			until 2026-03-05 09:45`)
		var got []string
		for _, r := range l.runs() {
			line := fmt.Sprintf("%s %s %d", r.PlannedAt.In(l.zone).Format("02 15:04"), r.Status, r.AudienceSize)
			if r.RefreshStartedAt != nil {
				line += r.RefreshStartedAt.In(l.zone).Format(" 15:04")
			}
			if r.RefreshEndedAt != nil {
				line += r.RefreshEndedAt.In(l.zone).Format("-15:04 ") + r.RefreshResult
			}
			got = append(got, line)
		}
		require.Equal(t, []string{
			"02 10:00 DONE 2 09:30-09:30 READY", "03 10:00 DONE 3 09:30-09:30 READY", "04 10:00 DONE 3 09:30-09:30 HELD",
			"05 10:00 WAITING 0 09:30-09:30 READY",
		}, got, "each sub-run has a refresh of its own, the lead before its point (R51, R52, R56, R60)")
	})
}

func TestARepeatingTaskWhoseSegmentWasNeverComputedIsAbnormal(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		l := newLife(t, db, "Asia/Shanghai", daily)
		l.stuck = true
		l.play(`submit
			break
			approve`)
		l.stuck = false
		l.play(`until 2026-03-02 12:00`)
		require.Equal(t, enttask.RunStatusAbnormal, l.status(), "§9.4 whatever the type")
		require.Equal(t, []string{"03-02 10:00 FAILED REFRESH_FAILED", "03-03 10:00 WAITING"}, l.records())
		l.play(`mend
			retry
			until 2026-03-03 12:00`)
		require.Equal(t, []string{"03-02 10:00 @02 12:00 DONE", "03-03 10:00 DONE", "03-04 10:00 WAITING"}, l.records())
	})
}

func TestResendOfASubRun(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		l := newLife(t, db, "Asia/Shanghai", daily)
		again := func(runID string) (string, error) {
			run, err := l.tasks.Resend(l.AsMarketer, task.ResendInput{TaskID: l.task.ID, RunID: runID, StatusIn: []delivery.Status{delivery.Failed}})
			if err != nil {
				return "", err
			}
			require.NoError(t, db.Ent.Run.UpdateOne(run).SetStatus(entrun.StatusDone).ClearDueAt().Exec(l.System))
			return *run.OriginID, nil
		}
		l.play(`submit
			approve
			until 2026-03-03 12:00
			pause
			until 2026-03-04 12:00
			resume`)
		runs := l.runs()
		require.Equal(t, entrun.StatusSkipped, runs[2].Status)
		origin, err := again("")
		require.NoError(t, err)
		require.Equal(t, runs[1].ID, origin, "the newest that had recipients, not the one that waits or was skipped (R46)")
		origin, err = again(runs[0].ID)
		require.NoError(t, err)
		require.Equal(t, runs[0].ID, origin, "or the one that is named")
		before := len(l.runs())
		l.play(`until 2026-03-05 10:00`)
		require.Len(t, l.runs(), before+1, "a resend is no point of the cycle")
		require.Equal(t, entrun.StatusDone, l.runs()[3].Status)
	})
}

func TestATaskThatRunsOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for name, row := range map[string]struct {
			late   time.Duration
			status enttask.RunStatus
		}{
			"it runs however late it is, up to 72 hours (R45, §10.5)": {72 * time.Hour, enttask.RunStatusRunning},
			"later than that a person decides (R45, §10.5)":           {72*time.Hour + time.Second, enttask.RunStatusAbnormal},
		} {
			t.Run(name, func(t *testing.T) {
				f := setup(t, db)
				d := f.approved(name, func(in *task.Input) { in.RefreshBefore = new(false) })
				f.step()
				f.at(three.Add(row.late))
				require.Equal(t, row.status, f.task(d).RunStatus)
				if row.status == enttask.RunStatusAbnormal {
					require.Equal(t, "TOO_LATE", f.run(d).Failure)
					_, err := f.tasks.Retry(f.AsMarketer, d.ID)
					require.NoError(t, err)
					f.step()
					require.Equal(t, entrun.StatusSending, f.run(d).Status)
				}
			})
		}
	})
}
