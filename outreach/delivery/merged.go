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
