package audience_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/outreach/audience"
)

func TestNextDaily(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct{ zone, after, at, want string }{
		"R53 later today":                             {"Asia/Shanghai", "2026-03-01T05:59:59+08:00", "06:00", "2026-03-01T06:00:00+08:00"},
		"R53 tomorrow when it has come":               {"Asia/Shanghai", "2026-03-01T06:00:00+08:00", "06:00", "2026-03-02T06:00:00+08:00"},
		"over the end of a month":                     {"Asia/Shanghai", "2026-02-28T23:59:00+08:00", "00:00", "2026-03-01T00:00:00+08:00"},
		"summer time: the day has 23 hours":           {"Europe/Berlin", "2026-03-28T06:00:00+01:00", "06:00", "2026-03-29T06:00:00+02:00"},
		"winter time: the day has 25 hours":           {"Europe/Berlin", "2026-10-24T06:00:00+02:00", "06:00", "2026-10-25T06:00:00+01:00"},
		"a time that is jumped over is at the jump":   {"Europe/Berlin", "2026-03-28T12:00:00+01:00", "02:30", "2026-03-29T03:00:00+02:00"},
		"a time that comes twice is the first":        {"Europe/Berlin", "2026-10-24T12:00:00+02:00", "02:30", "2026-10-25T02:30:00+02:00"},
		"and is not the second":                       {"Europe/Berlin", "2026-10-25T02:30:00+02:00", "02:30", "2026-10-26T02:30:00+01:00"},
		"midnight that is jumped over":                {"America/Santiago", "2026-09-05T12:00:00-04:00", "00:00", "2026-09-06T01:00:00-03:00"},
		"a zone with half an hour of summer time":     {"Australia/Lord_Howe", "2026-10-03T12:00:00+10:30", "02:15", "2026-10-04T02:30:00+11:00"},
		"a zone whose summer time goes in the spring": {"Australia/Lord_Howe", "2026-04-04T12:00:00+11:00", "01:45", "2026-04-05T01:45:00+11:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(row.zone)
			require.NoError(t, err)
			after, err := time.Parse(time.RFC3339, row.after)
			require.NoError(t, err)
			require.Equal(t, row.want, audience.NextDaily(after, row.at, zone).In(zone).Format(time.RFC3339))
		})
	}
}

func TestRefreshes(t *testing.T) {
	t.Parallel()
	onDemand, daily := entsegment.UpdateModeOnDemand, entsegment.UpdateModeDaily
	for name, row := range map[string]struct {
		task enttask.Type
		mode enttask.AudienceMode
		box  bool
		seg  entsegment.UpdateMode
		want bool
	}{
		"R51 an on-demand segment with the box ticked":          {enttask.TypeOnce, bySegment, true, onDemand, true},
		"R54 the segment of a rule is on demand":                {enttask.TypeOnce, byRule, true, onDemand, true},
		"R60 a repeating task's too":                            {enttask.TypeRepeat, byRule, true, onDemand, true},
		"R51 not without the box":                               {enttask.TypeOnce, bySegment, false, onDemand, false},
		"R53 a daily segment keeps to its time":                 {enttask.TypeOnce, bySegment, true, daily, false},
		"R70 a triggered task never refreshes an on-demand one": {enttask.TypeDoneA, bySegment, true, onDemand, false},
		"R42 a list is not refreshed":                           {enttask.TypeOnce, byUpload, true, onDemand, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, audience.Refreshes(
				&ent.Task{Type: row.task, AudienceMode: row.mode, RefreshBefore: row.box}, &ent.Segment{UpdateMode: row.seg}))
		})
	}
}

func TestRunAt(t *testing.T) {
	t.Parallel()
	planned := time.Date(2026, 3, 1, 15, 0, 0, 0, time.UTC)
	lead := 15 * time.Minute
	for name, row := range map[string]struct {
		now       time.Time
		refreshes bool
		want      time.Time
	}{
		"R51 a run at 15:00 refreshes at 14:45":           {planned.Add(-time.Hour), true, planned.Add(-lead)},
		"§9.4 approved later: it refreshes at once":       {planned.Add(-time.Minute), true, planned.Add(-time.Minute)},
		"R50 approved after its time: at once":            {planned.Add(time.Hour), true, planned.Add(time.Hour)},
		"R53 without a refresh it is due at its time":     {planned.Add(-time.Hour), false, planned},
		"R50 without one and late it is due at once, too": {planned.Add(time.Hour), false, planned.Add(time.Hour)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, audience.RunAt(planned, row.now, row.refreshes, lead))
		})
	}
	t.Run("§9.4 a refresh is waited for until 15 minutes after the run's time, or after it began", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, planned.Add(15*time.Minute), audience.Deadline(planned, planned.Add(-lead)))
		require.Equal(t, planned.Add(75*time.Minute), audience.Deadline(planned, planned.Add(time.Hour)))
	})
}

func TestNext(t *testing.T) {
	t.Parallel()
	const (
		computing = entsegment.StatusComputing
		ready     = entsegment.StatusReady
		failed    = entsegment.StatusFailed
		empty     = entsegment.StatusEmpty
		held      = enttask.RefreshFailureSendHeld
		dont      = enttask.RefreshFailureDoNotSend
	)
	for name, row := range map[string]struct {
		state audience.State
		want  audience.Step
	}{
		"R51 the refresh begins":                             {audience.State{Refreshes: true, Status: ready, Held: true}, audience.StepStart},
		"R51 the first refresh begins":                       {audience.State{Refreshes: true, Status: empty}, audience.StepStart},
		"§9.4 it is waited for":                              {audience.State{Refreshes: true, Began: true, Status: computing, Held: true}, audience.StepWait},
		"it is done":                                         {audience.State{Refreshes: true, Began: true, Status: ready, Held: true}, audience.StepSend},
		"R56 it failed, and the data held will do":           {audience.State{Refreshes: true, Began: true, Status: failed, Held: true, Rule: held}, audience.StepHeld},
		"R56 it failed, and the data held will not do":       {audience.State{Refreshes: true, Began: true, Status: failed, Held: true, Rule: dont}, audience.StepFail},
		"§9.4 it failed, and nothing is held":                {audience.State{Refreshes: true, Began: true, Status: failed, Rule: held}, audience.StepFail},
		"§9.4 it takes too long, and the data held will do":  {audience.State{Refreshes: true, Began: true, Overdue: true, Status: computing, Held: true, Rule: held}, audience.StepHeld},
		"§9.4 it takes too long, and the data held will not": {audience.State{Refreshes: true, Began: true, Overdue: true, Status: computing, Held: true, Rule: dont}, audience.StepFail},
		"its result is known: somebody refreshes once more":  {audience.State{Refreshes: true, Began: true, Done: true, Status: computing, Held: true}, audience.StepSend},
		"its result is known: a later refresh failed":        {audience.State{Refreshes: true, Began: true, Done: true, Status: failed, Held: true, Rule: dont}, audience.StepSend},
		"R53 a daily segment: the data held":                 {audience.State{Status: ready, Held: true}, audience.StepSend},
		"R56 a daily segment that failed: the data held":     {audience.State{Status: failed, Held: true, Rule: dont}, audience.StepSend},
		"R53 a daily segment at work: the data held":         {audience.State{Status: computing, Held: true}, audience.StepSend},
		"a segment at work for the first time is waited for": {audience.State{Status: computing}, audience.StepWait},
		"but not for ever":                                   {audience.State{Began: true, Overdue: true, Status: computing}, audience.StepFail},
		"§9.4 a segment that was never computed":             {audience.State{Status: empty}, audience.StepFail},
		"§9.4 a segment whose first computation failed":      {audience.State{Status: failed, Rule: held}, audience.StepFail},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, row.want, audience.Next(row.state))
		})
	}
}
