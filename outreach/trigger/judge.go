package trigger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"time"

	"tidings/internal/database"
	"tidings/outreach/trigger/match"
)

const (
	// judgedAtOnce is how many touches one transaction judges.
	judgedAtOnce = 1000
	// judgedAtATime is how many such transactions a task has until others have a turn.
	judgedAtATime = 5
)

// Judge looks for those whose wait is over whether they have done B (§10.2), and
// releases the message of those who have not. It tells how many were judged; more
// may be due. The stored events are asked, whether matched or not.
func (s *Service) Judge(ctx context.Context) (int, error) {
	now, sum := s.Clock.Now(), 0
	tasks, err := s.dueTasks(ctx, Judge, now)
	if err != nil {
		return 0, err
	}
	var errs []error
	for _, t := range tasks {
		n, err := s.judgeTask(ctx, t, now)
		sum += n
		errs = append(errs, err)
	}
	return sum, errors.Join(errs...)
}

func (s *Service) judgeTask(ctx context.Context, t dueTask, now time.Time) (int, error) {
	p, err := s.project(ctx, t.project)
	if err != nil {
		return 0, err
	}
	l := p.tasks[t.id]
	if l == nil || l.def.B == nil {
		return 0, nil // it has ended meanwhile
	}
	sum := 0
	for range judgedAtATime {
		n := 0
		err := s.DB.SQLTx(ctx, func(tx *sql.Tx) (err error) {
			n, err = s.judge(ctx, tx, p, l, now)
			return err
		})
		if err != nil {
			return sum, fmt.Errorf("judge %s: %w", t.id, err)
		}
		sum += n
		if n < judgedAtOnce {
			break
		}
	}
	return sum, nil
}

// judge decides on some touches of a task.
func (s *Service) judge(ctx context.Context, tx *sql.Tx, p *project, l *live, now time.Time) (int, error) {
	touches, err := pending(ctx, s.DB, tx, l.id, Judge, now, judgedAtOnce)
	if err != nil || len(touches) == 0 {
		return 0, err
	}
	did, err := s.didB(ctx, tx, p, l, touches, now)
	if err != nil {
		return 0, err
	}
	var gone, ids, bases []int64
	var dues []string
	for _, t := range touches {
		if did[t.id] {
			gone = append(gone, t.id)
			continue
		}
		base := t.base + l.def.B.Wait.Duration().Milliseconds()
		due := l.def.Timing.Due(utc(base), p.zone)
		ids, bases, dues = append(ids, t.id), append(bases, base), append(dues, instant(due))
	}
	if err := removeTouches(ctx, s.DB, tx, gone); err != nil {
		return 0, err
	}
	return len(touches), release(ctx, s.DB, tx, ids, dues, bases)
}

// releaseSQL: kind, rows of id, due, base.
const releaseSQL = `UPDATE touches SET kind = ?, due_at = %s, base_at = u.base FROM %s WHERE touches.id = u.id`

// release makes messages of touches that were judged.
func release(ctx context.Context, db *database.DB, tx *sql.Tx, ids []int64, dues []string, bases []int64) error {
	if len(ids) == 0 {
		return nil
	}
	due := "u.due"
	if db.Postgres() {
		due = "u.due::timestamptz"
	}
	from, args := db.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "due", Values: dues},
		database.Column{Name: "base", Values: bases})
	if _, err := tx.ExecContext(ctx, db.Rebind(fmt.Sprintf(releaseSQL, due, from)), append([]any{int(Send)}, args...)...); err != nil {
		return fmt.Errorf("release touches: %w", err)
	}
	return nil
}

// didSQL: events whose filters have to be looked at; rows of touch, person, from,
// to; project, events, span. Out: a touch, and of an event in its interval the type
// and, where its filter wants them, the properties. Each person's events are looked
// up by the person: SQLite keeps the order of a CROSS JOIN, and the sign in front of
// event_num keeps both databases from reading what everybody did.
const didSQL = `SELECT DISTINCT u.id, e.event_num, CASE WHEN %s THEN %s END FROM %s CROSS JOIN events e WHERE e.project_num = ? AND e.person_num = u.person
	AND e.at BETWEEN u.since AND u.until AND %s AND e.at BETWEEN ? AND ?`

// didB tells of which touches somebody has done B between A and the wait's end,
// both instants included. Events may still carry the numbers of people who were
// merged into somebody.
func (s *Service) didB(ctx context.Context, tx *sql.Tx, p *project, l *live, touches []pendingTouch, now time.Time) (map[int64]bool, error) {
	did := map[int64]bool{}
	if len(l.b) == 0 {
		return did, nil // nobody has ever done it
	}
	same, err := sameAs(ctx, s.DB, tx, p.num, touches)
	if err != nil {
		return nil, err
	}
	var ids, people, since, until []int64
	least, most := int64(math.MaxInt64), int64(math.MinInt64)
	wait := l.def.B.Wait.Duration().Milliseconds()
	for _, t := range touches {
		from, to := t.base, t.base+wait
		least, most = min(least, from), max(most, to)
		for _, num := range same(t.person) {
			ids, people, since, until = append(ids, t.id), append(people, int64(num)), append(since, from), append(until, to)
		}
	}
	var events, filtered []int64
	for event, filters := range l.b {
		events = append(events, event)
		if !open(filters) {
			filtered = append(filtered, event)
		}
	}
	from, args := s.DB.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "person", Values: people},
		database.Column{Name: "since", Values: since}, database.Column{Name: "until", Values: until})
	props := "e.props"
	if s.DB.Postgres() {
		props = "e.props::text"
	}
	q := fmt.Sprintf(didSQL, s.DB.In("e.event_num"), props, from, s.DB.In("+e.event_num"))
	args = append(append([]any{s.DB.List(nonNil(filtered))}, args...), p.num, s.DB.List(events), least, most)
	rows, err := tx.QueryContext(ctx, s.DB.Rebind(q), args...)
	if err != nil {
		return nil, fmt.Errorf("look for B: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			id, event int64
			raw       []byte
		)
		if err := rows.Scan(&id, &event, &raw); err != nil {
			return nil, fmt.Errorf("look for B: %w", err)
		}
		did[id] = did[id] || passes(l.b[event], match.Of(raw), now, p.zone)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for B: %w", err)
	}
	return did, nil
}

// open tells whether some filter passes everything.
func open(filters []*match.Filter) bool {
	for _, f := range filters {
		if f == nil {
			return true
		}
	}
	return false
}

// nonNil is a list that is empty rather than absent: no value is in it, where
// nothing is said of none.
func nonNil(list []int64) []int64 {
	if list == nil {
		return []int64{}
	}
	return list
}

// sameAs gives all numbers under which a person's rows may be stored.
func sameAs(ctx context.Context, db *database.DB, tx querier, project int64, touches []pendingTouch) (func(uint32) []uint32, error) {
	ids := personIDs(project, touches)
	winners, err := aliases(ctx, db, tx, "id", ids)
	if err != nil {
		return nil, err
	}
	for _, to := range winners {
		ids = append(ids, to)
	}
	losers, err := aliases(ctx, db, tx, "to_id", ids)
	if err != nil {
		return nil, err
	}
	merged := map[uint32][]uint32{}
	for from, to := range losers {
		merged[low(to)] = append(merged[low(to)], low(from))
	}
	return func(num uint32) []uint32 {
		if to, ok := winners[project<<32|int64(num)]; ok {
			num = low(to)
		}
		return append([]uint32{num}, merged[num]...)
	}, nil
}
