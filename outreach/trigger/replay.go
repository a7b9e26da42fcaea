package trigger

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	"tidings/outreach/trigger/match"
)

// replay reads the stored events of A and B in the order of their times, and
// follows every person's counter and waits in memory.
func (s *Service) replay(ctx context.Context, row *ent.Backtest, attempt int) (*BacktestResult, error) {
	p := row.Edges.Project
	zone, err := time.LoadLocation(p.TimeZone)
	if err != nil {
		return nil, fmt.Errorf("zone of project %s: %w", p.ID, err)
	}
	d, err := Parse(row.Trigger)
	if err != nil {
		return nil, err
	}
	names, err := s.names(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	r := &replaying{def: d, zone: zone, now: s.Clock.Now(), people: map[uint32]*track{}, days: map[string]*dayCount{}, all: roaring.New(), merged: map[uint32]uint32{}}
	if r.a, err = names.filters(d.A.Events); err != nil {
		return nil, err
	}
	if d.B != nil {
		r.wait = d.B.Wait.Duration().Milliseconds()
		if r.b, err = names.filters(d.B.Events); err != nil {
			return nil, err
		}
	}
	if r.members, err = s.whom(ctx, p, row.Audience); err != nil {
		return nil, err
	}
	if err := s.readMerged(ctx, p.Num, r.merged); err != nil {
		return nil, err
	}
	from, _, _ := Day(r.now.AddDate(0, 0, -row.Days), zone)
	span := Span{From: from.UnixMilli(), To: r.now.UnixMilli()}
	total := span.To - span.From
	begin := s.DB.Ent.Backtest.Update().Where(entbacktest.ID(row.ID), entbacktest.Attempt(attempt)).
		SetStatus(entbacktest.StatusRunning).SetTotal(total).SetDone(0).SetStartedAt(r.now)
	if n, err := begin.Save(ctx); err != nil || n == 0 {
		return nil, orTaken(err)
	}
	row.Total = total
	err = s.stream(ctx, p.Num, r, span, func(at int64) error {
		n, err := s.DB.Ent.Backtest.Update().Where(entbacktest.ID(row.ID), entbacktest.Attempt(attempt), entbacktest.StatusEQ(entbacktest.StatusRunning)).
			SetDone(at - span.From).SetEvents(r.events).Save(ctx)
		if err != nil || n == 0 {
			return orTaken(err) // or cancelled
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	r.expire(span.To)
	return r.result(from, row.Days), nil
}

func orTaken(err error) error {
	if err != nil {
		return fmt.Errorf("note progress: %w", err)
	}
	return errTaken
}

// Span is a stretch of time in milliseconds, From included, To not.
type Span struct{ From, To int64 }

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

const (
	// strides is into how many stretches a period is cut; progress is told after each.
	strides = 100
	// longestStride bounds what has to be sorted at a time.
	longestStride = int64(6 * time.Hour / time.Millisecond)
)

// stream reads the events of a period, a stretch at a time, each sorted by the
// database, so that no more than a row is in memory.
func (s *Service) stream(ctx context.Context, project int64, r *replaying, span Span, progress func(at int64) error) error {
	var plain, filtered []int64
	for _, filters := range []map[int64][]*match.Filter{r.a, r.b} {
		for event, of := range filters {
			plain = append(plain, event)
			if slices.ContainsFunc(of, func(f *match.Filter) bool { return f != nil }) {
				filtered = append(filtered, event)
			}
		}
	}
	if len(plain) == 0 {
		return nil
	}
	props := "NULL"
	if len(filtered) > 0 {
		props = "CASE WHEN " + s.DB.In("event_num") + " THEN props END"
	}
	q := s.DB.Rebind(`SELECT event_num, person_num, at, received_at, ` + props + ` FROM events WHERE project_num = ? AND ` + s.DB.In("event_num") +
		` AND at >= ? AND at < ? ORDER BY at, num`)
	stride := max(min((span.To-span.From)/strides, longestStride), 1)
	for from := span.From; from < span.To; from += stride {
		to := min(from+stride, span.To)
		var args []any
		if len(filtered) > 0 {
			args = append(args, s.DB.List(filtered))
		}
		if err := s.stretch(ctx, r, q, append(args, project, s.DB.List(plain), from, to)); err != nil {
			return err
		}
		if err := progress(to); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) stretch(ctx context.Context, r *replaying, q string, args []any) error {
	rows, err := s.DB.SQL.QueryContext(ctx, q, args...)
	if err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			e   occurrence
			raw []byte
		)
		if err := rows.Scan(&e.event, &e.person, &e.at, &e.receivedAt, &raw); err != nil {
			return fmt.Errorf("read events: %w", err)
		}
		e.props = match.Of(raw)
		r.take(&e)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("read events: %w", err)
	}
	return nil
}
