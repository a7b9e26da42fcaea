package trigger

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
)

// tellEvery is how often progress is written, and how soon a backtest that was
// cancelled, or that somebody else holds, is noticed.
const tellEvery = 400 * time.Millisecond

// replay reads the stored events of A and B in the order of their times, and
// follows every person's counter and waits in memory.
func (s *Service) replay(ctx context.Context, row *ent.Backtest, attempt int) (*BacktestResult, error) {
	p := row.Edges.Project
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("zone of project %s: %w", p.ID, err)
	}
	now := s.Clock.Now()
	from, _, _ := Day(now.AddDate(0, 0, -row.Days), zone)
	span := Span{From: from.UnixMilli(), To: now.UnixMilli()}
	row.Total = span.To - span.From
	begin := s.DB.Ent.Backtest.Update().Where(entbacktest.ID(row.ID), entbacktest.Attempt(attempt), entbacktest.StatusIn(entbacktest.StatusWaiting, entbacktest.StatusRunning)).
		SetStatus(entbacktest.StatusRunning).SetTotal(row.Total).SetDone(0).SetEvents(0).SetStartedAt(now)
	if n, err := begin.Save(ctx); err != nil || n == 0 {
		return nil, orTaken(err)
	}
	var at, events atomic.Int64
	at.Store(span.From)
	ctx, stop := s.tell(ctx, row, attempt, func() (int64, int64) { return at.Load() - span.From, events.Load() })
	defer stop()

	d, err := Parse(row.Trigger)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, p.ID)
	if err != nil {
		return nil, or(ctx, err)
	}
	r := newReplaying(d, zone)
	if r.members, err = s.whom(ctx, p, row.Audience, now); err != nil {
		return nil, or(ctx, err)
	}
	of := &past{project: p.Num, span: span, now: now, zone: zone, merged: map[uint32]uint32{}}
	if err := of.name(names, d); err != nil {
		return nil, err
	}
	if err := s.readMerged(ctx, p.Num, of.merged); err != nil {
		return nil, or(ctx, err)
	}
	pages, failed := s.pages(ctx, of)
	for page := range pages {
		for i := range page.rows {
			r.take(page.rows[i])
		}
		events.Add(page.read)
		at.Store(page.to)
		page.free()
	}
	if err := <-failed; err != nil {
		return nil, or(ctx, err)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, err
	}
	r.expire(span.To)
	out := r.result(from, row.Days)
	out.Events = events.Load()
	return out, nil
}

// tell writes progress down now and then, until stop, under the attempt. The
// context it gives ends with errTaken when nobody wants the backtest any more:
// it was cancelled, or somebody else has it.
func (s *Service) tell(ctx context.Context, row *ent.Backtest, attempt int, progress func() (done, events int64)) (_ context.Context, stop func()) {
	work, cancel := context.WithCancelCause(ctx)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(tellEvery)
		defer tick.Stop()
		for {
			select {
			case <-work.Done():
				return
			case <-tick.C:
			}
			done, events := progress()
			n, err := s.DB.Ent.Backtest.Update().Where(entbacktest.ID(row.ID), entbacktest.Attempt(attempt), entbacktest.StatusEQ(entbacktest.StatusRunning)).
				SetDone(done).SetEvents(events).Save(work)
			if err != nil && work.Err() == nil {
				s.Log.WarnContext(ctx, "backtest's progress not noted", "backtest", row.ID, "error", err)
			}
			if err == nil && n == 0 {
				cancel(errTaken)
				return
			}
			if row.TaskID != nil {
				s.Changed(*row.TaskID)
			}
		}
	}()
	return work, func() {
		cancel(nil)
		<-ended
	}
}

// or is why the work was stopped, where that is why err came about.
func or(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

func orTaken(err error) error {
	if err != nil {
		return fmt.Errorf("begin backtest: %w", err)
	}
	return errTaken
}

// readMerged reads who was merged into whom, whose events are not rewritten yet.
func (s *Service) readMerged(ctx context.Context, project int64, into map[uint32]uint32) error {
	const q = `SELECT id, to_id FROM person_aliases WHERE project_num = ? AND folded_at IS NULL`
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(q), project)
	if err != nil {
		return fmt.Errorf("read merged people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id, to int64
		if err := rows.Scan(&id, &to); err != nil {
			return fmt.Errorf("read merged people: %w", err)
		}
		into[low(id)] = low(to)
	}
	return rows.Err()
}
