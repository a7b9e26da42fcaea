package render_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"tidings/internal/golden"
	"tidings/outreach/channel"
	"tidings/outreach/fault"
	"tidings/outreach/render"
)

var zone = time.FixedZone("UTC+8", 8*3600)

func text(s string) render.Part { return render.Part{Text: s} }

func attr(name string) render.Part {
	return render.Part{Var: &render.Var{Source: render.Attribute, Name: name}}
}

func attrOr(name, other string) render.Part {
	return render.Part{Var: &render.Var{Source: render.Attribute, Name: name, Default: &other}}
}

func field(kind string) []render.Field {
	return []render.Field{{Key: kind + "1", Kind: kind, Label: "标签", Enum: []string{"东店", "西店"}}}
}

func content(kind string, overlong render.Overlong, parts ...render.Part) render.Content {
	return render.Content{Overlong: overlong, Params: []render.ParamContent{{Key: kind + "1", Parts: parts}}}
}

func compile(t *testing.T, fields []render.Field, c render.Content) *render.Program {
	t.Helper()
	p, err := render.Compile(fields, c, zone)
	require.NoError(t, err)
	return p
}

// one renders a single variable.
func one(t *testing.T, kind string, overlong render.Overlong, value any, parts ...render.Part) (string, render.Reason) {
	t.Helper()
	if len(parts) == 0 {
		parts = []render.Part{attr("a")}
	}
	params, refusal := compile(t, field(kind), content(kind, overlong, parts...)).Render(nil, []any{value})
	if refusal.Refused() {
		require.Equal(t, kind+"1", refusal.Key)
		require.Empty(t, params)
		return "", refusal.Reason
	}
	return params[0].Value, ""
}

func TestVariables(t *testing.T) {
	t.Parallel()
	t.Run("R83 a parameter may insert an attribute, an ID, a tag and an event attribute among text", func(t *testing.T) {
		t.Parallel()
		v := func(s render.Source, name string) render.Part {
			return render.Part{Var: &render.Var{Source: s, Name: name}}
		}
		fields := []render.Field{{Key: "thing1", Kind: "thing"}, {Key: "thing2", Kind: "thing"}}
		p := compile(t, fields, render.Content{Params: []render.ParamContent{
			{Key: "thing2", Parts: []render.Part{v(render.Tag, "兴趣"), text("/"), v(render.Event, "sku")}},
			{Key: "thing1", Parts: []render.Part{v(render.Attribute, "nick"), text("您好,"), v(render.Identity, "phone"), v(render.Attribute, "nick")}},
		}})
		require.False(t, p.Constant())
		require.Equal(t, []render.Need{{render.Attribute, "nick"}, {render.Identity, "phone"}, {render.Tag, "兴趣"}, {render.Event, "sku"}}, p.Needs(), "each once")
		got, refusal := p.Render(nil, []any{"小明", "138", []string{"咖啡", "茶"}, float64(42)})
		require.False(t, refusal.Refused())
		require.Equal(t, []channel.Param{{Key: "thing1", Value: "小明您好,138小明"}, {Key: "thing2", Value: "咖啡、茶/42"}}, got, "in the template's order")
	})
	for _, row := range []struct {
		name   string
		parts  []render.Part
		value  any
		want   string
		reason render.Reason
	}{
		{"R84 a value is used before its default", []render.Part{attrOr("a", "会员")}, "小明", "小明", ""},
		{"R84 a missing value takes its default", []render.Part{attrOr("a", "会员")}, nil, "会员", ""},
		{"R84 an empty value is missing", []render.Part{attrOr("a", "会员")}, "", "会员", ""},
		{"R84 a blank value is missing", []render.Part{attrOr("a", "会员")}, " \n\t", "会员", ""},
		{"R84 without a default the send is cancelled", []render.Part{attr("a")}, nil, "", render.MissingVariable},
		{"R84 among text too", []render.Part{text("尊敬的"), attr("a")}, "", "", render.MissingVariable},
		{"R84 an empty default is no default", []render.Part{attrOr("a", " ")}, nil, "", render.MissingVariable},
		{"R84 an empty list is missing", []render.Part{attrOr("a", "无")}, []any{}, "无", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, reason := one(t, "thing", render.Drop, row.value, row.parts...)
			require.Equal(t, row.want, got)
			require.Equal(t, row.reason, reason)
		})
	}
	t.Run("a missing variable comes before a wrong value, wherever it stands (§4.7)", func(t *testing.T) {
		t.Parallel()
		fields := []render.Field{{Key: "number1", Kind: "number"}, {Key: "thing2", Kind: "thing"}}
		p := compile(t, fields, render.Content{Params: []render.ParamContent{
			{Key: "number1", Parts: []render.Part{attr("a")}}, {Key: "thing2", Parts: []render.Part{attr("b")}},
		}})
		_, refusal := p.Render(nil, []any{"words", nil})
		require.Equal(t, render.Refusal{Reason: render.MissingVariable, Key: "thing2"}, refusal)
		_, refusal = p.Render(nil, []any{"words", "x"})
		require.Equal(t, render.Refusal{Reason: render.ValueInvalid, Key: "number1"}, refusal)
	})
	t.Run("fewer values than needs are missing ones", func(t *testing.T) {
		t.Parallel()
		_, refusal := compile(t, field("thing"), content("thing", "", attr("a"))).Render(nil, nil)
		require.Equal(t, render.MissingVariable, refusal.Reason)
	})
	t.Run("what was appended before is kept, also by a refusal", func(t *testing.T) {
		t.Parallel()
		p := compile(t, field("thing"), content("thing", "", attr("a")))
		before := []channel.Param{{Key: "x", Value: "y"}}
		got, _ := p.Render(before, []any{nil})
		require.Equal(t, before, got)
		got, _ = p.Render(before, []any{"z"})
		require.Len(t, got, 2)
	})
}

func TestOverlong(t *testing.T) {
	t.Parallel()
	han := func(n int) string { return strings.Repeat("字", n) }
	for kind, row := range map[string]struct {
		value string
		cut   int // 0: never
	}{
		"thing":            {han(21), 20},
		"character_string": {strings.Repeat("x", 33), 32},
		"letter":           {strings.Repeat("x", 33), 32},
		"symbol":           {"!!!!!!", 5},
		"name":             {han(11), 10},
		"phrase":           {han(6), 5},
		"number":           {strings.Repeat("1", 33), 0},
		"amount":           {"12345678901", 0},
		"phone_number":     {strings.Repeat("1", 18), 0},
		"car_number":       {"粤A8Z8888挂", 0},
		"const":            {han(21), 0},
	} {
		t.Run(fmt.Sprintf("R85 an overlong %s is dropped, or cut to %d", kind, row.cut), func(t *testing.T) {
			t.Parallel()
			_, reason := one(t, kind, render.Drop, row.value)
			require.Equal(t, render.ValueTooLong, reason)
			got, reason := one(t, kind, render.Truncate, row.value)
			require.Equal(t, row.cut > 0, render.CanTruncate(kind))
			if row.cut == 0 {
				require.Equal(t, render.ValueTooLong, reason, "a cut would change what it says")
				return
			}
			require.Empty(t, reason)
			require.Equal(t, row.cut, utf8.RuneCountInString(got))
			require.True(t, strings.HasPrefix(row.value, got), "no ellipsis")
		})
	}
	t.Run("R85 a name with letters and Han is cut like Han", func(t *testing.T) {
		t.Parallel()
		got, _ := one(t, "name", render.Truncate, strings.Repeat("a", 30)+"张")
		require.Equal(t, strings.Repeat("a", 10), got)
		got, _ = one(t, "name", render.Truncate, strings.Repeat("a", 30))
		require.Equal(t, strings.Repeat("a", 20), got)
	})
	t.Run("R85 a cut leaves no space at the end", func(t *testing.T) {
		t.Parallel()
		got, _ := one(t, "thing", render.Truncate, strings.Repeat("a", 19)+" bc")
		require.Equal(t, strings.Repeat("a", 19), got)
	})
	t.Run("R85 a wrong form is not cured by a cut", func(t *testing.T) {
		t.Parallel()
		_, reason := one(t, "phrase", render.Truncate, "abcdefgh")
		require.Equal(t, render.ValueInvalid, reason)
	})
}

func TestFormatting(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 18, 7, 4, 59, 0, time.UTC)
	for _, row := range []struct {
		kind   string
		value  any
		want   string
		reason render.Reason
	}{
		{"date", at, "2026年11月18日 15:04", ""},
		{"time", &at, "2026年11月18日 15:04", ""},
		{"time", "2026-11-18T07:04:59Z", "2026年11月18日 15:04", ""},
		{"date", "2026-11-18", "2026-11-18", ""},
		{"date", "2026年11月18日～2026年11月20日", "2026年11月18日~2026年11月20日", ""},
		{"date", "2027-02-29", "", render.ValueInvalid},
		{"date", "2028-02-29", "2028-02-29", ""},
		{"date", "04-31", "", render.ValueInvalid},
		{"time", "15:01", "15:01", ""},
		{"time", "24:00", "", render.ValueInvalid},
		{"thing", at, "2026年11月18日 15:04", ""},
		{"amount", 12.5, "¥12.50", ""},
		{"amount", 12, "¥12.00", ""},
		{"amount", json.Number("3"), "¥3.00", ""},
		{"amount", json.Number("3.999"), "¥4.00", ""},
		{"amount", "12.5元", "12.5元", ""},
		{"amount", -1.0, "", render.ValueInvalid},
		{"number", 1860.0, "1860", ""},
		{"number", 1e15, "1000000000000000", ""},
		{"number", 0.1, "0.1", ""},
		{"number", int64(9007199254740993), "9007199254740993", ""},
		{"number", json.Number("9007199254740993"), "9007199254740993", ""},
		{"number", math.NaN(), "", render.ValueInvalid},
		{"number", math.Inf(1), "", render.ValueInvalid},
		{"thing", true, "true", ""},
		{"thing", "两\r\n行\u2028字\x00", "两行字", ""},
		{"thing", "bad\xff", "bad", ""},
		{"thing", map[string]any{"a": 1}, "", render.ValueInvalid},
		{"thing", []any{"a", []any{"b"}}, "", render.ValueInvalid},
		{"thing", []any{"a", nil, 2.0}, "a、2", ""},
		{"thing", time.Time{}, "", render.MissingVariable},
		{"enum_string", "东店", "东店", ""},
		{"enum_string", "北店", "", render.ValueInvalid},
		{"phrase", "配送中", "配送中", ""},
		{"name", "张3", "", render.ValueInvalid},
		{"car_number", "粤A8Z888挂", "粤A8Z888挂", ""},
		{"phone_number", "+86-0766-66888866", "+86-0766-66888866", ""},
		{"character_string", "订单1", "", render.ValueInvalid},
		{"letter", "abc1", "", render.ValueInvalid},
		{"symbol", "!a", "", render.ValueInvalid},
		{"unheard_of", "whatever", "whatever", ""},
	} {
		t.Run(fmt.Sprintf("§13.3 %s of %#v", row.kind, row.value), func(t *testing.T) {
			t.Parallel()
			got, reason := one(t, row.kind, render.Drop, row.value)
			require.Equal(t, row.want, got)
			require.Equal(t, row.reason, reason)
		})
	}
	t.Run("money among text carries the sign its author wrote", func(t *testing.T) {
		t.Parallel()
		got, _ := one(t, "amount", render.Drop, 12.5, text("$"), attr("a"))
		require.Equal(t, "$12.50", got)
		got, _ = one(t, "amount", render.Drop, 12.5, attr("a"), text("元"))
		require.Equal(t, "12.50元", got)
	})
}

func TestConstantContentIsRenderedOnce(t *testing.T) {
	t.Parallel()
	p := compile(t, field("thing"), content("thing", render.Truncate, text(strings.Repeat("长", 25))))
	require.True(t, p.Constant())
	require.Empty(t, p.Needs())
	got, refusal := p.Render(nil, nil)
	require.False(t, refusal.Refused())
	require.Equal(t, strings.Repeat("长", 20), got[0].Value)
}

func TestCompileFindsEveryMistake(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 21)
	for _, row := range []struct {
		name    string
		kind    string
		content render.Content
		rule    string
	}{
		{"R83 a parameter must be filled in", "thing", render.Content{}, "REQUIRED"},
		{"R83 blank text is not filled in", "thing", content("thing", "", text(" \n ")), "REQUIRED"},
		{"R83 no part is not filled in", "thing", content("thing", ""), "REQUIRED"},
		{"a text too long for its type", "thing", content("thing", "", text(long)), "TOO_LONG"},
		{"R85 cutting a type that cannot be cut does not help", "number", content("number", render.Truncate, text(strings.Repeat("1", 33))), "TOO_LONG"},
		{"a text that leaves no room", "thing", content("thing", "", text(long), attr("a")), "TOO_LONG"},
		{"a text of the wrong form", "number", content("number", "", text("十")), "INVALID_VALUE"},
		{"a value outside the enum", "enum_string", content("enum_string", "", text("北店")), "INVALID_VALUE"},
		{"R84 a default of the wrong form", "number", content("number", "", attrOr("a", "无")), "INVALID_DEFAULT"},
		{"R84 a default too long", "thing", content("thing", "", attrOr("a", long)), "TOO_LONG"},
		{"a part that is both", "thing", content("thing", "", render.Part{Text: "x", Var: &render.Var{Source: render.Attribute, Name: "a"}}), "INVALID_PART"},
		{"a variable without a name", "thing", content("thing", "", attr("")), "INVALID_PART"},
		{"a variable from nowhere", "thing", content("thing", "", render.Part{Var: &render.Var{Source: "WEATHER", Name: "a"}}), "INVALID_PART"},
		{"more parts than anyone needs", "thing", content("thing", "", make([]render.Part, 21)...), "INVALID_PART"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, err := render.Compile(field(row.kind), row.content, zone)
			var f *fault.Error
			require.ErrorAs(t, err, &f)
			require.Len(t, f.Fields, 1)
			require.Equal(t, "content.params."+row.kind+"1", f.Fields[0].Path)
			require.Equal(t, row.rule, f.Fields[0].Rule)
		})
	}
	t.Run("all at once", func(t *testing.T) {
		t.Parallel()
		fields := []render.Field{{Key: "thing1", Kind: "thing"}, {Key: "number2", Kind: "number"}}
		_, err := render.Compile(fields, render.Content{Overlong: "SHRINK", Params: []render.ParamContent{
			{Key: "thing9", Parts: []render.Part{text("x")}}, {Key: "number2", Parts: []render.Part{text("x")}}, {Key: "number2"},
		}}, nil)
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		rules := map[string]string{}
		for _, field := range f.Fields {
			rules[field.Path+" "+field.Rule] = field.Message
		}
		require.Len(t, rules, 5)
		for _, want := range []string{
			"content.overlong INVALID_VALUE", "content.params.thing9 UNKNOWN_PARAM", "content.params.number2 DUPLICATE",
			"content.params.thing1 REQUIRED", "content.params.number2 INVALID_VALUE",
		} {
			require.Contains(t, rules, want)
		}
	})
	t.Run("a content survives JSON", func(t *testing.T) {
		t.Parallel()
		c := content("thing", render.Truncate, text("您好"), attrOr("a", "会员"))
		raw, err := json.Marshal(c)
		require.NoError(t, err)
		var back render.Content
		require.NoError(t, json.Unmarshal(raw, &back))
		require.Equal(t, c, back)
	})
}

// A whole card, as it reads for three people.
func TestCardsReadAsWritten(t *testing.T) {
	t.Parallel()
	fields := []render.Field{
		{Key: "thing1", Label: "积分类型", Kind: "thing"},
		{Key: "number2", Label: "到账积分", Kind: "number"},
		{Key: "amount3", Label: "可抵金额", Kind: "amount"},
		{Key: "time4", Label: "到账时间", Kind: "time"},
		{Key: "thing5", Label: "温馨提示", Kind: "thing"},
	}
	p := compile(t, fields, render.Content{Overlong: render.Truncate, Params: []render.ParamContent{
		{Key: "thing1", Parts: []render.Part{text("会员日双倍积分")}},
		{Key: "number2", Parts: []render.Part{{Var: &render.Var{Source: render.Event, Name: "points"}}}},
		{Key: "amount3", Parts: []render.Part{attrOr("worth", "0.00")}},
		{Key: "time4", Parts: []render.Part{{Var: &render.Var{Source: render.Event, Name: "at"}}}},
		{Key: "thing5", Parts: []render.Part{attrOr("nick", "会员"), text(",积分可在商城抵扣现金")}},
	}})
	var b strings.Builder
	for _, person := range []struct {
		name   string
		values []any
	}{
		{"has everything", []any{200.0, 12.5, "2026-11-18T02:00:00Z", "小明"}},
		{"has only the event", []any{json.Number("50"), nil, "2026-11-18T02:00:00Z", nil}},
		{"has a long name", []any{1.0, 0.01, "2026-11-18T02:00:00Z", "住在杭州西湖边的咖啡爱好者小明"}},
		{"lacks the event", []any{nil, 12.5, nil, "小明"}},
	} {
		fmt.Fprintf(&b, "%s\n", person.name)
		params, refusal := p.Render(nil, person.values)
		if refusal.Refused() {
			fmt.Fprintf(&b, "  %s %s\n", refusal.Reason, refusal.Key)
		}
		for i, v := range params {
			fmt.Fprintf(&b, "  %s: %s\n", fields[i].Label, v.Value)
		}
	}
	golden.Equal(t, b.String(), "testdata/cards.txt")
}

func FuzzRenderKeepsToTheLimits(f *testing.F) {
	for kind, limit := range limits {
		f.Add(kind, strings.Repeat("字", limit+1), true)
		f.Add(kind, strings.Repeat("a", limit)+"\n ", false)
	}
	f.Add("amount", "¥12345678901", true)
	f.Add("date", "2026年2月29日", false)
	f.Fuzz(func(t *testing.T, kind, value string, cut bool) {
		limit, known := limits[kind]
		if !known {
			t.Skip()
		}
		overlong := render.Drop
		if cut {
			overlong = render.Truncate
		}
		got, reason := one(t, kind, overlong, value)
		if reason != "" {
			return
		}
		require.NotEmpty(t, got)
		require.True(t, utf8.ValidString(got))
		require.LessOrEqual(t, utf8.RuneCountInString(got), limit)
		require.NotContains(t, got, "\n")
		require.Equal(t, strings.TrimSpace(got), got)
		again, reason := one(t, kind, overlong, got)
		require.Empty(t, reason, "what was let through once is let through again")
		require.Equal(t, got, again)
	})
}

// limits are the most characters of any value, by kind; for those without a
// documented number, of the longest form.
var limits = map[string]int{
	"thing": 20, "number": 32, "letter": 32, "symbol": 5, "character_string": 32, "phone_number": 17, "car_number": 8, "name": 20, "phrase": 5,
	"time": 60, "date": 60, "enum_string": 2, "const": 20,
}

func BenchmarkRender(b *testing.B) {
	fields := []render.Field{{Key: "thing1", Kind: "thing"}, {Key: "number2", Kind: "number"}, {Key: "thing3", Kind: "thing"}}
	p, err := render.Compile(fields, render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: []render.Part{text("会员日双倍积分")}},
		{Key: "number2", Parts: []render.Part{attr("points")}},
		{Key: "thing3", Parts: []render.Part{attrOr("nick", "会员"), text(",您好")}},
	}}, zone)
	if err != nil {
		b.Fatal(err)
	}
	values := []any{1860.0, "小明"}
	var params []channel.Param
	b.ReportAllocs()
	for b.Loop() {
		params, _ = p.Render(params[:0], values)
	}
}

func TestOverlongOfOneParameter(t *testing.T) {
	t.Parallel()

	fields := []render.Field{{Key: "thing1", Label: "a", Kind: "thing"}, {Key: "thing2", Label: "b", Kind: "thing"}}
	long := []render.Part{{Var: &render.Var{Source: render.Attribute, Name: "x"}}}
	program, err := render.Compile(fields, render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: long, Overlong: render.Truncate}, {Key: "thing2", Parts: long},
	}}, time.UTC)
	require.NoError(t, err)
	_, refusal := program.Render(nil, []any{strings.Repeat("字", 21)})
	require.Equal(t, render.Refusal{Reason: render.ValueTooLong, Key: "thing2"}, refusal, "R85 is chosen for each parameter")
}
