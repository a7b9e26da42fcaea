package graph_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/trigger"
)

const (
	backtestTask = `mutation($id:ID!,$days:Int!){backtestTask(id:$id,days:$days){id status days progress stale creator{name} task{id} result{events}}}`
	cancelOne    = `mutation($id:ID!){cancelBacktest(id:$id){id status endedAt progress}}`
	showBacktest = `query($id:ID!){node(id:$id){...on Task{backtest{id status progress stale days events failure failureText
		result{days{day fired messages people late notInAudience done} events messages people waiting sample{person{id number} doneAt sentAt}}}}}}`
	viewTrigger = `{"a":{"events":[{"event":"view"}],"mode":"EVERY","n":2},"timing":{"kind":"IMMEDIATE"}}`
)

// triggered is a draft of a marketer's.
func (b *bundle) triggered(text string, change ...func(*ent.TaskCreate)) *ent.Task {
	b.t.Helper()
	name := id.New("task")
	c := b.db.Ent.Task.Create().SetProjectID(b.ours.ID).SetName(name).SetNameKey(name).SetCreatorID(b.people[access.Marketer].ID).
		SetType(enttask.TypeDoneA).SetAudienceMode(enttask.AudienceModeAll).SetTrigger([]byte(text))
	for _, f := range change {
		f(c)
	}
	t, err := c.Save(b.sys)
	require.NoError(b.t, err)
	return t
}

// happened stores events of people, a second apart, from an instant on.
func (b *bundle) happened(num int64, from time.Time, people ...uint32) {
	b.t.Helper()
	for i, p := range people {
		at := from.Add(time.Duration(i) * time.Second).UnixMilli()
		_, err := b.db.SQL.ExecContext(b.sys, b.db.Rebind(`INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num)
			VALUES (?, ?, ?, ?, ?, ?, 1)`), b.ours.Num, num, int64(p), at, at, id.Num())
		require.NoError(b.t, err)
	}
}

// replay does what a worker does with the backtests that are due.
func (b *bundle) replay() {
	b.t.Helper()
	s := trigger.New(trigger.Deps{DB: b.db, Clock: b.business, Select: b.segments.Select})
	rows, err := due.HandOut(b.sys, b.db, due.Backtests, b.business.Now(), 50, "")
	require.NoError(b.t, err)
	for _, r := range rows {
		require.NoError(b.t, s.Backtest(b.sys, r.ID, r.Attempt, nil))
	}
}

func TestBacktestsOfATask(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		marketer, viewer := b.tokens[access.Marketer], b.tokens[access.Viewer]
		nums := b.crowd(b.ours, appID, 4, 2)
		view := id.Num()
		require.NoError(t, db.Ent.EventType.Create().SetProjectID(b.ours.ID).SetName("view").SetNum(view).Exec(b.sys))
		b.happened(view, noon.Add(-2*time.Hour), nums[0], nums[0], nums[0], nums[0], nums[1], nums[3], nums[3])
		show := func(of *ent.Task) *answer {
			a := b.as(marketer, showBacktest, vars{"id": of.ID})
			require.Empty(t, a.Errors, a.raw)
			return a
		}
		ask := func(of *ent.Task) string {
			a := b.as(marketer, backtestTask, vars{"id": of.ID, "days": 7})
			require.Empty(t, a.Errors, a.raw)
			return a.at("backtestTask.id").(string)
		}

		t.Run("asked for, done and shown with people, newest first", func(t *testing.T) { //nolint:paralleltest // one store
			task := b.triggered(viewTrigger)
			require.Nil(t, show(task).at("node.backtest"))
			a := b.as(marketer, backtestTask, vars{"id": task.ID, "days": 7})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, "WAITING", a.at("backtestTask.status"))
			require.Equal(t, task.ID, a.at("backtestTask.task.id"))
			require.Equal(t, false, a.at("backtestTask.stale"))
			require.Nil(t, a.at("backtestTask.result"))
			again := b.as(marketer, backtestTask, vars{"id": task.ID, "days": 7})
			require.Equal(t, "CONFLICT", again.code())
			require.Equal(t, "BACKTESTING", again.Errors[0].Extensions["reason"])
			b.replay()
			a = show(task)
			require.Equal(t, "DONE", a.at("node.backtest.status"))
			require.InDelta(t, 1, a.at("node.backtest.progress"), 0)
			require.InDelta(t, 3, a.at("node.backtest.result.messages"), 0, "two of one, one of another")
			require.InDelta(t, 2, a.at("node.backtest.result.people"), 0)
			require.Equal(t, "7", a.at("node.backtest.result.events"))
			require.Len(t, a.at("node.backtest.result.days"), 8)
			require.Equal(t, fmt.Sprint(nums[0]), fmt.Sprint(a.at("node.backtest.result.sample.0.person.number")))
			entries := b.as(b.tokens[access.ProjectAdmin], `{ auditEntries(where: {action: "task.backtest"}) { totalCount } }`, nil)
			require.InDelta(t, 1, entries.at("auditEntries.totalCount"), 0)
			second := ask(task)
			require.Equal(t, second, show(task).at("node.backtest.id"))
		})
		t.Run("a changed trigger or audience makes it stale, a window does not", func(t *testing.T) { //nolint:paralleltest // one store
			task := b.triggered(viewTrigger)
			ask(task)
			stale := func(change func(*ent.TaskUpdateOne)) any {
				u := b.db.Ent.Task.UpdateOneID(task.ID)
				change(u)
				require.NoError(t, u.Exec(b.sys))
				return show(task).at("node.backtest.stale")
			}
			const window = `{"timing":{"kind":"IMMEDIATE"},"a":{"n":2,"events":[{"event":"view"}],"mode":"EVERY","from":"2026-12-01T00:00:00Z"}}`
			const thrice = `{"a":{"events":[{"event":"view"}],"mode":"EVERY","n":3},"timing":{"kind":"IMMEDIATE"}}`
			require.Equal(t, false, stale(func(u *ent.TaskUpdateOne) { u.SetTrigger([]byte(window)) }))
			require.Equal(t, true, stale(func(u *ent.TaskUpdateOne) { u.SetTrigger([]byte(thrice)) }))
			require.Equal(t, true, stale(func(u *ent.TaskUpdateOne) {
				u.SetTrigger([]byte(viewTrigger)).SetAudienceMode(enttask.AudienceModeUpload)
			}))
		})
		t.Run("a draft's own rule and the supplementary recipients are whom it is for", func(t *testing.T) { //nolint:paralleltest // one store
			c, _ := b.stage(b.ours)
			task := b.triggered(viewTrigger, func(c2 *ent.TaskCreate) {
				c2.SetAudienceMode(enttask.AudienceModeRule).SetRule([]byte(`{"op":"ATTRIBUTE","name":"vip","test":{"test":"IS_TRUE"}}`)).
					SetChannelID(c.ID).SetSupplementary([]string{openID(3), "unknownunknownunknown"})
			})
			ask(task)
			b.replay()
			a := show(task)
			require.Equal(t, "DONE", a.at("node.backtest.status"), a.raw)
			require.InDelta(t, 3, a.at("node.backtest.result.messages"), 0)
			require.Equal(t, false, a.at("node.backtest.stale"))
			require.NoError(t, b.db.Ent.Task.UpdateOneID(task.ID).SetSupplementary([]string{}).Exec(b.sys))
			require.Equal(t, true, show(task).at("node.backtest.stale"))
			ask(task)
			b.replay()
			require.InDelta(t, 2, show(task).at("node.backtest.result.messages"), 0)
		})
		t.Run("what is missing is refused at the field", func(t *testing.T) { //nolint:paralleltest // one store
			fields := func(task *ent.Task, days int) []string {
				return b.as(marketer, backtestTask, vars{"id": task.ID, "days": days}).fields()
			}
			require.Equal(t, []string{"days OUT_OF_RANGE"}, fields(b.triggered(viewTrigger), 0))
			require.Equal(t, []string{"days OUT_OF_RANGE"}, fields(b.triggered(viewTrigger), 91))
			require.Equal(t, []string{"trigger.a.events REQUIRED", "trigger.a.mode REQUIRED", "trigger.a.n REQUIRED", "trigger.b REQUIRED", "trigger.timing.kind REQUIRED"},
				fields(b.triggered(`{}`, func(c *ent.TaskCreate) { c.SetType(enttask.TypeDoneANotB) }), 7))
			require.Equal(t, []string{"type NOT_ALLOWED"}, fields(b.triggered(viewTrigger, func(c *ent.TaskCreate) { c.SetType(enttask.TypeRepeat) }), 7))
			require.Equal(t, []string{"segmentId REQUIRED"}, fields(b.triggered(viewTrigger, func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment) }), 7))
			require.Equal(t, []string{"audienceMode SCHEDULED_ONLY"}, fields(b.triggered(viewTrigger, func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeUpload) }), 7))
			seg := b.as(marketer, createSegment, vars{"in": vars{"name": "never", "rule": vips}}).at("createSegment.id").(string)
			a := b.as(marketer, backtestTask, vars{"id": b.triggered(viewTrigger, func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) }).ID, "days": 7})
			require.Equal(t, "CONFLICT", a.code())
			require.Equal(t, "SEGMENT_NOT_COMPUTED", a.Errors[0].Extensions["reason"])
		})
		t.Run("it needs the permission to edit, and another project's is not found", func(t *testing.T) { //nolint:paralleltest // one store
			task := b.triggered(viewTrigger)
			require.Equal(t, "FORBIDDEN", b.as(viewer, backtestTask, vars{"id": task.ID, "days": 7}).code())
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, backtestTask, vars{"id": task.ID, "days": 7}).code())
			one := ask(task)
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, cancelOne, vars{"id": one}).code())
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, `query($id:ID!){node(id:$id){id}}`, vars{"id": one}).code())
			require.Equal(t, "FORBIDDEN", b.as(viewer, cancelOne, vars{"id": one}).code())
		})
		t.Run("one that is cancelled stays so and makes room for the next", func(t *testing.T) { //nolint:paralleltest // one store
			task := b.triggered(viewTrigger)
			one := ask(task)
			a := b.as(marketer, cancelOne, vars{"id": one})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, "CANCELLED", a.at("cancelBacktest.status"))
			again := b.as(marketer, cancelOne, vars{"id": one})
			require.Equal(t, "CONFLICT", again.code())
			require.Equal(t, "CANCELLED", again.Errors[0].Extensions["reason"])
			b.replay()
			require.Equal(t, "CANCELLED", show(task).at("node.backtest.status"))
			require.NotEqual(t, one, ask(task))
		})
		t.Run("the newest of many tasks are one question", func(t *testing.T) { //nolint:paralleltest // one store
			query := `{tasks(first:50){edges{node{id backtest{id}}}}}`
			a := b.as(marketer, query, nil)
			require.Empty(t, a.Errors, a.raw)
			for i, e := range a.at("tasks.edges").([]any) {
				n := e.(map[string]any)["node"].(map[string]any)
				newest, err := db.Ent.Backtest.Query().Where(entbacktest.TaskID(n["id"].(string))).Order(ent.Desc(entbacktest.FieldID)).First(b.sys)
				if ent.IsNotFound(err) {
					require.Nil(t, n["backtest"], i)
					continue
				}
				require.Equal(t, newest.ID, n["backtest"].(map[string]any)["id"], fmt.Sprint(i))
			}
		})
		t.Run("a task keeps its newest twenty", func(t *testing.T) { //nolint:paralleltest // one store
			task := b.triggered(viewTrigger)
			for range 23 {
				require.Empty(t, b.as(marketer, cancelOne, vars{"id": ask(task)}).Errors)
			}
			require.Equal(t, 20, db.Ent.Backtest.Query().Where(entbacktest.TaskID(task.ID)).CountX(context.WithoutCancel(b.sys)))
		})
	})
}
