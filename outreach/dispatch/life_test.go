package dispatch_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
	"tidings/outreach/task"
)

// life is a repeating task's, told as a script with one step a line:
//
//	submit [word …]       cancel is the rule for approvals that come too late, unless a word is RUN_ONCE;
//	                      HELD, UNREFRESHED and UPLOAD say what of the audience differs
//	until 03-03 12:00     the clock goes on, and workers work
//	jump 03-03 12:00      the clock goes on, and nobody works until then
//	approve|pause|resume|cancel|retry [→ what it is refused with]
//	slow|fast             messages are not sent, or are
//	break|mend            the segment's refresh fails, or works
//	stuck|unstuck         segments are not computed, or are
//	channel off|on
//
// Times are the project's.
type life struct {
	*flow
	zone  *time.Location
	cycle schedule.Cycle
	task  *ent.Task
	slow  bool
}

func newLife(t *testing.T, db *database.DB, zone string, cycle schedule.Cycle) *life {
	t.Helper()
	l := &life{flow: setup(t, db), cycle: cycle}
	var err error
	l.zone, err = time.LoadLocation(zone)
	require.NoError(t, err)
	l.Project, err = db.Ent.Project.UpdateOne(l.Project).SetTimeZone(zone).Save(l.System)
	require.NoError(t, err)
	return l
}

// local reads a time of the project's.
func (l *life) local(text string) time.Time {
	l.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text, l.zone)
	if err != nil {
		at, err = time.ParseInLocation("2006-01-02 15:04", text, l.zone)
	}
	require.NoError(l.t, err)
	return at
}

func (l *life) play(script string) {
	l.t.Helper()
	for line := range strings.Lines(script) {
		line, want, refused := strings.Cut(strings.TrimSpace(line), " → ")
		word, rest, _ := strings.Cut(line, " ")
		if word == "" {
			continue
		}
		err := l.do(word, rest)
		if !refused {
			require.NoError(l.t, err, line)
			continue
		}
		var f *fault.Error
		require.ErrorAs(l.t, err, &f, line)
		require.Equal(l.t, want, string(f.Code)+" "+f.Reason, line)
	}
}

func (l *life) do(word, rest string) (err error) {
	l.t.Helper()
	switch word {
	case "submit":
		l.submit(rest)
	case "approve":
		found, err := l.approvals.OfTasks(l.AsMarketer, []string{l.task.ID})
		require.NoError(l.t, err)
		_, err = l.approvals.Approve(l.AsApprover, found[l.task.ID].ID, "")
		return l.worked(err)
	case "pause":
		return l.worked(second(l.tasks.Pause(l.AsMarketer, l.task.ID)))
	case "resume":
		return l.worked(second(l.tasks.Resume(l.AsMarketer, l.task.ID)))
	case "cancel":
		return l.worked(second(l.tasks.Cancel(l.AsMarketer, l.task.ID)))
	case "retry":
		return l.worked(second(l.tasks.Retry(l.AsMarketer, l.task.ID)))
	case "until":
		l.until(l.local(rest))
	case "jump":
		l.clock.Set(l.local(rest))
		l.work()
	case "slow", "fast":
		l.slow = word == "slow"
		l.work()
	case "break":
		l.broken(l.task)
	case "mend":
		l.mended(l.task)
	case "stuck", "unstuck":
		l.stuck = word == "stuck"
	case "channel":
		require.NoError(l.t, l.DB.Ent.Channel.UpdateOne(l.Channel).SetEnabled(rest == "on").Exec(l.System))
	default:
		require.Fail(l.t, "no such step: "+word)
	}
	return nil
}

func second[T any](_ T, err error) error { return err }

func (l *life) worked(err error) error {
	l.t.Helper()
	if err == nil {
		l.work()
	}
	return err
}

func (l *life) submit(words string) {
	l.t.Helper()
	text, err := json.Marshal(l.cycle)
	require.NoError(l.t, err)
	in := task.Input{
		Name: new("repeating"), Type: new(enttask.TypeRepeat), AudienceMode: new(enttask.AudienceModeRule), Rule: vips, Cycle: text,
		ChannelID: &l.Channel.ID, TemplateID: &l.Template.ID, OpenMode: new(enttask.OpenModeNone),
		Content: []task.Param{{Key: "thing1", Text: "春季大促"}, {Key: "date2", Text: "2026年3月8日"}},
	}
	for word := range strings.FieldsSeq(words) {
		switch word {
		case "RUN_ONCE":
			in.ApprovalTimeout = new(enttask.ApprovalTimeoutRunOnceApproved)
		case "HELD":
			in.RefreshFailure = new(enttask.RefreshFailureSendHeld)
		case "UNREFRESHED":
			in.RefreshBefore = new(false)
		default:
			require.Fail(l.t, "no such word: "+word)
		}
	}
	l.task, err = l.tasks.Create(l.AsMarketer, in)
	require.NoError(l.t, err)
	l.task, err = l.tasks.Submit(l.AsMarketer, l.task.ID)
	require.NoError(l.t, err)
	l.work()
}

// until lets the clock go on to an instant, and stop at what falls due on the way.
func (l *life) until(to time.Time) {
	l.t.Helper()
	for range 10_000 {
		l.work()
		next, ok := l.next()
		if !ok || next.After(to) {
			l.clock.Set(to)
			l.work()
			return
		}
		l.clock.Set(next)
	}
	require.Fail(l.t, "there is no end to what falls due")
}

// next is when something of the task falls due.
func (l *life) next() (at time.Time, ok bool) {
	l.t.Helper()
	now := l.clock.Now()
	note := func(t *time.Time) {
		if t != nil && t.After(now) && (!ok || t.Before(at)) {
			at, ok = *t, true
		}
	}
	for _, r := range l.runs() {
		note(r.DueAt)
	}
	approvals, err := l.DB.Ent.Approval.Query().All(l.System)
	require.NoError(l.t, err)
	for _, a := range approvals {
		if l.task != nil && a.TaskID == l.task.ID {
			note(a.DueAt)
		}
	}
	return at, ok
}

// work does what is due: approvals, segments, runs, and unless it is slow the messages.
func (l *life) work() {
	l.t.Helper()
	rows, err := due.HandOut(l.System, l.DB, due.Approvals, l.clock.Now(), 10, "")
	require.NoError(l.t, err)
	for _, r := range rows {
		require.NoError(l.t, l.approvals.ExpireDue(l.System, r.ID))
	}
	for more := true; more; {
		l.step()
		more = !l.slow && l.deliver()
	}
}

// deliver ends the shards of what may send.
func (l *life) deliver() bool {
	l.t.Helper()
	if l.task == nil {
		return false
	}
	switch l.status() { //nolint:exhaustive // the others send, or record what is left
	case enttask.RunStatusPaused, enttask.RunStatusAbnormal:
		return false
	}
	shards, err := l.DB.Ent.Shard.Query().Where(entshard.TaskID(l.task.ID), entshard.DueAtNotNil()).All(l.System)
	require.NoError(l.t, err)
	for _, s := range shards {
		require.NoError(l.t, l.dispatch.ShardDone(l.System, s.ID, s.Attempt, s.RunNum, s.TaskID))
	}
	return len(shards) > 0
}

func (l *life) status() enttask.RunStatus {
	l.t.Helper()
	return l.flow.task(l.task).RunStatus
}

// runs are the task's, by point.
func (l *life) runs() []*ent.Run {
	l.t.Helper()
	if l.task == nil {
		return nil
	}
	out, err := l.DB.Ent.Run.Query().Where(entrun.TaskID(l.task.ID), entrun.KindEQ(entrun.KindScheduled)).
		Order(ent.Asc(entrun.FieldPlannedAt, entrun.FieldID)).All(l.System)
	require.NoError(l.t, err)
	return out
}

// records are the execution records as lines: the point; if it began later than
// that, @ and when; what became of it and why.
func (l *life) records() []string {
	l.t.Helper()
	var out []string
	for _, r := range l.runs() {
		line := r.PlannedAt.In(l.zone).Format("01-02 15:04")
		if r.StartedAt != nil && !r.StartedAt.Equal(r.PlannedAt) {
			line += r.StartedAt.In(l.zone).Format(" @02 15:04")
		}
		line += " " + string(r.Status)
		if r.Failure != "" {
			line += " " + r.Failure
		}
		out = append(out, line)
	}
	return out
}

// consistent holds the chain against its promise: one row for each point that has
// come, in order, none outside, and one to come while the task lives.
func (l *life) consistent(submitted time.Time) {
	l.t.Helper()
	points := l.cycle.Between(submitted, l.cycle.End, l.zone)
	runs := l.runs()
	require.LessOrEqual(l.t, len(runs), len(points))
	var ahead int
	for i, r := range runs {
		require.True(l.t, points[i].Equal(r.PlannedAt), "run %d is of %s and not of %s", i, r.PlannedAt, points[i])
		require.Equal(l.t, "point "+points[i].UTC().Format(time.RFC3339), *r.Slot)
		if r.PlannedAt.After(l.clock.Now()) && r.Status != entrun.StatusFailed { // its refresh failed in the lead
			ahead++
		}
	}
	require.LessOrEqual(l.t, ahead, 1, "one run ahead")
	if s := l.status(); s == enttask.RunStatusWaiting || s == enttask.RunStatusRunning {
		require.True(l.t, len(runs) == len(points) || slices.ContainsFunc(runs, func(r *ent.Run) bool {
			return r.Status == entrun.StatusWaiting || r.Status == entrun.StatusRefreshing || r.Status == entrun.StatusPreparing
		}), "the next point has its row")
	}
}

// twice prepares what is due as a worker does that was taken over: nothing happens.
func (l *life) twice(ctx context.Context) {
	l.t.Helper()
	for _, r := range l.runs() {
		if r.DueAt != nil && r.Attempt > 0 {
			require.NoError(l.t, l.dispatch.Prepare(ctx, r.ID, r.Attempt-1))
		}
	}
}

var shanghai = func() *time.Location {
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		panic(err)
	}
	return zone
}()

// daily is at 10:00 from Monday the 2nd to Friday the 6th of March.
var daily = schedule.Cycle{
	Kind: schedule.EveryDays, Every: 1, Times: []string{"10:00"},
	Start: time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai), End: time.Date(2026, 3, 6, 23, 0, 0, 0, shanghai),
}

// hourly is from 10:00 to 15:00 on two days.
var hourly = schedule.Cycle{
	Kind: schedule.EveryDays, Every: 1, Times: []string{"10:00", "11:00", "12:00", "13:00", "14:00", "15:00"},
	Start: time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai), End: time.Date(2026, 3, 3, 23, 0, 0, 0, shanghai),
}

// short is from 10:00 to 12:00 on one day, when its window is over.
var short = schedule.Cycle{
	Kind: schedule.EveryDays, Every: 1, Times: []string{"10:00", "11:00", "12:00"},
	Start: time.Date(2026, 3, 2, 0, 0, 0, 0, shanghai), End: time.Date(2026, 3, 2, 12, 0, 0, 0, shanghai),
}

func TestLivesOfRepeatingTasks(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		zone   string
		cycle  schedule.Cycle
		script string
		status enttask.RunStatus
		want   []string
	}{
		{
			"it runs at each point of its window, and has ended after the last (R46, R57, R58)", "", daily,
			`submit
			 approve
			 until 2026-03-06 10:00`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 DONE"},
		},
		{
			"it shows as waiting until its first point, and has one run ahead (R46)", "", daily,
			`submit
			 approve
			 until 2026-03-02 09:59`,
			enttask.RunStatusWaiting,
			[]string{"03-02 10:00 WAITING"},
		},
		{
			"between its points it runs (R46)", "", daily,
			`submit
			 approve
			 until 2026-03-03 09:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 WAITING"},
		},
		{
			"undecided at its first point it is cancelled (R59, R50)", "", daily,
			`submit
			 until 2026-03-02 10:00
			 approve → CONFLICT DECIDED`,
			enttask.RunStatusCancelled, nil,
		},
		{
			"approved late, the latest point that was missed runs at once, those before it are skipped (R59)", "", daily,
			`submit RUN_ONCE
			 until 2026-03-04 18:00
			 approve
			 until 2026-03-05 10:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 SKIPPED MISSED_APPROVAL", "03-03 10:00 SKIPPED MISSED_APPROVAL", "03-04 10:00 @04 18:00 DONE", "03-05 10:00 DONE", "03-06 10:00 WAITING"},
		},
		{
			"72 hours after its first planned point nobody can approve it (R59, R50)", "", daily,
			`submit RUN_ONCE
			 until 2026-03-05 10:00
			 approve → CONFLICT DECIDED`,
			enttask.RunStatusCancelled, nil,
		},
		{
			"a second before that it runs (R59, R50)", "", daily,
			`submit RUN_ONCE
			 until 2026-03-05 09:59:59
			 approve
			 until 2026-03-06 23:30`,
			enttask.RunStatusEnded,
			[]string{
				"03-02 10:00 SKIPPED MISSED_APPROVAL", "03-03 10:00 SKIPPED MISSED_APPROVAL", "03-04 10:00 @05 09:59 DONE",
				"03-05 10:00 DONE", "03-06 10:00 DONE",
			},
		},
		{
			"submitted in its window, it has only the points after that (R58)", "", daily,
			`until 2026-03-04 10:00
			 submit
			 approve
			 until 2026-03-06 10:00`,
			enttask.RunStatusEnded,
			[]string{"03-05 10:00 DONE", "03-06 10:00 DONE"},
		},
		{
			"runs do not overlap: they queue, and to have waited is not to be late (§10.5)", "", hourly,
			`submit
			 approve
			 slow
			 until 2026-03-02 12:45
			 fast
			 until 2026-03-02 15:30`,
			enttask.RunStatusRunning,
			[]string{
				"03-02 10:00 DONE", "03-02 11:00 @02 12:45 DONE", "03-02 12:00 @02 12:45 DONE", "03-02 13:00 DONE", "03-02 14:00 DONE",
				"03-02 15:00 DONE", "03-03 10:00 WAITING",
			},
		},
		{
			"30 minutes late it runs (§10.5)", "", hourly,
			`submit
			 approve
			 until 2026-03-02 10:10
			 jump 2026-03-02 11:30`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-02 11:00 @02 11:30 DONE", "03-02 12:00 WAITING"},
		},
		{
			"later than that it is skipped (§10.5)", "", hourly,
			`submit
			 approve
			 until 2026-03-02 10:10
			 jump 2026-03-02 11:30:01`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-02 11:00 SKIPPED MISFIRED", "03-02 12:00 WAITING"},
		},
		{
			"of many that nobody started all are skipped but the one within 30 minutes (§10.5)", "", hourly,
			`submit
			 approve
			 until 2026-03-02 09:10
			 jump 2026-03-02 14:20`,
			enttask.RunStatusRunning,
			[]string{
				"03-02 10:00 SKIPPED MISFIRED", "03-02 11:00 SKIPPED MISFIRED", "03-02 12:00 SKIPPED MISFIRED", "03-02 13:00 SKIPPED MISFIRED",
				"03-02 14:00 @02 14:20 DONE", "03-02 15:00 WAITING",
			},
		},
		{
			"nobody worked until the window was over: all are skipped, and it has ended (§10.5)", "", daily,
			`submit
			 approve
			 until 2026-03-02 09:10
			 jump 2026-03-09 10:00`,
			enttask.RunStatusEnded,
			[]string{
				"03-02 10:00 SKIPPED MISFIRED", "03-03 10:00 SKIPPED MISFIRED", "03-04 10:00 SKIPPED MISFIRED", "03-05 10:00 SKIPPED MISFIRED",
				"03-06 10:00 SKIPPED MISFIRED",
			},
		},
		{
			"points that pass while it is paused are skipped, the one that waited among them (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-03 09:00
			 pause
			 until 2026-03-05 11:00
			 resume
			 until 2026-03-06 10:00`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 SKIPPED PAUSED", "03-04 10:00 SKIPPED PAUSED", "03-05 10:00 SKIPPED PAUSED", "03-06 10:00 DONE"},
		},
		{
			"resumed before the next point, nothing is lost (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-02 11:00
			 pause
			 until 2026-03-03 09:50
			 resume
			 until 2026-03-03 10:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 WAITING"},
		},
		{
			"paused before its first point it waits again (§1.3)", "", daily,
			`submit
			 approve
			 pause
			 until 2026-03-02 09:50
			 resume`,
			enttask.RunStatusWaiting,
			[]string{"03-02 10:00 WAITING"},
		},
		{
			"paused over its first point it runs from then on (§1.3)", "", daily,
			`submit
			 approve
			 pause
			 until 2026-03-02 10:30
			 resume`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 SKIPPED PAUSED", "03-03 10:00 WAITING"},
		},
		{
			"a run that had started goes on after the pause (§1.3)", "", daily,
			`submit
			 approve
			 slow
			 until 2026-03-02 10:30
			 pause
			 fast
			 until 2026-03-03 11:00
			 resume`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 SKIPPED PAUSED", "03-04 10:00 WAITING"},
		},
		{
			"paused while its segment is refreshed (§1.3, R60)", "", daily,
			`submit
			 approve
			 until 2026-03-03 09:44
			 pause
			 until 2026-03-03 09:50
			 resume
			 until 2026-03-03 10:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 WAITING"},
		},
		{
			"still paused when its window is over it has ended (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-04 11:00
			 pause
			 until 2026-03-06 23:00`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 SKIPPED PAUSED", "03-06 10:00 SKIPPED PAUSED"},
		},
		{
			"the same when nobody worked then (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-04 11:00
			 pause
			 jump 2026-03-16 00:00
			 resume → CONFLICT ENDED`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 SKIPPED PAUSED", "03-06 10:00 SKIPPED PAUSED"},
		},
		{
			"what a run had left when its task ended in the pause is cut short (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-05 11:00
			 slow
			 until 2026-03-06 11:00
			 pause
			 fast
			 until 2026-03-06 23:00`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 DONE TASK_ENDED"},
		},
		{
			"a last run that is still sending after the window may be paused, and goes on (§4.7)", "", daily,
			`submit
			 approve
			 until 2026-03-05 11:00
			 slow
			 until 2026-03-06 23:30
			 pause
			 until 2026-03-07 12:00
			 fast
			 resume`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 DONE"},
		},
		{
			"resumed when the last point has passed it has ended (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-05 11:00
			 pause
			 until 2026-03-06 11:00
			 resume`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 SKIPPED PAUSED"},
		},
		{
			"cancelled, the run that waits is cancelled, and there are no more (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-03 11:00
			 cancel
			 until 2026-03-06 11:00
			 resume → CONFLICT CANCELLED`,
			enttask.RunStatusCancelled,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 CANCELLED"},
		},
		{
			"a refresh that fails fails only its run (R56, R60)", "", daily,
			`submit
			 approve
			 until 2026-03-02 11:00
			 break
			 until 2026-03-03 11:00
			 mend
			 until 2026-03-04 10:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 FAILED REFRESH_FAILED", "03-04 10:00 DONE", "03-05 10:00 WAITING"},
		},
		{
			"of the first point too (R56, R60)", "", daily,
			`submit
			 break
			 approve
			 until 2026-03-02 11:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 FAILED REFRESH_FAILED", "03-03 10:00 WAITING"},
		},
		{
			"of the last, and it has ended (R56, R60)", "", daily,
			`submit
			 approve
			 until 2026-03-05 11:00
			 break
			 until 2026-03-06 11:00`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 FAILED REFRESH_FAILED"},
		},
		{
			"with the data held it sends all the same (R56, R60)", "", daily,
			`submit HELD
			 approve
			 until 2026-03-02 11:00
			 break
			 until 2026-03-03 11:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 WAITING"},
		},
		{
			"a channel that is switched off stops it, and its creator runs what failed again, now (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-02 11:00
			 channel off
			 until 2026-03-03 11:00
			 channel on
			 until 2026-03-03 12:00
			 retry
			 until 2026-03-04 10:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 @03 12:00 DONE", "03-04 10:00 DONE", "03-05 10:00 WAITING"},
		},
		{
			"while it is abnormal nothing begins (§1.3)", "", daily,
			`submit
			 approve
			 channel off
			 until 2026-03-05 11:00`,
			enttask.RunStatusAbnormal,
			[]string{"03-02 10:00 FAILED CHANNEL_DISABLED", "03-03 10:00 WAITING"},
		},
		{
			"what passed meanwhile is skipped when it runs again (§1.3, §10.5)", "", daily,
			`submit
			 approve
			 channel off
			 until 2026-03-05 10:31
			 channel on
			 retry
			 until 2026-03-06 10:00`,
			enttask.RunStatusEnded,
			[]string{
				"03-02 10:00 @05 10:31 DONE", "03-03 10:00 SKIPPED MISFIRED", "03-04 10:00 SKIPPED MISFIRED", "03-05 10:00 SKIPPED MISFIRED",
				"03-06 10:00 DONE",
			},
		},
		{
			"run again after its last point it sends once more and has ended (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-05 11:00
			 channel off
			 until 2026-03-06 22:00
			 channel on
			 retry`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 @06 22:00 DONE"},
		},
		{
			"abnormal when its window is over it has ended, by its last point too (§1.3)", "", daily,
			`submit
			 approve
			 until 2026-03-05 11:00
			 channel off
			 until 2026-03-06 23:00
			 retry → CONFLICT ENDED`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-03 10:00 DONE", "03-04 10:00 DONE", "03-05 10:00 DONE", "03-06 10:00 FAILED CHANNEL_DISABLED"},
		},
		{
			"what waits behind a slow run when the window is over is not begun (§4.7)", "", short,
			`submit
			 approve
			 slow
			 until 2026-03-04 09:00
			 fast`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-02 11:00 SKIPPED TASK_ENDED", "03-02 12:00 SKIPPED TASK_ENDED"},
		},
		{
			"a start that slips over the window's end by the grace is one (§4.7, §10.5)", "", short,
			`submit
			 approve
			 slow
			 until 2026-03-02 12:30
			 fast`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 DONE", "03-02 11:00 SKIPPED TASK_ENDED", "03-02 12:00 @02 12:30 DONE"},
		},
		{
			"approved after its window, it makes up for the latest point all the same (§1.3)", "", short,
			`submit RUN_ONCE
			 until 2026-03-04 09:00
			 approve`,
			enttask.RunStatusEnded,
			[]string{"03-02 10:00 SKIPPED MISSED_APPROVAL", "03-02 11:00 SKIPPED MISSED_APPROVAL", "03-02 12:00 @04 09:00 DONE"},
		},
		{
			"that its refresh had begun gives it no more than the grace (§10.5)", "", daily,
			`submit
			 approve
			 stuck
			 until 2026-03-02 09:46
			 unstuck
			 jump 2026-03-02 10:44`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 SKIPPED MISFIRED", "03-03 10:00 WAITING"},
		},
		{
			"paused again before what was run again began (§1.3)", "", daily,
			`submit
			 approve
			 channel off
			 until 2026-03-06 22:00
			 retry
			 channel on
			 retry
			 pause → CONFLICT ENDED`,
			enttask.RunStatusEnded,
			[]string{
				"03-02 10:00 @06 22:00 DONE", "03-03 10:00 SKIPPED MISFIRED", "03-04 10:00 SKIPPED MISFIRED", "03-05 10:00 SKIPPED MISFIRED",
				"03-06 10:00 SKIPPED MISFIRED",
			},
		},
		{
			"approved later than the lead before its point it refreshes at once, then sends (§9.4, R52)", "", daily,
			`until 2026-03-02 09:50
			 submit
			 approve
			 until 2026-03-02 10:00`,
			enttask.RunStatusRunning,
			[]string{"03-02 10:00 DONE", "03-03 10:00 WAITING"},
		},
		{
			"at midnight a point is of the day that begins (R57, R58)", "",
			schedule.Cycle{
				Kind: schedule.EveryDays, Every: 1, Times: []string{"00:00", "23:59"},
				Start: time.Date(2026, 3, 2, 12, 0, 0, 0, shanghai), End: time.Date(2026, 3, 4, 0, 0, 0, 0, shanghai),
			},
			`submit
			 approve
			 until 2026-03-04 00:00`,
			enttask.RunStatusEnded,
			[]string{"03-02 23:59 DONE", "03-03 00:00 DONE", "03-03 23:59 DONE", "03-04 00:00 DONE"},
		},
		{
			"the 31st is left out in months that are too short (R57)", "",
			schedule.Cycle{
				Kind: schedule.OnMonthDays, MonthDays: []int{1, 29, 31}, Times: []string{"10:00"},
				Start: time.Date(2026, 1, 1, 0, 0, 0, 0, shanghai), End: time.Date(2026, 6, 30, 0, 0, 0, 0, shanghai),
			},
			`submit
			 approve
			 until 2026-06-30 00:00`,
			enttask.RunStatusEnded,
			[]string{
				"03-29 10:00 DONE", "03-31 10:00 DONE", "04-01 10:00 DONE", "04-29 10:00 DONE", "05-01 10:00 DONE", "05-29 10:00 DONE",
				"05-31 10:00 DONE", "06-01 10:00 DONE", "06-29 10:00 DONE",
			},
		},
		{
			"a time that the clock jumps over is the first instant after the gap (R57)", "America/New_York",
			schedule.Cycle{
				Kind: schedule.EveryDays, Every: 1, Times: []string{"02:30"},
				Start: time.Date(2026, 3, 7, 5, 0, 0, 0, time.UTC), End: time.Date(2026, 3, 10, 0, 0, 0, 0, time.UTC),
			},
			`submit
			 approve
			 until 2026-03-09 12:00`,
			enttask.RunStatusEnded,
			[]string{"03-07 02:30 DONE", "03-08 03:00 DONE", "03-09 02:30 DONE"},
		},
		{
			"one that the clock shows twice comes once (R57)", "America/New_York",
			schedule.Cycle{
				Kind: schedule.OnWeekdays, Weekdays: []string{"SATURDAY", "SUNDAY", "MONDAY"}, Times: []string{"01:30"},
				Start: time.Date(2026, 10, 31, 4, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC),
			},
			`submit
			 approve
			 until 2026-11-02 12:00`,
			enttask.RunStatusEnded,
			[]string{"10-31 01:30 DONE", "11-01 01:30 DONE", "11-02 01:30 DONE"},
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) {
				if row.zone == "" {
					row.zone = "Asia/Shanghai"
				}
				l := newLife(t, db, row.zone, row.cycle)
				l.play(row.script)
				require.Equal(t, row.want, l.records())
				require.Equal(t, row.status, l.status())
				d := l.flow.task(l.task)
				require.Equal(t, row.status == enttask.RunStatusEnded || row.status == enttask.RunStatusCancelled, d.EndedAt != nil)
				require.False(t, row.status == enttask.RunStatusRunning && d.StartedAt == nil)
				l.consistent(*d.SubmittedAt)
				before := l.records()
				l.twice(l.System)
				require.Equal(t, before, l.records(), "a worker that was taken over makes no second row")
			})
		})
	}
}
