package due

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
)

func setup(t *testing.T, db *database.DB) (context.Context, *Keeper, Row) {
	t.Helper()
	ctx, world := factory.New(t, db, 0)
	world.Task(t, world.Upload(t, factory.OpenIDs(1)), clock.Wall().Add(-time.Minute))
	rows, err := HandOut(ctx, db, Runs, clock.Wall(), 10, "")
	require.NoError(t, err)
	require.Len(t, rows, 1)
	return viewer.System(ctx), NewKeeper(db, slog.New(slog.DiscardHandler)), rows[0]
}

func lapse(t *testing.T, db *database.DB) {
	t.Helper()
	_, err := db.SQL.ExecContext(context.Background(), db.Rebind("UPDATE runs SET lease_until = ?"), clock.Wall().Add(-time.Hour))
	require.NoError(t, err)
}

func TestALeaseIsRenewedWhileHeld(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx, k, row := setup(t, db)
		l, err := k.Take(ctx, Runs, row)
		require.NoError(t, err)
		require.Equal(t, row.Attempt+1, l.Attempt)
		require.True(t, l.Outlives(clock.Wall().Add(TTL-5*time.Second)))
		require.False(t, l.Outlives(clock.Wall().Add(TTL+time.Second)))
		before := l.until.Load()
		require.NoError(t, k.renew(ctx))
		require.Greater(t, l.until.Load(), before)
		rows, err := HandOut(ctx, db, Runs, clock.Wall(), 10, "")
		require.NoError(t, err)
		require.Empty(t, rows, "held")
	})
}

func TestALapsedLeaseIsTakenOverAndItsHolderLearnsOfIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx, k, row := setup(t, db)
		l, err := k.Take(ctx, Runs, row)
		require.NoError(t, err)
		lapse(t, db)
		rows, err := HandOut(ctx, db, Runs, clock.Wall(), 10, "")
		require.NoError(t, err)
		require.Len(t, rows, 1)
		require.Equal(t, l.Attempt+1, rows[0].Attempt)
		require.NoError(t, k.renew(ctx))
		select {
		case <-l.Lost():
		default:
			t.Fatal("the first holder does not know")
		}
		require.NoError(t, l.Release(ctx), "letting go of what is not ours any more changes nothing")
		other, err := k.Take(ctx, Runs, rows[0])
		require.NoError(t, err)
		require.Equal(t, rows[0].Attempt+1, other.Attempt)
	})
}

func TestAHandOutIsTakenOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx, k, row := setup(t, db)
		l, err := k.Take(ctx, Runs, row)
		require.NoError(t, err)
		_, err = k.Take(ctx, Runs, row)
		require.ErrorIs(t, err, ErrTaken)
		require.NoError(t, l.Release(ctx))
		rows, err := HandOut(ctx, db, Runs, clock.Wall(), 10, "")
		require.NoError(t, err)
		require.Len(t, rows, 1, "handed back is due at once")
	})
}
