package match_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/audience/compile"
	"tidings/outreach/audience/rule"
	"tidings/outreach/trigger/match"
)

// The properties of the event "e"; free has no type in the catalogue.
var types = map[string]rule.Type{
	"text": rule.Text, "number": rule.Number, "yes": rule.Boolean, "day": rule.Date, "at": rule.Datetime, "list": rule.List,
}

var names = []string{"text", "number", "yes", "day", "at", "list", "free"}

var tests = []string{
	`{"test":"IN","values":["a","茶"]}`, `{"test":"NOT_IN_TAGGED","values":["a"]}`, `{"test":"NOT_IN_ALL","values":["a","2026-03-10"]}`,
	`{"test":"CONTAINS","values":["a"]}`, `{"test":"NOT_CONTAINS","values":["%"]}`, `{"test":"STARTS_WITH","values":["茶"]}`,
	`{"test":"ENDS_WITH","values":["ab"]}`, `{"test":"MATCHES","values":["^a?b"]}`,
	`{"test":"EQ","values":[1]}`, `{"test":"NE","values":[0.3]}`, `{"test":"GT","values":[-3]}`, `{"test":"GE","values":[2.5]}`,
	`{"test":"LT","values":[100]}`, `{"test":"LE","values":[0]}`, `{"test":"BETWEEN","values":[0.1,2.5]}`,
	`{"test":"IS_TRUE"}`, `{"test":"IS_FALSE"}`, `{"test":"ANY_OF","values":["a","b"]}`, `{"test":"ALL_OF","values":["a","ab"]}`,
	`{"test":"NONE_OF","values":["a"]}`, `{"test":"IS_EMPTY"}`, `{"test":"NOT_EMPTY"}`, `{"test":"IS_NULL"}`, `{"test":"NOT_NULL"}`,
	`{"test":"DURING","window":{"kind":"LAST","value":1,"unit":"DAY","today":true}}`,
	`{"test":"DURING","window":{"kind":"BETWEEN","from":"2026-03-01","to":"2026-03-10"}}`,
	`{"test":"DURING","window":{"kind":"THIS","unit":"WEEK"}}`, `{"test":"DURING","window":{"kind":"DAYS","to":-1}}`,
	`{"test":"DURING","window":{"kind":"LAST","value":3,"unit":"HOUR"}}`, `{"test":"DURING","window":{"kind":"ALWAYS"}}`,
}

var values = []string{
	`"a"`, `"ab"`, `"ba"`, `"茶ab"`, `"a%"`, `"b"`, `""`, `"2026-03-10"`, `"2026-02-30"`, `"2026-03-09"`, `"0999-01-01"`,
	`"2026-03-09T16:00:00.000Z"`, `"2026-03-09T15:59:59.999Z"`, `"2026-03-10T00:00:00.000Z"`, `"2026-03-10T24:00:00.000Z"`, `"2026-03-10T01:00:00Z"`,
	`0`, `1`, `1.0`, `2.5`, `0.1`, `0.3`, `-3`, `1e2`, `100`, `true`, `false`, `null`, `[]`, `["a"]`, `["a","ab",1]`, `["b",null]`, `{"a":"b"}`, `{}`,
}

// A filter means for an event in memory what its SQL means for a stored one.
func TestMatchIsWhatTheCompiledFilterSelects(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := viewer.System(context.Background())
		now := time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
		zone, err := time.LoadLocation("Asia/Shanghai")
		require.NoError(t, err)
		p, err := db.Ent.Project.Create().SetName("shop").SetNum(1).SetTimeZone(zone.String()).Save(ctx)
		require.NoError(t, err)
		e, err := db.Ent.EventType.Create().SetProjectID(p.ID).SetName("e").SetNum(1).Save(ctx)
		require.NoError(t, err)
		for name, typ := range types {
			require.NoError(t, db.Ent.Property.Create().SetProjectID(p.ID).SetOwner(property.OwnerEvent).SetOwnerID(e.ID).SetName(name).
				SetType(property.Type(typ)).Exec(ctx))
		}
		// Everybody has done e once, with every value in every property, among others; 0 has none.
		var props []string
		for i := range len(names) * len(values) {
			var fields []string
			for k, name := range names {
				if at := (i + k*i/len(values) + k*7) % (len(values) + 4); at < len(values) {
					fields = append(fields, fmt.Sprintf("%q:%s", name, values[at]))
				}
			}
			props = append(props, "{"+strings.Join(fields, ",")+"}")
		}
		props = append(props, "")
		for i, text := range props {
			raw := any(text)
			if text == "" {
				raw = nil
			}
			id := p.Num<<32 | int64(i+1)
			_, err := db.SQL.ExecContext(ctx, db.Rebind(`INSERT INTO persons (id, project_num, stub, subject, created_at) VALUES (?, ?, ?, 0, ?)`), id, p.Num, false, now)
			require.NoError(t, err)
			_, err = db.SQL.ExecContext(ctx, db.Rebind(`INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props)
				VALUES (?, 1, ?, ?, ?, ?, 1, ?)`), p.Num, i+1, now.UnixMilli(), now.UnixMilli(), i, raw)
			require.NoError(t, err)
		}
		evaluator := &compile.Evaluator{DB: db}
		scope := compile.Scope{ProjectID: p.ID, ProjectNum: p.Num, Zone: zone, Now: now}
		var draw func(rt *rapid.T, depth int) string
		draw = func(rt *rapid.T, depth int) string {
			if depth == 0 || rapid.IntRange(0, 2).Draw(rt, "join") > 0 {
				name, _ := json.Marshal(rapid.SampledFrom(names).Draw(rt, "name")) //nolint:errcheck,errchkjson // a string
				return fmt.Sprintf(`{"op":"PROPERTY","name":%s,"test":%s}`, name, rapid.SampledFrom(tests).Draw(rt, "test"))
			}
			nodes := make([]string, rapid.IntRange(1, 3).Draw(rt, "nodes"))
			for i := range nodes {
				nodes[i] = draw(rt, depth-1)
			}
			return fmt.Sprintf(`{"op":%q,"nodes":[%s]}`, rapid.SampledFrom([]string{"AND", "OR"}).Draw(rt, "op"), strings.Join(nodes, ","))
		}
		check := func(t require.TestingT, where string) {
			tree, err := rule.Parse([]byte(`{"op":"EVENT","event":"e","where":` + where + `}`))
			require.NoError(t, err)
			selected, err := evaluator.Evaluate(ctx, scope, tree, compile.Options{})
			require.NoError(t, err)
			f, err := match.Compile(tree.Where, types)
			require.NoError(t, err)
			var got []uint32
			for i, text := range props {
				if f.Match(match.Of([]byte(text)), now, zone) {
					got = append(got, uint32(i+1)) //nolint:gosec // a few
				}
			}
			if !slices.Equal(selected.ToArray(), got) {
				for i, text := range props {
					num := uint32(i + 1) //nolint:gosec // a few
					require.Equal(t, selected.Contains(num), slices.Contains(got, num), "%s\nof %s", where, text)
				}
			}
		}
		for _, name := range names { // each test of each property
			for _, one := range tests {
				check(t, fmt.Sprintf(`{"op":"PROPERTY","name":%q,"test":%s}`, name, one))
			}
		}
		rapid.Check(t, func(rt *rapid.T) { check(rt, draw(rt, 2)) })
	})
}
