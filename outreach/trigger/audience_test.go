package trigger_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

// unready makes a segment without a version.
func (w *world) unready(status entsegment.Status) string {
	w.t.Helper()
	name := id.New("s")
	c := w.DB.Ent.Segment.Create().SetProjectID(w.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.Account.ID).SetStatus(status)
	return c.SaveX(w.ctx).ID
}

// held gives the people of the messages that a task keeps, with their reasons.
func (w *world) held(task *ent.Task) map[uint32]string {
	w.t.Helper()
	out := map[uint32]string{}
	for _, r := range w.DB.Ent.Touch.Query().AllX(w.ctx) {
		if r.TaskID == task.ID {
			out[uint32(r.PersonNum)] = r.Reason //nolint:gosec // 32-bit numbers
		}
	}
	return out
}

func TestATaskWhoseSegmentWasNeverComputed(t *testing.T) {
	t.Parallel()
	each := func(name string, run func(t *testing.T, w *world)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testdb.Each(t, func(t *testing.T, db *database.DB) { run(t, setup(t, db)) })
		})
	}
	of := func(seg string) func(*ent.TaskCreate) {
		return func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) }
	}
	each("what fires while it is being computed waits for the first version, and loses nothing (R61)", func(t *testing.T, w *world) {
		seg := w.unready(entsegment.StatusComputing)
		task := w.task(w.done(trigger.Every, 1, "cart"), of(seg))
		notB := w.task(without(w.done(trigger.Every, 1, "like"), 1, "pay"), of(seg))
		w.happen(w.now("cart", 1), w.now("cart", 2), w.now("like", 2))
		w.clock.Advance(time.Minute)
		require.Equal(t, 1, w.judge())
		require.Zero(t, w.cut())
		require.Equal(t, enttask.RunStatusRunning, w.DB.Ent.Task.GetX(w.ctx, task.ID).RunStatus)
		w.version(seg, 1)
		require.Equal(t, 2, w.cut())
		require.Equal(t, [][]uint32{{1, 2}}, w.shards(task))
		require.Equal(t, map[uint32]string{2: "NOT_IN_AUDIENCE"}, w.held(task))
		require.Equal(t, map[uint32]string{2: "NOT_IN_AUDIENCE"}, w.held(notB))
	})
	each("one that nobody has begun to compute is computed", func(t *testing.T, w *world) {
		seg := w.unready(entsegment.StatusEmpty)
		w.task(w.done(trigger.Every, 1, "cart"), of(seg))
		w.happen(w.now("cart", 1))
		require.Zero(t, w.cut())
		got := w.DB.Ent.Segment.GetX(w.ctx, seg)
		require.Equal(t, entsegment.StatusComputing, got.Status)
		require.NotNil(t, got.DueAt)
	})
	each("a first computation that failed makes it abnormal, when it begins or when it would send (§9.4)", func(t *testing.T, w *world) {
		seg := w.unready(entsegment.StatusFailed)
		begins := w.task(w.done(trigger.Every, 1, "cart"), of(seg), func(c *ent.TaskCreate) {
			c.SetRunStatus(enttask.RunStatusWaiting).SetStartsAt(w.clock.Now())
		})
		require.NoError(t, w.service.Advance(w.ctx))
		runs := w.task(w.done(trigger.Every, 1, "cart"), of(seg))
		w.happen(w.now("cart", 1))
		require.Zero(t, w.cut())
		for _, task := range []*ent.Task{begins, runs} {
			got := w.DB.Ent.Task.GetX(w.ctx, task.ID)
			require.Equal(t, enttask.RunStatusAbnormal, got.RunStatus)
			require.Equal(t, trigger.SegmentNotComputed, got.StatusReason)
			require.Len(t, w.pending(task), 1, "kept for when the creator runs it again")
		}
	})
}

func TestSegmentsOfTriggeredTasksAreRefreshedDaily(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		segments := audience.NewSegments(audience.SegmentDeps{DB: db, Clock: w.clock})
		all := `{"op":"IDENTITY","idType":"phone","has":false}`
		segment := func(mode entsegment.UpdateMode) string {
			name := id.New("s")
			c := db.Ent.Segment.Create().SetProjectID(w.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.Account.ID).
				SetRule([]byte(all)).SetUpdateMode(mode).SetStatus(entsegment.StatusComputing).SetDueAt(w.clock.Now())
			return c.SaveX(w.ctx).ID
		}
		// due computes what is due, as workers do.
		due := func() {
			for _, s := range db.Ent.Segment.Query().Where(entsegment.DueAtLTE(w.clock.Now())).AllX(viewer.System(w.ctx)) {
				require.NoError(t, segments.Compute(w.ctx, s.ID, s.Attempt, nil))
			}
		}
		of := func(seg string) *ent.Task {
			return w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) })
		}
		w.people(1)
		daily, onDemand := segment(entsegment.UpdateModeDaily), segment(entsegment.UpdateModeOnDemand)
		perDay, asIs := of(daily), of(onDemand)
		due()
		_, err := db.SQL.ExecContext(w.ctx, db.Rebind(`INSERT INTO persons (id, project_num, stub, subject, created_at) VALUES (?, ?, ?, 0, ?)`),
			w.Project.Num<<32|2, w.Project.Num, false, w.clock.Now())
		require.NoError(t, err)
		w.happen(w.now("cart", 2))
		refused := []string{"2 SEND 10 02:00:00 NOT_IN_AUDIENCE"}
		require.Equal(t, refused, w.pending(perDay))
		require.Equal(t, refused, w.pending(asIs))

		six := time.Date(2026, 3, 10, 22, 0, 0, 0, time.UTC) // 06:00 of the next day in Shanghai
		require.Equal(t, six, db.Ent.Segment.GetX(w.ctx, daily).DueAt.UTC(), "R70, R71")
		require.Nil(t, db.Ent.Segment.GetX(w.ctx, onDemand).DueAt, "R70: never refreshed")
		w.clock.Set(six)
		due()
		w.happen(w.now("cart", 2))
		require.Equal(t, append(refused, "2 SEND 10 22:00:00"), w.pending(perDay), "R70")
		require.Equal(t, append(refused, "2 SEND 10 22:00:00 NOT_IN_AUDIENCE"), w.pending(asIs), "R70")

		// A refresh that fails leaves the newest data held (R72).
		db.Ent.Segment.UpdateOneID(daily).SetRule([]byte(`{"op":"SEGMENT","segment":"` + w.unready(entsegment.StatusEmpty) + `","in":true}`)).ExecX(w.ctx)
		w.clock.Advance(24 * time.Hour)
		due()
		require.Equal(t, entsegment.StatusFailed, db.Ent.Segment.GetX(w.ctx, daily).Status)
		w.happen(w.now("cart", 2), w.now("cart", 3))
		require.Equal(t, append(refused, "2 SEND 10 22:00:00", "2 SEND 11 22:00:00", "3 SEND 11 22:00:00 NOT_IN_AUDIENCE"), w.pending(perDay), "R72")
		require.Equal(t, enttask.RunStatusRunning, db.Ent.Task.GetX(w.ctx, perDay.ID).RunStatus, "R72")
	})
}

// Whatever the segment says at the firing, only the option asks it again when the message is due.
func TestTheAudienceIsTestedWhenTheTriggerFires(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		seg := w.segment(1)
		d := w.done(trigger.Every, 1, "cart")
		d.Timing = schedule.Timing{Kind: schedule.Delay, Days: 1}
		task := w.task(d, func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) })
		w.happen(w.now("cart", 1))
		w.version(seg) // empty
		w.clock.Advance(24 * time.Hour)
		require.Equal(t, 1, w.cut())
		require.Equal(t, [][]uint32{{1}}, w.shards(task))
		require.Empty(t, w.held(task), "R61: they were in it")
	})
}
