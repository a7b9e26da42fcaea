package delivery

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/gate"
	"tidings/outreach/person"
)

// followMerged finds candidates who were merged into somebody after the run was
// frozen: their IDs and values are the living person's now. Where that person is
// in the run too, or an older record of theirs, one message is enough. at learns
// the living persons' numbers, which are returned.
func (w *Worker) followMerged(ctx context.Context, sh *shard, r *run, out []candidate, at map[int64]int) ([]int64, error) {
	var lost []int64
	for i := range out {
		if out[i].target == "" {
			lost = append(lost, int64(out[i].person))
		}
	}
	if len(lost) == 0 {
		return nil, nil
	}
	now, err := person.Living(ctx, w.DB, sh.projectNum, lost)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	in, err := w.alsoInRun(ctx, sh, r, now)
	if err != nil {
		return nil, err
	}
	var living []int64
	for _, loser := range slices.Sorted(maps.Keys(now)) {
		i, winner := at[int64(loser)], now[loser]
		if in.Contains(loser) {
			out[i].reason = gate.Duplicate
		}
		if _, asked := at[int64(winner)]; !asked {
			at[int64(winner)] = i
			living = append(living, int64(winner))
		}
	}
	slices.Sort(living)
	return living, nil
}

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
func (w *Worker) followReached(ctx context.Context, sh *shard, r *run, out []candidate, numbers []int64, at map[int64]int) error {
	var merged bool
	if err := w.DB.SQL.QueryRowContext(ctx, w.DB.Rebind(mergedSQL), sh.projectNum).Scan(&merged); err != nil || !merged {
		return err
	}
	ids := make([]int64, len(numbers))
	for i, n := range numbers {
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
		if i, asked := at[int64(person.Num(id))]; asked {
			out[i].reason = gate.Duplicate
		}
	}
	return rows.Err()
}

// alsoInRun gives those of the merged people of whom an older record is in the
// run too: claimed already, or in a slice that waits. Slices are read first,
// because a shard that ends drops its slice after its people were claimed.
func (w *Worker) alsoInRun(ctx context.Context, sh *shard, r *run, now map[uint32]uint32) (*roaring.Bitmap, error) {
	older := map[uint32][]uint32{} // of a merged person: the living one, and those merged before them in order
	all := roaring.New()
	for loser, winner := range now {
		others, err := person.MergedFrom(ctx, w.DB, sh.projectNum, winner)
		if err != nil {
			return nil, err
		}
		older[loser] = append(older[loser], winner)
		for _, o := range others {
			if o < loser {
				older[loser] = append(older[loser], o)
			}
		}
		all.AddMany(older[loser])
	}
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
		slice.And(all)
		there.Or(slice)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read slices: %w", err)
	}
	numbers := make([]int64, 0, all.GetCardinality())
	for _, n := range all.ToArray() {
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
	out := roaring.New()
	for loser, others := range older {
		if slices.ContainsFunc(others, there.Contains) {
			out.Add(loser)
		}
	}
	return out, nil
}
