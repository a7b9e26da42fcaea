package trigger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tidings/outreach/trigger/match"
)

// Span is a stretch of time in milliseconds, From included, To not.
type Span struct{ From, To int64 }

const (
	// pageRows is how many rows a page should have, and mostRows how many it may
	// have before it is cut into smaller ones: with pagesAhead of them in memory they
	// are all that is ever held of the events, some 16 bytes each.
	pageRows, mostRows = 1 << 16, 1 << 20
	// pagesAhead is how many pages are read while others are replayed.
	pagesAhead = 3
	// firstPage and longestPage are the first page's stretch and the longest, in
	// parts of the period.
	firstPage, longestPage = 2000, 100
)

// past is what a backtest reads: the events of A and of B in a period.
type past struct {
	project int64
	span    Span
	now     time.Time
	zone    *time.Location
	merged  map[uint32]uint32
	legs    []leg
}

// leg is one event type. Each is read by a query of its own, which the index of
// events by type and time answers without a sort, for B without the rows.
type leg struct {
	event int64
	// a and b are its filters where it is an event of A, and of B.
	a, b []*match.Filter
	// filtered says that any of them looks at properties, which are then read.
	filtered bool
}

// happened is an event of the past, as the replay needs it.
type happened struct {
	at     int64
	person uint32
	is     uint8 // isA, isB, isLate
}

const (
	isA uint8 = 1 << iota
	isB
	isLate
)

// page holds the events of A and B in a stretch of time, in their order.
type page struct {
	to   int64
	read int64 // events that were looked at
	rows []happened
	free func()
}

// name finds the numbers of the definition's events; those that the project does
// not know happen to nobody.
func (p *past) name(names *eventNames, d Definition) error {
	a, err := names.filters(d.A.Events)
	if err != nil {
		return err
	}
	b := map[int64][]*match.Filter{}
	if d.B != nil {
		if b, err = names.filters(d.B.Events); err != nil {
			return err
		}
	}
	some := func(f *match.Filter) bool { return f != nil }
	for event, filters := range a {
		p.legs = append(p.legs, leg{event: event, a: filters, b: b[event], filtered: slices.ContainsFunc(filters, some) || slices.ContainsFunc(b[event], some)})
	}
	for event, filters := range b {
		if a[event] == nil {
			p.legs = append(p.legs, leg{event: event, b: filters, filtered: slices.ContainsFunc(filters, some)})
		}
	}
	return nil
}

// pages reads the period, a page ahead of who replays it. The error comes when
// the pages have ended.
func (s *Service) pages(ctx context.Context, of *past) (<-chan *page, <-chan error) {
	out, failed := make(chan *page, pagesAhead-1), make(chan error, 1)
	spare := make(chan []happened, pagesAhead+1)
	go func() {
		defer close(failed)
		defer close(out)
		if len(of.legs) == 0 {
			return
		}
		period := of.span.To - of.span.From
		width := max(period/firstPage, 1)
		for from := of.span.From; from < of.span.To; {
			var rows []happened
			select {
			case rows = <-spare:
			default:
			}
			to := min(from+width, of.span.To)
			pg := &page{to: to, rows: rows[:0]}
			whole, err := s.page(ctx, of, Span{from, to}, pg)
			if err != nil {
				failed <- err
				return
			}
			if !whole { // a burst: look at it more closely
				spare <- pg.rows
				width = max(width/8, 1)
				continue
			}
			pg.free = func() {
				select {
				case spare <- pg.rows:
				default:
				}
			}
			switch n := len(pg.rows); {
			case n > 2*pageRows:
				width = max(width/2, 1)
			case n < pageRows/2:
				width = min(width*2, max(period/longestPage, 1))
			}
			select {
			case out <- pg:
			case <-ctx.Done():
				failed <- ctx.Err()
				return
			}
			from = to
		}
	}()
	return out, failed
}

// page reads a stretch of time; false: it is too much for one.
func (s *Service) page(ctx context.Context, of *past, span Span, into *page) (whole bool, err error) {
	for i := range of.legs {
		if whole, err = s.leg(ctx, of, &of.legs[i], span, into); err != nil || !whole {
			return whole, err
		}
	}
	// What arrived in time before what was late, so that the order is the same each
	// time; two of a person that are alike in both are alike.
	slices.SortFunc(into.rows, func(a, b happened) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.is&isLate, b.is&isLate))
	})
	return true, nil
}

// legSQL: project, event, span.
const legSQL = `SELECT %s FROM events WHERE project_num = ? AND event_num = ? AND at >= ? AND at < ?`

// leg reads one event type. There is no ORDER BY: rows come as the index has them
// or not, and what is nearly in order is sorted quickly.
func (s *Service) leg(ctx context.Context, of *past, l *leg, span Span, into *page) (whole bool, err error) {
	columns := []string{"person_num", "at"}
	if l.a != nil {
		columns = append(columns, "received_at")
	}
	if l.filtered {
		columns = append(columns, "props")
	}
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(fmt.Sprintf(legSQL, strings.Join(columns, ", "))), of.project, l.event, span.From, span.To)
	if err != nil {
		return false, fmt.Errorf("read events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	// Into interfaces: the driver's values are taken as they are.
	values, to := make([]any, len(columns)), make([]any, len(columns))
	for i := range values {
		to[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(to...); err != nil {
			return false, fmt.Errorf("read events: %w", err)
		}
		into.read++
		num, _ := values[0].(int64)
		at, _ := values[1].(int64)
		e := happened{at: at, person: low(num)}
		var props *match.Props
		if l.filtered {
			props = match.Of(raw(values[len(values)-1]))
		}
		if l.a != nil && (!l.filtered || passes(l.a, props, of.now, of.zone)) {
			e.is = isA
			if received, _ := values[2].(int64); received-at > lateness.Milliseconds() {
				e.is |= isLate
			}
		}
		if l.b != nil && (!l.filtered || passes(l.b, props, of.now, of.zone)) {
			e.is |= isB
		}
		if e.is == 0 {
			continue
		}
		if merged, ok := of.merged[e.person]; ok {
			e.person = merged
		}
		if into.rows = append(into.rows, e); len(into.rows) > mostRows && span.To-span.From > 1 {
			return false, nil
		}
	}
	if err := rows.Err(); err != nil {
		return false, fmt.Errorf("read events: %w", err)
	}
	return true, nil
}

// raw is a JSON column's value.
func raw(v any) []byte {
	switch v := v.(type) {
	case []byte:
		return v
	case string:
		return []byte(v)
	}
	return nil
}
