package audience_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
)

// How a segment is updated may change while it is being computed.
func TestTheEndOfAComputationPlansByTheModeOfThatMoment(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "按天", nil)
		require.Equal(t, entsegment.StatusComputing, w.reload(t, s).Status)
		_, err := w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{UpdateMode: new(entsegment.UpdateModeDaily), DailyAt: new("06:00")})
		require.NoError(t, err)
		require.Equal(t, 1, w.work(t))
		s = w.reload(t, s)
		require.NotNil(t, s.DueAt, "R53")
		require.Equal(t, time.Date(2026, 3, 1, 22, 0, 0, 0, time.UTC), s.DueAt.UTC())

		_, err = w.segments.Refresh(w.AsMarketer, s.ID)
		require.NoError(t, err)
		_, err = w.segments.Update(w.AsMarketer, s.ID, audience.SegmentInput{UpdateMode: new(entsegment.UpdateModeOnDemand)})
		require.NoError(t, err)
		w.work(t)
		require.Nil(t, w.reload(t, s).DueAt)
	})
}

func TestATasksOwnSegmentRestsWhenTheTaskIsOver(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := inWorld(t, db)
		s := w.make(t, "自建", func(in *audience.SegmentInput) { in.UpdateMode = new(entsegment.UpdateModeDaily) })
		d := db.Ent.Task.Create().SetProjectID(w.Project.ID).SetName("t").SetNameKey("t").SetCreatorID(w.Marketer.ID).SetSegmentID(s.ID).SaveX(w.System)
		_, err := db.SQL.ExecContext(t.Context(), db.Rebind(`UPDATE segments SET origin_task_id = ?, listed = ? WHERE id = ?`), d.ID, false, s.ID)
		require.NoError(t, err)
		w.work(t)
		require.NotNil(t, w.reload(t, s).DueAt, "R71 while its task lives")

		db.Ent.Task.UpdateOne(d).SetRunStatus(enttask.RunStatusEnded).ExecX(w.System)
		w.clock.Set(*w.reload(t, s).DueAt)
		require.Equal(t, 1, w.work(t))
		require.Nil(t, w.reload(t, s).DueAt)
	})
}
