package outcome

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"tidings/ent"
	"tidings/outreach/delivery"
)

// PersonQuery asks what became of one person in some runs of their project.
type PersonQuery struct {
	Runs []*ent.Run // in order
	// Numbers are the person's, and those of people merged into them.
	Numbers  []int64
	Statuses []delivery.Status // none: all
	// After is excluded; it is of the first run.
	After *delivery.Key
	Limit int
}

// ofPersonSQL: numbers of people, of runs, then the rest. It finds each run's
// rows by the key, so that a run costs a look-up and not a scan.
const ofPersonSQL = `SELECT d.run_at, d.run_num, d.person_num, d.seq, d.project_num, d.target, d.status, d.reason, d.text, d.message_id,
	d.tries, d.content, d.claimed_at, d.settled_at
	FROM runs r JOIN deliveries d ON d.run_at = r.run_at AND d.run_num = r.num AND %s WHERE %s`

// OfPerson reads the person's deliveries in the order of the runs, at most Limit.
func (r Reader) OfPerson(ctx context.Context, q PersonQuery) ([]Row, error) {
	if len(q.Runs) == 0 || q.Limit <= 0 {
		return nil, nil
	}
	nums, place := make([]int64, len(q.Runs)), make(map[int64]int, len(q.Runs))
	for i, run := range q.Runs {
		nums[i], place[run.Num] = run.Num, i
	}
	text := fmt.Sprintf(ofPersonSQL, r.DB.In("d.person_num"), r.DB.In("r.num"))
	args := []any{r.DB.List(q.Numbers), r.DB.List(nums)}
	if len(q.Statuses) > 0 {
		statuses := make([]int64, len(q.Statuses))
		for i, s := range q.Statuses {
			statuses[i] = int64(s)
		}
		text += " AND " + r.DB.In("d.status")
		args = append(args, r.DB.List(statuses))
	}
	after := delivery.Key{}
	if q.After != nil {
		after = *q.After
		// Of the run that the page before ended in only what is behind its end.
		text += " AND (d.run_num <> ? OR (d.person_num, d.seq) > (?, ?))"
		args = append(args, after.Run, int64(after.Person), int64(min(after.Seq, math.MaxInt32)))
	}
	rows, err := r.DB.SQL.QueryContext(ctx, r.DB.Rebind(text), args...)
	if err != nil {
		return nil, fmt.Errorf("read a person's deliveries: %w", err)
	}
	defer rows.Close() //nolint:errcheck // read to the end
	var out []Row
	for rows.Next() {
		d, err := scan(rows)
		if err != nil {
			return nil, err
		}
		out = append(out, Row{d, q.Runs[place[d.RunNum]]})
	}
	if err = rows.Err(); err != nil {
		return nil, fmt.Errorf("read a person's deliveries: %w", err)
	}
	slices.SortFunc(out, func(a, b Row) int {
		return cmp.Or(cmp.Compare(place[a.RunNum], place[b.RunNum]), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Seq, b.Seq))
	})
	return out[:min(len(out), q.Limit)], nil
}
