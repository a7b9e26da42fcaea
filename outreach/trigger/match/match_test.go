package match_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/audience/rule"
	"tidings/outreach/trigger/match"
)

// filter compiles a filter from its JSON.
func filter(t *testing.T, text string, types map[string]rule.Type) *match.Filter {
	t.Helper()
	n, err := rule.Parse([]byte(`{"op":"EVENT","event":"e","where":` + text + `}`))
	require.NoError(t, err)
	f, err := match.Compile(n.Where, types)
	require.NoError(t, err)
	return f
}

func TestAnEventPassesAFilter(t *testing.T) {
	t.Parallel()
	types := map[string]rule.Type{"day": rule.Date, "at": rule.Datetime, "tags": rule.List, "price": rule.Number}
	zone := time.FixedZone("", 8*3600)
	now := time.Date(2026, 3, 10, 2, 0, 0, 0, time.UTC)
	one := func(name, test string) string { return `{"op":"PROPERTY","name":"` + name + `","test":` + test + `}` }
	for name, c := range map[string]struct {
		filter, props string
		want          bool
	}{
		"a number is compared exactly":                           {one("price", `{"test":"EQ","values":[0.3]}`), `{"price":0.30}`, true},
		"a text that looks like a number is none":                {one("price", `{"test":"GE","values":[1]}`), `{"price":"5"}`, false},
		"an absent value fails":                                  {one("price", `{"test":"NE","values":[1]}`), `{}`, false},
		"without properties every test fails":                    {one("city", `{"test":"NOT_CONTAINS","values":["a"]}`), ``, false},
		"but not NOT_IN_ALL":                                     {one("city", `{"test":"NOT_IN_ALL","values":["a"]}`), ``, true},
		"and not IS_EMPTY":                                       {one("tags", `{"test":"IS_EMPTY"}`), ``, true},
		"null is absent":                                         {one("city", `{"test":"IS_NULL"}`), `{"city":null}`, true},
		"AND wants all":                                          {`{"op":"AND","nodes":[` + one("price", `{"test":"GT","values":[1]}`) + `,` + one("city", `{"test":"IN","values":["x"]}`) + `]}`, `{"price":2,"city":"y"}`, false},
		"OR wants one":                                           {`{"op":"OR","nodes":[` + one("price", `{"test":"GT","values":[1]}`) + `,` + one("city", `{"test":"IN","values":["x"]}`) + `]}`, `{"price":2,"city":"y"}`, true},
		"a date of today in the project's zone":                  {one("day", `{"test":"DURING","window":{"kind":"LAST","value":1,"unit":"DAY","today":true}}`), `{"day":"2026-03-10"}`, true},
		"an instant before midnight in the project's zone":       {one("at", `{"test":"DURING","window":{"kind":"LAST","value":1,"unit":"DAY","today":true}}`), `{"at":"2026-03-09T15:59:59.999Z"}`, false},
		"an instant at midnight in the project's zone":           {one("at", `{"test":"DURING","window":{"kind":"LAST","value":1,"unit":"DAY","today":true}}`), `{"at":"2026-03-09T16:00:00.000Z"}`, true},
		"ALL_OF a list":                                          {one("tags", `{"test":"ALL_OF","values":["a","b"]}`), `{"tags":["b","c","a"]}`, true},
		"NONE_OF without a list":                                 {one("tags", `{"test":"NONE_OF","values":["a"]}`), `{"tags":"a"}`, false},
		"a pattern matches anywhere, and knows upper from lower": {one("city", `{"test":"MATCHES","values":["^S.*n$"]}`), `{"city":"Shenzhen"}`, true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.Equal(t, c.want, filter(t, c.filter, types).Match(match.Of([]byte(c.props)), now, zone))
		})
	}
	t.Run("no filter passes everything", func(t *testing.T) {
		t.Parallel()
		f, err := match.Compile(nil, nil)
		require.NoError(t, err)
		require.True(t, f.Match(match.Of(nil), now, zone))
	})
}
