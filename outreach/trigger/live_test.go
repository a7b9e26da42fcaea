package trigger_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/trigger"
)

// A database that fails for a moment costs no event; a trigger that cannot be
// understood costs the others nothing.
func TestTriggersThatCouldNotBeLookedUpAreNotLeftOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		task := w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) {
			c.SetAudienceMode(enttask.AudienceModeSegment).SetSegmentID(w.segment(1)).SetSupplementary([]string{"o000000000000000000000000009"})
		})
		w.task(w.done(trigger.Every, 1, "cart"), func(c *ent.TaskCreate) { c.SetTrigger(json.RawMessage(`{"a":7}`)) })
		batch := w.store(w.now("cart", 1))
		rename := func(from, to string) {
			_, err := db.SQL.ExecContext(w.ctx, "ALTER TABLE "+from+" RENAME TO "+to)
			require.NoError(t, err)
		}
		rename("identities", "away")
		require.Error(t, w.service.Match(w.ctx, batch, 1))
		rename("away", "identities")
		require.Empty(t, w.pending(task))
		require.NoError(t, w.service.Match(w.ctx, batch, 1), "the batch is still to be matched")
		require.Equal(t, []string{"1 SEND 10 02:00:00"}, w.pending(task))
	})
}
