package delivery

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/gate"
	"tidings/outreach/person"
	"tidings/outreach/recipient"
)

// reachedBefore are the outcomes after which somebody has the message, or may.
var reachedBefore = []int64{int64(Sending), int64(Sent), int64(Unconfirmed), int64(Deferred)}

// mergedSQL: project. Whether anybody was ever merged there.
const mergedSQL = `SELECT EXISTS (SELECT 1 FROM person_aliases WHERE project_num = ?)`

// reachedSQL: run_at, run number, seq; persons, statuses. Out: those into whom
// somebody was merged who is in the run and has the message. Of the people of a
// run only those are, because a run is frozen without people who were merged.
const reachedSQL = `SELECT DISTINCT a.to_id FROM person_aliases a JOIN deliveries d
	ON d.run_at = ? AND d.run_num = ? AND d.seq = ? AND d.person_num = a.id - ? WHERE %s AND %s`

// followReached finds candidates into whom somebody was merged after that record
// had been sent to: one message is enough for the two.
func (w *Worker) followReached(ctx context.Context, sh *shard, r *run, b *recipient.Batch) error {
	var merged bool
	if err := w.DB.SQL.QueryRowContext(ctx, w.DB.Rebind(mergedSQL), sh.projectNum).Scan(&merged); err != nil || !merged {
		return err
	}
	ids := make([]int64, len(b.Numbers))
	for i, n := range b.Numbers {
		ids[i] = person.ID(sh.projectNum, uint32(n)) //nolint:gosec // person numbers are 32-bit
	}
	q := fmt.Sprintf(reachedSQL, w.DB.In("a.to_id"), w.DB.In("d.status"))
	rows, err := w.DB.SQL.QueryContext(ctx, w.DB.Rebind(q), r.at, sh.runNum, sh.seq, person.ID(sh.projectNum, 0), w.DB.List(ids), w.DB.List(reachedBefore))
	if err != nil {
		return fmt.Errorf("read who was reached before a merge: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return fmt.Errorf("read who was reached before a merge: %w", err)
		}
		if p := b.Of(int64(person.Num(id))); p != nil {
			p.Reason = gate.Duplicate
		}
	}
	return rows.Err()
}

// inRun gives those of some people who are in the run: claimed already, or in a
// slice that waits. Slices are read first, because a shard that ends drops its
// slice after its people were claimed.
func (w *Worker) inRun(ctx context.Context, sh *shard, r *run, among *roaring.Bitmap) (*roaring.Bitmap, error) {
	there := roaring.New()
	rows, err := w.DB.SQL.QueryContext(ctx, w.DB.Rebind(`SELECT slice FROM shards WHERE run_num = ? AND seq = ? AND slice IS NOT NULL`), sh.runNum, sh.seq)
	if err != nil {
		return nil, fmt.Errorf("read slices: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var raw []byte
		if err := rows.Scan(&raw); err != nil {
			return nil, fmt.Errorf("read slices: %w", err)
		}
		slice := roaring.New()
		if err := slice.UnmarshalBinary(raw); err != nil {
			return nil, fmt.Errorf("read slice: %w", err)
		}
		slice.And(among)
		there.Or(slice)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read slices: %w", err)
	}
	numbers := make([]int64, 0, among.GetCardinality())
	for _, n := range among.ToArray() {
		numbers = append(numbers, int64(n))
	}
	q := `SELECT person_num FROM deliveries WHERE run_at = ? AND run_num = ? AND seq = ? AND ` + w.DB.In("person_num")
	claimed, err := w.DB.SQL.QueryContext(ctx, w.DB.Rebind(q), r.at, sh.runNum, sh.seq, w.DB.List(numbers))
	if err != nil {
		return nil, fmt.Errorf("read the run's people: %w", err)
	}
	people, err := uint32s(claimed)
	if err != nil {
		return nil, fmt.Errorf("read the run's people: %w", err)
	}
	there.AddMany(people)
	return there, nil
}
