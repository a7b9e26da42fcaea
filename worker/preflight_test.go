package worker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/queue"
	"tidings/internal/testdb"
)

func TestAFewPreflightsAreInWorkAtATime(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		task, _ := b.Task(t, b.Upload(t, factory.OpenIDs(1)), b.clock.Now().Add(time.Hour))
		for range 3 {
			require.NoError(t, db.Ent.Preflight.Create().SetProjectID(b.Project.ID).SetTaskID(task.ID).SetTaskVersion(1).SetCreatorID(b.Account.ID).
				SetDueAt(b.clock.Now()).Exec(b.ctx))
		}
		require.NoError(t, b.poller.runOnce(b.ctx))
		first := b.queue.Take()
		require.Len(t, first, 1)
		require.Equal(t, "preflight", first[0].Kind)
		require.Equal(t, queue.Segment, first[0].Queue)
		require.Equal(t, map[string]int{"preflight on segment": 1}, b.polled(t))
		require.Empty(t, b.polled(t), "the third waits until one of them ends")

		// The job works under the lease that it takes, and lets another have its turn.
		keeper := due.NewKeeper(db, nil)
		worked := ""
		handler := Handlers(keeper, Commands{RunPreflight: func(ctx context.Context, id string, attempt int, lost <-chan struct{}) error {
			row := db.Ent.Preflight.GetX(b.ctx, id)
			require.Equal(t, row.Attempt, attempt)
			require.NotNil(t, lost)
			worked = id
			return db.Ent.Preflight.UpdateOneID(id).ClearDueAt().ClearLeaseUntil().Exec(ctx)
		}})["preflight"]
		require.NoError(t, handler(b.ctx, first[0]))
		require.Equal(t, first[0].ID, worked)
		require.NoError(t, handler(b.ctx, first[0]), "a stale job is no error")
		require.Equal(t, map[string]int{"preflight on segment": 1}, b.polled(t))
	})
}
