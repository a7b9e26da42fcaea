package event

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/gjson"

	entproperty "tidings/ent/property"
)

func TestKindAndFit(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		raw  string
		kind Kind
	}{
		{`"x"`, entproperty.TypeText},
		{`""`, entproperty.TypeText},
		{`"2021-13-01"`, entproperty.TypeText},
		{`"2021-03-01"`, entproperty.TypeDate},
		{`"2021-03-01T10:00:00Z"`, entproperty.TypeDatetime},
		{`"2021-03-01T10:00:00.123456+08:00"`, entproperty.TypeDatetime},
		{`"2021-03-01 10:00:00"`, entproperty.TypeText},
		{`1.50`, entproperty.TypeNumber},
		{`true`, entproperty.TypeBoolean},
		{`["a",1]`, entproperty.TypeList},
		{`[]`, entproperty.TypeList},
		{`[{"a":1}]`, entproperty.TypeObject},
		{`{"a":1}`, entproperty.TypeObject},
	} {
		require.Equal(t, row.kind, KindOf(gjson.Parse(row.raw)), row.raw)
	}
	for _, row := range []struct {
		kind      Kind
		raw, want string
		fits      bool
	}{
		{entproperty.TypeText, `12.50`, `"12.50"`, true},
		{entproperty.TypeText, `true`, `"true"`, true},
		{entproperty.TypeText, `["a"]`, `["a"]`, false},
		{entproperty.TypeNumber, `"12.5"`, `12.5`, true},
		{entproperty.TypeNumber, `" 7 "`, `7`, true},
		{entproperty.TypeNumber, `"0x10"`, `"0x10"`, false},
		{entproperty.TypeNumber, `"01"`, `"01"`, false},
		{entproperty.TypeNumber, `"1e999"`, `"1e999"`, false},
		{entproperty.TypeNumber, `"NaN"`, `"NaN"`, false},
		{entproperty.TypeNumber, `true`, `true`, false},
		{entproperty.TypeBoolean, `"true"`, `true`, true},
		{entproperty.TypeBoolean, `"yes"`, `"yes"`, false},
		{entproperty.TypeBoolean, `1`, `1`, false},
		{entproperty.TypeDate, `"2021-02-29"`, `"2021-02-29"`, false},
		{entproperty.TypeDate, `"2020-02-29"`, `"2020-02-29"`, true},
		{entproperty.TypeDatetime, `"2021-03-01T10:00:00+08:00"`, `"2021-03-01T02:00:00.000Z"`, true},
		{entproperty.TypeDatetime, `"0000-01-01T00:00:00+08:00"`, `"0000-01-01T00:00:00+08:00"`, false},
		{entproperty.TypeDatetime, `"2021-03-01"`, `"2021-03-01"`, false},
		{entproperty.TypeList, `[1,"a",null,true]`, `["1","a","true"]`, true},
		{entproperty.TypeList, `"a"`, `"a"`, false},
		{entproperty.TypeList, `[[1]]`, `[[1]]`, false},
		{entproperty.TypeObject, `3`, `3`, true},
	} {
		got, fits := Fit(row.kind, gjson.Parse(row.raw))
		require.Equal(t, []any{row.want, row.fits}, []any{got, fits}, "%s %s", row.kind, row.raw)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`{"a":"plain é 会 \" \\u0000"}`:               `{"a":"plain é 会 \" \\u0000"}`,
		`{"a":"x\u0000y"}`:                           `{"a":"xy"}`,
		`{"a":"\ud800"}`:                             `{"a":"` + "\uFFFD" + `"}`,
		`{"a":"\ud83d\ude00"}`:                       `{"a":"😀"}`,
		"{\"a\":\"\xff\"}":                           `{"a":"` + "\uFFFD" + `"}`,
		`{"n":12345678901234567890.10,"s":"\u0000"}`: `{"n":12345678901234567890.10,"s":""}`,
		`{"n":1e30}`:                                 `{"n":1e30}`,
	} {
		got, rule := Clean([]byte(raw))
		require.Empty(t, rule, raw)
		require.Equal(t, want, string(got))
	}
	for raw, want := range map[string]string{
		`{"n":1e999}`:                           "OUT_OF_RANGE",
		`{"n":1E-99999999999999999999}`:         "OUT_OF_RANGE",
		`{"a":[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]`: "TOO_DEEP",
	} {
		_, rule := Clean([]byte(raw))
		require.Equal(t, want, rule, raw)
	}
}

func TestWhen(t *testing.T) {
	t.Parallel()
	received := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	h := func(hours float64) time.Time { return received.Add(time.Duration(hours * float64(time.Hour))) }
	for name, row := range map[string]struct {
		timestamp, sentAt time.Time
		retention         int
		want              time.Time
		clamped           bool
		rule              string
	}{
		"without a time stamp it is now":                                {want: received},
		"without a time of sending the stamp counts":                    {timestamp: h(-3), want: h(-3)},
		"a clock that is two days ahead is corrected":                   {timestamp: h(47), sentAt: h(48), want: h(-1)},
		"a clock that is years behind is corrected":                     {timestamp: h(-20001), sentAt: h(-20000), want: h(-1)},
		"a little ahead is let be":                                      {timestamp: h(0.05), want: h(0.05)},
		"more than five minutes ahead counts as now":                    {timestamp: h(2), want: received, clamped: true},
		"more than a day ahead is refused":                              {timestamp: h(25), rule: "IN_THE_FUTURE"},
		"before 1990 is refused":                                        {timestamp: time.Date(1989, 12, 31, 23, 59, 59, 0, time.UTC), rule: "TOO_OLD"},
		"1990 is not":                                                   {timestamp: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC), want: time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)},
		"older than the project keeps is refused":                       {timestamp: h(-24 * 31), retention: 30, rule: "TOO_OLD"},
		"what is corrected into the time that the project keeps is not": {timestamp: h(-24 * 31), sentAt: h(-24 * 30), retention: 30, want: h(-24)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			at, clamped, rule := when(row.timestamp, row.sentAt, received, row.retention)
			require.Equal(t, row.rule, rule)
			if rule == "" {
				require.Equal(t, []any{row.want, row.clamped}, []any{at, clamped})
			}
		})
	}
}
