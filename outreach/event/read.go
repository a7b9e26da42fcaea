package event

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"sync"

	"tidings/internal/database"
	"tidings/outreach/person"
)

// Reader answers what screens ask of events. Its callers have checked who asks.
type Reader struct {
	db *database.DB

	mu     sync.Mutex
	counts map[countKey]counted
	flying map[countKey]chan struct{} // closed when somebody has counted
}

// NewReader makes it.
func NewReader(db *database.DB) *Reader {
	return &Reader{db: db, counts: map[countKey]counted{}, flying: map[countKey]chan struct{}{}}
}

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

// matchesSearch tells whether a suggested value is looked for.
func matchesSearch(value, search string) bool {
	return search == "" || strings.Contains(strings.ToLower(value), strings.ToLower(search))
}
