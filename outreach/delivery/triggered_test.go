package delivery_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entdelivery "tidings/ent/delivery"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/person"
	"tidings/outreach/render"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// triggered is a task that reaches whoever does "cart", and shows its sku.
type triggered struct {
	*bench
	service *trigger.Service
	task    *ent.Task
	people  []uint32
	event   int64
}

func setupTriggered(t *testing.T, db *database.DB, timing schedule.Timing) *triggered {
	t.Helper()
	b := &triggered{bench: setup(t, db)}
	var values []string
	for _, o := range factory.OpenIDs(3) {
		values = append(values, person.WechatValue(factory.AppID, o))
	}
	var err error
	b.people, err = person.Resolve(b.ctx, db, b.Project.Num, person.WechatOpenID, values, false)
	require.NoError(t, err)
	e, err := db.Ent.EventType.Create().SetProjectID(b.Project.ID).SetName("cart").SetNum(id.Num()).Save(b.ctx)
	require.NoError(t, err)
	b.event = e.Num
	d := trigger.Definition{
		A:      trigger.A{Events: []trigger.Event{{Event: "cart"}}, Mode: trigger.Every, N: 1, From: b.Now.AddDate(0, 0, -1), To: b.Now.AddDate(0, 0, 1)},
		Timing: timing,
	}
	text, err := d.JSON()
	require.NoError(t, err)
	content, err := json.Marshal(render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: []render.Part{{Var: &render.Var{Source: render.Event, Name: "sku"}}}}, {Key: "number2", Parts: []render.Part{{Text: "100"}}},
	}})
	require.NoError(t, err)
	b.task, err = db.Ent.Task.Create().SetProjectID(b.Project.ID).SetName("t").SetNameKey("t").SetCreatorID(b.Account.ID).SetType(enttask.TypeDoneA).
		SetAudienceMode(enttask.AudienceModeAll).SetChannelID(b.Channel.ID).SetTemplateID(b.Template.ID).SetContent(content).SetTrigger(text).
		SetApprovalStatus(enttask.ApprovalStatusApproved).SetRunStatus(enttask.RunStatusRunning).SetApprovedAt(d.A.From).SetStartsAt(d.A.From).
		SetEndsAt(b.Now.AddDate(0, 0, 2)).Save(b.ctx)
	require.NoError(t, err)
	b.service = trigger.New(trigger.Deps{DB: db, Clock: b.clock, Plan: b.dispatch.Freeze})
	return b
}

// cart is what somebody puts into the cart, so long before it arrives.
func (b *triggered) cart(who int, sku string, late time.Duration) {
	b.t.Helper()
	batch, now := id.Num(), b.clock.Now()
	at := now.Add(-late).UnixMilli()
	_, err := b.DB.SQL.ExecContext(b.ctx, b.DB.Rebind(`INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props, batch)
		VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)`), b.Project.Num, b.event, int64(b.people[who]), at, now.UnixMilli(), id.Num(), `{"sku":"`+sku+`"}`, batch)
	require.NoError(b.t, err)
	_, err = b.DB.SQL.ExecContext(b.ctx, b.DB.Rebind(`INSERT INTO event_batches (id, project_num, from_at, to_at, count, created_at, due_at, attempt)
		VALUES (?, ?, ?, ?, 1, ?, ?, 1)`), batch, b.Project.Num, at, at, clock.Wall(), now)
	require.NoError(b.t, err)
	require.NoError(b.t, b.service.Match(b.ctx, batch, 1))
}

func (b *triggered) work() *ent.Run {
	b.t.Helper()
	_, err := b.service.Cut(b.ctx)
	require.NoError(b.t, err)
	b.drain()
	return b.DB.Ent.Run.Query().Where(entrun.TaskID(b.task.ID)).OnlyX(b.ctx)
}

// rows are a run's deliveries as "person/seq STATUS reason".
func (b *triggered) rows(run *ent.Run) []string {
	b.t.Helper()
	out := []string{}
	for _, r := range b.DB.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num)).AllX(b.ctx) {
		who := slices.Index(b.people, uint32(r.ID)) //nolint:gosec // 32-bit numbers
		out = append(out, strconv.Itoa(who)+"/"+strconv.Itoa(r.Seq)+" "+delivery.Status(r.Status).String()+" "+r.Reason)
	}
	slices.Sort(out)
	return out
}

func TestTriggeredMessages(t *testing.T) {
	t.Parallel()
	at := schedule.Timing{Kind: schedule.Immediate}
	each := func(name string, timing schedule.Timing, run func(t *testing.T, b *triggered)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) { run(t, setupTriggered(t, db, timing)) })
		})
	}
	ids := factory.OpenIDs(3)
	each("each firing is one message with its event's properties, LATE ones are recorded", at, func(t *testing.T, b *triggered) {
		b.cart(0, "tea", 0)
		b.cart(0, "cup", 0)
		b.cart(1, "pot", 0)
		b.cart(2, "jar", 61*time.Minute)
		run := b.work()
		require.Equal(t, []string{"0/1 SENT ", "0/2 SENT ", "1/1 SENT ", "2/1 NOT_SENT LATE"}, b.rows(run))
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 3, delivery.NotSent: 1}, b.tally(run))
		require.Equal(t, map[string]int{ids[0]: 2, ids[1]: 1}, b.sender.calls)
		require.Equal(t, "pot", b.sender.params[ids[1]][0].Value)
		require.Zero(t, b.DB.Ent.Touch.Query().CountX(b.ctx), "nobody needs them any more")
		require.Equal(t, entrun.StatusSending, run.Status, "its day is not over")
		b.cart(1, "lid", 0)
		require.Equal(t, run.ID, b.work().ID)
		require.Equal(t, "lid", b.sender.params[ids[1]][0].Value)
	})
	each("one that is put off keeps its event's properties until it is sent", at, func(t *testing.T, b *triggered) {
		b.sender.answer = func(_ string, call int) channel.Result {
			if call == 1 {
				return channel.Result{Outcome: channel.Later, Code: "-1"}
			}
			return channel.Result{Outcome: channel.Sent, MessageID: "1"}
		}
		b.cart(0, "tea", 0)
		run := b.work()
		require.Equal(t, []string{"0/1 DEFERRED -1"}, b.rows(run))
		require.Equal(t, 1, b.DB.Ent.Touch.Query().CountX(b.ctx))
		b.clock.Advance(time.Hour)
		b.drain()
		require.Equal(t, []string{"0/1 SENT "}, b.rows(run))
		require.Equal(t, "tea", b.sender.params[ids[0]][0].Value)
		require.Zero(t, b.DB.Ent.Touch.Query().CountX(b.ctx))
		b.tally(run)
	})
	each("no send begins at the task's end or after it, whoever has noticed it yet (R69)", at, func(t *testing.T, b *triggered) {
		end := b.Now.Add(time.Hour)
		b.DB.Ent.Task.UpdateOneID(b.task.ID).SetEndsAt(end).ExecX(b.ctx)
		b.clock.Set(end.Add(-time.Microsecond))
		b.cart(0, "tea", 0)
		require.Equal(t, []string{"0/1 SENT "}, b.rows(b.work()))
		// Cut in the last moment, worked when the end has come; its status says RUNNING still.
		b.cart(1, "cup", 0)
		_, err := b.service.Cut(b.ctx)
		require.NoError(t, err)
		b.clock.Set(end)
		b.drain()
		require.Equal(t, enttask.RunStatusRunning, b.DB.Ent.Task.GetX(b.ctx, b.task.ID).RunStatus)
		run := b.DB.Ent.Run.Query().Where(entrun.TaskID(b.task.ID)).OnlyX(b.ctx)
		require.Equal(t, []string{"0/1 SENT ", "1/2 NOT_SENT TASK_ENDED"}, b.rows(run))
		require.Equal(t, map[string]int{ids[0]: 1}, b.sender.calls)
	})
	each("nothing is sent after the task's end, not even what was cut before (R69)", at, func(t *testing.T, b *triggered) {
		b.cart(0, "tea", 0)
		_, err := b.service.Cut(b.ctx)
		require.NoError(t, err)
		b.cart(1, "cup", 0)
		b.clock.Set(b.Now.AddDate(0, 0, 2))
		require.NoError(t, b.service.Advance(b.ctx))
		run := b.work()
		require.Equal(t, []string{"0/1 NOT_SENT TASK_ENDED"}, b.rows(run))
		require.Empty(t, b.sender.calls)
		require.Equal(t, 1, b.DB.Ent.Task.GetX(b.ctx, b.task.ID).Discarded)
		require.Equal(t, entrun.StatusDone, run.Status)
	})
}
