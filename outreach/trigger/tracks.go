package trigger

import "math"

// pagesOf is one value for each person by their number. Numbers are dense, so an
// array in parts that are made when they are needed takes less than a map and is
// quicker.
type pagesOf[T any] [][]T

// partBits is how many numbers a part has, as a power of two.
const partBits = 12

// of is a person's value, zero at first.
func (p *pagesOf[T]) of(num uint32) *T {
	part := int(num >> partBits)
	if part >= len(*p) {
		*p = append(*p, make([][]T, part+1-len(*p))...)
	}
	if (*p)[part] == nil {
		(*p)[part] = make([]T, 1<<partBits)
	}
	return &(*p)[part][num&(1<<partBits-1)]
}

// blockWaits is how many waits a block has.
const blockWaits = 1 << 14

// waits is a queue of who waits since when, in blocks: what is over is let go.
type waits struct {
	blocks []*waitBlock
	head   int // in the first block
	total  int
}

type waitBlock struct {
	from int64 // the first one's time; the others' are counted from it
	n    int
	at   [blockWaits]uint32
	who  [blockWaits]uint32
}

// push adds a wait; times never go back.
func (w *waits) push(num uint32, at int64) {
	var b *waitBlock
	if n := len(w.blocks); n > 0 {
		b = w.blocks[n-1]
	}
	switch {
	case b != nil && b.n == 0:
		b.from = at
	case b == nil, b.n == blockWaits, at-b.from > math.MaxUint32:
		b = &waitBlock{from: at}
		w.blocks = append(w.blocks, b)
	}
	b.at[b.n], b.who[b.n] = uint32(at-b.from), num //nolint:gosec // bounded above
	b.n++
	w.total++
}

// first is the earliest wait.
func (w *waits) first() (num uint32, at int64, ok bool) {
	if w.total == 0 {
		return 0, 0, false
	}
	b := w.blocks[0]
	return b.who[w.head], b.from + int64(b.at[w.head]), true
}

// pop takes the earliest away.
func (w *waits) pop() {
	w.total--
	w.head++
	switch b := w.blocks[0]; {
	case w.head < b.n:
	case len(w.blocks) == 1: // it is used again
		b.n, w.head = 0, 0
	default:
		w.blocks[0] = nil
		w.blocks, w.head = w.blocks[1:], 0
	}
}

func (w *waits) len() int { return w.total }
