package person_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/person"
)

func setup(t testing.TB, db *database.DB, nums ...int64) context.Context {
	t.Helper()
	ctx := viewer.System(t.Context())
	for _, num := range nums {
		require.NoError(t, db.Ent.Project.Create().SetName("p").SetNum(num).Exec(ctx))
	}
	return ctx
}

func ids(prefix string, n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("wx0123456789abcdef:%s%024d", prefix, i)
	}
	return out
}

func TestResolve(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("new IDs become stubs with dense numbers, and asking again gives the same (R42)", func(t *testing.T) { //nolint:paralleltest // one store is counted
			ctx := setup(t, db, 7)
			values := append(ids("a", 5300), ids("a", 10)...) // more than one chunk, some twice
			first, err := person.Resolve(ctx, db, 7, person.WechatOpenID, values, true)
			require.NoError(t, err)
			require.Len(t, first, 5310)
			require.Equal(t, first[:10], first[5300:])
			seen := map[uint32]bool{}
			for _, n := range first {
				seen[n] = true
			}
			require.Len(t, seen, 5300)

			again, err := person.Resolve(ctx, db, 7, person.WechatOpenID, values, true)
			require.NoError(t, err)
			require.Equal(t, first, again)
			require.Equal(t, 5300, db.Ent.Person.Query().CountX(ctx))
			p := db.Ent.Person.GetX(ctx, person.ID(7, first[3]))
			require.True(t, p.Stub)
			require.Equal(t, int64(7), p.ProjectNum)
			require.Equal(t, first[3], person.Num(p.ID))
		})
		t.Run("a stub becomes a person when it is named by something else than an upload", func(t *testing.T) { //nolint:paralleltest // one store is counted
			ctx := setup(t, db, 8)
			a, err := person.Resolve(ctx, db, 8, person.WechatOpenID, ids("b", 2), true)
			require.NoError(t, err)
			b, err := person.Resolve(ctx, db, 8, person.WechatOpenID, ids("b", 1), false)
			require.NoError(t, err)
			require.Equal(t, a[:1], b)
			require.False(t, db.Ent.Person.GetX(ctx, person.ID(8, a[0])).Stub)
			require.True(t, db.Ent.Person.GetX(ctx, person.ID(8, a[1])).Stub)
		})
		t.Run("the same ID in two projects names two people", func(t *testing.T) { //nolint:paralleltest // one store is counted
			ctx := setup(t, db, 9, 10)
			_, err := person.Resolve(ctx, db, 9, person.WechatOpenID, ids("c", 1), true)
			require.NoError(t, err)
			_, err = person.Resolve(ctx, db, 10, person.WechatOpenID, ids("c", 1), true)
			require.NoError(t, err)
			db.Ent.Person.GetX(ctx, person.ID(9, 1))
			db.Ent.Person.GetX(ctx, person.ID(10, 1))
		})
	})
}

func TestResolveConcurrently(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := setup(t, db, 7)
		const workers = 6
		values := ids("x", 1500)
		results := make([][]uint32, workers)
		errs := make([]error, workers)
		var wg sync.WaitGroup
		for w := range workers {
			wg.Go(func() {
				// Each starts elsewhere, so that they meet in the middle.
				mine := append(append([]string{}, values[w*200:]...), values[:w*200]...)
				got, err := person.Resolve(ctx, db, 7, person.WechatOpenID, mine, true)
				errs[w] = err
				if err == nil {
					n := len(values) - w*200
					results[w] = append(append([]uint32{}, got[n:]...), got[:n]...)
				}
			})
		}
		wg.Wait()
		for w := range workers {
			require.NoError(t, errs[w])
			require.Equal(t, results[0], results[w])
		}
		require.Equal(t, len(values), db.Ent.Person.Query().CountX(ctx))
		require.Equal(t, len(values), db.Ent.Identity.Query().CountX(ctx))
	})
}

func BenchmarkResolve(b *testing.B) {
	for _, open := range []struct {
		name string
		db   func(testing.TB) *database.DB
	}{{"sqlite", testdb.New}, {"postgres", testdb.Postgres}} {
		b.Run(open.name, func(b *testing.B) {
			db := open.db(b)
			ctx := setup(b, db, 7)
			n := 0
			var took time.Duration
			for b.Loop() {
				values := ids(fmt.Sprint("n", n), 20_000)
				n += len(values)
				start := clock.Wall()
				_, err := person.Resolve(ctx, db, 7, person.WechatOpenID, values, true)
				require.NoError(b, err)
				took += clock.Wall().Sub(start)
			}
			b.ReportMetric(float64(n)/took.Seconds(), "ids/s")
		})
	}
}
