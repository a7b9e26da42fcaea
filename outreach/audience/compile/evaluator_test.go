package compile

import (
	"context"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience/rule"
)

func evaluate(t *testing.T, p *project, text string) []uint32 {
	t.Helper()
	tree, err := rule.Parse([]byte(text))
	require.NoError(t, err)
	found, err := (&Evaluator{DB: p.db}).Evaluate(context.Background(), p.scope, tree, Options{})
	require.NoError(t, err)
	return append([]uint32{}, found.ToArray()...)
}

// twins fills two projects with the same names, numbers and IDs, and other data.
func twins(t *testing.T, db *database.DB) (one, other *project) {
	t.Helper()
	now := time.Date(2021, 3, 31, 12, 0, 0, 0, time.UTC)
	for i, p := range []**project{&one, &other} {
		*p = newProject(t, db, "UTC", now)
		(*p).learn(t, map[string]map[string]rule.Type{"ATTRIBUTE": {"city": rule.Text}, "buy": {"sku": rule.Text}, "table orders": {"sku": rule.Text}})
		(*p).people(t, []human{{num: 1, attrs: `{"city": "` + []string{"a", "b"}[i] + `"}`}, {num: 2, attrs: `{"city": "` + []string{"b", "a"}[i] + `"}`}})
		bought := []behaviour{{"buy", uint32(1 + i), now.UnixMilli() - 5000, `{"sku": "x"}`}, {"buy", uint32(1 + i), now.UnixMilli() - 1000, `{"sku": "y"}`}}
		(*p).events(t, bought)
		(*p).rows(t, []behaviour{{"orders", uint32(1 + i), now.UnixMilli(), `{"sku": "x"}`}})
		(*p).identities(t, []identity{{num: uint32(1 + i), typ: "wx_openid", value: "wxapp:o1"}, {num: uint32(2 - i), typ: "phone", value: "123", invalid: true}})
	}
	return one, other
}

func TestProjectsNeverSeeEachOther(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		one, other := twins(t, db)
		for _, text := range []string{
			`{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["a"]}}`,
			`{"op":"ATTRIBUTE","name":"city","test":{"test":"MATCHES","values":["^a"]}}`,
			`{"op":"EVENT","event":"buy"}`,
			`{"op":"EVENT","event":"buy","compare":{"test":"GE","values":[2]}}`,
			`{"op":"EVENT","event":"buy","where":{"op":"PROPERTY","name":"sku","test":{"test":"MATCHES","values":["x"]}}}`,
			`{"op":"ROWS","table":"orders"}`,
			`{"op":"SEQUENCE","steps":[{"event":"buy"},{"event":"buy"}]}`,
			`{"op":"IDENTITY","idType":"wx_openid"}`,
			`{"op":"IDENTITY","idType":"phone","has":false}`,
		} {
			require.Equal(t, []uint32{1}, evaluate(t, one, text), text)
			require.Equal(t, []uint32{2}, evaluate(t, other, text), text)
		}
		e := &Evaluator{DB: db}
		members, err := e.Members(context.Background(), one.scope.ProjectNum, "wx_openid", "wxapp")
		require.NoError(t, err)
		require.Equal(t, []uint32{1}, members.ToArray())
		members, err = e.Members(context.Background(), one.scope.ProjectNum, "wx_openid", "wxap")
		require.NoError(t, err)
		require.True(t, members.IsEmpty(), "another app")
		members, err = e.Members(context.Background(), one.scope.ProjectNum, "phone", "")
		require.NoError(t, err)
		require.True(t, members.IsEmpty(), "an invalid ID reaches nobody")
		all, err := e.Everybody(context.Background(), other.scope)
		require.NoError(t, err)
		require.Equal(t, []uint32{1, 2}, all.ToArray())
	})
}

// What a user writes stays a value, wherever it stands.
func TestNothingOfARuleBecomesSQL(t *testing.T) {
	t.Parallel()
	const attack = `x') OR 1=1; DROP TABLE persons; --`
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		one, _ := twins(t, db)
		none := []uint32{}
		for _, text := range []string{
			`{"op":"ATTRIBUTE","name":"` + attack + `","test":{"test":"NOT_NULL"}}`,
			`{"op":"ATTRIBUTE","name":"city' IS NOT NULL OR attributes ->> 'city","test":{"test":"IN","values":["a","b"]}}`,
			`{"op":"TAG","name":"$.city') OR 1=1 --","test":{"test":"IN","values":["a"]}}`,
			`{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["` + attack + `"]}}`,
			`{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["` + attack + `","{\"}"]}}`,
			`{"op":"ATTRIBUTE","name":"city","test":{"test":"CONTAINS","values":["%"]}}`,
			`{"op":"ATTRIBUTE","name":"city","test":{"test":"ENDS_WITH","values":["' OR '1'='1"]}}`,
			`{"op":"EVENT","event":"` + attack + `"}`,
			`{"op":"ROWS","table":"` + attack + `"}`,
			`{"op":"IDENTITY","idType":"` + attack + `"}`,
			`{"op":"EVENT","event":"buy","where":{"op":"PROPERTY","name":"` + attack + `","test":{"test":"NOT_NULL"}}}`,
			`{"op":"EVENT","event":"buy","measure":{"of":"SUM","name":"` + attack + `"},"compare":{"test":"GE","values":[0]}}`,
			`{"op":"SEQUENCE","steps":[{"event":"buy"},{"event":"buy"}],"link":"` + attack + `"}`,
			`{"op":"EVENT","event":"buy","window":{"kind":"ANCHOR","attribute":"` + attack + `","same":"DAY"}}`,
		} {
			require.Equal(t, none, evaluate(t, one, text), text)
		}
		require.Equal(t, []uint32{1}, evaluate(t, one, `{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["a"]}}`), "the table is still there")
	})
}

func TestProgressAndCancelling(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		one, _ := twins(t, db)
		tree, err := rule.Parse([]byte(`{"op":"AND","nodes":[{"op":"ATTRIBUTE","name":"city","test":{"test":"NOT_NULL"}},{"op":"EVENT","event":"buy"},
			{"op":"TAG","name":"x","test":{"test":"IS_NULL"}},{"op":"SEGMENT","segment":"seg_x","in":false}]}`))
		require.NoError(t, err)
		var seen [][2]int
		options := Options{
			Progress: func(done, total int) { seen = append(seen, [2]int{done, total}) },
			Segment:  func(context.Context, string) (*roaring.Bitmap, error) { return roaring.BitmapOf(2), nil },
		}
		e := &Evaluator{DB: db}
		found, err := e.Evaluate(context.Background(), one.scope, tree, options)
		require.NoError(t, err)
		require.Equal(t, []uint32{1}, found.ToArray())
		require.Equal(t, [][2]int{{1, 3}, {2, 3}, {3, 3}}, seen, "attributes and tags are one scan")
		ctx, cancel := context.WithCancel(context.Background())
		options.Progress = func(int, int) { cancel() }
		_, err = e.Evaluate(ctx, one.scope, tree, options)
		require.ErrorIs(t, err, context.Canceled)
	})
}
