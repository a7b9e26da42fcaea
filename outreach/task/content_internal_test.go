package task

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/outreach/render"
)

func TestVariables(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]*render.Var{
		"{{attr.nickname}}":           {Source: render.Attribute, Name: "nickname"},
		"{{ event.商品名 }}":             {Source: render.Event, Name: "商品名"},
		"{{event.order id|无}}":        {Source: render.Event, Name: "order id", Default: new("无")},
		"{{tag.会员-等级 | 普通 }}":         {Source: render.Tag, Name: "会员-等级", Default: new("普通")},
		"{{id.wx_openid}}":            {Source: render.Identity, Name: "wx_openid"},
		"{{event.}}":                  nil,
		"{{event. }}":                 nil,
		"{{event.a\"b}}":              nil,
		"{{event.a\nb}}":              nil,
		"{{person.nickname}}":         nil,
		"{{attr.nickname":             nil,
		"{{attr.{{attr.nickname}} }}": nil,
	} {
		t.Run("what the catalogue takes as a name can be inserted (R83, R84): "+text, func(t *testing.T) {
			t.Parallel()
			parts, ok := parseText(text)
			require.Equal(t, want != nil, ok)
			if want == nil {
				return
			}
			require.Equal(t, []render.Part{{Var: want}}, parts)
			again, ok := parseText(formatParts(parts))
			require.True(t, ok)
			require.Equal(t, parts, again)
		})
	}
}
