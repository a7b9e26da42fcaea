package preflight

import (
	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/recipient"
	"tidings/outreach/render"
)

// shown is how many messages a result shows.
const shown = 5

// spread chooses n members of a larger set, one of each n-th of it, and the same
// ones each time: numbers follow the time at which people came, so that the old
// and the new are chosen alike, and where in its part a member is chosen is mixed,
// so that nothing that repeats along the numbers can lead it astray.
func spread(set *roaring.Bitmap, n int) *roaring.Bitmap {
	size := int(set.GetCardinality()) //nolint:gosec // 32-bit numbers
	if size <= n {
		return set
	}
	out := roaring.New()
	part, rank := 0, 0
	next := place(part, n, size)
	buffer := make([]uint32, atOnce)
	for it := set.ManyIterator(); part < n; {
		got := it.NextMany(buffer)
		if got == 0 {
			break
		}
		for part < n && next < rank+got {
			out.Add(buffer[next-rank])
			part++
			next = place(part, n, size)
		}
		rank += got
	}
	return out
}

// place is the rank of the member that is chosen of a part.
func place(part, n, size int) int {
	from, to := part*size/n, (part+1)*size/n
	return from + int(mix(uint64(part))%uint64(max(to-from, 1))) //nolint:gosec // small numbers
}

// mix is splitmix64: neighbours in, strangers out.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// samples are the first messages that would be sent and, where there are too few,
// the first that would not.
type samples struct {
	fields     []render.Field
	sent, held []recipient.Sample
}

func (s *samples) note(p *recipient.Person) {
	into := &s.sent
	if p.Reason != "" {
		into = &s.held
	}
	if len(*into) < shown {
		*into = append(*into, p.Sample(s.fields))
	}
}

func (s *samples) all() []recipient.Sample {
	out := append([]recipient.Sample{}, s.sent...)
	return append(out, s.held[:min(len(s.held), shown-len(out))]...)
}
