package worker

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
	"tidings/outreach/dispatch"
)

// segment makes one that selects everybody.
func (b *bench) segment(t *testing.T, name string, change func(*ent.SegmentCreate)) *ent.Segment {
	t.Helper()
	c := b.DB.Ent.Segment.Create().SetProjectID(b.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(b.Account.ID).
		SetRule([]byte(`{"op":"IDENTITY","idType":"phone","has":false}`))
	change(c)
	s, err := c.Save(b.ctx)
	require.NoError(t, err)
	return s
}

// serve polls and does what is handed out, as a worker does, until the test ends.
func (b *bench) serve(t *testing.T) {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	keeper := due.NewKeeper(b.DB, log)
	segments := audience.NewSegments(audience.SegmentDeps{DB: b.DB, Clock: b.clock, Log: log})
	handlers := Handlers(keeper, Commands{
		PrepareRun: dispatch.New(b.DB, b.clock, nil).Prepare, ComputeSegment: segments.Compute,
		WorkShard:      func(context.Context, *due.Lease, int64, <-chan struct{}) error { return nil },
		ResolveUpload:  func(context.Context, string, int) error { return nil },
		ExpireApproval: func(context.Context, string) error { return nil },
	})
	ctx, cancel := context.WithCancel(b.ctx)
	done := make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		for ctx.Err() == nil {
			if b.poller.runOnce(ctx) != nil {
				continue
			}
			for _, j := range b.queue.Take() {
				if j.Kind == kindRun || j.Kind == kindSegment {
					_ = handlers[j.Kind](ctx, j)
				}
			}
		}
	}()
}

func TestSegmentsAndImportsAreHandedOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		b.segment(t, "due", func(c *ent.SegmentCreate) { c.SetDueAt(b.clock.Now()) })
		b.segment(t, "later", func(c *ent.SegmentCreate) { c.SetDueAt(b.clock.Now().Add(time.Hour)) })
		b.segment(t, "never", func(*ent.SegmentCreate) {})
		require.NoError(t, db.Ent.DataImport.Create().SetProjectID(b.Project.ID).SetKind("PEOPLE").SetStatus("RUNNING").SetDueAt(b.clock.Now()).Exec(b.ctx))
		require.Equal(t, map[string]int{"segment on segment": 1, "import on maintenance": 1}, b.polled(t))
		require.Empty(t, b.polled(t), "they wait in their queues")
	})
}

func TestAMovedClockRefreshesInOrder(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		b.Upload(t, factory.OpenIDs(3)) // stubs, who are not selected
		now := b.clock.Now()
		zone := audience.ZoneOf(b.Project)
		first := audience.NextDaily(now, "06:00", zone)
		daily := b.segment(t, "daily", func(c *ent.SegmentCreate) { c.SetUpdateMode(entsegment.UpdateModeDaily).SetDueAt(first) })
		own := b.segment(t, "own", func(c *ent.SegmentCreate) {
			c.SetStatus(entsegment.StatusReady).SetComputedAt(now)
		})
		reach := now.Add(30 * time.Hour)
		task, run := b.Task(t, b.Upload(t, factory.OpenIDs(1)), reach, func(c *ent.TaskCreate) {
			c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(own.ID)
		})
		require.NoError(t, db.Ent.Run.UpdateOneID(run.ID).SetDueAt(reach.Add(-15*time.Minute)).Exec(b.ctx))
		b.serve(t)
		_, err := NewMover(db, b.clock).Advance(b.ctx, 72*time.Hour)
		require.NoError(t, err)

		versions := db.Ent.SegmentVersion.Query().Where(entsegmentversion.SegmentID(daily.ID)).Order(ent.Asc(entsegmentversion.FieldSeq)).AllX(b.ctx)
		require.Len(t, versions, 3, "R53 one a day")
		for i, v := range versions {
			require.Equal(t, entsegmentversion.CauseDaily, v.Cause)
			require.WithinDuration(t, first.AddDate(0, 0, i), v.StartedAt, time.Minute)
		}
		done := db.Ent.Run.GetX(b.ctx, run.ID)
		require.Equal(t, entrun.StatusDone, done.Status, "nobody is selected")
		require.WithinDuration(t, reach.Add(-15*time.Minute), *done.RefreshStartedAt, time.Minute, "R51")
		require.WithinDuration(t, reach, *done.StartedAt, time.Minute)
		require.Equal(t, dispatch.ResultReady, done.RefreshResult)
		require.Equal(t, enttask.RunStatusEnded, db.Ent.Task.GetX(b.ctx, task.ID).RunStatus)
		require.NotNil(t, done.SegmentVersionID)
	})
}
