package event

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// What cannot be taken now is told to come again, and nothing of it is kept.
func TestAFullQueueSaysWhenToComeAgain(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	w := factory.NewTeam(t, db)
	s := NewStore(Deps{DB: db, Clock: clock.NewFake(time.Unix(1_700_000_000, 0)), People: person.NewResolver(db), Catalogue: NewCatalogue(db), Log: slog.New(slog.DiscardHandler)})
	source := &Source{ID: "src_x", ProjectID: w.Project.ID, Num: 1, ProjectNum: w.Project.Num}
	batch := &Batch{Items: []Item{{Raw: []byte(`{"type":"track","userId":"u","event":"e"}`)}}}
	s.waiting.Store(maxWaiting)
	_, err := s.Add(w.System, source, batch)
	full, ok := errors.AsType[*fault.Error](err)
	require.True(t, ok)
	require.Equal(t, []any{fault.Limited, time.Second}, []any{full.Code, full.RetryAfter})
	require.Equal(t, int64(maxWaiting), s.waiting.Load())

	// Whoever gives up waiting is told nothing; what was handed in is stored all the same.
	s.waiting.Store(0)
	ctx, giveUp := context.WithCancel(w.System)
	giveUp()
	_, err = s.Add(ctx, source, batch)
	require.ErrorIs(t, err, context.Canceled)

	// A store that is told to stop finishes what it has.
	_, err = s.Catalogue.view(w.System, w.Project.ID)
	require.NoError(t, err)
	req := &request{source: source, done: make(chan error, 1), messages: []*ready{{
		hash: HashID(1, "x"), at: 1_700_000_000_000, event: &Type{Num: 1}, projectNum: w.Project.Num,
		claim: person.Claim{Keys: []person.Key{{Type: person.UserID, Value: "u"}}},
	}}}
	s.waiting.Add(1)
	s.requests <- req
	s.Run(ctx)
	require.NoError(t, <-req.done)
	require.Zero(t, s.waiting.Load())
	var n int
	require.NoError(t, db.SQL.QueryRowContext(w.System, `SELECT count(*) FROM events`).Scan(&n))
	require.Equal(t, 2, n, "given up is not taken back")
}
