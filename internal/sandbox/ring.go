package sandbox

import (
	"sync"
	"sync/atomic"
)

const chunkSize = 4096

// ring keeps the newest entries of a log, at least capacity of them, and lets
// many writers append without a lock: each claims a number and fills the slot
// that belongs to it. Slots are written once; the oldest chunk is dropped as a
// whole. Readers see entries in order and skip those being written.
type ring[T any] struct {
	next   atomic.Uint64 // entries ever claimed; entry n has number n, from 1
	chunks []atomic.Pointer[chunk[T]]
	mu     sync.Mutex // guards the replacement of chunks, once in chunkSize appends
}

type chunk[T any] struct {
	first uint64
	slots [chunkSize]slot[T]
}

type slot[T any] struct {
	ready atomic.Bool
	value T
}

func newRing[T any](capacity int) *ring[T] {
	n := max(1, (capacity+chunkSize-1)/chunkSize) + 1 // the newest chunk is partly empty
	return &ring[T]{chunks: make([]atomic.Pointer[chunk[T]], n)}
}

// add appends an entry and gives its number.
func (r *ring[T]) add(v T) uint64 {
	n := r.next.Add(1)
	if c := r.chunk(n-1, true); c != nil {
		s := &c.slots[(n-1)%chunkSize]
		s.value = v
		s.ready.Store(true)
	}
	return n
}

// chunk finds the chunk of an index; nil when it was dropped already.
func (r *ring[T]) chunk(index uint64, create bool) *chunk[T] {
	first := index - index%chunkSize
	p := &r.chunks[index/chunkSize%uint64(len(r.chunks))]
	c := p.Load()
	if c != nil && c.first == first {
		return c
	}
	if !create || c != nil && c.first > first {
		return nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	c = p.Load()
	switch {
	case c != nil && c.first == first:
		return c
	case c != nil && c.first > first:
		return nil
	}
	c = &chunk[T]{first: first}
	p.Store(c)
	return c
}

// count is how many entries were ever added.
func (r *ring[T]) count() uint64 { return r.next.Load() }

// oldest is the index of the oldest entry that may still be held.
func (r *ring[T]) oldest() uint64 {
	end := r.next.Load()
	held := uint64(len(r.chunks)) * chunkSize
	if end <= held {
		return 0
	}
	// The chunk being written has replaced the oldest one.
	return (end-1)/chunkSize*chunkSize - (held - chunkSize)
}

// up visits entries with numbers above after, oldest first, until visit says stop.
func (r *ring[T]) up(after uint64, visit func(n uint64, v *T) bool) {
	end := r.next.Load()
	for i := max(after, r.oldest()); i < end; i++ {
		if v := r.at(i); v != nil && !visit(i+1, v) {
			return
		}
	}
}

// down visits entries newest first, down to numbers above after.
func (r *ring[T]) down(after uint64, visit func(n uint64, v *T) bool) {
	low := max(after, r.oldest())
	for i := r.next.Load(); i > low; i-- {
		if v := r.at(i - 1); v != nil && !visit(i, v) {
			return
		}
	}
}

func (r *ring[T]) at(index uint64) *T {
	c := r.chunk(index, false)
	if c == nil {
		return nil
	}
	s := &c.slots[index%chunkSize]
	if !s.ready.Load() {
		return nil
	}
	return &s.value
}
