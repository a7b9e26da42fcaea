package trigger_test

import (
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
	"tidings/outreach/person"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

func TestEventsCountAndFire(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("CUMULATIVE fires with the n-th and never again (R62)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			task := w.task(w.done(trigger.Cumulative, 3, "cart"))
			for range 2 {
				w.happen(w.now("cart", 1))
				require.Empty(t, w.pending(task))
			}
			w.happen(w.now("cart", 1), w.now("cart", 1), w.now("cart", 2))
			require.Equal(t, []string{"1 SEND 10 02:00:00"}, w.pending(task))
			w.happen(w.now("cart", 1), w.now("cart", 1), w.now("cart", 1))
			require.Len(t, w.pending(task), 1)
		})
		t.Run("EVERY fires each time another n are done (R62)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			task := w.task(w.done(trigger.Every, 2, "cart"))
			w.happen(w.now("cart", 1), w.now("cart", 1), w.now("cart", 1), w.now("cart", 1), w.now("cart", 1))
			require.Len(t, w.pending(task), 2)
			w.happen(w.now("cart", 1))
			require.Len(t, w.pending(task), 3)
		})
		t.Run("several events joined by OR share one counter (§10.1)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			task := w.task(w.done(trigger.Every, 2, "cart", "like"))
			w.happen(w.now("cart", 1), w.now("like", 1), w.now("pay", 1))
			require.Len(t, w.pending(task), 1)
		})
		t.Run("only events that pass the filter count (R61)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			d := w.done(trigger.Every, 1, "cart")
			d.A.Events[0].Where = &rule.Filter{Op: rule.Property, Name: "price", Test: &rule.Test{Word: rule.GE, Values: []rule.Value{{Text: "10", Numeric: true}}}}
			task := w.task(d)
			cheap, dear := w.now("cart", 1), w.now("cart", 2)
			cheap.props, dear.props = `{"price":9.99}`, `{"price":10}`
			w.happen(cheap, dear, w.now("cart", 3))
			require.Equal(t, []string{"2 SEND 10 02:00:00"}, w.pending(task))
		})
		t.Run("the window and the approval bound the events' times (R68, §10.1)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			d := w.done(trigger.Every, 1, "cart")
			now := w.clock.Now()
			d.A.From, d.A.To = now.Add(-30*time.Minute), now.Add(30*time.Minute)
			task := w.task(d, func(c *ent.TaskCreate) { c.SetApprovedAt(now.Add(-20 * time.Minute)) })
			for i, at := range []time.Duration{-31 * time.Minute, -30 * time.Minute, -20*time.Minute - time.Millisecond, -20 * time.Minute, 30 * time.Minute, 30*time.Minute + time.Millisecond} {
				w.happen(done1{event: "cart", person: uint32(i + 1), at: now.Add(at), receivedAt: now}) //nolint:gosec // six
			}
			require.Equal(t, []string{"4 SEND 10 02:00:00", "5 SEND 10 02:00:00"}, w.pending(task))
		})
		t.Run("more than an hour late counts and does not fire (§10.1)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			d := w.done(trigger.Every, 2, "cart")
			d.A.From = w.clock.Now().Add(-10 * time.Hour)
			task := w.task(d, func(c *ent.TaskCreate) { c.SetApprovedAt(d.A.From) })
			at := w.clock.Now().Add(-time.Hour)
			w.happen(w.now("cart", 1))
			w.happen(done1{event: "cart", person: 1, at: at, receivedAt: at.Add(time.Hour + time.Millisecond)})
			w.happen(w.now("cart", 1))
			w.happen(done1{event: "cart", person: 1, at: at, receivedAt: at.Add(time.Hour)})
			require.Equal(t, []string{"1 SEND 10 02:00:00 LATE", "1 SEND 10 02:00:00"}, w.pending(task))
		})
		t.Run("what arrives while the task is paused does not count (§1.3)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			task := w.task(w.done(trigger.Every, 1, "cart"))
			before := w.store(w.now("cart", 1)) // its batch is stuck
			w.clock.Advance(time.Second)
			pauses := trigger.Pauses{}.Begin(w.clock.Now())
			w.pause(task, pauses, enttask.RunStatusPaused)
			w.happen(w.now("cart", 2))
			inside := w.store(w.now("cart", 3))
			w.clock.Advance(time.Minute)
			w.pause(task, pauses.End(w.clock.Now()), enttask.RunStatusRunning)
			require.NoError(t, w.service.Match(w.ctx, before, 1))
			require.NoError(t, w.service.Match(w.ctx, inside, 1))
			w.happen(w.now("cart", 4))
			require.Equal(t, []string{"1 SEND 10 02:01:01", "4 SEND 10 02:01:01"}, w.pending(task))
		})
		t.Run("all four timings (R64-R67)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db) // Tuesday 10:00 in Shanghai
			for _, c := range []struct {
				timing schedule.Timing
				want   string
			}{
				{schedule.Timing{Kind: schedule.Immediate}, "10 02:00:00"},
				{schedule.Timing{Kind: schedule.Delay, Days: 1, Minutes: 30}, "11 02:30:00"},
				{schedule.Timing{Kind: schedule.AtTime, Days: 0, Time: "09:00"}, "11 01:00:00"},
				{schedule.Timing{Kind: schedule.AtDateTime, At: w.clock.Now().Add(-time.Hour)}, "10 02:00:00"},
				{schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: "10:00"}, "17 02:00:00"},
				{schedule.Timing{Kind: schedule.OnWeekday, Weekday: "WEDNESDAY", Time: "10:00"}, "11 02:00:00"},
			} {
				d := w.done(trigger.Every, 1, "cart")
				d.Timing = c.timing
				task := w.task(d)
				w.happen(w.now("cart", 7))
				require.Equal(t, []string{"7 SEND " + c.want}, w.pending(task), "%+v", c.timing)
			}
		})
		t.Run("a delay counts from the receipt where this process's clock is behind (R65)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			d := w.done(trigger.Every, 1, "cart")
			d.Timing = schedule.Timing{Kind: schedule.Delay, Minutes: 25}
			task := w.task(d)
			e := w.now("cart", 1)
			e.at = e.at.Add(10 * time.Minute) // the clock was moved, and we have not looked yet
			w.happen(e)
			require.Equal(t, []string{"1 SEND 10 02:35:00"}, w.pending(task))
		})
		t.Run("the timing counts from A, not from when A is looked at, and what has passed is due at once (R63-R67)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db) // Tuesday 10:00 in Shanghai
			at := w.clock.Now().Add(-5 * time.Minute)
			cases := []struct {
				timing schedule.Timing
				want   string
			}{
				{schedule.Timing{Kind: schedule.Immediate}, "10 02:01:00"},
				{schedule.Timing{Kind: schedule.Delay, Minutes: 30}, "10 02:25:00"},
				{schedule.Timing{Kind: schedule.Delay, Minutes: 5}, "10 02:01:00"},
				{schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: "10:00"}, "10 02:01:00"},
				{schedule.Timing{Kind: schedule.OnWeekday, Weekday: "TUESDAY", Time: "09:54"}, "17 01:54:00"},
				{schedule.Timing{Kind: schedule.AtTime, Time: "10:00"}, "10 02:01:00"},
				{schedule.Timing{Kind: schedule.AtTime, Time: "09:54"}, "11 01:54:00"},
				{schedule.Timing{Kind: schedule.AtDateTime, At: w.clock.Now().Add(30 * time.Minute)}, "10 02:30:00"},
			}
			tasks := make([]*ent.Task, len(cases))
			for i, c := range cases {
				d := w.done(trigger.Every, 1, "cart")
				d.Timing = c.timing
				tasks[i] = w.task(d)
			}
			stuck := w.store(done1{event: "cart", person: 1, at: at})
			w.clock.Advance(time.Minute)
			require.NoError(t, w.service.Match(w.ctx, stuck, 1))
			for i, c := range cases {
				require.Equal(t, []string{"1 SEND " + c.want}, w.pending(tasks[i]), "%+v", c.timing)
			}
		})
		t.Run("an event whose clock is ahead is not waited for (R64)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			task := w.task(w.done(trigger.Every, 1, "cart"))
			w.happen(done1{event: "cart", person: 1, at: w.clock.Now().Add(time.Hour), receivedAt: w.clock.Now()})
			require.Equal(t, []string{"1 SEND 10 02:00:00"}, w.pending(task))
		})
		t.Run("who is not in the audience when the count is met is not reached (R61)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			seg := w.segment(1, 2)
			task := w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) })
			cumulative := w.task(w.done(trigger.Cumulative, 1, "cart"), func(c *ent.TaskCreate) { c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(seg) })
			w.happen(w.now("cart", 1), w.now("cart", 3))
			w.version(seg, 2, 3) // a newer version is asked from its commit on
			w.happen(w.now("cart", 3))
			require.Equal(t, []string{"1 SEND 10 02:00:00", "3 SEND 10 02:00:00 NOT_IN_AUDIENCE", "3 SEND 10 02:00:00"}, w.pending(task))
			require.Equal(t, []string{"1 SEND 10 02:00:00", "3 SEND 10 02:00:00 NOT_IN_AUDIENCE"}, w.pending(cumulative), "the n-th event was the only chance")
		})
		t.Run("a supplementary recipient is in the audience (R32)", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			openid := "o000000000000000000000000009"
			nums, err := person.Resolve(w.ctx, db, w.Project.Num, person.WechatOpenID, []string{person.WechatValue("wx0123456789abcdef", openid)}, false)
			require.NoError(t, err)
			task := w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) {
				c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(w.segment(90)).SetSupplementary([]string{openid})
			})
			w.happen(w.now("cart", nums[0]))
			require.Len(t, w.pending(task), 1)
			require.NotContains(t, w.pending(task)[0], "NOT_IN_AUDIENCE")
		})
		t.Run("a batch is matched once, and only by who holds it", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			task := w.task(w.done(trigger.Every, 1, "cart"))
			batch := w.store(w.now("cart", 1))
			require.NoError(t, w.service.Match(w.ctx, batch, 0))
			require.Empty(t, w.pending(task))
			require.NoError(t, w.service.Match(w.ctx, batch, 1))
			require.NoError(t, w.service.Match(w.ctx, batch, 1))
			require.NoError(t, w.service.Match(w.ctx, batch, 2))
			require.Len(t, w.pending(task), 1)
		})
		t.Run("a task that is approved counts from its commit on, in every process", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			other := w.newService()
			w.happen(w.now("cart", 1))
			task := w.task(w.done(trigger.Every, 1, "cart"))
			require.NoError(t, other.Match(w.ctx, w.store(w.now("cart", 1)), 1))
			w.happen(w.now("cart", 1))
			require.Len(t, w.pending(task), 2)
			w.set(task, func(u *ent.TaskUpdateOne) { u.SetRunStatus(enttask.RunStatusCancelled) })
			w.happen(w.now("cart", 1))
			require.NoError(t, other.Match(w.ctx, w.store(w.now("cart", 1)), 1))
			require.Len(t, w.pending(task), 2)
		})
		t.Run("people who became one have one counter", func(t *testing.T) {
			t.Parallel()
			w := setup(t, db)
			w.people(3)
			every := w.task(w.done(trigger.Every, 3, "cart"))
			once := w.task(w.done(trigger.Cumulative, 1, "cart"))
			w.happen(w.now("cart", 1), w.now("cart", 1), w.now("cart", 2))
			require.Empty(t, w.pending(every))
			require.Equal(t, []string{"1 SEND 10 02:00:00", "2 SEND 10 02:00:00"}, w.pending(once))
			w.merge(1, 2)
			w.happen(w.now("cart", 2)) // still under the loser's number
			require.Equal(t, []string{"1 SEND 10 02:00:00"}, w.pending(every), "2 + 1, and the fourth: ⌊4/3⌋ = 1")
			w.happen(w.now("cart", 1), w.now("cart", 2))
			require.Len(t, w.pending(every), 2)
			require.Len(t, w.pending(once), 2, "both had fired before they were one")
		})
	})
}

func (w *world) pause(task *ent.Task, p trigger.Pauses, status enttask.RunStatus) {
	w.t.Helper()
	w.set(task, func(u *ent.TaskUpdateOne) { u.SetPauses(pausesJSON(w.t, p)).SetRunStatus(status) })
}

// segment makes a segment with a version of these members.
func (w *world) segment(members ...uint32) string {
	w.t.Helper()
	name := id.New("s")
	seg, err := w.DB.Ent.Segment.Create().SetProjectID(w.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.Account.ID).Save(w.ctx)
	require.NoError(w.t, err)
	w.version(seg.ID, members...)
	return seg.ID
}

func (w *world) version(segment string, members ...uint32) {
	w.t.Helper()
	b, err := roaring.BitmapOf(members...).ToBytes()
	require.NoError(w.t, err)
	err = w.DB.Ent.SegmentVersion.Create().SetProjectID(w.Project.ID).SetSegmentID(segment).SetSeq(int(nextNum.Add(1))).SetStatus(entsegmentversion.StatusReady).
		SetCause(entsegmentversion.CauseManual).SetMembers(b).SetStartedAt(w.clock.Now()).SetComputedAt(w.clock.Now()).Exec(w.ctx)
	require.NoError(w.t, err)
}

// merge makes one person of two, the smaller number stays.
func (w *world) merge(a, b uint32) {
	w.t.Helper()
	types, err := person.ReadTypes(w.ctx, w.DB, w.Project.Num)
	require.NoError(w.t, err)
	require.NoError(w.t, person.Merge(w.ctx, w.DB, w.Project.Num, types, a, b, person.Key{Type: person.UserID, Value: "x"}))
}
