package trigger

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
)

// What is asked many times a second costs no more the more tasks have ended.
func TestNoLookAtTheTimeReadsEndedTasks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		explain := "EXPLAIN QUERY PLAN "
		if db.Postgres() {
			explain = "EXPLAIN "
		}
		for name, query := range map[string]string{"begins": beginsSQL, "ends": endsSQL} {
			tx, err := db.SQL.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			if db.Postgres() { // an empty table is read whole unless that is made dear
				_, err = tx.ExecContext(t.Context(), "SET LOCAL enable_seqscan = off")
				require.NoError(t, err)
			}
			rows, err := tx.QueryContext(t.Context(), db.Rebind(explain+query), clock.Wall())
			require.NoError(t, err)
			columns, err := rows.Columns()
			require.NoError(t, err)
			var plan strings.Builder
			for rows.Next() {
				row := make([]any, len(columns))
				for i := range row[:len(row)-1] {
					row[i] = new(any)
				}
				var text string
				row[len(row)-1] = &text
				require.NoError(t, rows.Scan(row...))
				plan.WriteString(text + "\n")
			}
			require.NoError(t, rows.Err())
			require.NoError(t, tx.Rollback())
			require.Contains(t, plan.String(), "task_ends_at", name)
			require.NotContains(t, plan.String(), "Seq Scan", name)
		}
	})
}
