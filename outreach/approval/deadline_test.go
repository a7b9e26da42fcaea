package approval_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/outreach/approval"
	"tidings/outreach/schedule"
)

func TestDeadlineOf(t *testing.T) {
	t.Parallel()
	zone, err := time.LoadLocation("Asia/Shanghai")
	require.NoError(t, err)
	at := func(text string) time.Time {
		out, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
		require.NoError(t, err)
		return out
	}
	cycle := schedule.Cycle{Kind: schedule.EveryDays, Every: 1, Times: []string{"10:00"}, Start: at("2026-03-02 00:00"), End: at("2026-03-31 23:59")}
	text, err := json.Marshal(cycle)
	require.NoError(t, err)
	once := ent.Task{Type: enttask.TypeOnce, ReachAt: new(at("2026-03-05 15:00"))}
	repeating := ent.Task{Type: enttask.TypeRepeat, Cycle: text}
	triggered := func(b string) ent.Task {
		return ent.Task{Type: enttask.TypeDoneA, Trigger: []byte(`{"a":{"events":[{"event":"x"}],"mode":"EVERY","n":1,"from":"2026-03-01T00:00:00Z","to":"2026-03-09T16:00:00Z"}` +
			b + `,"timing":{"kind":"IMMEDIATE"}}`)}
	}
	for _, row := range []struct {
		name   string
		task   ent.Task
		rule   enttask.ApprovalTimeout
		now    string
		want   string
		reason string
	}{
		{"once: its reach time cancels it (R50)", once, cancel, "2026-03-01 09:00", "2026-03-05 15:00", approval.ReasonTimeout},
		{"once: 72 hours after its reach time do (R50)", once, runOnce, "2026-03-01 09:00", "2026-03-08 15:00", approval.ReasonTimeout72H},
		{"repeating: its first point cancels it (R59)", repeating, cancel, "2026-03-01 09:00", "2026-03-02 10:00", approval.ReasonTimeout},
		{"repeating: 72 hours after its first planned point do (R59)", repeating, runOnce, "2026-03-01 09:00", "2026-03-05 10:00", approval.ReasonTimeout72H},
		{"repeating: the first point is one after the submission (R59)", repeating, cancel, "2026-03-04 10:00", "2026-03-05 10:00", approval.ReasonTimeout},
		{"done A: the end of its window, whatever the rule (§3.3)", triggered(""), runOnce, "2026-03-01 09:00", "2026-03-10 00:00", approval.ReasonTimeout},
		{
			"done A, not B: the same, the wait for B does not count (§3.3)", triggered(`,"b":{"events":[{"event":"y"}],"wait":{"value":3,"unit":"DAY"}}`),
			cancel, "2026-03-01 09:00", "2026-03-10 00:00", approval.ReasonTimeout,
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.task.ApprovalTimeout = row.rule
			got, reason, err := approval.DeadlineOf(&row.task, zone, at(row.now))
			require.NoError(t, err)
			require.Equal(t, at(row.want).UTC(), got.UTC())
			require.Equal(t, row.reason, reason)
		})
	}
	t.Run("of what is not planned there is none", func(t *testing.T) {
		t.Parallel()
		_, _, err := approval.DeadlineOf(&repeating, zone, at("2026-04-01 00:00"))
		require.Error(t, err)
	})
}
