package event

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/person"
)

// What triggers are to be matched with is in the queue when it is committed, under
// an attempt that a worker can take, and that lapses when nobody does.
func TestABatchIsEnqueuedWhenItIsCommitted(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		now := clock.NewFake(time.Unix(1_700_000_000, 0))
		enqueued := make(chan int64, 10)
		s := NewStore(Deps{
			DB: db, Clock: now, People: person.NewResolver(db), Catalogue: NewCatalogue(db), Log: slog.New(slog.DiscardHandler),
			Enqueue: func(_ context.Context, batches []int64, attempt int) error {
				for _, b := range batches {
					enqueued <- b*10 + int64(attempt)
				}
				return nil
			},
		})
		ctx, stop := context.WithCancel(w.System)
		ended := make(chan struct{})
		go func() { defer close(ended); s.Run(ctx) }()
		source := &Source{ID: "src_x", ProjectID: w.Project.ID, Num: 1, ProjectNum: w.Project.Num}
		add := func(messageID string) {
			_, err := s.Add(w.System, source, &Batch{Items: []Item{{Raw: []byte(`{"type":"track","messageId":"` + messageID + `","userId":"u","event":"e"}`)}}})
			require.NoError(t, err)
		}
		add("1")
		require.NoError(t, db.Ent.Project.UpdateOneID(w.Project.ID).SetLiveTriggers(1).Exec(w.System))
		add("2")
		got := <-enqueued
		stop()
		<-ended
		require.Empty(t, enqueued, "no trigger was live at the first")

		keeper := due.NewKeeper(db, slog.New(slog.DiscardHandler))
		var id string
		require.NoError(t, db.SQL.QueryRowContext(w.System, `SELECT id FROM event_batches WHERE due_at IS NOT NULL`).Scan(&id))
		handedOut, err := due.HandOut(w.System, db, due.Batches, now.Now(), 10, "")
		require.NoError(t, err)
		require.Empty(t, handedOut, "it is in the queue")
		_, err = keeper.Take(w.System, due.Batches, due.Row{ID: id, Attempt: int(got % 10)})
		require.NoError(t, err)
	})
}
