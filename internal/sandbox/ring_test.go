package sandbox

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestRingKeepsTheNewest(t *testing.T) {
	t.Parallel()
	const capacity, total = 2 * chunkSize, 10*chunkSize + 17
	r := newRing[int](capacity)
	for i := 1; i <= total; i++ {
		require.EqualValues(t, i, r.add(i))
	}
	var up, down []int
	r.up(0, func(n uint64, v *int) bool {
		require.EqualValues(t, n, *v)
		up = append(up, *v)
		return true
	})
	require.GreaterOrEqual(t, len(up), capacity)
	require.Equal(t, total, up[len(up)-1])
	require.Equal(t, total-len(up)+1, up[0], "without a gap")
	r.down(total-3, func(_ uint64, v *int) bool {
		down = append(down, *v)
		return true
	})
	require.Equal(t, []int{total, total - 1, total - 2}, down)
}

func TestRingTakesManyWritersAndReaders(t *testing.T) {
	t.Parallel()
	const writers, each = 8, 5 * chunkSize
	r := newRing[int](writers * each)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for i := range each {
				r.add(i)
			}
		})
	}
	wg.Go(func() {
		for r.count() < writers*each {
			r.down(0, func(_ uint64, v *int) bool { return *v >= 0 })
		}
	})
	wg.Wait()
	sum, n := 0, 0
	r.up(0, func(_ uint64, v *int) bool {
		sum += *v
		n++
		return true
	})
	require.Equal(t, writers*each, n)
	require.Equal(t, writers*each*(each-1)/2, sum)
}
