package compile

import (
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"
)

// dense is up to which number a plain array of bits is the quickest way to sort
// numbers out: its 16 MB are soon worth it, and projects number people without gaps.
const dense = 1 << 27

// numbers gathers person numbers, in any order and any number of times.
type numbers struct {
	bits []uint64
	rest []uint32
}

// read takes a text such as "7,12,3".
func (n *numbers) read(text []byte) error {
	for i := 0; i < len(text); i++ {
		v, start := uint64(0), i
		for ; i < len(text) && text[i] != ','; i++ {
			d := text[i] - '0'
			if d > 9 || v > math.MaxUint32 {
				return fmt.Errorf("a number was wanted at %d", i)
			}
			v = v*10 + uint64(d)
		}
		switch {
		case i == start || v > math.MaxUint32:
			return fmt.Errorf("a number was wanted at %d", start)
		case v >= dense:
			n.rest = append(n.rest, uint32(v))
			continue
		}
		word := int(v / 64) //nolint:gosec // below dense
		for word >= len(n.bits) {
			n.bits = append(n.bits, make([]uint64, max(1024, len(n.bits)))...)
		}
		n.bits[word] |= 1 << (v % 64)
	}
	return nil
}

// bitmap is what was read.
func (n *numbers) bitmap() *roaring.Bitmap {
	out := roaring.New()
	if len(n.bits) > 0 {
		out = roaring.FromDense(n.bits, true)
	}
	out.AddMany(n.rest)
	out.RunOptimize()
	return out
}
