package app

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidings/ent/loginattempt"
	"tidings/ent/session"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/due"
	"tidings/internal/queue"
	"tidings/internal/ratelimit"
	"tidings/internal/startstop"
	"tidings/outreach/delivery"
	"tidings/outreach/detail"
	"tidings/outreach/event"
	"tidings/outreach/person"
	"tidings/worker"
)

// sweepEvery is how often what nobody needs any more is removed.
const sweepEvery = 10 * time.Minute

// addWorker adds what a worker runs: it keeps leases, serves queues, polls for
// due rows and sweeps. They stop in the reverse order: nothing new is handed
// out, then jobs end, then leases.
func (a *App) addWorker(changed func(taskID string)) error {
	keeper := due.NewKeeper(a.db, a.log)
	deliveries := delivery.NewWorker(delivery.Config{
		DB: a.db, Clock: a.clock, Dispatch: a.dispatch, Senders: a.channels, Limiter: ratelimit.New(a.redis), Changed: changed,
		Metrics: delivery.NewMetrics(a.registry), Log: a.log,
	})
	matched := make(chan struct{}, 1)
	jobs, err := queue.NewServer(queue.ServerConfig{
		Redis: a.redis, Queues: a.cfg.Queues, Concurrency: a.cfg.WorkerShards, Grace: a.cfg.ShutdownTimeout, Log: a.log, Registry: a.registry,
		Handlers: worker.Handlers(keeper, worker.Commands{
			PrepareRun:     a.dispatch.Prepare,
			WorkShard:      deliveries.Shard,
			ResolveUpload:  a.uploads.Resolve,
			ComputeSegment: a.segments.Compute,
			WorkImport:     a.imports.Work,
			MatchBatch: func(ctx context.Context, id int64, attempt int) error {
				defer func() {
					select {
					case matched <- struct{}{}:
					default: // it is said already
					}
				}()
				return a.triggers.Match(ctx, id, attempt)
			},
			RunBacktest:    a.triggers.Backtest,
			RunPreflight:   a.preflights.Work,
			ExpireApproval: a.approvals.ExpireDue,
		}),
	})
	if err != nil {
		return fmt.Errorf("queues: %w", err)
	}
	poller := worker.NewPoller(a.db, a.clock, queue.NewClient(a.redis), a.cfg.Queues, a.log)
	a.group.Add("leases", startstop.NewBackground(keeper.Run))
	a.group.Add("queues", jobs)
	a.group.Add("poller", startstop.NewBackground(poller.Run))
	if slices.Contains(a.cfg.Queues, queue.Trigger) {
		touches := worker.Touches{Judge: a.triggers.Judge, Cut: a.triggers.Cut, Advance: a.triggers.Advance, Matched: matched, Made: poller.Wake, Log: a.log}
		a.group.Add("touches", startstop.NewBackground(touches.Run))
	}
	a.group.Add("sweeper", startstop.NewBackground(a.sweep))
	return nil
}

// sweep removes sessions and attempts that are over and uploads that broke off.
func (a *App) sweep(ctx context.Context) {
	ctx = viewer.System(ctx)
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		if err := a.sweepOnce(ctx); err != nil && ctx.Err() == nil {
			a.log.WarnContext(ctx, "sweep", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

func (a *App) sweepOnce(ctx context.Context) error {
	now := clock.Wall()
	if _, err := a.db.Ent.Session.Delete().Where(session.ExpiresAtLT(now)).Exec(ctx); err != nil {
		return fmt.Errorf("sessions: %w", err)
	}
	if _, err := a.db.Ent.LoginAttempt.Delete().Where(loginattempt.SinceLT(now.Add(-24 * time.Hour))).Exec(ctx); err != nil {
		return fmt.Errorf("sign-in attempts: %w", err)
	}
	if _, err := a.uploads.Sweep(ctx, now); err != nil {
		return fmt.Errorf("uploads: %w", err)
	}
	if _, err := a.triggers.SweepBatches(ctx, now); err != nil {
		return fmt.Errorf("batches of events: %w", err)
	}
	if _, err := a.tasks.SweepBacktests(ctx, now); err != nil {
		return fmt.Errorf("backtests: %w", err)
	}
	if _, err := a.preflights.Sweep(ctx, now); err != nil {
		return fmt.Errorf("preflights: %w", err)
	}
	if err := event.Sweep(ctx, a.db, a.clock.Now()); err != nil {
		return fmt.Errorf("events: %w", err)
	}
	if _, err := person.Fold(ctx, a.db, now); err != nil {
		return fmt.Errorf("merged people: %w", err)
	}
	if err := a.imports.Sweep(ctx); err != nil {
		return fmt.Errorf("imports: %w", err)
	}
	if _, err := detail.Sweep(ctx, a.db); err != nil {
		return fmt.Errorf("detail rows: %w", err)
	}
	return nil
}
