package worker

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"tidings/ent/viewer"
	"tidings/internal/due"
	"tidings/internal/queue"
)

// Commands are what jobs call, one of each kind.
type Commands struct {
	// PrepareRun freezes a run's audience and cuts it into shards.
	PrepareRun func(ctx context.Context, id string, attempt int) error
	// WorkShard sends a shard's messages; stopping is closed when the process begins to stop.
	WorkShard func(ctx context.Context, lease *due.Lease, id int64, stopping <-chan struct{}) error
	// ResolveUpload joins uploaded IDs to people.
	ResolveUpload func(ctx context.Context, id string, attempt int) error
	// ComputeSegment makes a segment's version; lost is closed when somebody else holds the row.
	ComputeSegment func(ctx context.Context, id string, attempt int, lost <-chan struct{}) error
	// WorkImport stores the rows of a file that arrived so far; a process without
	// it leaves imports to others.
	WorkImport func(ctx context.Context, id string, attempt int, stopping <-chan struct{}) error
	// MatchBatch matches a commit of events against triggers.
	MatchBatch func(ctx context.Context, id int64, attempt int) error
	// RunBacktest replays events; lost is closed when somebody else holds the row.
	RunBacktest func(ctx context.Context, id string, attempt int, lost <-chan struct{}) error
	// RunPreflight rehearses a task's run; lost is closed when somebody else holds the row.
	RunPreflight func(ctx context.Context, id string, attempt int, lost <-chan struct{}) error
	// ExpireApproval ends an approval that nobody decided in time.
	ExpireApproval func(ctx context.Context, id string) error
}

// Handlers are the jobs by kind. Each takes the row's lease, calls its command
// as the system, and lets go; a stale job is no error.
func Handlers(keeper *due.Keeper, c Commands) map[string]queue.Handler {
	handlers := map[string]queue.Handler{
		kindRun: leased(keeper, due.Runs, func(ctx context.Context, l *due.Lease, id string) error {
			return c.PrepareRun(ctx, id, l.Attempt)
		}),
		kindShard: leased(keeper, due.Shards, func(ctx context.Context, l *due.Lease, id string) error {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return fmt.Errorf("shard %q: %w", id, err)
			}
			return c.WorkShard(ctx, l, n, queue.Stopping(ctx))
		}),
		kindUpload: leased(keeper, due.Uploads, func(ctx context.Context, l *due.Lease, id string) error {
			return c.ResolveUpload(ctx, id, l.Attempt)
		}),
		kindSegment: leased(keeper, due.Segments, func(ctx context.Context, l *due.Lease, id string) error {
			return c.ComputeSegment(ctx, id, l.Attempt, l.Lost())
		}),
		kindApproval: leased(keeper, due.Approvals, func(ctx context.Context, _ *due.Lease, id string) error {
			return c.ExpireApproval(ctx, id)
		}),
	}
	if c.MatchBatch != nil {
		handlers[kindBatch] = leased(keeper, due.Batches, func(ctx context.Context, l *due.Lease, id string) error {
			n, err := strconv.ParseInt(id, 10, 64)
			if err != nil {
				return fmt.Errorf("batch %q: %w", id, err)
			}
			return c.MatchBatch(ctx, n, l.Attempt)
		})
	}
	if c.RunBacktest != nil {
		handlers[kindBacktest] = leased(keeper, due.Backtests, func(ctx context.Context, l *due.Lease, id string) error {
			return c.RunBacktest(ctx, id, l.Attempt, l.Lost())
		})
	}
	if c.RunPreflight != nil {
		handlers[kindPreflight] = leased(keeper, due.Preflights, func(ctx context.Context, l *due.Lease, id string) error {
			return c.RunPreflight(ctx, id, l.Attempt, l.Lost())
		})
	}
	if c.WorkImport != nil {
		handlers[kindImport] = leased(keeper, due.Imports, func(ctx context.Context, l *due.Lease, id string) error {
			return c.WorkImport(ctx, id, l.Attempt, queue.Stopping(ctx))
		})
	}
	return handlers
}

func leased(keeper *due.Keeper, table due.Table, work func(context.Context, *due.Lease, string) error) queue.Handler {
	return func(ctx context.Context, job queue.Job) error {
		ctx = viewer.System(ctx)
		lease, err := keeper.Take(ctx, table, due.Row{ID: job.ID, Attempt: job.Attempt})
		if errors.Is(err, due.ErrTaken) {
			return nil
		}
		if err != nil {
			return err
		}
		defer lease.Drop()
		if err := work(ctx, lease, job.ID); err != nil {
			// The row stays due; it is handed out again when the lease has lapsed,
			// so that a row that cannot be worked does not spin.
			return err
		}
		return nil
	}
}
