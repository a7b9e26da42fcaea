package trigger

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/trigger/match"
)

// occurrence is a stored event.
type occurrence struct {
	event      int64
	person     uint32
	at         int64
	receivedAt int64
	num        int64
	props      *match.Props
}

// hit is an event A that counts for a trigger.
type hit struct {
	live  *live
	event *occurrence
}

// Match counts the events of a batch for the triggers that name them, and writes
// what fires, all in one transaction that also marks the batch as matched. Who
// holds another attempt by then writes nothing. The batch is the next holder's
// when there is an error.
func (s *Service) Match(ctx context.Context, batchID int64, attempt int) error {
	b, err := s.batch(ctx, batchID, attempt)
	if err != nil || b == nil {
		return err
	}
	p, err := s.project(ctx, b.project)
	if err != nil {
		return err
	}
	events, err := s.events(ctx, p, b)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	m := matching{s: s, p: p, now: now, members: map[*live]*roaring.Bitmap{}, unknown: map[*live]bool{}}
	for i := range events {
		e := &events[i]
		for _, l := range p.byEvent[e.event] {
			if (l.end.IsZero() || now.Before(l.end)) && l.counts(e, now, p.zone) {
				m.hits = append(m.hits, hit{l, e})
			}
		}
	}
	for _, h := range m.hits {
		if _, known := m.members[h.live]; known {
			continue
		}
		members, known, err := s.members(ctx, p, h.live)
		if err != nil {
			return err
		}
		m.members[h.live], m.unknown[h.live] = members, !known
	}
	for range mergeTries {
		err = s.DB.SQLTx(ctx, func(tx *sql.Tx) error {
			if err := s.done(ctx, tx, batchID, attempt); err != nil {
				return err
			}
			return m.write(ctx, tx)
		})
		if !errors.Is(err, errMergedMeanwhile) {
			break
		}
	}
	if errors.Is(err, errTaken) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("match batch %d: %w", batchID, err)
	}
	return nil
}

// mergeTries is how often a transaction begins again because of a merge.
const mergeTries = 5

// errTaken says that somebody else holds the batch, or has matched it.
var errTaken = errors.New("the batch was taken over")

// batch is a commit of the event store.
type batch struct {
	id       int64
	project  int64
	from, to int64
	// events are the types that it has; nil: not known.
	events []int64
}

// batchSQL: batch, attempt.
const batchSQL = `SELECT project_num, from_at, to_at, event_nums FROM event_batches WHERE id = ? AND attempt = ? AND due_at IS NOT NULL`

// batch reads a batch; nil when it is not ours any more.
func (s *Service) batch(ctx context.Context, id int64, attempt int) (*batch, error) {
	b := &batch{id: id}
	var events []byte
	err := s.DB.SQL.QueryRowContext(ctx, s.DB.Rebind(batchSQL), id, attempt).Scan(&b.project, &b.from, &b.to, &events)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil //nolint:nilnil // a stale job is no error
	}
	if err != nil {
		return nil, fmt.Errorf("read batch %d: %w", id, err)
	}
	if len(events) > 0 {
		if err := json.Unmarshal(events, &b.events); err != nil {
			return nil, fmt.Errorf("read batch %d: %w", id, err)
		}
	}
	return b, nil
}

// doneSQL: batch, attempt.
const doneSQL = `UPDATE event_batches SET due_at = NULL, lease_owner = '', lease_until = NULL WHERE id = ? AND attempt = ? AND due_at IS NOT NULL`

// done marks a batch as matched under the attempt, and fences what follows in the
// transaction: its row stays locked.
func (s *Service) done(ctx context.Context, tx *sql.Tx, id int64, attempt int) error {
	res, err := tx.ExecContext(ctx, s.DB.Rebind(doneSQL), id, attempt)
	if err != nil {
		return fmt.Errorf("mark as matched: %w", err)
	}
	n, err := res.RowsAffected()
	if err != nil {
		return fmt.Errorf("mark as matched: %w", err)
	}
	if n == 0 {
		return errTaken
	}
	return nil
}

// typesSQL: project, batch, span.
const typesSQL = `SELECT DISTINCT event_num FROM events WHERE project_num = ? AND batch = ? AND at BETWEEN ? AND ?`

// eventsSQL: project, batch, span, events.
const eventsSQL = `SELECT event_num, person_num, at, received_at, num, props FROM events WHERE project_num = ? AND batch = ? AND at BETWEEN ? AND ? AND %s`

// events reads the events of a batch that some trigger names, in the order in
// which they happened.
func (s *Service) events(ctx context.Context, p *project, b *batch) ([]occurrence, error) {
	if len(p.byEvent) == 0 {
		return nil, nil
	}
	if b.events == nil {
		if err := s.types(ctx, b); err != nil {
			return nil, err
		}
	}
	named := slices.DeleteFunc(slices.Clone(b.events), func(e int64) bool { return len(p.byEvent[e]) == 0 })
	if len(named) == 0 {
		return nil, nil
	}
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(fmt.Sprintf(eventsSQL, s.DB.In("event_num"))), b.project, b.id, b.from, b.to, s.DB.List(named))
	if err != nil {
		return nil, fmt.Errorf("read events of batch %d: %w", b.id, err)
	}
	defer func() { _ = rows.Close() }()
	var out []occurrence
	for rows.Next() {
		var (
			e     occurrence
			props []byte
		)
		if err := rows.Scan(&e.event, &e.person, &e.at, &e.receivedAt, &e.num, &props); err != nil {
			return nil, fmt.Errorf("read events of batch %d: %w", b.id, err)
		}
		e.props = match.Of(props)
		out = append(out, e)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read events of batch %d: %w", b.id, err)
	}
	slices.SortFunc(out, func(a, b occurrence) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.num, b.num)) })
	return out, nil
}

// types reads which event types a batch has, where its row does not say.
func (s *Service) types(ctx context.Context, b *batch) error {
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(typesSQL), b.project, b.id, b.from, b.to)
	if err != nil {
		return fmt.Errorf("read event types of batch %d: %w", b.id, err)
	}
	b.events, err = column[int64](rows)
	if err != nil {
		return fmt.Errorf("read event types of batch %d: %w", b.id, err)
	}
	return nil
}

// column reads and closes the rows of a query with one column.
func column[T any](rows *sql.Rows) ([]T, error) {
	defer func() { _ = rows.Close() }()
	var out []T
	for rows.Next() {
		var v T
		if err := rows.Scan(&v); err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, rows.Err()
}
