package compile

import (
	"fmt"
	"math"

	"github.com/RoaringBitmap/roaring/v2"
)

// dense is up to which number a plain array of bits is the quickest way to sort
// numbers out: its 16 MB are soon worth it, and projects number people without gaps.
const dense = 1 << 27

// parseNumbers reads "7,12,3" into a bitmap.
func parseNumbers(text []byte) (*roaring.Bitmap, error) {
	var (
		bits []uint64
		rest []uint32
	)
	for i := 0; i < len(text); i++ {
		n, start := uint64(0), i
		for ; i < len(text) && text[i] != ','; i++ {
			d := text[i] - '0'
			if d > 9 || n > math.MaxUint32 {
				return nil, fmt.Errorf("a number was wanted at %d", i)
			}
			n = n*10 + uint64(d)
		}
		switch {
		case i == start || n > math.MaxUint32:
			return nil, fmt.Errorf("a number was wanted at %d", start)
		case n >= dense:
			rest = append(rest, uint32(n))
			continue
		}
		word := int(n / 64) //nolint:gosec // below dense
		for word >= len(bits) {
			bits = append(bits, make([]uint64, max(1024, len(bits)))...)
		}
		bits[word] |= 1 << (n % 64)
	}
	out := roaring.New()
	if len(bits) > 0 {
		out = roaring.FromDense(bits, true)
	}
	out.AddMany(rest)
	out.RunOptimize()
	return out, nil
}
