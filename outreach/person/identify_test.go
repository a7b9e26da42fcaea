package person_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/person"
)

func user(v string) person.Key { return person.Key{Type: person.UserID, Value: v} }
func anon(v string) person.Key { return person.Key{Type: person.AnonymousID, Value: v} }
func tel(v string) person.Key  { return person.Key{Type: person.Phone, Value: v} }

func track(keys ...person.Key) person.Claim { return person.Claim{Keys: keys} }
func identify(keys ...person.Key) person.Claim {
	return person.Claim{Keys: keys, Merge: true}
}

func set(t *testing.T, db *database.DB, projectNum int64, changes ...person.Change) {
	t.Helper()
	require.NoError(t, db.SQLTx(t.Context(), func(tx *sql.Tx) error { return person.Set(t.Context(), db, tx, projectNum, changes) }))
}

func attributes(t *testing.T, ctx context.Context, db *database.DB, projectNum int64, num uint32) (attributes, tags map[string]any) {
	t.Helper()
	p := db.Ent.Person.GetX(ctx, person.ID(projectNum, num))
	if len(p.Attributes) > 0 {
		require.NoError(t, json.Unmarshal(p.Attributes, &attributes))
	}
	if len(p.Tags) > 0 {
		require.NoError(t, json.Unmarshal(p.Tags, &tags))
	}
	return attributes, tags
}

func TestIdentify(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := setup(t, db, 3, 4)
		r := person.NewResolver(db)
		who := func(t *testing.T, claims ...person.Claim) []uint32 {
			t.Helper()
			out, err := r.Identify(ctx, 3, claims)
			require.NoError(t, err)
			again, err := person.NewResolver(db).Identify(ctx, 3, claims)
			require.NoError(t, err)
			require.Equal(t, out, again, "a process that remembers nothing answers alike")
			return out
		}
		t.Run("new IDs make people, known ones find them, in one batch (§12.1)", func(t *testing.T) { //nolint:paralleltest // in order
			got := who(t, track(user("u1"), anon("a1")), track(anon("a1")), track(user("u2")), track(user("u1"), anon("a2")), track(anon("a2")))
			require.Equal(t, []uint32{got[0], got[0], got[2], got[0], got[0]}, got)
			require.NotEqual(t, got[0], got[2])
			require.Equal(t, 2, db.Ent.Person.Query().CountX(ctx))
		})
		t.Run("only identify and alias merge; the older stays", func(t *testing.T) { //nolint:paralleltest // same
			old := who(t, track(anon("m1")))[0]
			young := who(t, track(user("mu")))[0]
			require.Equal(t, young, who(t, track(user("mu"), anon("m1")))[0], "of the higher ID")
			require.NotEqual(t, old, young)
			set(t, db, 3, person.Change{Num: old, Attributes: []byte(`{"city":"上海","age":1}`), Tags: []byte(`{"vip":["a"]}`)},
				person.Change{Num: young, Attributes: []byte(`{"city":"北京","job":"x"}`), Tags: []byte(`{"level":"b"}`)})
			require.Equal(t, []uint32{old}, who(t, identify(user("mu"), anon("m1"))))
			require.Equal(t, []uint32{old, old}, who(t, track(user("mu")), track(anon("m1"))))
			require.False(t, db.Ent.Person.Query().CountX(ctx) > 3)
			a, tags := attributes(t, ctx, db, 3, old)
			require.Equal(t, map[string]any{"city": "上海", "age": 1.0, "job": "x"}, a, "the winner's stand")
			require.Equal(t, map[string]any{"vip": []any{"a"}, "level": "b"}, tags)
			merged, err := person.MergedFrom(ctx, db, 3, old)
			require.NoError(t, err)
			require.Equal(t, []uint32{young}, merged)
			// A process that still believes in the loser sets attributes of the winner.
			set(t, db, 3, person.Change{Num: young, Attributes: []byte(`{"late":true,"job":null}`)})
			a, _ = attributes(t, ctx, db, 3, old)
			require.Equal(t, map[string]any{"city": "上海", "age": 1.0, "late": true}, a)
		})
		t.Run("an alias joins an earlier ID", func(t *testing.T) { //nolint:paralleltest // same
			a := who(t, track(anon("before")))[0]
			b := who(t, track(user("after")))[0]
			require.NotEqual(t, a, b)
			require.Equal(t, []uint32{a}, who(t, person.Claim{Keys: []person.Key{user("after")}, Previous: "before", Merge: true}))
			require.Equal(t, []uint32{a}, who(t, track(user("after"))))
		})
		t.Run("different IDs of a single-valued type keep people apart, and that is written down", func(t *testing.T) { //nolint:paralleltest // same
			got := who(t, identify(user("c1"), anon("shared")), identify(user("c2"), anon("shared")), track(anon("shared")))
			require.NotEqual(t, got[0], got[1])
			require.Equal(t, got[0], got[2])
			c := db.Ent.IdentityConflict.Query().OnlyX(ctx)
			require.Equal(t, []any{int64(got[1]), int64(got[0]), person.UserID, "c2", "c1", "anonymous_id:shared"},
				[]any{c.PersonNum, c.OtherNum, c.Type, c.Value, c.OtherValue, c.JoinedBy})
			who(t, identify(user("c2"), anon("shared")))
			require.Equal(t, 1, db.Ent.IdentityConflict.Query().CountX(ctx), "once")
		})
		t.Run("a weaker type does not keep people apart", func(t *testing.T) { //nolint:paralleltest // same
			got := who(t, track(user("w1"), tel("1")), track(person.Key{Type: person.UnionID, Value: "w"}, tel("2")))
			require.NotEqual(t, got[0], got[1])
			require.Equal(t, []uint32{got[0], got[0]}, who(t, identify(user("w1"), person.Key{Type: person.UnionID, Value: "w"}), track(tel("2"))))
		})
		t.Run("a stub becomes a person", func(t *testing.T) { //nolint:paralleltest // same
			v := person.WechatValue("wx1", "oabc")
			nums, err := person.Resolve(ctx, db, 3, person.WechatOpenID, []string{v}, true)
			require.NoError(t, err)
			require.Equal(t, nums, who(t, track(person.Key{Type: person.WechatOpenID, Value: v}, user("stub"))))
			require.False(t, db.Ent.Person.GetX(ctx, person.ID(3, nums[0])).Stub)
		})
		t.Run("the same IDs in another project are other people", func(t *testing.T) { //nolint:paralleltest // same
			before := db.Ent.Person.Query().CountX(ctx)
			there, err := r.Identify(ctx, 4, []person.Claim{identify(user("u1"), anon("a1")), identify(user("mu"), anon("m1"))})
			require.NoError(t, err)
			require.Equal(t, before+2, db.Ent.Person.Query().CountX(ctx))
			for _, num := range there {
				require.Equal(t, int64(4), db.Ent.Person.GetX(ctx, person.ID(4, num)).ProjectNum)
			}
		})
		t.Run("nobody is named without a usable ID", func(t *testing.T) { //nolint:paralleltest // same
			require.Equal(t, []uint32{0, 0}, who(t, track(), track(person.Key{Type: "no_such_type", Value: "x"})))
		})
	})
}

// Behaviour of a person who was merged follows, in steps, and not at once.
func TestFold(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := setup(t, db, 5)
		r := person.NewResolver(db)
		got, err := r.Identify(ctx, 5, []person.Claim{track(anon("a")), track(user("u")), track(user("z"))})
		require.NoError(t, err)
		a, u, z := got[0], got[1], got[2]
		insert := db.Rebind(`INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num) VALUES (5, 1, ?, ?, 0, ?, 1)`)
		require.NoError(t, db.SQLTx(ctx, func(tx *sql.Tx) error {
			for i := range 4500 {
				if _, err := tx.ExecContext(ctx, insert, u, 1_600_000_000_000+i/2, i); err != nil {
					return err
				}
			}
			_, err := tx.ExecContext(ctx, insert, z, 1, 9999)
			return err
		}))
		_, err = r.Identify(ctx, 5, []person.Claim{identify(user("u"), anon("a"))})
		require.NoError(t, err)
		numbers, err := person.Numbers(ctx, db, 5, a)
		require.NoError(t, err)
		require.Equal(t, []int64{int64(a), int64(u)}, numbers)

		stored := roaring.BitmapOf(u, z)
		mapped, err := person.Through(ctx, db, 5, stored, clock.Wall().Add(-time.Hour))
		require.NoError(t, err)
		require.Equal(t, []uint32{a, z}, mapped.ToArray())
		require.Equal(t, []uint32{u, z}, stored.ToArray(), "what was given stays")
		same, err := person.Through(ctx, db, 5, stored, clock.Wall().Add(time.Hour))
		require.NoError(t, err)
		require.Same(t, stored, same)

		n, err := person.Fold(ctx, db, clock.Wall())
		require.NoError(t, err)
		require.Zero(t, n, "not before every process has forgotten the number")
		n, err = person.Fold(ctx, db, clock.Wall().Add(11*time.Minute))
		require.NoError(t, err)
		require.Equal(t, 1, n)
		count := func(num uint32) (n int) {
			require.NoError(t, db.SQL.QueryRowContext(ctx, db.Rebind(`SELECT count(*) FROM events WHERE project_num = 5 AND person_num = ?`), num).Scan(&n))
			return n
		}
		require.Equal(t, []int{4500, 0, 1}, []int{count(a), count(u), count(z)})
		numbers, err = person.Numbers(ctx, db, 5, a)
		require.NoError(t, err)
		require.Equal(t, []int64{int64(a)}, numbers)
	})
}

// partition names who shares a person: the IDs of each, sorted.
func partition(t *testing.T, ctx context.Context, db *database.DB, projectNum int64) []string {
	t.Helper()
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(`SELECT person_num, type, value FROM identities WHERE project_num = ? ORDER BY type, value`), projectNum)
	require.NoError(t, err)
	defer func() { _ = rows.Close() }()
	groups := map[int64][]string{}
	for rows.Next() {
		var num int64
		var kind, value string
		require.NoError(t, rows.Scan(&num, &kind, &value))
		require.NotNil(t, db.Ent.Person.GetX(ctx, projectNum<<32|num), "of a living person")
		groups[num] = append(groups[num], kind+":"+value)
	}
	require.NoError(t, rows.Err())
	out := make([]string, 0, len(groups))
	for _, g := range groups {
		out = append(out, strings.Join(g, " "))
	}
	slices.Sort(out)
	return out
}

// Without conflicts the order of calls, and how they are cut into batches, does
// not matter: who is connected is one person (§12.1).
func TestOrderDoesNotMatter(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		r := rand.New(rand.NewPCG(7, 7)) //nolint:gosec // a test's
		for world := range 25 {
			projectNum := int64(100 + world*10)
			// Each IDs' owner is decided first, so that nobody gets two user IDs.
			var claims []person.Claim
			for range 3 + r.IntN(8) {
				human := r.IntN(3)
				keys := []person.Key{anon(fmt.Sprintf("a%d.%d", human, r.IntN(4)))}
				switch r.IntN(3) {
				case 0:
					keys = append(keys, user(fmt.Sprintf("u%d", human)))
				case 1:
					keys = append(keys, person.Key{Type: person.DeviceID, Value: fmt.Sprintf("d%d.%d", human, r.IntN(3))})
				}
				if r.IntN(3) == 0 {
					claims = append(claims, person.Claim{Keys: keys, Previous: fmt.Sprintf("a%d.%d", human, r.IntN(4)), Merge: true})
				} else {
					claims = append(claims, identify(keys...))
				}
			}
			var first []string
			for order := range 4 {
				ctx := setup(t, db, projectNum+int64(order))
				resolver := person.NewResolver(db)
				r.Shuffle(len(claims), func(i, j int) { claims[i], claims[j] = claims[j], claims[i] })
				for part := range slices.Chunk(claims, 1+r.IntN(4)) {
					_, err := resolver.Identify(ctx, projectNum+int64(order), part)
					require.NoError(t, err)
				}
				got := partition(t, ctx, db, projectNum+int64(order))
				if first == nil {
					first = got
				}
				require.Equal(t, first, got, "world %d", world)
			}
		}
	})
}

// Many processes that make, bind and merge the same people at once neither stand
// still nor lose an ID.
func TestConcurrentMerges(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := setup(t, db, 6)
		const humans, ids = 4, 6
		var wg sync.WaitGroup
		for worker := range 6 {
			wg.Go(func() {
				r := rand.New(rand.NewPCG(1, uint64(worker))) //nolint:gosec // a test's
				resolver := person.NewResolver(db)
				for range 15 {
					var batch []person.Claim
					for range 1 + r.IntN(5) {
						human := r.IntN(humans)
						batch = append(batch, identify(anon(fmt.Sprintf("%d.%d", human, r.IntN(ids))), anon(fmt.Sprintf("%d.%d", human, r.IntN(ids))),
							user(fmt.Sprint(human))))
					}
					if _, err := resolver.Identify(ctx, 6, batch); err != nil {
						t.Errorf("worker %d: %v", worker, err)
					}
				}
			})
		}
		wg.Wait()
		var want []string
		for human := range humans {
			var keys []string
			for i := range ids {
				keys = append(keys, fmt.Sprintf("anonymous_id:%d.%d", human, i))
			}
			want = append(want, strings.Join(append(keys, fmt.Sprintf("user_id:%d", human)), " "))
		}
		require.Equal(t, want, partition(t, ctx, db, 6))
		require.Equal(t, humans, db.Ent.Person.Query().CountX(ctx))
	})
}
