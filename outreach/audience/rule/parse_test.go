package rule_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/stretchr/testify/require"

	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
)

var valid = []string{
	`{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["Beijing","上海"]}}`,
	`{"op":"TAG","name":"a b.c[0]$?'","test":{"test":"IS_NULL"}}`,
	`{"op":"ATTRIBUTE","name":"age","test":{"test":"BETWEEN","values":[18,3.5e1]}}`,
	`{"op":"ATTRIBUTE","name":"born","test":{"test":"DURING","window":{"kind":"NEXT","value":7,"unit":"DAY"}}}`,
	`{"op":"ATTRIBUTE","name":"mail","test":{"test":"MATCHES","values":["@example\\.(com|org)$"]}}`,
	`{"op":"IDENTITY","idType":"phone"}`,
	`{"op":"IDENTITY","idType":"phone","has":false}`,
	`{"op":"SEGMENT","segment":"seg_1","in":false}`,
	`{"op":"EVENT","event":"purchase"}`,
	`{"op":"EVENT","event":"Order \"Done\"","did":false,"window":{"kind":"LAST","value":7,"unit":"DAY","today":false}}`,
	`{"op":"EVENT","event":"purchase","compare":{"test":"GE","values":[5]}}`,
	`{"op":"EVENT","event":"purchase","did":true,"measure":{"of":"SUM","name":"amount"},"compare":{"test":"GT","values":[200.5]}}`,
	`{"op":"EVENT","event":"purchase","where":{"op":"AND","nodes":[{"op":"PROPERTY","name":"x","test":{"test":"IS_TRUE"}},{"op":"OR","nodes":[{"op":"PROPERTY","name":"y","test":{"test":"NOT_EMPTY"}}]}]}}`,
	`{"op":"EVENT","event":"a","window":{"kind":"ANCHOR","event":{"event":"b","pick":"LAST","window":{"kind":"THIS","unit":"HALF_MONTH"}},"after":{"value":30,"unit":"DAY"}}}`,
	`{"op":"EVENT","event":"a","window":{"kind":"ANCHOR","attribute":"registered_at","same":"WEEK"}}`,
	`{"op":"EVENT","event":"a","window":{"kind":"DAYS","from":-4,"to":-2}}`,
	`{"op":"EVENT","event":"a","window":{"kind":"DAYS","to":0}}`,
	`{"op":"EVENT","event":"a","window":{"kind":"BETWEEN","from":"2021-03-01","to":"2021-03-31T08:00:00.5+08:00"}}`,
	`{"op":"EVENT","event":"a","window":{"kind":"ALWAYS"}}`,
	`{"op":"ROWS","table":"orders","measure":{"of":"ROWS"},"compare":{"test":"NE","values":[-1]}}`,
	`{"op":"ROWS","table":"orders","measure":{"of":"DISTINCT","name":"sku"},"compare":{"test":"BETWEEN","values":[1,2]}}`,
	`{"op":"SEQUENCE","steps":[{"event":"a"},{"event":"a","where":{"op":"PROPERTY","name":"x","test":{"test":"GT","values":[0]}}}],"within":{"value":30,"unit":"MINUTE"},"link":"order_id","did":false}`,
	`{"op":"AND","nodes":[{"op":"OR","nodes":[{"op":"EVENT","event":"a"}]},{"op":"EXCLUDE","nodes":[{"op":"EVENT","event":"a"},{"op":"EVENT","event":"b"}]}]}`,
}

// invalid trees, with the path and the word of what is wrong with them.
var invalid = map[string][2]string{
	`[]`:                      {"rule", "INVALID_VALUE"},
	`null`:                    {"rule", "INVALID_VALUE"},
	`{}`:                      {"rule.op", "REQUIRED"},
	`{"op":"XOR","nodes":[]}`: {"rule.op", "UNKNOWN"},
	`{"op":"AND"}`:            {"rule.nodes", "REQUIRED"},
	`{"op":"AND","nodes":[]}`: {"rule.nodes", "COUNT"},
	`{"op":"EXCLUDE","nodes":[{"op":"EVENT","event":"a"}]}`:                                                               {"rule.nodes", "COUNT"},
	`{"op":"EXCLUDE","nodes":[null,{"op":"EVENT","event":"a"}]}`:                                                          {"rule.nodes.0", "INVALID_VALUE"},
	`{"op":"EVENT","event":"a","surprise":1}`:                                                                             {"rule.surprise", "NOT_ALLOWED"},
	`{"op":"EVENT","event":""}`:                                                                                           {"rule.event", "INVALID_VALUE"},
	`{"op":"EVENT","event":"a","did":"yes"}`:                                                                              {"rule.did", "INVALID_VALUE"},
	`{"op":"EVENT","event":"a","did":false,"compare":{"test":"GE","values":[1]}}`:                                         {"rule.compare", "NOT_ALLOWED"},
	`{"op":"EVENT","event":"a","measure":{"of":"SUM","name":"x"}}`:                                                        {"rule.compare", "REQUIRED"},
	`{"op":"EVENT","event":"a","measure":{"of":"SUM"},"compare":{"test":"GE","values":[1]}}`:                              {"rule.measure.name", "REQUIRED"},
	`{"op":"EVENT","event":"a","measure":{"of":"ROWS"},"compare":{"test":"GE","values":[1]}}`:                             {"rule.measure.of", "UNKNOWN"},
	`{"op":"EVENT","event":"a","measure":{"of":"TIMES","name":"x"},"compare":{"test":"GE","values":[1]}}`:                 {"rule.measure.name", "NOT_ALLOWED"},
	`{"op":"EVENT","event":"a","compare":{"test":"IN","values":["x"]}}`:                                                   {"rule.compare.test", "UNKNOWN"},
	`{"op":"EVENT","event":"a","compare":{"test":"GE","values":["1"]}}`:                                                   {"rule.compare.values.0", "INVALID_VALUE"},
	`{"op":"EVENT","event":"a","compare":{"test":"GE","values":[1,2]}}`:                                                   {"rule.compare.values", "COUNT"},
	`{"op":"EVENT","event":"a","compare":{"test":"GE","values":[0.1234567]}}`:                                             {"rule.compare.values.0", "INVALID_VALUE"},
	`{"op":"EVENT","event":"a","compare":{"test":"GE","values":[1000000000.5]}}`:                                          {"rule.compare.values.0", "INVALID_VALUE"},
	`{"op":"ATTRIBUTE","name":"x\"y","test":{"test":"IS_NULL"}}`:                                                          {"rule.name", "INVALID_FORMAT"},
	`{"op":"ATTRIBUTE","name":"x\\y","test":{"test":"IS_NULL"}}`:                                                          {"rule.name", "INVALID_FORMAT"},
	`{"op":"ATTRIBUTE","name":"x\ny","test":{"test":"IS_NULL"}}`:                                                          {"rule.name", "INVALID_FORMAT"},
	`{"op":"ATTRIBUTE","name":"x"}`:                                                                                       {"rule.test", "REQUIRED"},
	`{"op":"ATTRIBUTE","name":"x","test":{"test":"IN"}}`:                                                                  {"rule.test.values", "REQUIRED"},
	`{"op":"ATTRIBUTE","name":"x","test":{"test":"IN","values":[1]}}`:                                                     {"rule.test.values.0", "INVALID_VALUE"},
	`{"op":"ATTRIBUTE","name":"x","test":{"test":"IN","values":["a\u0000"]}}`:                                             {"rule.test.values.0", "INVALID_VALUE"},
	`{"op":"ATTRIBUTE","name":"x","test":{"test":"IS_NULL","values":["a"]}}`:                                              {"rule.test.values", "NOT_ALLOWED"},
	`{"op":"ATTRIBUTE","name":"x","test":{"test":"DURING"}}`:                                                              {"rule.test.window", "REQUIRED"},
	`{"op":"ATTRIBUTE","name":"x","test":{"test":"DURING","window":{"kind":"ANCHOR","attribute":"y","same":"DAY"}}}`:      {"rule.test.window.kind", "UNKNOWN"},
	`{"op":"EVENT","event":"a","window":{"kind":"LAST","value":0,"unit":"DAY"}}`:                                          {"rule.window.value", "OUT_OF_RANGE"},
	`{"op":"EVENT","event":"a","window":{"kind":"LAST","value":1.5,"unit":"DAY"}}`:                                        {"rule.window.value", "INVALID_VALUE"},
	`{"op":"EVENT","event":"a","window":{"kind":"NEXT","value":1,"unit":"HOUR"}}`:                                         {"rule.window.unit", "UNKNOWN"},
	`{"op":"EVENT","event":"a","window":{"kind":"BETWEEN"}}`:                                                              {"rule.window", "REQUIRED"},
	`{"op":"EVENT","event":"a","window":{"kind":"BETWEEN","from":"2021-02-30"}}`:                                          {"rule.window.from", "INVALID_FORMAT"},
	`{"op":"EVENT","event":"a","window":{"kind":"DAYS"}}`:                                                                 {"rule.window", "REQUIRED"},
	`{"op":"EVENT","event":"a","window":{"kind":"ANCHOR","same":"DAY"}}`:                                                  {"rule.window", "REQUIRED"},
	`{"op":"EVENT","event":"a","window":{"kind":"ANCHOR","attribute":"x"}}`:                                               {"rule.window", "REQUIRED"},
	`{"op":"EVENT","event":"a","window":{"kind":"ANCHOR","attribute":"x","same":"DAY","after":{"value":1,"unit":"DAY"}}}`: {"rule.window", "REQUIRED"},
	`{"op":"EVENT","event":"a","where":{"op":"EVENT","event":"b"}}`:                                                       {"rule.where.op", "UNKNOWN"},
	`{"op":"SEQUENCE","steps":[{"event":"a"}]}`:                                                                           {"rule.steps", "COUNT"},
	`{"op":"AND","nodes":[{"op":"EVENT","event":"a"},{"op":"EVENT","event":"b","where":{"op":"AND","nodes":[{"op":"PROPERTY","name":"x","test":{"test":"LIKE"}}]}}]}`: {"rule.nodes.1.where.nodes.0.test.test", "UNKNOWN"},
	`{"op":"PROPERTY","name":"x","test":{"test":"IS_NULL"}}`: {"rule.op", "UNKNOWN"},
}

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(rule.Schema))
	require.NoError(t, err)
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	require.NoError(t, c.AddResource("rule.json", doc))
	s, err := c.Compile("rule.json")
	require.NoError(t, err)
	return s
}

func TestSchemaAndParseAgree(t *testing.T) {
	t.Parallel()
	s := schema(t)
	for _, text := range valid {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.NoError(t, s.Validate(doc), text)
		n, err := rule.Parse([]byte(text))
		require.NoError(t, err, text)
		again, err := json.Marshal(n)
		require.NoError(t, err)
		back, err := rule.Parse(again)
		require.NoError(t, err, string(again))
		require.Equal(t, n, back, "what is written reads the same")
	}
	for text, want := range invalid {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		require.NoError(t, err)
		require.Error(t, s.Validate(doc), text)
		_, err = rule.Parse([]byte(text))
		refused(t, err, want[0], want[1], text)
	}
}

func refused(t *testing.T, err error, path, word, text string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	require.True(t, ok, "%s: %v", text, err)
	require.Equal(t, fault.Invalid, f.Code)
	require.Equal(t, path, f.Fields[0].Path, text)
	require.Equal(t, word, f.Fields[0].Rule, text)
}

func TestParseRefusesWhatNoSchemaSays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]string{
		`{"op":`:                           {"rule", "JSON"},
		`{"op":"EVENT","event":"a"} {}`:    {"rule", "JSON"},
		strings.Repeat(" ", 64<<10) + `{}`: {"rule", "TOO_LONG"},
		strings.Repeat(`{"op":"AND","nodes":[`, 1000) + strings.Repeat(`]}`, 1000):                              {"rule" + strings.Repeat(".nodes.0", 17), "INVALID_VALUE"},
		`{"op":"ATTRIBUTE","name":"x","test":{"test":"MATCHES","values":["(?=x)"]}}`:                            {"rule.test.values.0", "PATTERN"},
		`{"op":"ATTRIBUTE","name":"x","test":{"test":"MATCHES","values":["` + strings.Repeat("a", 201) + `"]}}`: {"rule.test.values.0", "TOO_LONG"},
		`{"op":"EVENT","event":"a","compare":{"test":"GE","values":[1e999999999]}}`:                             {"rule.compare.values.0", "INVALID_VALUE"},
	} {
		_, err := rule.Parse([]byte(text))
		refused(t, err, want[0], want[1], text[:min(len(text), 80)])
	}
	_, err := rule.Parse([]byte(`{"op":"AND","nodes":[{"op":"EVENT"},{"op":"TAG","name":""}]}`))
	f, ok := errors.AsType[*fault.Error](err)
	require.True(t, ok)
	require.Len(t, f.Fields, 3, "all that is wrong is said at once")
}

func FuzzParse(f *testing.F) {
	for _, text := range valid {
		f.Add([]byte(text))
	}
	for text := range invalid {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		n, err := rule.Parse(text)
		if err != nil {
			require.Equal(t, fault.Invalid, fault.CodeOf(err))
			return
		}
		_ = rule.References(n)
		again, err := json.Marshal(n)
		require.NoError(t, err)
		back, err := rule.Parse(again)
		require.NoError(t, err, "%s became %s", text, again)
		require.Equal(t, n, back)
	})
}
