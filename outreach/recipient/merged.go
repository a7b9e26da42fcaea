package recipient

import (
	"context"
	"maps"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/gate"
	"tidings/outreach/person"
)

// followMerged finds candidates who were merged into somebody after the run was
// frozen: their IDs and values are the living person's now. Where that person is
// in the run too, or an older record of theirs, one message is enough. The batch
// learns the living persons' numbers, which are returned.
func (l *Loader) followMerged(ctx context.Context, b *Batch) ([]int64, error) {
	var lost []int64
	for i := range b.People {
		if b.People[i].Target == "" {
			lost = append(lost, int64(b.People[i].Num))
		}
	}
	if len(lost) == 0 {
		return nil, nil
	}
	now, err := person.Living(ctx, l.DB, l.ProjectNum, lost)
	if err != nil || len(now) == 0 {
		return nil, err
	}
	in, err := l.alsoInRun(ctx, now)
	if err != nil {
		return nil, err
	}
	var living []int64
	for _, loser := range slices.Sorted(maps.Keys(now)) {
		i, winner := b.at[int64(loser)], now[loser]
		if in.Contains(loser) {
			b.People[i].Reason = gate.Duplicate
		}
		if _, asked := b.at[int64(winner)]; !asked {
			b.at[int64(winner)] = i
			living = append(living, int64(winner))
		}
	}
	slices.Sort(living)
	return living, nil
}

// alsoInRun gives those of the merged people of whom an older record is in the
// run too.
func (l *Loader) alsoInRun(ctx context.Context, now map[uint32]uint32) (*roaring.Bitmap, error) {
	older := map[uint32][]uint32{} // of a merged person: the living one, and those merged before them in order
	all := roaring.New()
	for loser, winner := range now {
		others, err := person.MergedFrom(ctx, l.DB, l.ProjectNum, winner)
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
	there, err := l.InRun(ctx, all)
	if err != nil {
		return nil, err
	}
	out := roaring.New()
	for loser, others := range older {
		if slices.ContainsFunc(others, there.Contains) {
			out.Add(loser)
		}
	}
	return out, nil
}
