package dispatch_test

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entproperty "tidings/ent/property"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/dispatch"
	"tidings/outreach/person"
	"tidings/outreach/task"
)

var (
	nine  = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC) // in Shanghai
	three = nine.Add(6 * time.Hour)
)

// flow is everything between a draft and its shards, with a clock that stands
// still: what is due is worked by step.
type flow struct {
	*factory.Team
	t         *testing.T
	clock     *clock.Fake
	segments  *audience.Segments
	tasks     *task.Service
	approvals *approval.Service
	dispatch  *dispatch.Service
	people    []uint32
	// stuck leaves segments that are due where they are.
	stuck bool
}

func setup(t *testing.T, db *database.DB) *flow {
	t.Helper()
	c := clock.NewFake(nine)
	f := &flow{
		Team: factory.NewTeam(t, db), t: t, clock: c, segments: audience.NewSegments(audience.SegmentDeps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler)}),
		approvals: approval.New(db, c, nil), dispatch: dispatch.New(db, c, nil),
	}
	f.tasks = task.New(db, c, f.segments, nil)
	require.NoError(t, db.Ent.Property.Create().SetProjectID(f.Project.ID).SetOwner(entproperty.OwnerAttribute).SetName("vip").
		SetType(entproperty.TypeBoolean).Exec(f.System))
	values := make([]string, 6)
	for i := range values {
		values[i] = person.WechatValue(f.Channel.AppID, factory.OpenID(i))
	}
	var err error
	f.people, err = person.Resolve(f.System, db, f.Project.Num, person.WechatOpenID, values, false)
	require.NoError(t, err)
	f.vip(f.people[:2]...)
	return f
}

// vip gives people the attribute that the rule asks for.
func (f *flow) vip(nums ...uint32) {
	f.t.Helper()
	for _, n := range nums {
		require.NoError(f.t, f.DB.Ent.Person.UpdateOneID(person.ID(f.Project.Num, n)).SetAttributes([]byte(`{"vip":true}`)).Exec(f.System))
	}
}

var vips = json.RawMessage(`{"op":"ATTRIBUTE","name":"vip","test":{"test":"IS_TRUE"}}`)

// submitted is a task in mode RULE for 15:00.
func (f *flow) submitted(name string, change func(*task.Input)) *ent.Task {
	f.t.Helper()
	in := task.Input{
		Name: &name, AudienceMode: new(enttask.AudienceModeRule), Rule: vips, ReachAt: &three, ChannelID: &f.Channel.ID, TemplateID: &f.Template.ID,
		Content:  []task.Param{{Key: "thing1", Text: "春季大促"}, {Key: "date2", Text: "2026年3月8日"}},
		OpenMode: new(enttask.OpenModeNone),
	}
	if change != nil {
		change(&in)
	}
	d, err := f.tasks.Create(f.AsMarketer, in)
	require.NoError(f.t, err)
	_, err = f.tasks.Submit(f.AsMarketer, d.ID)
	require.NoError(f.t, err)
	return d
}

func (f *flow) approve(d *ent.Task) *ent.Task {
	f.t.Helper()
	found, err := f.approvals.OfTasks(f.AsMarketer, []string{d.ID})
	require.NoError(f.t, err)
	_, err = f.approvals.Approve(f.AsApprover, found[d.ID].ID, "")
	require.NoError(f.t, err)
	return f.task(d)
}

// approved is a task that waits for 15:00.
func (f *flow) approved(name string, change func(*task.Input)) *ent.Task {
	f.t.Helper()
	return f.approve(f.submitted(name, change))
}

func (f *flow) task(d *ent.Task) *ent.Task {
	f.t.Helper()
	out, err := f.DB.Ent.Task.Get(f.System, d.ID)
	require.NoError(f.t, err)
	return out
}

func (f *flow) run(d *ent.Task) *ent.Run {
	f.t.Helper()
	out, err := f.DB.Ent.Run.Query().Where(entrun.TaskID(d.ID)).Only(f.System)
	require.NoError(f.t, err)
	return out
}

// at moves the clock and works what is due.
func (f *flow) at(now time.Time) {
	f.t.Helper()
	f.clock.Set(now)
	f.step()
}

// step works what is due until nothing is.
func (f *flow) step() {
	f.t.Helper()
	for range 20 {
		n := 0
		if !f.stuck {
			rows, err := due.HandOut(f.System, f.DB, due.Segments, f.clock.Now(), 10, "")
			require.NoError(f.t, err)
			for _, r := range rows {
				require.NoError(f.t, f.segments.Compute(f.System, r.ID, r.Attempt, nil))
			}
			n += len(rows)
		}
		rows, err := due.HandOut(f.System, f.DB, due.Runs, f.clock.Now(), 10, dispatch.Runnable, f.clock.Now())
		require.NoError(f.t, err)
		for _, r := range rows {
			require.NoError(f.t, f.dispatch.Prepare(f.System, r.ID, r.Attempt))
		}
		if n += len(rows); n == 0 {
			return
		}
	}
	require.Fail(f.t, "there is no end to what is due")
}

// sentTo are the people of the run's shards.
func (f *flow) sentTo(r *ent.Run) []uint32 {
	f.t.Helper()
	shards, err := f.DB.Ent.Shard.Query().Where(entshard.RunNum(r.Num)).All(f.System)
	require.NoError(f.t, err)
	all := roaring.New()
	for _, s := range shards {
		slice := roaring.New()
		require.NoError(f.t, slice.UnmarshalBinary(s.Slice))
		all.Or(slice)
	}
	return all.ToArray()
}

// broken makes the next computations of the task's segment fail; mended ends that.
func (f *flow) broken(d *ent.Task) {
	f.t.Helper()
	require.NoError(f.t, f.DB.Ent.Segment.UpdateOneID(*d.SegmentID).SetRule([]byte(`{"op":"SEGMENT","segment":"seg_gone","in":true}`)).Exec(f.System))
}

func (f *flow) mended(d *ent.Task) {
	f.t.Helper()
	require.NoError(f.t, f.DB.Ent.Segment.UpdateOneID(*d.SegmentID).SetRule(vips).Exec(f.System))
}
