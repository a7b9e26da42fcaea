package outcome

import (
	"context"
	"fmt"
	"sort"

	"tidings/internal/database"
	"tidings/outreach/delivery"
)

// Progress is how many candidates are where; each is in exactly one place.
type Progress struct {
	Waiting                                               int
	Sending, Sent, Failed, NotSent, Unconfirmed, Deferred int
	// Reasons count NOT_SENT by reason and FAILED by code, the most frequent first.
	Reasons []Reason
}

// Reason is a reason's or code's count.
type Reason struct {
	Status delivery.Status
	Reason string
	Count  int
}

// Total is the size of the audience.
func (p *Progress) Total() int { return p.Waiting + p.Recorded() }

// Recorded is how many have a delivery.
func (p *Progress) Recorded() int {
	return p.Sending + p.Sent + p.Failed + p.NotSent + p.Unconfirmed + p.Deferred
}

// Called is how many were handed to the channel and are through.
func (p *Progress) Called() int { return p.Sent + p.Failed + p.Unconfirmed }

// Of is how many have a status.
func (p *Progress) Of(s delivery.Status) int {
	switch s {
	case delivery.Sending:
		return p.Sending
	case delivery.Sent:
		return p.Sent
	case delivery.Failed:
		return p.Failed
	case delivery.NotSent:
		return p.NotSent
	case delivery.Unconfirmed:
		return p.Unconfirmed
	case delivery.Deferred:
		return p.Deferred
	}
	return 0
}

// Reader reads outcomes. It trusts its caller with the IDs: whoever asks must
// have read the task or run through the store, which shows it to its own project only.
type Reader struct{ DB *database.DB }

// A retry shard's people are counted by the shard that claimed them first.
const (
	totalsSQL = `SELECT %[1]s, SUM(CASE WHEN retry THEN 0 ELSE size - cursor END), SUM(sending), SUM(sent), SUM(failed),
	SUM(not_sent), SUM(unconfirmed), SUM(deferred) FROM shards WHERE %[2]s GROUP BY %[1]s`
	reasonsSQL = `SELECT %[1]s, status, reason, SUM(count) FROM shard_reasons WHERE %[2]s GROUP BY %[1]s, status, reason HAVING SUM(count) <> 0`
)

// OfTasks gives the progress of tasks over all their runs. A task that has not
// begun is not in the answer.
func (r Reader) OfTasks(ctx context.Context, ids []string) (map[string]*Progress, error) {
	return read[string](ctx, r.DB, "task_id", ids)
}

// OfRuns gives the progress of runs by their numbers.
func (r Reader) OfRuns(ctx context.Context, nums []int64) (map[int64]*Progress, error) {
	return read[int64](ctx, r.DB, "run_num", nums)
}

func read[K comparable](ctx context.Context, db *database.DB, column string, keys []K) (map[K]*Progress, error) {
	out := make(map[K]*Progress, len(keys))
	where := db.In(column)
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(fmt.Sprintf(totalsSQL, column, where)), db.List(keys))
	if err != nil {
		return nil, fmt.Errorf("read totals: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to the end
	for rows.Next() {
		var key K
		p := new(Progress)
		if err = rows.Scan(&key, &p.Waiting, &p.Sending, &p.Sent, &p.Failed, &p.NotSent, &p.Unconfirmed, &p.Deferred); err != nil {
			return nil, fmt.Errorf("read totals: %w", err)
		}
		out[key] = p
	}
	if err = rows.Err(); err != nil {
		return nil, fmt.Errorf("read totals: %w", err)
	}
	if len(out) == 0 {
		return out, nil
	}
	return out, readReasons(ctx, db, column, keys, out)
}

func readReasons[K comparable](ctx context.Context, db *database.DB, column string, keys []K, into map[K]*Progress) error {
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(fmt.Sprintf(reasonsSQL, column, db.In(column))), db.List(keys))
	if err != nil {
		return fmt.Errorf("read reasons: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to the end
	for rows.Next() {
		var key K
		var reason Reason
		if err = rows.Scan(&key, &reason.Status, &reason.Reason, &reason.Count); err != nil {
			return fmt.Errorf("read reasons: %w", err)
		}
		if p := into[key]; p != nil {
			p.Reasons = append(p.Reasons, reason)
		}
	}
	for _, p := range into {
		sort.Slice(p.Reasons, func(i, j int) bool {
			a, b := p.Reasons[i], p.Reasons[j]
			if a.Count != b.Count {
				return a.Count > b.Count
			}
			if a.Status != b.Status {
				return a.Status < b.Status
			}
			return a.Reason < b.Reason
		})
	}
	if err = rows.Err(); err != nil {
		return fmt.Errorf("read reasons: %w", err)
	}
	return nil
}
