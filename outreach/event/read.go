package event

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/person"
)

const (
	// countDays is how far the counts of an event type go back.
	countDays = 30
	// countsTTL is how old a count on a screen may be.
	countsTTL = time.Minute
	// maxCounts bounds the counts in memory.
	maxCounts = 5_000
)

// Reader answers what screens ask of events. Its callers have checked who asks.
type Reader struct {
	db *database.DB

	mu     sync.Mutex
	counts map[countKey]counted
}

// NewReader makes it.
func NewReader(db *database.DB) *Reader { return &Reader{db: db, counts: map[countKey]counted{}} }

// Happened is an event of a person. Times are milliseconds since the epoch.
type Happened struct {
	At, ReceivedAt int64
	EventNum       int64 // EventType.num
	SourceNum      int64 // EventSource.num
	Num            int64 // with At what the next page begins behind
	Props          json.RawMessage
}

// Place is where a page of a person's events ended.
type Place struct{ At, Num int64 }

// ofPersonSQL: project, person numbers, an instant twice, an event's number. Out:
// events newest first.
const ofPersonSQL = `SELECT at, received_at, event_num, source_num, num, props FROM events
	WHERE project_num = ? AND %s AND at <= ? AND (at < ? OR num < ?)%s ORDER BY at DESC, num DESC LIMIT ?`

// OfPerson gives the events of one person behind after, newest first; nil begins
// at the newest. eventNum 0 means all. Events that still carry the number of
// somebody who was merged into the person are the person's.
func (r *Reader) OfPerson(ctx context.Context, projectNum int64, num uint32, eventNum int64, after *Place, limit int) ([]Happened, error) {
	numbers, err := person.Numbers(ctx, r.db, projectNum, num)
	if err != nil {
		return nil, err
	}
	from := Place{At: math.MaxInt64, Num: math.MaxInt64}
	if after != nil {
		from = *after
	}
	args := []any{projectNum, r.db.List(numbers), from.At, from.At, from.Num}
	more := ""
	if eventNum != 0 {
		more = " AND event_num = ?"
		args = append(args, eventNum)
	}
	rows, err := r.db.SQL.QueryContext(ctx, r.db.Rebind(fmt.Sprintf(ofPersonSQL, r.db.In("person_num"), more)), append(args, limit)...)
	if err != nil {
		return nil, fmt.Errorf("read a person's events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Happened
	for rows.Next() {
		var h Happened
		var props []byte
		if err := rows.Scan(&h.At, &h.ReceivedAt, &h.EventNum, &h.SourceNum, &h.Num, &props); err != nil {
			return nil, fmt.Errorf("read a person's events: %w", err)
		}
		h.Props = json.RawMessage("{}")
		if len(props) > 0 {
			h.Props = props
		}
		out = append(out, h)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read a person's events: %w", err)
	}
	return out, nil
}

// DayCount is how many events there were on a day of the project's zone.
type DayCount struct {
	Day   string // 2006-01-02
	Count int
}

type countKey struct {
	projectNum, eventNum int64
	day                  string
}

type counted struct {
	days []DayCount
	at   time.Time
}

// countsSQL: days as rows of number, begin, end; project, event. Out: number, count.
const countsSQL = `SELECT d.n, (SELECT count(*) FROM events WHERE project_num = ? AND event_num = ? AND at >= d.lo AND at < d.hi) FROM %s`

// Counts tells how often an event happened on each of the last 30 days of the
// zone, today the last. It reads an index only, and keeps the answer for a minute.
func (r *Reader) Counts(ctx context.Context, projectNum, eventNum int64, now time.Time, zone *time.Location) ([]DayCount, error) {
	now = now.In(zone)
	key := countKey{projectNum, eventNum, now.Format(time.DateOnly)}
	r.mu.Lock()
	known, ok := r.counts[key]
	r.mu.Unlock()
	if ok && clock.Wall().Sub(known.at) < countsTTL {
		return known.days, nil
	}
	ns, lo, hi := make([]int64, countDays), make([]int64, countDays), make([]int64, countDays)
	days := make([]DayCount, countDays)
	for i := range days {
		begin := time.Date(now.Year(), now.Month(), now.Day()-countDays+1+i, 0, 0, 0, 0, zone)
		end := time.Date(now.Year(), now.Month(), now.Day()-countDays+2+i, 0, 0, 0, 0, zone)
		ns[i], lo[i], hi[i] = int64(i), begin.UnixMilli(), end.UnixMilli()
		days[i].Day = begin.Format(time.DateOnly)
	}
	from, args := r.db.Values("d", database.Column{Name: "n", Values: ns}, database.Column{Name: "lo", Values: lo}, database.Column{Name: "hi", Values: hi})
	rows, err := r.db.SQL.QueryContext(ctx, r.db.Rebind(fmt.Sprintf(countsSQL, from)), append([]any{projectNum, eventNum}, args...)...)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n, count int
		if err := rows.Scan(&n, &count); err != nil {
			return nil, fmt.Errorf("count events: %w", err)
		}
		days[n].Count = count
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.counts) >= maxCounts {
		clear(r.counts)
	}
	r.counts[key] = counted{days, clock.Wall()}
	return days, nil
}

// LastAt is when an event happened last, in milliseconds since the epoch; false when never.
func (r *Reader) LastAt(ctx context.Context, projectNum, eventNum int64) (int64, bool, error) {
	var at *int64
	const q = `SELECT max(at) FROM events WHERE project_num = ? AND event_num = ?`
	if err := r.db.SQL.QueryRowContext(ctx, r.db.Rebind(q), projectNum, eventNum).Scan(&at); err != nil {
		return 0, false, fmt.Errorf("read an event's last time: %w", err)
	}
	if at == nil {
		return 0, false, nil
	}
	return *at, true, nil
}

// matchesSearch tells whether a suggested value is looked for.
func matchesSearch(value, search string) bool {
	return search == "" || strings.Contains(strings.ToLower(value), strings.ToLower(search))
}
