package sandbox

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"tidings/outreach/render"
)

func TestValuesAreLimitedAsDocumented(t *testing.T) {
	t.Parallel()
	han := func(n int) string { return strings.Repeat("字", n) }
	for kind, rows := range map[string]struct{ takes, refuses []string }{
		"thing":            {[]string{"a", han(20), "混合 abc 123 !"}, []string{"", han(21), "two\nlines", "\x00"}},
		"number":           {[]string{"0", "-1", "3.14", strings.Repeat("9", 32)}, []string{"", "1.", ".5", "1,000", "一", "--1", strings.Repeat("9", 33)}},
		"letter":           {[]string{"A", strings.Repeat("z", 32)}, []string{"", "a1", "字", strings.Repeat("z", 33)}},
		"symbol":           {[]string{"!", "+-*/="}, []string{"", "a", "1", "字", "!!!!!!"}},
		"character_string": {[]string{"SO-2026/11#1", strings.Repeat("x", 32)}, []string{"", "订单1", strings.Repeat("x", 33)}},
		"time":             {[]string{"15:01", "15:01:02", "2019年10月1日 15:01", "10:00~12:00", "2026-01-02 10:00~2026-01-03 10:00"}, []string{"", "25:00", "15:60", "15", "2019年10月1日", "下午三点"}},
		"date":             {[]string{"2018年1月1日", "2018年1月", "1月1日", "2018-01-01", "2018/01/01", "2018.01.01", "2018-01", "01-01", "2018-01-01 15:01", "2018年1月1日~2018年1月2日"}, []string{"", "2018", "2018-13-01", "2018-02-30", "20180101", "明天", "15:01"}},
		"amount":           {[]string{"1", "¥12.50", "$0.1", "100元", "1234567890.12"}, []string{"", "12345678901", "-1", "¥", "1.2.3", "十元", "¥¥1"}},
		"phone_number":     {[]string{"13800000000", "+86-0766-66888866"}, []string{"", "+86-0766-668888666", "电话", "call"}},
		"car_number":       {[]string{"粤A8Z888挂", "浙A8Z888", "A12345"}, []string{"", "粤A8Z8888挂", "粤粤8Z888", "A-123"}},
		"name":             {[]string{"张三", han(10), "Ann O'Neil", strings.Repeat("a", 20), "张A"}, []string{"", han(11), strings.Repeat("a", 21), han(5) + strings.Repeat("a", 6), "张3"}},
		"phrase":           {[]string{"配送中", han(5)}, []string{"", han(6), "已ok", "1"}},
		"enum_string":      {[]string{"东店"}, []string{"", "北店", "东"}},
	} {
		for _, v := range rows.takes {
			require.True(t, acceptable(kind, v, []string{"东店", "西店"}), "%s takes %q", kind, v)
		}
		for _, v := range rows.refuses {
			require.False(t, acceptable(kind, v, []string{"东店", "西店"}), "%s refuses %q", kind, v)
		}
	}
}

// Two readings of the same documents: whatever the renderer lets through, this WeChat takes.
func TestRenderedValuesAreAcceptable(t *testing.T) {
	t.Parallel()
	kinds := []string{"thing", "number", "letter", "symbol", "character_string", "time", "date", "amount", "phone_number", "car_number", "name", "phrase", "enum_string", "const"}
	zone := time.FixedZone("UTC+8", 8*3600)
	piece := rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[\x{4e00}-\x{9fa5}]{0,30}`),
		rapid.StringMatching(`[¥￥$€£]?-?[0-9]{0,14}(\.[0-9]{0,3})?元?`),
		rapid.StringMatching(`[0-9]{1,4}[-/.年][0-9]{1,2}([-/.月][0-9]{1,2}日?)?( [0-9]{1,2}:[0-9]{2})?([~～][0-9]{1,2}:[0-9]{2})?`),
		rapid.StringMatching(`[粤京]?[A-Za-z0-9]{0,9}[挂]?`),
		rapid.StringMatching(`[ -~]{0,40}`),
	)
	rapid.Check(t, func(rt *rapid.T) {
		kind := rapid.SampledFrom(kinds).Draw(rt, "kind")
		overlong := rapid.SampledFrom([]render.Overlong{render.Drop, render.Truncate}).Draw(rt, "overlong")
		enum := []string{"东店", "西店"}
		var value any = piece.Draw(rt, "value")
		switch rapid.IntRange(0, 9).Draw(rt, "type") {
		case 0:
			value = rapid.Float64().Draw(rt, "float")
		case 1:
			value = rapid.Int64().Draw(rt, "int")
		case 2:
			value = time.Unix(rapid.Int64Range(0, 4e9).Draw(rt, "unix"), 0)
		case 3:
			value = rapid.SampledFrom(enum).Draw(rt, "enum")
		}
		p, err := render.Compile([]render.Field{{Key: kind + "1", Kind: kind, Label: "l", Enum: enum}}, render.Content{
			Overlong: overlong,
			Params:   []render.ParamContent{{Key: kind + "1", Parts: []render.Part{{Var: &render.Var{Source: render.Attribute, Name: "a"}}}}},
		}, zone)
		if err != nil {
			rt.Fatal(err)
		}
		params, refusal := p.Render(nil, []any{value})
		if refusal.Refused() {
			return
		}
		if !acceptable(kind, params[0].Value, enum) {
			rt.Fatalf("%s: rendered %q from %v, which WeChat would refuse", kind, params[0].Value, value)
		}
	})
}
