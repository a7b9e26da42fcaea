package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/trigger"
)

const standingQuery = `query($id: ID!) { node(id: $id) { ... on Task { standing { judging pending nextAt
	days { day run { id } progress { total sent notSent reasons { reason count } } } } } } }`

func TestStandingOfATriggeredTask(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		w := b.world(b.ours, appID)
		admin := b.tokens[access.ProjectAdmin]
		create := func(name string, approved bool) *ent.Task {
			c := db.Ent.Task.Create().SetProjectID(b.ours.ID).SetName(name).SetNameKey(name).SetCreatorID(b.people[access.ProjectAdmin].ID).
				SetType(enttask.TypeDoneANotB).SetChannelID(w.channel.ID).SetTrigger([]byte(`{}`)).SetRunStatus(enttask.RunStatusRunning)
			if approved {
				c.SetApprovedAt(noon)
			}
			return c.SaveX(b.sys)
		}
		task := create("triggered", true)
		pending := func(kind trigger.Kind, due time.Time, run *int64) {
			c := db.Ent.Touch.Create().SetProjectNum(b.ours.Num).SetTaskID(task.ID).SetPersonNum(1).SetKind(int(kind)).SetDueAt(due).SetBaseAt(0).SetANum(1)
			c.SetNillableRunNum(run).ExecX(b.sys)
		}
		day := func(day int) *ent.Run {
			from, _, slot := trigger.Day(noon.AddDate(0, 0, day), time.UTC)
			return db.Ent.Run.Create().SetProjectID(b.ours.ID).SetTaskID(task.ID).SetNum(id.Num()).SetKind(entrun.KindTriggered).SetSlot(slot).
				SetPlannedAt(from).SetRunAt(from).SetStatus(entrun.StatusSending).SaveX(b.sys)
		}
		require.Equal(t, map[string]any{"judging": 0.0, "pending": 0.0, "nextAt": nil, "days": []any{}},
			b.as(admin, standingQuery, vars{"id": task.ID}).at("node.standing"), "nothing has happened yet")

		var runs []*ent.Run
		for i := range 92 {
			runs = append(runs, day(i-91))
		}
		first, last := runs[2], runs[91]
		b.record(last, 0, row{person: 1, status: delivery.Sent}, row{person: 2, status: delivery.NotSent, reason: "LATE"})
		for range 3 {
			pending(trigger.Judge, noon.Add(time.Hour), nil)
		}
		pending(trigger.Send, noon.Add(time.Minute), nil)
		pending(trigger.Send, noon.AddDate(1, 0, 0), nil)
		pending(trigger.Send, noon.Add(-time.Hour), &last.Num) // in a shard: not in store any more

		a := b.as(admin, standingQuery, vars{"id": task.ID})
		require.Empty(t, a.Errors, a.raw)
		require.InDelta(t, 3, a.at("node.standing.judging"), 0)
		require.InDelta(t, 2, a.at("node.standing.pending"), 0)
		next, err := time.Parse(time.RFC3339, a.at("node.standing.nextAt").(string))
		require.NoError(t, err)
		require.True(t, next.Equal(noon.Add(time.Minute)), next)
		days := a.at("node.standing.days").([]any)
		require.Len(t, days, 90, "the newest last")
		require.Equal(t, "2026-08-25", days[0].(map[string]any)["day"])
		require.Equal(t, map[string]any{"id": first.ID}, days[0].(map[string]any)["run"])
		require.Equal(t, map[string]any{"day": "2026-11-22", "run": map[string]any{"id": last.ID}, "progress": map[string]any{
			"total": 2.0, "sent": 1.0, "notSent": 1.0, "reasons": []any{map[string]any{"reason": "LATE", "count": 1.0}},
		}}, days[89])

		for what, other := range map[string]string{"one that was not approved": create("draft", false).ID, "one of another type": w.task.ID} {
			a := b.as(admin, standingQuery, vars{"id": other})
			require.Empty(t, a.Errors, a.raw)
			require.Nil(t, a.at("node.standing"), what)
		}
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, standingQuery, vars{"id": task.ID}).code(), "another project's")
		require.Equal(t, "UNAUTHENTICATED", b.as("", standingQuery, vars{"id": task.ID}).code())
	})
}
