package worker

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/id"
	"tidings/internal/queue"
	"tidings/internal/queue/queuetest"
	"tidings/internal/testdb"
	"tidings/outreach/dispatch"
)

type bench struct {
	*factory.World
	ctx    context.Context
	clock  *clock.Offset
	queue  *queuetest.Recorder
	poller *Poller
}

func setup(t *testing.T, db *database.DB, qps int) *bench {
	t.Helper()
	ctx, world := factory.New(t, db, qps)
	b := &bench{World: world, ctx: viewer.System(ctx), clock: new(clock.Offset), queue: new(queuetest.Recorder)}
	b.poller = NewPoller(db, b.clock, b.queue, queue.Names(), slog.New(slog.DiscardHandler))
	return b
}

// polled are the jobs that one poll hands out, by kind and queue.
func (b *bench) polled(t *testing.T) map[string]int {
	t.Helper()
	b.queue.Take()
	require.NoError(t, b.poller.runOnce(b.ctx))
	out := map[string]int{}
	for _, j := range b.queue.Take() {
		out[j.Kind+" on "+j.Queue]++
	}
	return out
}

// running makes a task of 2,000 recipients whose shards are due.
func (b *bench) running(t *testing.T, change ...func(*ent.TaskCreate)) *ent.Task {
	t.Helper()
	task, run := b.Task(t, b.Upload(t, factory.OpenIDs(2000)), clock.Wall().Add(-time.Second), change...)
	require.NoError(t, dispatch.New(b.DB, b.clock, nil).Prepare(b.ctx, run.ID, 0))
	return task
}

func TestWhatIsDueIsHandedOutOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		up := b.Upload(t, factory.OpenIDs(10))
		b.Task(t, up, clock.Wall().Add(-time.Second))
		b.Task(t, up, clock.Wall().Add(time.Hour))
		b.Task(t, up, clock.Wall().Add(-time.Second), func(c *ent.TaskCreate) { c.SetMessageClass(enttask.MessageClassNotice) })
		b.Task(t, up, clock.Wall().Add(-time.Second), func(c *ent.TaskCreate) { c.SetRunStatus(enttask.RunStatusPaused) })
		require.Equal(t, map[string]int{"run on normal": 1, "run on notice": 1}, b.polled(t))
		require.Empty(t, b.polled(t), "it waits in its queue")
		_, err := db.SQL.ExecContext(b.ctx, db.Rebind("UPDATE runs SET lease_until = ? WHERE lease_until IS NOT NULL"), clock.Wall().Add(-time.Hour))
		require.NoError(t, err)
		require.Equal(t, map[string]int{"run on normal": 1, "run on notice": 1}, b.polled(t), "the queue lost it")
	})
}

func TestASlowChannelHasFewShardsInHand(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 50)
		b.running(t)
		b.running(t, func(c *ent.TaskCreate) { c.SetMessageClass(enttask.MessageClassUrgent) })
		require.Equal(t, map[string]int{"shard on normal": 4, "shard on urgent": 4}, b.polled(t))
		require.Empty(t, b.polled(t))
	})
}

func TestTasksTakeTurnsAndStoppedOnesWait(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 50)
		first, second := b.running(t), b.running(t)
		require.Equal(t, map[string]int{"shard on normal": 4}, b.polled(t))
		rows, err := db.Ent.Shard.Query().All(b.ctx)
		require.NoError(t, err)
		inHand := map[string]int{}
		for _, s := range rows {
			if s.LeaseOwner != "" {
				inHand[s.TaskID]++
			}
		}
		require.Equal(t, map[string]int{first.ID: 2, second.ID: 2}, inHand)

		require.NoError(t, db.Ent.Shard.Update().SetLeaseOwner("").ClearLeaseUntil().Exec(b.ctx))
		require.NoError(t, db.Ent.Task.UpdateOneID(first.ID).SetRunStatus(enttask.RunStatusPaused).Exec(b.ctx))
		require.NoError(t, db.Ent.Task.UpdateOneID(second.ID).SetRunStatus(enttask.RunStatusAbnormal).Exec(b.ctx))
		require.Empty(t, b.polled(t))
		require.NoError(t, db.Ent.Task.UpdateOneID(first.ID).SetRunStatus(enttask.RunStatusRunning).Exec(b.ctx))
		require.NoError(t, db.Ent.Channel.UpdateOneID(b.Channel.ID).SetPausedUntil(clock.Wall().Add(time.Hour)).Exec(b.ctx))
		require.Empty(t, b.polled(t), "the channel is paused (45009)")
	})
}

func TestTheClockGoesForwardsOnlyAndStopsAtWhatFallsDue(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		start := b.clock.Now()
		_, run := b.Task(t, b.Upload(t, factory.OpenIDs(10)), start.Add(2*time.Hour))
		mover := NewMover(db, b.clock)
		_, err := mover.Advance(b.ctx, -time.Second)
		require.ErrorContains(t, err, "forwards")
		_, err = mover.MoveTo(b.ctx, start.Add(-time.Hour))
		require.ErrorContains(t, err, "forwards")

		// Somebody works off what falls due, as a worker does.
		due := make(chan time.Time, 1)
		ctx, cancel := context.WithCancel(b.ctx)
		defer cancel()
		go func() {
			other := new(clock.Offset) // another process's clock
			for ctx.Err() == nil {
				if SyncClock(ctx, db, other) == nil && other.Now().After(start.Add(2*time.Hour)) {
					due <- other.Now()
					_ = db.Ent.Run.UpdateOneID(run.ID).ClearDueAt().Exec(ctx)
					return
				}
			}
		}()
		now, err := mover.Advance(b.ctx, 72*time.Hour)
		require.NoError(t, err)
		require.WithinDuration(t, start.Add(72*time.Hour), now, 30*time.Second)
		require.WithinDuration(t, start.Add(2*time.Hour), <-due, 30*time.Second, "the clock stood at the reach time")
	})
}

// A file takes minutes, so not all slots may go to files.
func TestFewImportsAreInWorkAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		for range importsAtOnce + 2 {
			require.NoError(t, db.Ent.DataImport.Create().SetProjectID(b.Project.ID).SetKind("PEOPLE").SetStatus("RUNNING").
				SetDueAt(clock.Wall().Add(-time.Second)).Exec(b.ctx))
		}
		for range importsAtOnce {
			require.Equal(t, map[string]int{"import on maintenance": 1}, b.polled(t))
		}
		require.Empty(t, b.polled(t))
		_, err := db.SQL.ExecContext(b.ctx, "UPDATE imports SET due_at = NULL, lease_until = NULL WHERE lease_until IS NOT NULL")
		require.NoError(t, err)
		require.Equal(t, map[string]int{"import on maintenance": 1}, b.polled(t), "when one ends the next begins")
	})
}

func TestFewBacktestsAreInWorkAtOnce(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		for range backtestsAtOnce + 2 {
			require.NoError(t, db.Ent.Backtest.Create().SetProjectID(b.Project.ID).SetCreatorID(b.Account.ID).SetTrigger([]byte(`{}`)).
				SetAudience([]byte(`{}`)).SetDays(7).SetDueAt(clock.Wall().Add(-time.Second)).Exec(b.ctx))
		}
		for range backtestsAtOnce {
			require.Equal(t, map[string]int{"backtest on maintenance": 1}, b.polled(t))
		}
		require.Empty(t, b.polled(t))
		_, err := db.SQL.ExecContext(b.ctx, "UPDATE backtests SET due_at = NULL, lease_until = NULL WHERE lease_until IS NOT NULL")
		require.NoError(t, err)
		require.Equal(t, map[string]int{"backtest on maintenance": 1}, b.polled(t), "when one ends the next begins")
	})
}

// Whom a run that is over was for is recorded, whatever its channel does (R69).
func TestWhatIsOverIsRecordedOnABrokenChannel(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		triggered, cut, resent := b.running(t), b.running(t), b.running(t)
		for task, change := range map[*ent.Task]func(*ent.RunUpdate){
			triggered: func(u *ent.RunUpdate) { u.SetKind(entrun.KindTriggered) },
			cut:       func(u *ent.RunUpdate) { u.SetFailure(dispatch.TaskEnded) },
			resent:    func(u *ent.RunUpdate) { u.SetKind(entrun.KindResend) },
		} {
			u := db.Ent.Run.Update().Where(entrun.TaskID(task.ID))
			change(u)
			require.NoError(t, u.Exec(b.ctx))
			require.NoError(t, db.Ent.Task.UpdateOneID(task.ID).SetRunStatus(enttask.RunStatusEnded).Exec(b.ctx))
		}
		require.NoError(t, db.Ent.Channel.UpdateOneID(b.Channel.ID).SetState("ABNORMAL").Exec(b.ctx))
		require.Equal(t, map[string]int{"shard on normal": 2}, b.polled(t), "not the resend: it waits for the channel")
	})
}

// What waits behind what a provider or a person holds up keeps no clock.
func TestTheClockWaitsForNoRunBehindAnother(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db, 0)
		start := b.clock.Now()
		mover := NewMover(db, b.clock)
		task, first := b.Task(t, b.Upload(t, factory.OpenIDs(1)), start.Add(-time.Hour), func(c *ent.TaskCreate) {
			c.SetType(enttask.TypeRepeat).SetRunStatus(enttask.RunStatusRunning).SetEndsAt(start.Add(time.Hour))
		})
		require.NoError(t, db.Ent.Run.UpdateOne(first).SetStatus(entrun.StatusSending).ClearDueAt().Exec(b.ctx))
		second, err := db.Ent.Run.Create().SetProjectID(b.Project.ID).SetNum(id.Num()).SetTaskID(task.ID).SetSlot("point 2").
			SetPlannedAt(start).SetRunAt(start).SetDueAt(start).Save(b.ctx)
		require.NoError(t, err)
		ctx, cancel := context.WithTimeout(b.ctx, 5*time.Second)
		defer cancel()
		_, err = mover.Advance(ctx, time.Minute)
		require.NoError(t, err, "the second waits for the first")

		// It stops where a task that stands ends.
		require.NoError(t, db.Ent.Task.UpdateOne(task).SetRunStatus(enttask.RunStatusPaused).Exec(b.ctx))
		at, ok, err := mover.earliest(b.ctx)
		require.NoError(t, err)
		require.True(t, ok)
		require.WithinDuration(t, start.Add(time.Hour), at, time.Millisecond)
		require.NoError(t, db.Ent.Run.UpdateOne(second).ClearDueAt().Exec(b.ctx))
		_, ok, err = mover.earliest(b.ctx)
		require.NoError(t, err)
		require.False(t, ok, "stopped after its window it stays")
	})
}
