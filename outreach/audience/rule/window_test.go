package rule_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/audience/rule"
)

// window decodes one by way of a rule.
func window(t *testing.T, text string) *rule.Window {
	t.Helper()
	n, err := rule.Parse([]byte(`{"op":"EVENT","event":"a","window":` + text + `}`))
	require.NoError(t, err)
	return n.Window
}

func TestWindowsResolve(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, zone, now, window, from, to, first, last string }{
		{"today", "Asia/Shanghai", "2021-03-31T12:00:00+08:00", `{"kind":"THIS","unit":"DAY"}`, "2021-03-31T00:00:00+08:00", "2021-04-01T00:00:00+08:00", "2021-03-31", "2021-04-01"},
		{"today begins in the zone, not in UTC", "Asia/Shanghai", "2021-03-31T20:00:00Z", `{"kind":"THIS","unit":"DAY"}`, "2021-04-01T00:00:00+08:00", "2021-04-02T00:00:00+08:00", "2021-04-01", "2021-04-02"},
		{"a week begins on Monday: on Sunday it is six days old", "UTC", "2021-03-28T12:00:00Z", `{"kind":"THIS","unit":"WEEK"}`, "2021-03-22T00:00:00Z", "2021-03-29T00:00:00Z", "2021-03-22", "2021-03-29"},
		{"a week begins on Monday: on Monday it is new", "UTC", "2021-03-29T00:00:00Z", `{"kind":"THIS","unit":"WEEK"}`, "2021-03-29T00:00:00Z", "2021-04-05T00:00:00Z", "2021-03-29", "2021-04-05"},
		{"the first half of a month ends on the 15th", "UTC", "2021-02-15T23:59:59Z", `{"kind":"THIS","unit":"HALF_MONTH"}`, "2021-02-01T00:00:00Z", "2021-02-16T00:00:00Z", "2021-02-01", "2021-02-16"},
		{"the second half ends with the month", "UTC", "2024-02-16T00:00:00Z", `{"kind":"THIS","unit":"HALF_MONTH"}`, "2024-02-16T00:00:00Z", "2024-03-01T00:00:00Z", "2024-02-16", "2024-03-01"},
		{"this month", "UTC", "2021-12-31T12:00:00Z", `{"kind":"THIS","unit":"MONTH"}`, "2021-12-01T00:00:00Z", "2022-01-01T00:00:00Z", "2021-12-01", "2022-01-01"},
		{"this quarter", "UTC", "2021-12-31T12:00:00Z", `{"kind":"THIS","unit":"QUARTER"}`, "2021-10-01T00:00:00Z", "2022-01-01T00:00:00Z", "2021-10-01", "2022-01-01"},
		{"this year", "UTC", "2021-12-31T12:00:00Z", `{"kind":"THIS","unit":"YEAR"}`, "2021-01-01T00:00:00Z", "2022-01-01T00:00:00Z", "2021-01-01", "2022-01-01"},
		{"the last seven days with today", "UTC", "2021-03-03T12:00:00Z", `{"kind":"LAST","value":7,"unit":"DAY"}`, "2021-02-25T00:00:00Z", "2021-03-04T00:00:00Z", "2021-02-25", "2021-03-04"},
		{"the last seven days until yesterday", "UTC", "2021-03-03T12:00:00Z", `{"kind":"LAST","value":7,"unit":"DAY","today":false}`, "2021-02-24T00:00:00Z", "2021-03-03T00:00:00Z", "2021-02-24", "2021-03-03"},
		{"the last month, where the one before is shorter", "UTC", "2021-03-30T12:00:00Z", `{"kind":"LAST","value":1,"unit":"MONTH"}`, "2021-02-28T00:00:00Z", "2021-03-31T00:00:00Z", "2021-02-28", "2021-03-31"},
		{"the last year until 28 February", "UTC", "2024-02-28T12:00:00Z", `{"kind":"LAST","value":1,"unit":"YEAR"}`, "2023-02-28T00:00:00Z", "2024-02-29T00:00:00Z", "2023-02-28", "2024-02-29"},
		{"the last hours are exact", "UTC", "2021-03-03T12:34:56.789Z", `{"kind":"LAST","value":36,"unit":"HOUR"}`, "2021-03-02T00:34:56.789Z", "2021-03-03T12:34:56.789Z", "", ""},
		{"the next week with today", "UTC", "2021-02-26T12:00:00Z", `{"kind":"NEXT","value":7,"unit":"DAY"}`, "2021-02-26T00:00:00Z", "2021-03-05T00:00:00Z", "2021-02-26", "2021-03-05"},
		{"between two and four days ago", "UTC", "2021-03-03T12:00:00Z", `{"kind":"DAYS","from":-4,"to":-2}`, "2021-02-27T00:00:00Z", "2021-03-02T00:00:00Z", "2021-02-27", "2021-03-02"},
		{"before seven days ago, included", "UTC", "2021-03-08T12:00:00Z", `{"kind":"DAYS","to":-7}`, "", "2021-03-02T00:00:00Z", "", "2021-03-02"},
		{"after seven days from now", "UTC", "2021-03-01T12:00:00Z", `{"kind":"DAYS","from":8}`, "2021-03-09T00:00:00Z", "", "2021-03-09", ""},
		{"fixed days are both included", "Asia/Shanghai", "2025-01-01T00:00:00Z", `{"kind":"BETWEEN","from":"2021-03-01","to":"2021-03-31"}`, "2021-03-01T00:00:00+08:00", "2021-04-01T00:00:00+08:00", "2021-03-01", "2021-04-01"},
		{"fixed instants are taken as they are", "Asia/Shanghai", "2025-01-01T00:00:00Z", `{"kind":"BETWEEN","from":"2021-03-01T08:00:00Z","to":"2021-03-31T08:00:00.5Z"}`, "2021-03-01T08:00:00Z", "2021-03-31T08:00:00.5Z", "2021-03-01", "2021-04-01"},
		{"an open end", "UTC", "2025-01-01T00:00:00Z", `{"kind":"BETWEEN","to":"2021-03-31"}`, "", "2021-04-01T00:00:00Z", "", "2021-04-01"},
		{"the last day of all is for ever", "Asia/Shanghai", "2025-01-01T00:00:00Z", `{"kind":"BETWEEN","from":"2026-01-01","to":"9999-12-31"}`, "2026-01-01T00:00:00+08:00", "9999-12-31T16:00:00Z", "2026-01-01", ""},
		{"and so it is west of Greenwich", "America/New_York", "2025-01-01T00:00:00Z", `{"kind":"BETWEEN","to":"9999-12-31"}`, "", "", "", ""},
		{"eight thousand years from now too", "UTC", "2025-01-01T00:00:00Z", `{"kind":"NEXT","value":8000,"unit":"YEAR"}`, "2025-01-01T00:00:00Z", "", "2025-01-01", ""},
		{"always", "UTC", "2025-01-01T00:00:00Z", `{"kind":"ALWAYS"}`, "", "", "", ""},
		{"a day of 23 hours", "Europe/London", "2021-03-28T12:00:00Z", `{"kind":"THIS","unit":"DAY"}`, "2021-03-28T00:00:00Z", "2021-03-28T23:00:00Z", "2021-03-28", "2021-03-29"},
		{"a day of 25 hours", "Europe/London", "2021-10-31T12:00:00Z", `{"kind":"THIS","unit":"DAY"}`, "2021-10-30T23:00:00Z", "2021-11-01T00:00:00Z", "2021-10-31", "2021-11-01"},
		{"a day without midnight begins at one", "America/Sao_Paulo", "2018-11-04T12:00:00-02:00", `{"kind":"THIS","unit":"DAY"}`, "2018-11-04T01:00:00-02:00", "2018-11-05T00:00:00-02:00", "2018-11-04", "2018-11-05"},
		{"a midnight that comes after the clock went back", "America/Sao_Paulo", "2018-02-18T12:00:00-03:00", `{"kind":"THIS","unit":"DAY"}`, "2018-02-18T00:00:00-03:00", "2018-02-19T00:00:00-03:00", "2018-02-18", "2018-02-19"},
		{"a day with two midnights begins at the first", "America/Havana", "2021-11-07T12:00:00-05:00", `{"kind":"THIS","unit":"DAY"}`, "2021-11-07T00:00:00-04:00", "2021-11-08T00:00:00-05:00", "2021-11-07", "2021-11-08"},
		{"a day that was left out is empty", "Pacific/Apia", "2012-01-02T12:00:00+14:00", `{"kind":"BETWEEN","from":"2011-12-30","to":"2011-12-30"}`, "2011-12-31T00:00:00+14:00", "2011-12-31T00:00:00+14:00", "2011-12-30", "2011-12-31"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			loc, err := time.LoadLocation(c.zone)
			require.NoError(t, err)
			now, err := time.Parse(time.RFC3339, c.now)
			require.NoError(t, err)
			at := func(text string, open int64) int64 {
				if text == "" {
					return open
				}
				v, err := time.Parse(time.RFC3339, text)
				require.NoError(t, err)
				return v.UnixMilli()
			}
			w := window(t, c.window)
			got := w.Resolve(now, loc)
			require.Equal(t, rule.Range{From: at(c.from, rule.OpenFrom), To: at(c.to, rule.OpenTo)}, got, "from %s to %s", time.UnixMilli(got.From).In(loc), time.UnixMilli(got.To).In(loc))
			require.Equal(t, c.from != "" && c.to != "", got.Bounded())
			if w.Unit != rule.Hour {
				require.Equal(t, rule.DateRange{From: c.first, To: c.last}, w.ResolveDates(now, loc))
			}
		})
	}
	require.False(t, (*rule.Window)(nil).Resolve(time.Now(), time.UTC).Bounded(), "no window is always") //nolint:forbidigo // any instant
}

func TestDaysFollowEachOtherInEveryZone(t *testing.T) {
	t.Parallel()
	for _, zone := range []string{"America/Sao_Paulo", "Europe/London", "Africa/Casablanca", "America/Havana", "Pacific/Apia", "Asia/Tehran", "Australia/Lord_Howe", "America/St_Johns"} {
		loc, err := time.LoadLocation(zone)
		require.NoError(t, err)
		w := window(t, `{"kind":"THIS","unit":"DAY"}`)
		now := time.Date(2010, 1, 1, 12, 0, 0, 0, time.UTC)
		for range 4000 {
			today := w.Resolve(now, loc)
			next := w.Resolve(time.UnixMilli(today.To), loc)
			require.Equal(t, today.To, next.From, "%s after %s", zone, now)
			require.Less(t, next.From, next.To)
			now = time.UnixMilli(next.From)
		}
	}
}

func TestLimitsAndCatalogue(t *testing.T) {
	t.Parallel()
	leaf := `{"op":"ATTRIBUTE","name":"city","test":{"test":"IN","values":["x"]}}`
	nest := func(levels int) string {
		out := leaf
		for range levels {
			out = `{"op":"AND","nodes":[` + out + `]}`
		}
		return out
	}
	many := func(n int) string {
		parts, err := json.Marshal(make([]json.RawMessage, 0))
		require.NoError(t, err)
		out := string(parts[:1])
		for i := range n {
			if i > 0 {
				out += ","
			}
			out += leaf
		}
		return out + "]"
	}
	filters := func(n int) string {
		out := `{"op":"OR","nodes":[`
		for i := range n {
			if i > 0 {
				out += ","
			}
			out += `{"op":"PROPERTY","name":"amount","test":{"test":"GT","values":[1]}}`
		}
		return `{"op":"EVENT","event":"buy","where":` + out + `]}}`
	}
	for name, c := range map[string]struct{ text, path, word string }{
		"four levels are enough":            {nest(4), "", ""},
		"five levels are too many":          {nest(5), "rule.nodes.0.nodes.0.nodes.0.nodes.0", "TOO_DEEP"},
		"fifty conditions":                  {`{"op":"OR","nodes":` + many(50) + `}`, "", ""},
		"fifty-one conditions":              {`{"op":"AND","nodes":[{"op":"OR","nodes":` + many(50) + `},` + leaf + `]}`, "rule", "TOO_MANY"},
		"ten filters":                       {filters(10), "", ""},
		"eleven filters":                    {filters(11), "rule.where", "TOO_MANY"},
		"an unknown attribute":              {`{"op":"ATTRIBUTE","name":"nope","test":{"test":"IS_NULL"}}`, "rule.name", "NOT_FOUND"},
		"a disabled event":                  {`{"op":"AND","nodes":[` + leaf + `,{"op":"EVENT","event":"old"}]}`, "rule.nodes.1.event", "DISABLED"},
		"a number's test of a text":         {`{"op":"ATTRIBUTE","name":"city","test":{"test":"GT","values":[1]}}`, "rule.test.test", "WRONG_TYPE"},
		"any type may be null":              {`{"op":"TAG","name":"likes","test":{"test":"IS_NULL"}}`, "", ""},
		"a date has no hours":               {`{"op":"ATTRIBUTE","name":"born","test":{"test":"DURING","window":{"kind":"LAST","value":1,"unit":"HOUR"}}}`, "rule.test.window.unit", "WRONG_TYPE"},
		"a sum of texts":                    {`{"op":"EVENT","event":"buy","measure":{"of":"SUM","name":"sku"},"compare":{"test":"GT","values":[1]}}`, "rule.measure.name", "WRONG_TYPE"},
		"a filter on another event's value": {`{"op":"SEQUENCE","steps":[{"event":"buy"},{"event":"view","where":{"op":"PROPERTY","name":"amount","test":{"test":"GT","values":[1]}}}]}`, "rule.steps.1.where.name", "NOT_FOUND"},
		"a link that one step lacks":        {`{"op":"SEQUENCE","steps":[{"event":"buy"},{"event":"view"}],"link":"sku"}`, "rule.link", "NOT_FOUND"},
		"an unknown table":                  {`{"op":"ROWS","table":"nope"}`, "rule.table", "NOT_FOUND"},
		"an unknown ID type":                {`{"op":"IDENTITY","idType":"nope"}`, "rule.idType", "NOT_FOUND"},
		"a segment of segments":             {`{"op":"SEGMENT","segment":"seg_2"}`, "", ""},
		"segments three deep already":       {`{"op":"SEGMENT","segment":"seg_3"}`, "rule.segment", "TOO_DEEP"},
		"a segment that leads back":         {`{"op":"SEGMENT","segment":"seg_cycle"}`, "rule.segment", "CYCLE"},
		"a window that ends too soon":       {`{"op":"EVENT","event":"buy","window":{"kind":"BETWEEN","from":"2021-03-02","to":"2021-03-01"}}`, "rule.window", "OUT_OF_RANGE"},
		"an anchor that is no instant":      {`{"op":"EVENT","event":"buy","window":{"kind":"ANCHOR","attribute":"born","same":"DAY"}}`, "rule.window.attribute", "WRONG_TYPE"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n, err := rule.Parse([]byte(c.text))
			require.NoError(t, err)
			err = n.Validate(catalogue{})
			if c.path == "" {
				require.NoError(t, err)
				return
			}
			refused(t, err, c.path, c.word, c.text)
		})
	}
}

type catalogue struct{}

func (catalogue) Attribute(name string) rule.Entry {
	types := map[string]rule.Type{"city": rule.Text, "born": rule.Date}
	return rule.Entry{Known: types[name] != "", Type: types[name]}
}

func (catalogue) Tag(name string) rule.Entry {
	return rule.Entry{Known: name == "likes", Type: rule.List}
}

func (catalogue) Event(name string) rule.Entry {
	return rule.Entry{Known: name == "buy" || name == "view" || name == "old", Disabled: name == "old"}
}

func (catalogue) EventProperty(event, name string) rule.Entry {
	types := map[string]rule.Type{"amount": rule.Number, "sku": rule.Text}
	return rule.Entry{Known: event == "buy" && types[name] != "", Type: types[name]}
}
func (catalogue) Table(string) rule.Entry          { return rule.Entry{} }
func (catalogue) Column(string, string) rule.Entry { return rule.Entry{} }
func (catalogue) IDType(string) rule.Entry         { return rule.Entry{} }

func (catalogue) Segment(id string) rule.SegmentEntry {
	return rule.SegmentEntry{Known: true, Depth: int(id[4] - '0'), Cyclic: id == "seg_cycle"}
}
