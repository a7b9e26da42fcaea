package queue

import (
	"context"
	"log/slog"
	"time"
)

// publishTimeout is how long a finished transaction may wait for Redis.
const publishTimeout = time.Second

// Registrar has a function called after the commit of the transaction at hand.
// An ent transaction fits: its OnCommit in three lines.
type Registrar func(func(context.Context) error)

// Publisher enqueues jobs for rows that a transaction is about to commit.
type Publisher struct {
	To  Enqueuer
	Log *slog.Logger
}

// AfterCommit enqueues the jobs once the registrar's transaction has committed,
// or at once when register is nil. A failure is logged and not returned: what
// was committed stands, and the poller finds the rows.
func (p Publisher) AfterCommit(ctx context.Context, register Registrar, jobs ...Job) {
	if len(jobs) == 0 {
		return
	}
	publish := func(ctx context.Context) error {
		// The request may be gone by now; its rows are not.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), publishTimeout)
		defer cancel()
		if err := p.To.Enqueue(ctx, jobs...); err != nil {
			p.Log.WarnContext(ctx, "jobs left to the poller", slog.Int("jobs", len(jobs)), slog.Any("error", err))
		}
		return nil
	}
	if register != nil {
		register(publish)
		return
	}
	_ = publish(ctx) // never an error
}
