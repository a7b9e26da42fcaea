package worker

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
)

// Shards that were cut in this process are handed out without a poll.
func TestAWokenPollerHandsShardsOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 50)
		b.running(t)
		never := make(chan time.Time)
		ctx, cancel := context.WithCancel(b.ctx)
		ended := make(chan bool)
		b.poller.Wake()
		b.poller.Wake() // once is enough
		go func() { ended <- b.poller.idle(ctx, never) }()
		var got []string
		require.Eventually(t, func() bool {
			for _, j := range b.queue.Take() {
				got = append(got, j.Kind)
			}
			return len(got) >= 4
		}, 10*time.Second, time.Millisecond)
		cancel()
		require.False(t, <-ended)
		require.Equal(t, []string{kindShard, kindShard, kindShard, kindShard}, got)
	})
}
