package audience_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
)

// lapse lets the lease of a worker that is gone run out.
func (w *world) lapse(t *testing.T, id string) due.Row {
	t.Helper()
	_, err := w.DB.SQL.ExecContext(w.System, w.DB.Rebind("UPDATE segments SET lease_until = ? WHERE id = ?"), clock.Wall().Add(-time.Hour), id)
	require.NoError(t, err)
	rows, err := due.HandOut(w.System, w.DB, due.Segments, w.clock.Now(), 1, "")
	require.NoError(t, err)
	require.Len(t, rows, 1, "it is handed out again")
	return rows[0]
}

func TestCrashInMidRefreshLeavesOneVersion(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		rows, err := due.HandOut(w.System, db, due.Segments, w.clock.Now(), 1, "")
		require.NoError(t, err)

		// The first worker freezes between its question and its answer.
		began, resume := make(chan struct{}), make(chan struct{})
		first := audience.NewSegments(audience.SegmentDeps{DB: db, Clock: w.clock})
		first.Stop(func(context.Context) error { close(began); <-resume; return nil })
		ended := make(chan error, 1)
		go func() { ended <- first.Compute(w.System, s.ID, rows[0].Attempt, nil) }()
		<-began

		second := w.lapse(t, s.ID)
		require.Greater(t, second.Attempt, rows[0].Attempt)
		require.NoError(t, w.segments.Compute(w.System, s.ID, second.Attempt, nil))
		close(resume)
		require.NoError(t, <-ended, "who lost the row writes nothing and complains of nothing")

		require.Equal(t, 1, db.Ent.SegmentVersion.Query().Where(entsegmentversion.SegmentID(s.ID)).CountX(w.System))
		require.Equal(t, entsegment.StatusReady, w.reload(t, s).Status)
		require.Equal(t, w.people[:4], w.held(t, s))
	})
}

func TestARefreshEndsWithItsLease(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		rows, err := due.HandOut(w.System, db, due.Segments, w.clock.Now(), 1, "")
		require.NoError(t, err)
		lost := make(chan struct{})
		w.segments.Stop(func(ctx context.Context) error { close(lost); <-ctx.Done(); return ctx.Err() })
		require.NoError(t, w.segments.Compute(w.System, s.ID, rows[0].Attempt, lost))
		require.Zero(t, db.Ent.SegmentVersion.Query().CountX(w.System), "the next holder writes it")
		require.Equal(t, entsegment.StatusComputing, w.reload(t, s).Status)
	})
}

func TestAProcessThatStopsLeavesTheRowDue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "杭州人", nil)
		rows, err := due.HandOut(w.System, db, due.Segments, w.clock.Now(), 1, "")
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(w.System)
		w.segments.Stop(func(ctx context.Context) error { cancel(); <-ctx.Done(); return ctx.Err() })
		require.ErrorIs(t, w.segments.Compute(ctx, s.ID, rows[0].Attempt, nil), context.Canceled)
		require.Zero(t, db.Ent.SegmentVersion.Query().CountX(w.System))
		require.NotNil(t, w.reload(t, s).DueAt)
	})
}

func TestAnotherRuleDropsWhatIsBeingComputed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "人", nil)
		rows, err := due.HandOut(w.System, db, due.Segments, w.clock.Now(), 1, "")
		require.NoError(t, err)
		_, err = w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{Rule: in("上海")})
		require.NoError(t, err)
		require.NoError(t, w.segments.Compute(w.System, s.ID, rows[0].Attempt, nil), "the old rule's worker finds its attempt gone")
		require.Nil(t, w.held(t, s))
		require.Equal(t, 1, w.work(t))
		require.Equal(t, w.people[4:], w.held(t, s))
		require.Equal(t, 1, db.Ent.SegmentVersion.Query().CountX(w.System))

		t.Run("another name does not", func(t *testing.T) { //nolint:paralleltest // one segment
			_, err := w.segments.Refresh(w.AsMarketer, s.ID)
			require.NoError(t, err)
			rows, err := due.HandOut(w.System, db, due.Segments, w.clock.Now(), 1, "")
			require.NoError(t, err)
			_, err = w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{Name: new("人们")})
			require.NoError(t, err)
			require.NoError(t, w.segments.Compute(w.System, s.ID, rows[0].Attempt, nil))
			require.Equal(t, entsegment.StatusReady, w.reload(t, s).Status)
			require.Equal(t, 2, db.Ent.SegmentVersion.Query().CountX(w.System))
		})
		t.Run("deleting does", func(t *testing.T) { //nolint:paralleltest // one segment
			_, err := w.segments.Refresh(w.AsMarketer, s.ID)
			require.NoError(t, err)
			require.NoError(t, w.segments.Delete(w.AsMarketer, s.ID))
			require.Zero(t, w.work(t))
		})
	})
}
