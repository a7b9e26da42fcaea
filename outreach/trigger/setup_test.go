package trigger_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/id"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// world is a project with triggers, on a clock that stands still.
type world struct {
	*factory.World
	t       testing.TB
	ctx     context.Context
	clock   *clock.Fake
	service *trigger.Service
	nums    map[string]int64 // of events
	plans   *atomic.Int64
}

var nextNum atomic.Int64

func setup(t testing.TB, db *database.DB) *world {
	t.Helper()
	ctx, fw := factory.New(t, db, 0)
	w := &world{World: fw, t: t, ctx: ctx, clock: clock.NewFake(time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)), nums: map[string]int64{}, plans: new(atomic.Int64)}
	for _, name := range []string{"cart", "pay", "like"} {
		e, err := db.Ent.EventType.Create().SetProjectID(fw.Project.ID).SetName(name).SetNum(nextNum.Add(1)).Save(ctx)
		require.NoError(t, err)
		w.nums[name] = e.Num
	}
	w.service = w.newService()
	return w
}

func (w *world) newService() *trigger.Service {
	return trigger.New(trigger.Deps{DB: w.DB, Clock: w.clock, Plan: func(context.Context, string) (json.RawMessage, error) {
		w.plans.Add(1)
		return json.RawMessage(`{}`), nil
	}})
}

// done is a definition: every or cumulative n of the event, at once.
func (w *world) done(mode trigger.Mode, n int, events ...string) trigger.Definition {
	d := trigger.Definition{A: trigger.A{Mode: mode, N: n, From: w.clock.Now().Add(-time.Hour), To: w.clock.Now().AddDate(0, 1, 0)}, Timing: schedule.Timing{Kind: schedule.Immediate}}
	for _, e := range events {
		d.A.Events = append(d.A.Events, trigger.Event{Event: e})
	}
	return d
}

// without adds an event B and its wait.
func without(d trigger.Definition, minutes int, events ...string) trigger.Definition {
	d.B = &trigger.B{Wait: schedule.Span{Value: minutes, Unit: schedule.Minute}}
	for _, e := range events {
		d.B.Events = append(d.B.Events, trigger.Event{Event: e})
	}
	return d
}

// task makes a triggered task that runs, for everybody unless changed.
func (w *world) task(d trigger.Definition, change ...func(*ent.TaskCreate)) *ent.Task {
	w.t.Helper()
	text, err := d.JSON()
	require.NoError(w.t, err)
	kind := enttask.TypeDoneA
	if d.B != nil {
		kind = enttask.TypeDoneANotB
	}
	name := id.New("task")
	c := w.DB.Ent.Task.Create().SetProjectID(w.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.Account.ID).SetType(kind).
		SetAudienceMode(enttask.AudienceModeAll).SetChannelID(w.Channel.ID).SetTemplateID(w.Template.ID).SetTrigger(text).
		SetApprovalStatus(enttask.ApprovalStatusApproved).SetRunStatus(enttask.RunStatusRunning).SetApprovedAt(w.clock.Now().Add(-time.Hour)).
		SetStartsAt(d.A.From).SetEndsAt(w.clock.Now().AddDate(0, 3, 0))
	for _, f := range change {
		f(c)
	}
	task, err := c.Save(w.ctx)
	require.NoError(w.t, err)
	w.changed()
	return task
}

// changed lets the matching know of changed tasks.
func (w *world) changed() {
	w.t.Helper()
	require.NoError(w.t, w.DB.Tx(w.ctx, func(ctx context.Context, tx *ent.Tx) error { return trigger.Changed(ctx, tx, w.Project.ID) }))
}

// set changes a task.
func (w *world) set(task *ent.Task, change func(*ent.TaskUpdateOne)) {
	w.t.Helper()
	u := w.DB.Ent.Task.UpdateOneID(task.ID)
	change(u)
	require.NoError(w.t, u.Exec(w.ctx))
	w.changed()
}

// done1 is an event of somebody.
type done1 struct {
	event      string
	person     uint32
	at         time.Time
	receivedAt time.Time // zero: at
	props      string
}

// people makes rows of persons 1 to n.
func (w *world) people(n int) {
	w.t.Helper()
	for i := 1; i <= n; i++ {
		_, err := w.DB.SQL.ExecContext(w.ctx, w.DB.Rebind(`INSERT INTO persons (id, project_num, stub, subject, created_at) VALUES (?, ?, ?, 0, ?)`),
			w.Project.Num<<32|int64(i), w.Project.Num, false, w.clock.Now())
		require.NoError(w.t, err)
	}
}

// store commits events as the event store does, in one batch that is due.
func (w *world) store(events ...done1) int64 {
	w.t.Helper()
	batch := id.Num()
	from, to := events[0].at.UnixMilli(), events[0].at.UnixMilli()
	tx, err := w.DB.SQL.BeginTx(w.ctx, nil)
	require.NoError(w.t, err)
	defer func() { _ = tx.Rollback() }()
	for _, e := range events {
		at := e.at.UnixMilli()
		from, to = min(from, at), max(to, at)
		if e.receivedAt.IsZero() {
			e.receivedAt = e.at
		}
		var props any
		if e.props != "" {
			props = e.props
		}
		_, err := tx.ExecContext(w.ctx, w.DB.Rebind(`INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props, batch)
			VALUES (?, ?, ?, ?, ?, ?, 1, ?, ?)`), w.Project.Num, w.nums[e.event], int64(e.person), at, e.receivedAt.UnixMilli(), nextNum.Add(1), props, batch)
		require.NoError(w.t, err)
	}
	_, err = tx.ExecContext(w.ctx, w.DB.Rebind(`INSERT INTO event_batches (id, project_num, from_at, to_at, count, low, created_at, due_at, attempt, lease_owner)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1, '')`), batch, w.Project.Num, from, to, len(events), false, clock.Wall(), w.clock.Now())
	require.NoError(w.t, err)
	require.NoError(w.t, tx.Commit())
	return batch
}

// happen stores events and matches them.
func (w *world) happen(events ...done1) {
	w.t.Helper()
	require.NoError(w.t, w.service.Match(w.ctx, w.store(events...), 1))
}

// now is an event that happens now.
func (w *world) now(event string, person uint32) done1 {
	return done1{event: event, person: person, at: w.clock.Now()}
}

// pending are a task's touches as "person KIND due reason".
func (w *world) pending(task *ent.Task) []string {
	w.t.Helper()
	rows, err := w.DB.Ent.Touch.Query().All(w.ctx)
	require.NoError(w.t, err)
	out := []string{}
	for _, r := range rows {
		if r.TaskID == task.ID && r.RunNum == nil {
			kind := map[int]string{1: "JUDGE", 2: "SEND"}[r.Kind]
			text := fmt.Sprintf("%d %s %s", r.PersonNum, kind, r.DueAt.UTC().Format("02 15:04:05"))
			if r.Reason != "" {
				text += " " + r.Reason
			}
			out = append(out, text)
		}
	}
	return out
}

// shards are the people of a task's shards, in order.
func (w *world) shards(task *ent.Task) [][]uint32 {
	w.t.Helper()
	rows, err := w.DB.Ent.Shard.Query().Order(ent.Asc("id")).All(w.ctx)
	require.NoError(w.t, err)
	out := [][]uint32{}
	for _, r := range rows {
		if r.TaskID == task.ID {
			b := roaring.New()
			require.NoError(w.t, b.UnmarshalBinary(r.Slice))
			out = append(out, b.ToArray())
		}
	}
	return out
}

func pausesJSON(t testing.TB, p trigger.Pauses) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(p)
	require.NoError(t, err)
	return b
}
