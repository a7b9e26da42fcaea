package event

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
)

// A page's event types are counted together: who asks while another counts waits
// for what that one is counting, and answers stay for a minute.
func TestActivityIsCountedOnceForAll(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		now := time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)
		r := NewReader(db)
		mine, wait := r.claim(7, []int64{1, 2, 2}, "2026-11-22", map[int64]Activity{})
		require.Equal(t, []int64{1, 2}, mine)
		require.Nil(t, wait)
		mine, wait = r.claim(7, []int64{2, 3}, "2026-11-22", map[int64]Activity{})
		require.Equal(t, []int64{3}, mine, "2 is being counted")
		require.NotNil(t, wait)
		require.NoError(t, r.count(t.Context(), 7, []int64{1, 2}, now, map[int64]Activity{}))
		<-wait
		require.NoError(t, r.count(t.Context(), 7, []int64{3}, now, map[int64]Activity{}))
		known := map[int64]Activity{}
		mine, wait = r.claim(7, []int64{1, 2, 3}, "2026-11-22", known)
		require.Empty(t, mine)
		require.Nil(t, wait)
		require.Len(t, known, 3)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				got, err := r.Activity(t.Context(), 7, []int64{4, 1, 5}, now, time.UTC)
				if err != nil || len(got) != 3 {
					t.Errorf("%v %v", got, err)
				}
			})
		}
		all.Wait()
		require.Empty(t, r.flying)
	})
}
