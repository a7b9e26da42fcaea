package preflight_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entpreflight "tidings/ent/preflight"
	entproperty "tidings/ent/property"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/ratelimit"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/person"
	"tidings/outreach/preflight"
	"tidings/outreach/task"
)

var (
	nine  = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // in Shanghai
	three = nine.Add(6 * time.Hour)
)

// takesAll is a channel that takes every message.
type takesAll struct{}

func (takesAll) Send(time.Time, *channel.Message) channel.Result {
	return channel.Result{Outcome: channel.Sent, MessageID: "1"}
}

func (s takesAll) Sender(context.Context, *ent.Channel) (channel.Sender, error) { return s, nil }

// world is a project and everything between a draft and its messages, with a
// clock that stands still: what is due is worked by step.
type world struct {
	*factory.Team
	t          *testing.T
	clock      *clock.Fake
	segments   *audience.Segments
	tasks      *task.Service
	approvals  *approval.Service
	dispatch   *dispatch.Service
	preflights *preflight.Service
	worker     *delivery.Worker
	keeper     *due.Keeper
	changed    []string
}

func setup(t *testing.T, db *database.DB) *world {
	t.Helper()
	log, c := slog.New(slog.DiscardHandler), clock.NewFake(nine)
	rdb := redis.NewClient(&redis.Options{Addr: miniredis.RunT(t).Addr()})
	t.Cleanup(func() { _ = rdb.Close() })
	w := &world{
		Team: factory.NewTeam(t, db), t: t, clock: c, segments: audience.NewSegments(audience.SegmentDeps{DB: db, Clock: c, Log: log}),
		approvals: approval.New(db, c, nil), dispatch: dispatch.New(db, c, nil), keeper: due.NewKeeper(db, log),
	}
	w.tasks = task.New(db, c, w.segments, nil)
	w.preflights = preflight.New(preflight.Deps{
		DB: db, Clock: c, Dispatch: w.dispatch, Viewable: w.tasks.Viewable, Log: log, Changed: func(id string) { w.changed = append(w.changed, id) },
	})
	w.worker = delivery.NewWorker(delivery.Config{DB: db, Clock: c, Dispatch: w.dispatch, Senders: takesAll{}, Limiter: ratelimit.New(rdb), Log: log})
	require.NoError(t, db.Ent.Property.Create().SetProjectID(w.Project.ID).SetOwner(entproperty.OwnerAttribute).SetName("vip").
		SetType(entproperty.TypeBoolean).Exec(w.System))
	return w
}

// person makes somebody with an openid of the channel, unless it is empty, and
// attributes; without any it is somebody whom a list names and nobody knows.
func (w *world) person(openID string, attributes map[string]any) uint32 {
	w.t.Helper()
	kind, value := person.WechatOpenID, person.WechatValue(w.Channel.AppID, openID)
	if openID == "" {
		kind, value = person.UserID, strconv.Itoa(int(w.clock.Now().UnixNano())+w.DB.Ent.Person.Query().CountX(w.System))
	}
	nums, err := person.Resolve(w.System, w.DB, w.Project.Num, kind, []string{value}, attributes == nil)
	require.NoError(w.t, err)
	if attributes != nil {
		text, err := json.Marshal(attributes)
		require.NoError(w.t, err)
		require.NoError(w.t, w.DB.Ent.Person.UpdateOneID(person.ID(w.Project.Num, nums[0])).SetAttributes(text).Exec(w.System))
	}
	return nums[0]
}

// input is a task in mode RULE for all vips at 15:00.
func (w *world) input(name string) task.Input {
	return task.Input{
		Name: &name, AudienceMode: new(enttask.AudienceModeRule), ReachAt: &three, ChannelID: &w.Channel.ID, TemplateID: &w.Template.ID,
		Rule:     json.RawMessage(`{"op":"ATTRIBUTE","name":"vip","test":{"test":"IS_TRUE"}}`),
		Content:  []task.Param{{Key: "thing1", Text: "春季大促"}, {Key: "date2", Text: "2026年3月8日"}},
		OpenMode: new(enttask.OpenModeNone),
	}
}

func (w *world) create(in task.Input) *ent.Task {
	w.t.Helper()
	d, err := w.tasks.Create(w.AsMarketer, in)
	require.NoError(w.t, err)
	w.step()
	return d
}

// step works what is due until nothing is.
func (w *world) step() {
	w.t.Helper()
	for range 30 {
		n := 0
		for table, work := range map[due.Table]func(r due.Row, attempt int) error{
			due.Segments: func(r due.Row, attempt int) error { return w.segments.Compute(w.System, r.ID, attempt, nil) },
			due.Runs:     func(r due.Row, attempt int) error { return w.dispatch.Prepare(w.System, r.ID, attempt) },
		} {
			rows, err := due.HandOut(w.System, w.DB, table, w.clock.Now(), 100, "")
			require.NoError(w.t, err)
			for _, r := range rows {
				l, err := w.keeper.Take(w.System, table, r)
				require.NoError(w.t, err)
				require.NoError(w.t, work(r, l.Attempt))
				l.Drop()
			}
			n += len(rows)
		}
		shards, err := due.HandOut(w.System, w.DB, due.Shards, w.clock.Now(), 1000, "")
		require.NoError(w.t, err)
		for _, r := range shards {
			l, err := w.keeper.Take(w.System, due.Shards, r)
			require.NoError(w.t, err)
			id, err := strconv.ParseInt(r.ID, 10, 64)
			require.NoError(w.t, err)
			require.NoError(w.t, w.worker.Shard(w.System, l, id, nil))
		}
		if n += len(shards); n == 0 {
			return
		}
	}
	require.Fail(w.t, "there is no end to what is due")
}

// rehearsed asks for a preflight and works it.
func (w *world) rehearsed(d *ent.Task) *ent.Preflight {
	w.t.Helper()
	p, err := w.preflights.Start(w.AsViewer, d.ID)
	require.NoError(w.t, err)
	return w.worked(p)
}

func (w *world) worked(p *ent.Preflight) *ent.Preflight {
	w.t.Helper()
	p = w.reload(p)
	require.NoError(w.t, w.preflights.Work(w.System, p.ID, p.Attempt, nil))
	return w.reload(p)
}

func (w *world) reload(p *ent.Preflight) *ent.Preflight {
	return w.DB.Ent.Preflight.GetX(w.System, p.ID)
}

func (w *world) newest(d *ent.Task) *ent.Preflight {
	w.t.Helper()
	found, err := w.preflights.OfTasks(w.AsApprover, []string{d.ID})
	require.NoError(w.t, err)
	return found[d.ID]
}

func (w *world) result(p *ent.Preflight) *preflight.Result {
	w.t.Helper()
	require.Equal(w.t, entpreflight.StatusDone, p.Status, "%s %s", p.Failure, p.FailureText)
	require.Nil(w.t, p.DueAt)
	require.Equal(w.t, p.Total, p.Done)
	r, err := preflight.ResultOf(p)
	require.NoError(w.t, err)
	sum := r.WillSend
	for _, s := range r.Steps {
		require.Positive(w.t, s.Count)
		sum += s.Count
	}
	require.Equal(w.t, r.Candidates, sum, "candidates = will send + steps")
	return r
}
