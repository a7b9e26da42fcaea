package wechat

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/outreach/channel"
)

func FuzzAppendString(f *testing.F) {
	for _, s := range []string{"", "积分到账", `quo"te`, `back\slash`, "\x00\x1f\b\f\n\r\t", "\xff\xfe bad", "\u2028\u2029", "<&>", "😀", "\x7f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		require.NoError(t, enc.Encode(s))
		require.Equal(t, string(bytes.TrimSuffix(want.Bytes(), []byte("\n"))), string(appendString(nil, s)))
	})
}

func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{
		`{"errcode":0,"errmsg":"ok","msgid":4161862352342212609}`, `{"errcode":"0"}`, `{"errcode":0,"ERRCODE":1}`, `{"errcode":-1,"errmsg":"a\u0041"}`,
		` { "errcode" : 43101 , "errmsg":"x" } `, `{"errcode":1e3}`, `{"errcode":01}`, `{"errcode":0`, `{}`, `[]`, `null`, `{"errcode":null}`, `{"errcode":0,"errmsg":1}`,
		`{"errcode":0,"msgid":null,"x":{"y":[]}}`, `{"errcode":0}{"errcode":1}`, `{"errcode":0,}`, `{,}`, `{"errcode":99999999999999999999}`, "{\"errcode\":0,\"errmsg\":\"\xff\"}",
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if fast, ok := scanAnswer(b); ok {
			full, valid := decodeAnswer(b)
			require.True(t, valid, "the short way takes what is not JSON")
			require.Equal(t, full, fast)
		}
	})
}

func TestParseAnswer(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		want       answer
		ok         bool
	}{
		{"a message ID beyond 2^53 keeps its digits", `{"errcode":0,"errmsg":"ok","msgid":4161862352342212609}`, answer{0, "ok", "4161862352342212609"}, true},
		{"a message ID may be a string", `{"errcode":0,"errmsg":"ok","msgid":"18"}`, answer{0, "ok", "18"}, true},
		{"numbers may arrive as strings", `{"errcode":"43101","errmsg":"no"}`, answer{43101, "no", ""}, true},
		{"escapes take the long way", `{"errcode":1,"errmsg":"\u4e2d"}`, answer{1, "中", ""}, true},
		{"nested extras are ignored", `{"errcode":1,"errmsg":"x","more":{"a":[1,2]}}`, answer{1, "x", ""}, true},
		{"without an errcode it says nothing", `{"errmsg":"ok"}`, answer{}, false},
		{"half an object says nothing", `{"errcode":0,"errmsg":"o`, answer{}, false},
		{"an empty body says nothing", ``, answer{}, false},
		{"an HTML page says nothing", `<html>`, answer{}, false},
		{"an array says nothing", `[{"errcode":0}]`, answer{}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			got, ok := parseAnswer([]byte(row.body))
			require.Equal(t, row.ok, ok)
			require.Equal(t, row.want, got)
		})
	}
}

func TestMessageBody(t *testing.T) {
	t.Parallel()
	m := &channel.Message{Target: "o1", TemplateID: "t", Params: []channel.Param{{Key: "thing1", Value: `会员"日"`}, {Key: "amount2", Value: "¥1.00"}}}
	require.JSONEq(t, `{"touser":"o1","template_id":"t","miniprogram_state":"formal","lang":"zh_CN","data":{"thing1":{"value":"会员\"日\""},"amount2":{"value":"¥1.00"}}}`,
		string(appendMessage(nil, m)), "state and language are always said, a page that opens nothing is left out (R89)")
	m.Page, m.State, m.Lang = "pages/a?b=1&c=2", "trial", "en_US"
	require.Contains(t, string(appendMessage(nil, m)), `"page":"pages/a?b=1&c=2","miniprogram_state":"trial","lang":"en_US"`)
}

func TestWordsOfWeChat(t *testing.T) {
	t.Parallel()
	require.Equal(t, "6544d5f1-0a1b-7e8f", requestID("no rid: 6544d5f1-0a1b-7e8f"))
	require.Equal(t, "6544d5f1", requestID("no, rid:6544d5f1, sorry"))
	require.Empty(t, requestID("nothing"))
	require.Equal(t, "character_string12", wrongField("argument invalid! data.character_string12.value is empty rid: 1"))
	require.Empty(t, wrongField("argument invalid!"))
	require.Equal(t, "203.0.113.7", egressIP("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2"))
	require.Empty(t, egressIP("api unauthorized"))
}

func TestParseFields(t *testing.T) {
	t.Parallel()
	fields := parseFields("活动名称：{{thing1.DATA}}\n金额: {{amount2.DATA}}\r\n门店:{{enum_string3.DATA}}\n没有参数\n编号:{{character_string12.DATA}}\n",
		map[string][]string{"enum_string3": {"东店", "西店"}})
	require.Equal(t, []Field{
		{Key: "thing1", Label: "活动名称", Kind: "thing"},
		{Key: "amount2", Label: "金额", Kind: "amount"},
		{Key: "enum_string3", Label: "门店", Kind: "enum_string", Enum: []string{"东店", "西店"}},
		{Key: "character_string12", Label: "编号", Kind: "character_string"},
	}, fields)
}
