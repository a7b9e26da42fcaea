package trigger_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enteventsource "tidings/ent/eventsource"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/event"
	"tidings/outreach/person"
	"tidings/outreach/trigger"
)

// The same through the event store: whatever is sent again, in whatever order and
// however it is split into requests, each event counts once, and for EVERY what
// fired, was LATE or NOT_IN_AUDIENCE is ⌊count/n⌋ (R62, §10.1).
func TestEventsSentAgainCountOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for seed := range uint64(4) {
			t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) {
				t.Parallel()
				dice := rand.New(rand.NewPCG(seed, 3)) //nolint:gosec // repeatable on purpose
				w := setup(t, db)
				ctx := viewer.System(w.ctx)
				row, err := db.Ent.EventSource.Create().SetProjectID(w.Project.ID).SetName("sdk").SetKind(enteventsource.KindRealtime).SetKeyHash(fmt.Sprint("hash ", nextNum.Add(1))).SetNum(nextNum.Add(1)).Save(ctx)
				require.NoError(t, err)
				source := &event.Source{ID: row.ID, ProjectID: w.Project.ID, Num: row.Num, ProjectNum: w.Project.Num}
				store := event.NewStore(event.Deps{DB: db, Clock: w.clock, People: person.NewResolver(db), Catalogue: event.NewCatalogue(db), Log: slog.New(slog.DiscardHandler)})
				running, stop := context.WithCancel(ctx)
				ended := make(chan struct{})
				go func() { defer close(ended); store.Run(running) }()
				defer func() { stop(); <-ended }()

				seg := w.segment(1, 2, 3)
				early := func(c *ent.TaskCreate) { c.SetApprovedAt(w.clock.Now().Add(-5 * time.Hour)) }
				in := func(c *ent.TaskCreate) { early(c); c.SetAudienceMode("SEGMENT").SetSegmentID(seg) }
				of := func(mode trigger.Mode, n int, change func(*ent.TaskCreate)) *ent.Task {
					d := w.done(mode, n, "cart", "like")
					d.A.From = w.clock.Now().Add(-5 * time.Hour)
					return w.task(d, change)
				}
				every2, every3, once := of(trigger.Every, 2, in), of(trigger.Every, 3, early), of(trigger.Cumulative, 3, in)

				// Each message once to three times, in any order, in requests of any size.
				count := map[int]int{}
				var sent []event.Item
				for i := range 60 {
					who := dice.IntN(5)
					count[who]++
					at := w.clock.Now().Add(-time.Duration(dice.IntN(7200)) * time.Second) // LATE or not
					name := []string{"cart", "like"}[dice.IntN(2)]
					item := event.Item{Raw: fmt.Appendf(nil, `{"type":"track","event":%q,"userId":"u%d","messageId":"m%d","timestamp":%q}`, name, who, i, at.Format(time.RFC3339Nano))}
					for range 1 + dice.IntN(3) {
						sent = append(sent, item)
					}
				}
				dice.Shuffle(len(sent), func(i, j int) { sent[i], sent[j] = sent[j], sent[i] })
				match := func() {
					var ids []int64
					rows, err := db.SQL.QueryContext(ctx, db.Rebind(`SELECT id FROM event_batches WHERE due_at IS NOT NULL AND project_num = ?`), w.Project.Num)
					require.NoError(t, err)
					for rows.Next() {
						var id int64
						require.NoError(t, rows.Scan(&id))
						ids = append(ids, id)
					}
					require.NoError(t, rows.Close())
					for _, i := range dice.Perm(len(ids)) {
						attempt, err := w.hand(ctx, ids[i])
						require.NoError(t, err)
						require.NoError(t, w.service.Match(ctx, ids[i], attempt))
					}
				}
				for len(sent) > 0 {
					n := min(1+dice.IntN(12), len(sent))
					res, err := store.Add(ctx, source, &event.Batch{Items: sent[:n]})
					require.NoError(t, err)
					require.Equal(t, n, res.Accepted+res.Duplicate)
					sent = sent[n:]
					if dice.IntN(3) == 0 {
						match()
					}
				}
				match()

				for who, n := range count {
					nums, err := person.Resolve(ctx, db, w.Project.Num, person.UserID, []string{fmt.Sprint("u", who)}, false)
					require.NoError(t, err)
					num := nums[0]
					for task, every := range map[*ent.Task]int{every2: 2, every3: 3} {
						sum, _ := w.outcome(t, task)
						require.Equal(t, n/every, sum[num], "u%d has done it %d times, every %d", who, n, every)
					}
					sum, fired := w.outcome(t, once)
					require.Equal(t, min(n/3, 1), sum[num], "u%d has done it %d times, the 3rd", who, n)
					require.LessOrEqual(t, fired[num], 1)
				}
			})
		}
	})
}
