package trigger_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

const whole = `{"a":{"events":[{"event":"add_to_cart","where":{"op":"PROPERTY","name":"price","test":{"test":"GE","values":[10]}}}],
	"mode":"EVERY","n":3,"from":"2026-03-01T00:00:00Z","to":"2026-03-31T00:00:00Z"},
	"b":{"events":[{"event":"pay"}],"wait":{"value":20,"unit":"MINUTE"}},"timing":{"kind":"WEEKDAY","weekday":"TUESDAY","time":"10:00"}}`

// shop is a catalogue of two events; pay has no properties.
type shop struct{}

func (shop) Attribute(string) rule.Entry { return rule.Entry{} }
func (shop) Tag(string) rule.Entry       { return rule.Entry{} }
func (shop) Event(name string) rule.Entry {
	return rule.Entry{Known: name == "add_to_cart" || name == "pay" || name == "old", Disabled: name == "old"}
}

func (shop) EventProperty(event, name string) rule.Entry {
	return rule.Entry{Known: event == "add_to_cart" && name == "price", Type: rule.Number}
}
func (shop) Table(string) rule.Entry          { return rule.Entry{} }
func (shop) Column(string, string) rule.Entry { return rule.Entry{} }
func (shop) IDType(string) rule.Entry         { return rule.Entry{} }
func (shop) Segment(string) rule.SegmentEntry { return rule.SegmentEntry{} }

// rules are the refusals as "path RULE".
func rules(fs fault.Fields) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.Path+" "+f.Rule)
	}
	return out
}

func refused(t *testing.T, err error) fault.Fields {
	t.Helper()
	e, ok := errors.AsType[*fault.Error](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, fault.Invalid, e.Code)
	return e.Fields
}

func TestADefinitionIsReadAndWritten(t *testing.T) {
	t.Parallel()
	d, err := trigger.Parse([]byte(whole))
	require.NoError(t, err)
	require.Equal(t, schedule.Span{Value: 20, Unit: schedule.Minute}, d.B.Wait)
	text, err := d.JSON()
	require.NoError(t, err)
	require.JSONEq(t, whole, string(text))
	again, err := trigger.Parse(text)
	require.NoError(t, err)
	require.Equal(t, d, again)

	t.Run("a draft may lack all of it", func(t *testing.T) {
		t.Parallel()
		for _, text := range []string{`{}`, `{"a":{}}`, `{"b":{"events":[]}}`, `{"a":{"events":[{"event":"x"}]},"timing":{"kind":"DELAY","days":1}}`} {
			d, err := trigger.Parse([]byte(text))
			require.NoError(t, err, text)
			_, err = json.Marshal(d)
			require.NoError(t, err)
		}
	})
	for text, want := range map[string]string{
		`null`:                            "trigger JSON",
		`{} {}`:                           "trigger JSON",
		`{"a":{"event":"x"}}`:             "trigger JSON",
		`{"a":{"n":"3"}}`:                 "trigger JSON",
		`{"a":{"events":[{"name":"x"}]}}`: "trigger.a.events.0 JSON",
		`{"a":{"events":[{}]}}`:           "trigger.a.events.0.event REQUIRED",
		`{"b":{"events":[{"event":"x","where":{"op":"PROPERTY","name":"p","test":{"test":"NEAR"}}}]}}`: "trigger.b.events.0.where.test.test UNKNOWN",
		`{"a":{"events":[` + strings.Repeat(`{"event":"x"},`, 10) + `{"event":"x"}]}}`:                 "trigger.a.events TOO_MANY",
	} {
		t.Run("refused at its place: "+want, func(t *testing.T) {
			t.Parallel()
			_, err := trigger.Parse([]byte(text))
			require.Equal(t, []string{want}, rules(refused(t, err)), text)
		})
	}
}

func TestWrongDefinitionsAreRefusedAtTheField(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 2, 20, 0, 0, 0, 0, time.UTC)
	end := time.Date(2026, 5, 1, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		change func(*trigger.Definition)
		end    time.Time
		doneA  bool
		want   []string
	}{
		"a good one (R73-R75)": {want: []string{}},
		"nothing filled in (R61, R62, R68, R69)": {change: func(d *trigger.Definition) { *d = trigger.Definition{} }, end: time.Time{}.Add(1), want: []string{
			"trigger.a.events REQUIRED", "trigger.a.mode REQUIRED", "trigger.a.n REQUIRED", "trigger.b REQUIRED",
			"trigger.a.from REQUIRED", "trigger.a.to REQUIRED", "trigger.timing.kind REQUIRED", "endsAt IN_THE_PAST",
		}},
		"the window ends before it starts (§10.4)": {change: func(d *trigger.Definition) { d.A.From, d.A.To = d.A.To, d.A.From }, want: []string{"trigger.a.from START_AFTER_END"}},
		"a window over a year (§10.4)":             {change: func(d *trigger.Definition) { d.A.To = d.A.From.AddDate(1, 0, 1) }, end: end.AddDate(2, 0, 0), want: []string{"trigger.a.to OUT_OF_RANGE"}},
		"an end before the window's (R69)":         {end: time.Date(2026, 3, 30, 0, 0, 0, 0, time.UTC), want: []string{"endsAt BEFORE_WINDOW_END"}},
		"n is 1001 (§10.1)":                        {change: func(d *trigger.Definition) { d.A.N = 1001 }, want: []string{"trigger.a.n OUT_OF_RANGE"}},
		"n is -1 (§10.1)":                          {change: func(d *trigger.Definition) { d.A.N = -1 }, want: []string{"trigger.a.n OUT_OF_RANGE"}},
		"no mode that there is (R62)":              {change: func(d *trigger.Definition) { d.A.Mode = "ONCE" }, want: []string{"trigger.a.mode UNKNOWN"}},
		"a wait of 31 days (R74)":                  {change: func(d *trigger.Definition) { d.B.Wait = schedule.Span{Value: 31, Unit: schedule.Day} }, want: []string{"trigger.b.wait.value OUT_OF_RANGE"}},
		"no wait (R74)":                            {change: func(d *trigger.Definition) { d.B.Wait = schedule.Span{} }, want: []string{"trigger.b.wait REQUIRED"}},
		"a delay of 366 days (R65)":                {change: func(d *trigger.Definition) { d.Timing = schedule.Timing{Kind: schedule.Delay, Days: 366} }, want: []string{"trigger.timing.days OUT_OF_RANGE"}},
		"B is A without a filter":                  {change: func(d *trigger.Definition) { d.B.Events = []trigger.Event{{Event: "pay"}, {Event: "add_to_cart"}} }, want: []string{"trigger.b.events.1 SAME_AS_A"}},
		"B is A with a filter":                     {change: func(d *trigger.Definition) { d.B.Events = d.A.Events }, want: []string{}},
		"no event B (R74)":                         {change: func(d *trigger.Definition) { d.B.Events = nil }, want: []string{"trigger.b.events REQUIRED"}},
		"B in a task of the type done A":           {doneA: true, want: []string{"trigger.b NOT_ALLOWED"}},
		"an event that the project does not know":  {change: func(d *trigger.Definition) { d.B.Events[0].Event = "fly" }, want: []string{"trigger.b.events.0.event NOT_FOUND"}},
		"an event that is disabled":                {change: func(d *trigger.Definition) { d.B.Events[0].Event = "old" }, want: []string{"trigger.b.events.0.event DISABLED"}},
		"a property that the event does not have":  {change: func(d *trigger.Definition) { d.B.Events[0].Where = d.A.Events[0].Where }, want: []string{"trigger.b.events.0.where.name NOT_FOUND"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d, err := trigger.Parse([]byte(whole))
			require.NoError(t, err)
			if c.change != nil {
				c.change(&d)
			}
			if c.end.IsZero() {
				c.end = end
			}
			fs := d.Validate(trigger.Setting{WantsB: !c.doneA, EndsAt: c.end, Now: now, Zone: time.UTC, Catalogue: shop{}})
			require.Equal(t, c.want, rules(fs))
		})
	}
}

func TestTheEndIsFilledIn(t *testing.T) {
	t.Parallel()
	d, err := trigger.Parse([]byte(whole))
	require.NoError(t, err)
	// The window's end, 20 minutes for B, 7 days for a weekday (§10.4).
	require.Equal(t, time.Date(2026, 4, 7, 0, 26, 0, 0, time.UTC), d.DefaultEnd(5*time.Minute, time.UTC))
	d.B, d.Timing = nil, schedule.Timing{Kind: schedule.Immediate}
	require.Equal(t, d.A.To.Add(time.Minute), d.DefaultEnd(5*time.Minute, time.UTC), "nothing is judged")
}

func TestFactsTellWhatFollowsForSomebodyNow(t *testing.T) {
	t.Parallel()
	d, err := trigger.Parse([]byte(whole))
	require.NoError(t, err)
	now := time.Date(2026, 3, 10, 9, 50, 0, 0, time.UTC) // a Tuesday
	f := d.Facts(time.Date(2026, 4, 7, 0, 0, 0, 0, time.UTC), now, time.UTC)
	require.Equal(t, []string{"add_to_cart"}, f.Events)
	require.Equal(t, []string{"pay"}, f.Without)
	require.True(t, f.Filtered)
	require.Equal(t, now.Add(20*time.Minute), *f.Example.JudgedAt)
	require.Equal(t, time.Date(2026, 3, 17, 10, 0, 0, 0, time.UTC), f.Example.SentAt, "10:00 has passed by the judgement (R67)")
	require.False(t, f.Example.TooLate)
	require.Nil(t, trigger.Definition{}.Facts(time.Time{}, now, time.UTC).Example, "nothing is filled in")
}
