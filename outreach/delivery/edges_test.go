package delivery_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/channel"
	"tidings/outreach/delivery"
)

func TestResendingUnconfirmedOnesEnds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.sender.answer = func(string, int) channel.Result {
			return channel.Result{Outcome: channel.Unconfirmed, Code: channel.Timeout}
		}
		task, run := b.Task(t, b.Upload(t, factory.OpenIDs(10)), b.Now, func(c *ent.TaskCreate) { c.SetResendUnconfirmed(true) })
		b.prepare()
		for range 10 { // far more often than it may be tried
			b.drain()
			b.clock.Advance(time.Hour)
		}
		require.Equal(t, map[delivery.Status]int{delivery.Unconfirmed: 10}, b.tally(run))
		for target, n := range b.sender.calls {
			require.Equal(t, 5, n, target)
		}
		ts, rs := b.statuses(task, run)
		require.Equal(t, enttask.RunStatusEnded, ts)
		require.Equal(t, entrun.StatusDone, rs)
	})
}

func TestATaskPausedDuringItsLastGrantEnds(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		task, run := b.Task(t, b.Upload(t, factory.OpenIDs(50)), b.Now)
		b.prepare()
		var once sync.Once
		b.sender.answer = func(string, int) channel.Result {
			once.Do(func() {
				require.NoError(t, db.Ent.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusPaused).Exec(b.ctx))
			})
			return channel.Result{Outcome: channel.Sent}
		}
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 50}, b.tally(run))
		ts, rs := b.statuses(task, run)
		require.Equal(t, entrun.StatusDone, rs)
		require.Equal(t, enttask.RunStatusEnded, ts, "there is nothing left to pause")
	})
}

// A worker is lost while it sends again what was put off: whoever takes over
// counts the calls of that try only, not those of the first.
func TestATakeOverOfARetryCountsItsOwnRows(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ids := factory.OpenIDs(100)
		frozen, woken := make(chan struct{}, 100), make(chan struct{})
		wake := sync.OnceFunc(func() { close(woken) })
		t.Cleanup(wake)
		b.sender.answer = func(target string, call int) channel.Result {
			switch {
			case target >= ids[30]:
				return channel.Result{Outcome: channel.Unconfirmed, Code: channel.Timeout} // of the first try, for good
			case call == 1:
				return channel.Result{Outcome: channel.Later, Code: "-1"}
			}
			frozen <- struct{}{}
			<-woken
			return channel.Result{Outcome: channel.Sent}
		}
		_, run := b.Task(t, b.Upload(t, ids), b.Now)
		b.prepare()
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Deferred: 30, delivery.Unconfirmed: 70}, b.tally(run))

		b.clock.Advance(time.Minute)
		lease, id := b.take(b.shards()[0])
		done := make(chan error, 1)
		go func() { done <- b.worker.Shard(b.ctx, lease, id, nil) }()
		for range 30 {
			<-frozen
		}
		b.lapse()
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Unconfirmed: 100}, b.tally(run))
		wake()
		require.NoError(t, <-done)
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 30, delivery.Unconfirmed: 70}, b.tally(run))
	})
}

func TestAShardOfAPausedChannelIsHandedBackAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		_, run := b.Task(t, b.Upload(t, factory.OpenIDs(10)), b.Now)
		b.prepare()
		row := b.shards()[0] // handed out, and then the channel breaks
		require.NoError(t, db.Ent.Channel.UpdateOneID(b.Channel.ID).SetState(entchannel.StateAbnormal).Exec(b.ctx))
		lease, id := b.take(row)
		require.NoError(t, b.worker.Shard(b.ctx, lease, id, nil))
		require.Empty(t, b.sender.calls)

		require.NoError(t, db.Ent.Channel.UpdateOneID(b.Channel.ID).SetState(entchannel.StateReady).Exec(b.ctx))
		b.drain() // no lease has to lapse first
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 10}, b.tally(run))
	})
}
