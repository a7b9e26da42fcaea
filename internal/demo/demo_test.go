package demo_test

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entdelivery "tidings/ent/delivery"
	entrun "tidings/ent/run"
	entsetting "tidings/ent/setting"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/demo"
	"tidings/internal/due"
	"tidings/internal/ratelimit"
	"tidings/internal/redisx"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/internal/testdb"
	"tidings/outreach/channel/registry"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/task/state"
)

// hasher serves all tests: making one costs a hash.
var hasher = sync.OnceValues(secret.NewPasswords)

var now = time.Date(2026, 11, 22, 5, 7, 9, 0, time.UTC)

type testBundle struct {
	t     testing.TB
	ctx   context.Context //nolint:containedctx // lives for one test
	db    *database.DB
	clock *clock.Fake
	deps  demo.Deps
}

func setup(t testing.TB, db *database.DB) *testBundle {
	t.Helper()
	box, err := secret.NewBox(make([]byte, 32))
	require.NoError(t, err)
	passwords, err := hasher()
	require.NoError(t, err)
	b := &testBundle{t: t, ctx: viewer.System(t.Context()), db: db, clock: clock.NewFake(now)}
	b.deps = demo.Deps{
		DB: db, Box: box, Passwords: passwords, Clock: b.clock, Log: slog.New(slog.DiscardHandler),
		Sandbox: sandbox.New(sandbox.Options{Apps: demo.Apps()}),
	}
	t.Cleanup(b.deps.Sandbox.Close)
	return b
}

// in is the bundle of a subtest.
func (b *testBundle) in(t *testing.T) *testBundle {
	t.Helper()
	c := *b
	c.t = t
	return &c
}

func (b *testBundle) seed() *demo.Result {
	b.t.Helper()
	out, err := demo.Seed(b.t.Context(), b.deps)
	require.NoError(b.t, err)
	return out
}

func (b *testBundle) count(table string) int {
	b.t.Helper()
	var n int
	require.NoError(b.t, b.db.SQL.QueryRowContext(b.ctx, "SELECT count(*) FROM "+table).Scan(&n))
	return n
}

func (b *testBundle) counts() map[string]int {
	b.t.Helper()
	out := map[string]int{}
	for _, table := range []string{
		"projects", "accounts", "members", "applications", "channels", "templates", "task_groups", "campaign_groups", "campaigns",
		"tasks", "task_group_links", "uploads", "upload_chunks", "approvals", "runs", "shards", "deliveries", "persons", "identities",
	} {
		out[table] = b.count(table)
	}
	return out
}

func TestSeed(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		began := clock.Wall()
		result := b.seed()
		took := clock.Wall().Sub(began)
		t.Logf("seeded in %s", took)
		require.Less(t, took, time.Minute, "a visitor waits for this: some two seconds, but tests share the machine; see BenchmarkSeed")

		b.checkCast()
		b.checkPeople()
		b.checkTasks(result)
		b.checkRuns(result)
		b.checkChannel()
		require.Equal(t, now.Add(20*time.Second), result.DueAt)
		require.Equal(t, 200, result.Recipients)
	})
}

// BenchmarkSeed is how long a first start waits for its data.
func BenchmarkSeed(b *testing.B) {
	for range b.N {
		b.StopTimer()
		bundle := setup(b, testdb.New(b))
		b.StartTimer()
		bundle.seed()
	}
}

// The task that is due in a moment goes through the real pipeline into the visitors' sandbox.
func TestTheDemoTaskSends(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		result := b.seed()
		require.NoError(t, demo.Grant(t.Context(), b.deps))
		b.clock.Set(result.DueAt)
		tally := b.send(result.TaskID)
		require.Equal(t, 200, tally[delivery.Sent]+tally[delivery.Failed])
		require.Greater(t, tally[delivery.Sent], 170)
		require.Positive(t, tally[delivery.Failed], "some refuse")
		task, err := db.Ent.Task.Get(b.ctx, result.TaskID)
		require.NoError(t, err)
		require.Equal(t, state.Ended, state.Of(task))
	})
}

// send works the task's run as a worker does, and tells what became of it.
func (b *testBundle) send(taskID string) map[delivery.Status]int {
	b.t.Helper()
	server := httptest.NewServer(b.deps.Sandbox.Handler())
	b.t.Cleanup(server.Close)
	rdb, closeRedis, err := redisx.Open(b.t.Context(), "", b.deps.Log)
	require.NoError(b.t, err)
	b.t.Cleanup(closeRedis)
	channels := registry.New(registry.Deps{DB: b.db, Box: b.deps.Box, Clock: b.clock, BaseURL: server.URL + "/sandbox/wechat", Log: b.deps.Log})
	b.t.Cleanup(channels.Close)
	runs := dispatch.New(b.db, b.clock, nil)
	keeper := due.NewKeeper(b.db, b.deps.Log)
	worker := delivery.NewWorker(delivery.Config{DB: b.db, Clock: b.clock, Dispatch: runs, Senders: channels, Limiter: ratelimit.New(rdb), Log: b.deps.Log})
	rows, err := due.HandOut(b.ctx, b.db, due.Runs, b.clock.Now(), 10, "")
	require.NoError(b.t, err)
	require.Len(b.t, rows, 1, "nothing but the demo's task is due")
	lease, err := keeper.Take(b.ctx, due.Runs, rows[0])
	require.NoError(b.t, err)
	require.NoError(b.t, runs.Prepare(b.ctx, rows[0].ID, lease.Attempt))
	lease.Drop()
	rows, err = due.HandOut(b.ctx, b.db, due.Shards, b.clock.Now(), 100, "")
	require.NoError(b.t, err)
	for _, row := range rows {
		lease, err := keeper.Take(b.ctx, due.Shards, row)
		require.NoError(b.t, err)
		id, err := strconv.ParseInt(row.ID, 10, 64)
		require.NoError(b.t, err)
		require.NoError(b.t, worker.Shard(b.ctx, lease, id, nil))
	}
	run, err := b.db.Ent.Run.Query().Where(entrun.TaskID(taskID)).Only(b.ctx)
	require.NoError(b.t, err)
	all, err := b.db.Ent.Delivery.Query().Where(entdelivery.RunNum(run.Num)).All(b.ctx)
	require.NoError(b.t, err)
	out := map[delivery.Status]int{}
	for _, d := range all {
		out[delivery.Status(d.Status)]++
	}
	return out
}

func TestAnotherStart(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		first := b.seed()
		before := b.counts()
		second := b.seed() // in the same second, too
		require.NotEmpty(t, second.TaskID)
		require.NotEqual(t, first.TaskID, second.TaskID)
		require.NotEqual(t, first.TaskName, second.TaskName)
		after := b.counts()
		for _, table := range []string{"tasks", "uploads", "approvals", "runs"} {
			before[table]++
		}
		require.Equal(t, before, after, "one more task and nothing else")

		t.Run("does not fail where a visitor switched the channel off", func(t *testing.T) { //nolint:paralleltest // one after the other
			b := b.in(t)
			require.NoError(t, db.Ent.Channel.Update().SetEnabled(false).Exec(b.ctx))
			require.Empty(t, b.seed().TaskID)
		})
		t.Run("finishes what an interrupted one left behind", func(t *testing.T) { //nolint:paralleltest // same
			b := b.in(t)
			project, err := db.Ent.Project.Query().Only(b.ctx)
			require.NoError(t, err)
			unfinished := `{"projectId":"` + project.ID + `","done":false}`
			require.NoError(t, db.Ent.Setting.Update().Where(entsetting.ID("demo")).SetValue(unfinished).Exec(b.ctx))
			result := b.seed()
			require.NotEmpty(t, result.TaskID)
			b.checkTasks(result)
			b.checkRuns(result)
		})
	})
}

func TestTwoProcessesStartTogether(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	b := setup(t, db)
	var wg sync.WaitGroup
	results, errs := make([]*demo.Result, 2), make([]error, 2)
	for i := range results {
		wg.Go(func() { results[i], errs[i] = demo.Seed(t.Context(), b.deps) })
	}
	wg.Wait()
	require.NoError(t, errs[0])
	require.NoError(t, errs[1])
	require.NotEqual(t, results[0].TaskID, results[1].TaskID)
	require.Equal(t, 1, b.count("projects"))
	require.Equal(t, 13, b.count("tasks"))
}

func TestADatabaseInUseIsLeftAlone(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		require.NoError(t, db.Ent.Project.Create().SetName("real").SetNum(7).Exec(b.ctx))
		before := b.counts()
		require.Empty(t, b.seed().TaskID)
		require.NoError(t, demo.Grant(t.Context(), b.deps))
		require.Equal(t, before, b.counts())
		require.False(t, db.Ent.Setting.Query().Where(entsetting.ID("demo")).ExistX(b.ctx))
	})
}
