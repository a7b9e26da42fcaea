package dataimport

// repeats tells for each row how many of the same came before it. Most rows of a
// file are like no other, so it keeps a table of their hashes, without counts,
// and counts only those that came again.
type repeats struct {
	slots []uint64 // 0 is empty
	used  int
	more  map[uint64]uint32 // how often a row came beyond the first
}

func newRepeats() *repeats { return &repeats{slots: make([]uint64, 1<<12), more: map[uint64]uint32{}} }

// next counts a row by its hash and gives how many came before.
func (r *repeats) next(hash uint64) uint32 {
	if hash == 0 {
		hash = 1
	}
	if !r.add(hash) {
		r.more[hash]++
		return r.more[hash]
	}
	if r.used*4 > len(r.slots)*3 {
		old := r.slots
		r.slots, r.used = make([]uint64, 2*len(old)), 0
		for _, h := range old {
			if h != 0 {
				r.add(h)
			}
		}
	}
	return 0
}

// add puts a hash into the table; false when it is there.
func (r *repeats) add(hash uint64) bool {
	mask := uint64(len(r.slots) - 1)
	for i := hash & mask; ; i = (i + 1) & mask {
		switch r.slots[i] {
		case 0:
			r.slots[i] = hash
			r.used++
			return true
		case hash:
			return false
		}
	}
}
