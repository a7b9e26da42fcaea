package delivery_test

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entdelivery "tidings/ent/delivery"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/factory"
	"tidings/internal/ratelimit"
	"tidings/internal/testdb"
	"tidings/outreach/channel"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
)

// script is a channel that answers as told and remembers who was called.
type script struct {
	mu     sync.Mutex
	calls  map[string]int
	params map[string][]channel.Param // of the last call of each
	answer func(target string, call int) channel.Result
}

func (s *script) Send(_ time.Time, m *channel.Message) channel.Result {
	s.mu.Lock()
	s.calls[m.Target]++
	n := s.calls[m.Target]
	s.params[m.Target] = m.Params
	s.mu.Unlock()
	if s.answer == nil {
		return channel.Result{Outcome: channel.Sent, MessageID: "9007199254740993"}
	}
	return s.answer(m.Target, n)
}

// Sender implements delivery.Senders.
func (s *script) Sender(context.Context, *ent.Channel) (channel.Sender, error) { return s, nil }

type bench struct {
	*factory.World
	t        *testing.T
	ctx      context.Context
	clock    *clock.Fake
	sender   *script
	dispatch *dispatch.Service
	worker   *delivery.Worker
	keeper   *due.Keeper
}

func setup(t *testing.T, db *database.DB) *bench {
	t.Helper()
	ctx, world := factory.New(t, db, 0)
	mini := miniredis.RunT(t)
	rdb := redis.NewClient(&redis.Options{Addr: mini.Addr()})
	t.Cleanup(func() { _ = rdb.Close() })
	b := &bench{World: world, t: t, ctx: ctx, clock: clock.NewFake(world.Now), sender: &script{calls: map[string]int{}, params: map[string][]channel.Param{}}}
	b.dispatch = dispatch.New(db, b.clock, nil)
	b.worker = delivery.NewWorker(delivery.Config{
		DB: db, Clock: b.clock, Dispatch: b.dispatch, Senders: b.sender, Limiter: ratelimit.New(rdb), Log: slog.New(slog.DiscardHandler),
	})
	b.keeper = due.NewKeeper(db, slog.New(slog.DiscardHandler))
	return b
}

// prepare runs what is due of a table until nothing is.
func (b *bench) prepare() {
	b.t.Helper()
	rows, err := due.HandOut(b.ctx, b.DB, due.Runs, b.clock.Now(), 100, "")
	require.NoError(b.t, err)
	for _, r := range rows {
		l, err := b.keeper.Take(b.ctx, due.Runs, r)
		require.NoError(b.t, err)
		require.NoError(b.t, b.dispatch.Prepare(b.ctx, r.ID, l.Attempt))
		l.Drop()
	}
}

func (b *bench) shards() []due.Row {
	b.t.Helper()
	rows, err := due.HandOut(b.ctx, b.DB, due.Shards, b.clock.Now(), 1000, "")
	require.NoError(b.t, err)
	return rows
}

func (b *bench) take(r due.Row) (*due.Lease, int64) {
	b.t.Helper()
	l, err := b.keeper.Take(b.ctx, due.Shards, r)
	require.NoError(b.t, err)
	n, err := strconv.ParseInt(r.ID, 10, 64)
	require.NoError(b.t, err)
	return l, n
}

// drain works shards until none is due.
func (b *bench) drain() {
	b.t.Helper()
	for {
		rows := b.shards()
		if len(rows) == 0 {
			return
		}
		for _, r := range rows {
			l, id := b.take(r)
			require.NoError(b.t, b.worker.Shard(b.ctx, l, id, nil))
		}
	}
}

// lapse ends all leases, as time does.
func (b *bench) lapse() {
	b.t.Helper()
	for _, table := range []string{"shards", "runs"} {
		_, err := b.DB.SQL.ExecContext(b.ctx, b.DB.Rebind(fmt.Sprintf("UPDATE %s SET lease_until = ? WHERE lease_until IS NOT NULL", table)), clock.Wall().Add(-time.Hour))
		require.NoError(b.t, err)
	}
}

// tally is how many deliveries of a run are in each status, from the rows.
func (b *bench) tally(run *ent.Run) map[delivery.Status]int {
	b.t.Helper()
	rows, err := b.DB.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num)).All(b.ctx)
	require.NoError(b.t, err)
	out := map[delivery.Status]int{}
	for _, r := range rows {
		out[delivery.Status(r.Status)]++
	}
	b.checkCounts(run, out)
	return out
}

// checkCounts holds the shards' counts against the rows: they must always agree.
func (b *bench) checkCounts(run *ent.Run, rows map[delivery.Status]int) {
	b.t.Helper()
	shards, err := b.DB.Ent.Shard.Query().All(b.ctx)
	require.NoError(b.t, err)
	got := map[delivery.Status]int{}
	for _, s := range shards {
		if s.RunNum != run.Num {
			continue
		}
		for status, n := range map[delivery.Status]int{
			delivery.Sending: s.Sending, delivery.Sent: s.Sent, delivery.Failed: s.Failed,
			delivery.NotSent: s.NotSent, delivery.Unconfirmed: s.Unconfirmed, delivery.Deferred: s.Deferred,
		} {
			if got[status] += n; got[status] == 0 {
				delete(got, status)
			}
		}
	}
	require.Equal(b.t, rows, got, "counts of the shards and rows of the deliveries")
}

func (b *bench) statuses(task *ent.Task, run *ent.Run) (enttask.RunStatus, entrun.Status) {
	b.t.Helper()
	tk, err := b.DB.Ent.Task.Get(b.ctx, task.ID)
	require.NoError(b.t, err)
	rn, err := b.DB.Ent.Run.Get(b.ctx, run.ID)
	require.NoError(b.t, err)
	return tk.RunStatus, rn.Status
}

func TestARunEndsWhenEveryCandidateHasOneOutcome(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ids := factory.OpenIDs(5200)
		b.sender.answer = func(target string, _ int) channel.Result {
			if target < ids[15] {
				return channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, Code: "43101", Text: "user refuse to accept the msg"}
			}
			return channel.Result{Outcome: channel.Sent, MessageID: "1"}
		}
		task, run := b.Task(t, b.Upload(t, ids), b.Now.Add(time.Minute), func(c *ent.TaskCreate) { c.SetSupplementary([]string{ids[3], "oSupplementary_recipient01"}) })

		b.prepare()
		require.Empty(t, b.shards(), "nothing starts before the reach time (R45)")
		b.clock.Advance(time.Minute)
		b.prepare()
		ts, rs := b.statuses(task, run)
		require.Equal(t, enttask.RunStatusRunning, ts)
		require.Equal(t, entrun.StatusSending, rs)
		b.drain()

		require.Equal(t, map[delivery.Status]int{delivery.Sent: 5186, delivery.Failed: 15}, b.tally(run))
		require.Len(t, b.sender.calls, 5201)
		for target, n := range b.sender.calls {
			require.Equal(t, 1, n, target)
		}
		ts, rs = b.statuses(task, run)
		require.Equal(t, enttask.RunStatusEnded, ts)
		require.Equal(t, entrun.StatusDone, rs)
		reasons, err := db.Ent.ShardReason.Query().All(b.ctx)
		require.NoError(t, err)
		require.Len(t, reasons, 1)
		require.Equal(t, "43101", reasons[0].Reason)
		require.Equal(t, 15, reasons[0].Count)
	})
}

func TestADefiniteTryLaterIsSentAgainAndNothingElse(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ids := factory.OpenIDs(300)
		b.sender.answer = func(target string, call int) channel.Result {
			if target < ids[10] && call < 3 {
				return channel.Result{Outcome: channel.Later, Code: "-1", Text: "system error"}
			}
			if target == ids[20] {
				return channel.Result{Outcome: channel.Later, Code: "-1", Text: "system error"}
			}
			return channel.Result{Outcome: channel.Sent}
		}
		task, run := b.Task(t, b.Upload(t, ids), b.Now)
		b.prepare()
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 289, delivery.Deferred: 11}, b.tally(run))
		ts, _ := b.statuses(task, run)
		require.Equal(t, enttask.RunStatusRunning, ts, "a run with deferred deliveries is not over")
		b.clock.Advance(time.Second) // the first wait of -1
		b.drain()
		b.clock.Advance(5 * time.Second)
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 299, delivery.Deferred: 1}, b.tally(run))
		b.clock.Advance(time.Hour)
		b.drain()
		b.clock.Advance(time.Hour)
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 299, delivery.Failed: 1}, b.tally(run))
		require.Equal(t, 5, b.sender.calls[ids[20]], "one call and four retries")
		ts, rs := b.statuses(task, run)
		require.Equal(t, enttask.RunStatusEnded, ts)
		require.Equal(t, entrun.StatusDone, rs)
	})
}

func TestAWorkerThatDiesLeavesOneGrantUnconfirmed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ids := factory.OpenIDs(1000)
		_, run := b.Task(t, b.Upload(t, ids), b.Now)
		b.prepare()

		// A worker that freezes in its second grant: its calls never come back.
		frozen, woken := make(chan struct{}), make(chan struct{})
		wake := sync.OnceFunc(func() { close(woken) })
		t.Cleanup(wake) // a failed test must not wait for it
		var calls int
		var mu sync.Mutex
		b.sender.answer = func(string, int) channel.Result {
			mu.Lock()
			calls++
			freeze := calls > 200 && calls <= 400
			if calls == 400 {
				close(frozen) // all of the grant are on their way
			}
			mu.Unlock()
			if freeze {
				<-woken
			}
			return channel.Result{Outcome: channel.Sent, MessageID: "7"}
		}
		rows := b.shards()
		require.Len(t, rows, 1)
		lease, id := b.take(rows[0])
		done := make(chan error, 1)
		go func() { done <- b.worker.Shard(b.ctx, lease, id, nil) }()
		<-frozen

		b.lapse()
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 800, delivery.Unconfirmed: 200}, b.tally(run))
		require.Len(t, b.sender.calls, 1000)

		// It wakes: its answers still settle, and it claims nothing more.
		wake()
		require.NoError(t, <-done)
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 1000}, b.tally(run))
		for target, n := range b.sender.calls {
			require.Equal(t, 1, n, target)
		}
	})
}

func TestATaskThatResendsUnconfirmedOnesDoesSo(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.sender.answer = func(_ string, call int) channel.Result {
			if call == 1 {
				return channel.Result{Outcome: channel.Unconfirmed, Code: channel.Timeout}
			}
			return channel.Result{Outcome: channel.Sent}
		}
		_, cautious := b.Task(t, b.Upload(t, factory.OpenIDs(10)), b.Now)
		b.prepare()
		b.drain()
		b.clock.Advance(time.Hour)
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Unconfirmed: 10}, b.tally(cautious))

		b.sender.calls = map[string]int{}
		_, bold := b.Task(t, b.Upload(t, factory.OpenIDs(10)), b.clock.Now(), func(c *ent.TaskCreate) { c.SetResendUnconfirmed(true) })
		b.prepare()
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Deferred: 10}, b.tally(bold))
		b.clock.Advance(time.Second)
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 10}, b.tally(bold))
	})
}

func TestALateAnswerToAnEarlierCallDoesNotSettleTheOneUnderWay(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		frozen, woken, settled := make(chan struct{}, 10), make(chan struct{}), make(chan struct{})
		wake := sync.OnceFunc(func() { close(woken) })
		t.Cleanup(wake)
		b.sender.answer = func(_ string, call int) channel.Result {
			if call == 1 { // the worker freezes and, once woken, finds that it has written nothing
				frozen <- struct{}{}
				<-woken
				return channel.Result{Outcome: channel.Later, Code: channel.NotWritten}
			}
			wake()
			<-settled // its answers come while ours is under way
			return channel.Result{Outcome: channel.Sent}
		}
		_, run := b.Task(t, b.Upload(t, factory.OpenIDs(10)), b.Now, func(c *ent.TaskCreate) { c.SetResendUnconfirmed(true) })
		b.prepare()
		lease, id := b.take(b.shards()[0])
		done := make(chan error, 1)
		go func() {
			err := b.worker.Shard(b.ctx, lease, id, nil)
			close(settled)
			done <- err
		}()
		for range 10 {
			<-frozen
		}
		b.lapse()
		b.drain()
		require.NoError(t, <-done)
		b.clock.Advance(time.Hour)
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 10}, b.tally(run))
		for target, n := range b.sender.calls {
			require.Equal(t, 2, n, target)
		}
		b.checkCounts(run, b.tally(run))
	})
}

func TestPauseHoldsFromTheNextGrantAndCancelRecordsTheRest(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		task, run := b.Task(t, b.Upload(t, factory.OpenIDs(1000)), b.Now)
		b.prepare()
		var once sync.Once
		b.sender.answer = func(string, int) channel.Result {
			once.Do(func() {
				require.NoError(t, db.Ent.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusPaused).Exec(b.ctx))
			})
			return channel.Result{Outcome: channel.Sent}
		}
		lease, id := b.take(b.shards()[0])
		require.NoError(t, b.worker.Shard(b.ctx, lease, id, nil))
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 200}, b.tally(run), "calls in flight finish, no more are claimed")

		require.NoError(t, db.Ent.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusCancelled).Exec(b.ctx))
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 200, delivery.NotSent: 800}, b.tally(run))
		ts, rs := b.statuses(task, run)
		require.Equal(t, enttask.RunStatusCancelled, ts)
		require.Equal(t, entrun.StatusDone, rs)
	})
}

func TestATemplateErrorStopsTheTaskAndABrokenChannelLosesNobody(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.sender.answer = func(string, int) channel.Result {
			return channel.Result{Outcome: channel.Failed, Scope: channel.ScopeTask, Code: "40037", Text: "invalid template_id"}
		}
		task, run := b.Task(t, b.Upload(t, factory.OpenIDs(1000)), b.Now)
		b.prepare()
		lease, id := b.take(b.shards()[0])
		require.NoError(t, b.worker.Shard(b.ctx, lease, id, nil))
		require.Equal(t, map[delivery.Status]int{delivery.Failed: 200}, b.tally(run))
		tk, err := db.Ent.Task.Get(b.ctx, task.ID)
		require.NoError(t, err)
		require.Equal(t, enttask.RunStatusAbnormal, tk.RunStatus)
		require.Equal(t, "40037", tk.StatusReason)

		b.sender.answer = func(string, int) channel.Result {
			return channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel, Code: "40125", Text: "invalid appsecret"}
		}
		require.NoError(t, db.Ent.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusRunning).Exec(b.ctx))
		lease, id = b.take(b.shards()[0])
		require.NoError(t, b.worker.Shard(b.ctx, lease, id, nil))
		require.Equal(t, map[delivery.Status]int{delivery.Failed: 200, delivery.Deferred: 200}, b.tally(run))
		ch, err := db.Ent.Channel.Get(b.ctx, b.Channel.ID)
		require.NoError(t, err)
		require.Equal(t, entchannel.StateAbnormal, ch.State)

		// Nothing is called while the channel is broken, whatever the task says; then it goes on.
		b.sender.answer = nil
		require.NoError(t, db.Ent.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusRunning).Exec(b.ctx))
		lease, id = b.take(b.shards()[0])
		require.NoError(t, b.worker.Shard(b.ctx, lease, id, nil))
		require.Equal(t, map[delivery.Status]int{delivery.Failed: 200, delivery.Deferred: 200}, b.tally(run))
		require.NoError(t, db.Ent.Channel.UpdateOneID(b.Channel.ID).SetState(entchannel.StateReady).Exec(b.ctx))
		b.lapse() // of those that were handed out above
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Failed: 200, delivery.Sent: 800}, b.tally(run))
	})
}

func TestWhoHasNoTargetIsRecorded(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		up := b.Upload(t, factory.OpenIDs(50))
		_, run := b.Task(t, up, b.Now)
		_, err := db.SQL.ExecContext(b.ctx, db.Rebind("UPDATE identities SET invalid = ? WHERE project_num = ? AND person_num <= 7"), true, b.Project.Num)
		require.NoError(t, err)
		b.prepare()
		b.drain()
		require.Equal(t, map[delivery.Status]int{delivery.Sent: 43, delivery.NotSent: 7}, b.tally(run))
	})
}

func TestAStaleJobAndALostLeaseClaimNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		_, run := b.Task(t, b.Upload(t, factory.OpenIDs(500)), b.Now)
		b.prepare()
		rows := b.shards()
		lease, id := b.take(rows[0])
		_, err := b.keeper.Take(b.ctx, due.Shards, rows[0])
		require.ErrorIs(t, err, due.ErrTaken, "a hand-out is taken once")
		b.lapse()
		again := b.shards()
		require.Len(t, again, 1)
		require.NoError(t, b.worker.Shard(b.ctx, lease, id, nil), "the attempt has moved on")
		require.Empty(t, b.sender.calls)
		require.Empty(t, b.tally(run))
	})
}
