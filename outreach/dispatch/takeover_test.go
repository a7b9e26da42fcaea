package dispatch_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/dispatch"
)

// interrupted is a clock at one of whose looks something else happens.
type interrupted struct {
	clock.Clock

	looks int
	then  func()
}

func (c *interrupted) Now() time.Time {
	if c.looks--; c.looks == 0 {
		c.then()
	}
	return c.Clock.Now()
}

// TestTakenOver lets a worker sleep in the middle of preparing a point's run, while
// somebody else takes the run over and prepares it.
func TestTakenOver(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]time.Duration{"a run that begins": 0, "a run that is skipped": 5 * time.Hour} {
		for look := 1; look <= 3; look++ {
			t.Run(fmt.Sprintf("%s, taken over at the first worker's look %d: one run, one row for the next point (§10.5)", name, look), func(t *testing.T) {
				t.Parallel()
				testdb.Each(t, func(t *testing.T, db *database.DB) {
					l := newLife(t, db, "Asia/Shanghai", daily)
					l.play(`submit UNREFRESHED
						approve`)
					l.clock.Set(l.local("2026-03-02 10:00").Add(late))
					rows, err := due.HandOut(l.System, db, due.Runs, l.clock.Now(), 1, dispatch.Runnable, l.clock.Now())
					require.NoError(t, err)
					require.Len(t, rows, 1)
					l.slow = true
					sleeper := &interrupted{Clock: l.clock, looks: look, then: func() {
						require.NoError(t, db.Ent.Run.Update().SetLeaseOwner("").ClearLeaseUntil().Exec(l.System))
						l.work()
					}}
					require.NoError(t, dispatch.New(db, sleeper, nil).Prepare(l.System, rows[0].ID, rows[0].Attempt))
					if sleeper.looks > 0 {
						return // it does not look so often
					}
					require.Len(t, l.runs(), 2)
					l.consistent(*l.flow.task(l.task).SubmittedAt)
					first := db.Ent.Run.GetX(l.System, rows[0].ID)
					shards := db.Ent.Shard.Query().Where(entshard.RunNum(first.Num)).CountX(l.System)
					if late > 0 {
						require.Equal(t, entrun.StatusSkipped, first.Status)
						require.Zero(t, shards)
						return
					}
					require.Equal(t, entrun.StatusSending, first.Status)
					require.Equal(t, 1, shards, "nobody gets it twice")
				})
			})
		}
	}
}
