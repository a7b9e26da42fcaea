package testdb_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/testdb"
)

func TestEachGivesAnEmptyMigratedDatabase(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := viewer.System(context.Background())
		require.NoError(t, db.Check(ctx))
		n, err := db.Ent.Task.Query().Count(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		n, err = db.Ent.Delivery.Query().Count(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		require.NoError(t, db.EnsurePartition(ctx, time.Date(2026, 11, 30, 23, 59, 0, 0, time.UTC)))
		require.NoError(t, db.EnsurePartition(ctx, time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)))
	})
}
