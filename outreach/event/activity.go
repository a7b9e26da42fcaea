package event

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
)

const (
	// countDays is how far the counts of an event type go back.
	countDays = 30
	// countsTTL is how old what a screen shows may be.
	countsTTL = time.Minute
	// maxCounts bounds the counts in memory.
	maxCounts = 5_000
)

// DayCount is how many events there were on a day of the project's zone.
type DayCount struct {
	Day   string // 2006-01-02
	Count int
}

// Activity is what happened of an event type lately.
type Activity struct {
	Days   []DayCount // the last 30, today the last
	LastAt *int64     // milliseconds since the epoch; nil: never
}

type countKey struct {
	projectNum, eventNum int64
	day                  string
}

type counted struct {
	of Activity
	at time.Time
}

// activitySQL: project; events; project; events; days as rows of number, begin,
// end. Out: event, day or -1, the number of events that day or the last time of all.
const activitySQL = `SELECT e.n, -1, (SELECT max(at) FROM events WHERE project_num = ? AND event_num = e.n) FROM %[1]s
	UNION ALL SELECT e.n, d.n, (SELECT count(*) FROM events WHERE project_num = ? AND event_num = e.n AND at >= d.lo AND at < d.hi)
	FROM %[1]s CROSS JOIN %[2]s`

// Activity tells of event types how often they happened on each of the last 30
// days of the zone, and when last. All are read by one statement, from an index
// only; answers are kept for a minute, and who asks meanwhile waits for the first.
func (r *Reader) Activity(ctx context.Context, projectNum int64, eventNums []int64, now time.Time, zone *time.Location) (map[int64]Activity, error) {
	now = now.In(zone)
	day := now.Format(time.DateOnly)
	out := make(map[int64]Activity, len(eventNums))
	for {
		mine, wait := r.claim(projectNum, eventNums, day, out)
		if len(mine) > 0 {
			if err := r.count(ctx, projectNum, mine, now, out); err != nil {
				return nil, err
			}
		}
		if wait == nil {
			return out, nil
		}
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// claim puts what is known into out and gives the events that the caller has to
// count; wait is closed when another who counts some of them is ready.
func (r *Reader) claim(projectNum int64, eventNums []int64, day string, out map[int64]Activity) (mine []int64, wait chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	done := make(chan struct{})
	for _, num := range eventNums {
		key := countKey{projectNum, num, day}
		if _, ok := out[num]; ok {
			continue
		}
		if known, ok := r.counts[key]; ok && clock.Wall().Sub(known.at) < countsTTL {
			out[num] = known.of
			continue
		}
		switch flying := r.flying[key]; flying {
		case nil:
			r.flying[key] = done
			mine = append(mine, num)
		case done: // named twice
		default:
			wait = flying
		}
	}
	return mine, wait
}

// count reads what the caller has claimed. now is in the project's zone.
func (r *Reader) count(ctx context.Context, projectNum int64, eventNums []int64, now time.Time, out map[int64]Activity) error {
	found, err := r.readActivity(ctx, projectNum, eventNums, now)
	day := now.Format(time.DateOnly)
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.flying[countKey{projectNum, eventNums[0], day}])
	if len(r.counts) >= maxCounts {
		clear(r.counts)
	}
	for _, num := range eventNums {
		key := countKey{projectNum, num, day}
		delete(r.flying, key)
		if err == nil {
			r.counts[key] = counted{found[num], clock.Wall()}
			out[num] = found[num]
		}
	}
	return err
}

func (r *Reader) readActivity(ctx context.Context, projectNum int64, eventNums []int64, now time.Time) (map[int64]Activity, error) {
	names, ns, lo, hi := make([]string, countDays), make([]int64, countDays), make([]int64, countDays), make([]int64, countDays)
	for i := range countDays {
		begin := time.Date(now.Year(), now.Month(), now.Day()-countDays+1+i, 0, 0, 0, 0, now.Location())
		end := time.Date(now.Year(), now.Month(), now.Day()-countDays+2+i, 0, 0, 0, 0, now.Location())
		names[i], ns[i], lo[i], hi[i] = begin.Format(time.DateOnly), int64(i), begin.UnixMilli(), end.UnixMilli()
	}
	out := make(map[int64]Activity, len(eventNums))
	for _, num := range eventNums {
		days := make([]DayCount, countDays)
		for i := range days {
			days[i].Day = names[i]
		}
		out[num] = Activity{Days: days}
	}
	events, eventArgs := r.db.Values("e", database.Column{Name: "n", Values: eventNums})
	days, dayArgs := r.db.Values("d", database.Column{Name: "n", Values: ns}, database.Column{Name: "lo", Values: lo}, database.Column{Name: "hi", Values: hi})
	args := append([]any{projectNum}, eventArgs...)
	args = append(append(append(args, projectNum), eventArgs...), dayArgs...)
	rows, err := r.db.SQL.QueryContext(ctx, r.db.Rebind(fmt.Sprintf(activitySQL, events, days)), args...)
	if err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var num int64
		var day int
		var n sql.NullInt64
		if err := rows.Scan(&num, &day, &n); err != nil {
			return nil, fmt.Errorf("count events: %w", err)
		}
		of := out[num]
		switch {
		case day >= 0:
			of.Days[day].Count = int(n.Int64)
		case n.Valid:
			of.LastAt = &n.Int64
			out[num] = of
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("count events: %w", err)
	}
	return out, nil
}
