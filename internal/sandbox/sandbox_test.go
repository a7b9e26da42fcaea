package sandbox_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tidings/internal/clock"
	"tidings/internal/sandbox"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	appID    = "wx0123456789abcdef"
	secret   = "0123456789abcdef0123456789abcdef"
	points   = "kQ3vYx8nTzR1mWpLcD5sJhGfB0aUeN7iO2yXbVt4KqM" // one-time
	lessons  = "Xc8uRn3kYwG5vHtQzJ1mLpS7dFbE9oA2iB6fKxTq4Nw" // long-term
	pathSend = "/sandbox/wechat/cgi-bin/message/subscribe/send"
)

func openid(n int) string { return fmt.Sprintf("o%027d", n) }

type testBundle struct {
	t    *testing.T
	box  *sandbox.Sandbox
	wall *clock.Fake
	time *fakeClock
	url  string
}

func setup(t *testing.T, change func(*sandbox.Options)) *testBundle {
	t.Helper()
	wall := clock.NewFake(time.Date(2026, 11, 18, 2, 0, 0, 0, time.UTC))
	opts := sandbox.Options{
		Apps: []sandbox.App{
			{ID: appID, Secret: secret, Templates: sandbox.DemoTemplates(), Pages: []string{"pages/index/index"}},
			{ID: "wxffffffffffffffff", Secret: "other"},
		},
		DefaultGrants: 2, Wall: wall.Now, Clock: &fakeClock{Fake: *clock.NewFake(wall.Now())},
	}
	if change != nil {
		change(&opts)
	}
	b := &testBundle{t: t, box: sandbox.New(opts), wall: wall}
	b.time, _ = opts.Clock.(*fakeClock)
	srv := httptest.NewServer(b.box.Handler())
	t.Cleanup(func() {
		b.box.Close()
		srv.Close()
	})
	b.url = srv.URL
	return b
}

// fakeClock moves at once, and refuses the year 2099.
type fakeClock struct{ clock.Fake }

func (c *fakeClock) Advance(_ context.Context, by time.Duration) (time.Time, error) {
	c.Fake.Advance(by)
	return c.Now(), nil
}

func (c *fakeClock) MoveTo(_ context.Context, to time.Time) (time.Time, error) {
	if to.Year() == 2099 {
		return time.Time{}, errors.New("secret detail")
	}
	c.Set(to)
	return c.Now(), nil
}

func (b *testBundle) do(method, path, body string, into any) (status int, err error) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), method, b.url+path, strings.NewReader(body))
	require.NoError(b.t, err)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer func() { _ = res.Body.Close() }()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return res.StatusCode, err
	}
	if into != nil {
		dec := json.NewDecoder(bytes.NewReader(raw))
		dec.UseNumber()
		require.NoError(b.t, dec.Decode(into), "%s", raw)
	}
	return res.StatusCode, nil
}

func (b *testBundle) ask(method, path, body string) (int, map[string]any) {
	b.t.Helper()
	var out map[string]any
	status, err := b.do(method, path, body, &out)
	require.NoError(b.t, err)
	return status, out
}

func (b *testBundle) token() string {
	b.t.Helper()
	_, out := b.ask("POST", "/sandbox/wechat/cgi-bin/stable_token", fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q}`, appID, secret))
	require.NotEmpty(b.t, out["access_token"], "%v", out)
	return out["access_token"].(string) //nolint:errcheck,forcetypeassert // a test
}

func fine(to string) map[string]any {
	return map[string]any{
		"touser": to, "template_id": points, "page": "pages/index/index?a=1", "miniprogram_state": "formal", "lang": "zh_CN",
		"data": map[string]any{
			"thing1": val("会员日"), "number2": val("200"), "number3": val("1860"), "time4": val("2026年11月18日 10:00"), "thing5": val("积分可抵现金"),
		},
	}
}

func val(v any) map[string]any { return map[string]any{"value": v} }

func (b *testBundle) send(token string, body any) (errcode, errmsg, msgid string) {
	b.t.Helper()
	raw, err := json.Marshal(body)
	require.NoError(b.t, err)
	status, out := b.ask("POST", pathSend+"?access_token="+token, string(raw))
	require.Equal(b.t, 200, status, "WeChat says everything with 200")
	return fmt.Sprint(out["errcode"]), fmt.Sprint(out["errmsg"]), fmt.Sprint(out["msgid"])
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for body, code := range map[string]string{
		`{"grant_type":"client_credential","appid":"wx1","secret":"x"}`:            "40013",
		`{"grant_type":"client_credential","appid":"` + appID + `","secret":"x"}`:  "40125",
		`{"grant_type":"client_credential","secret":"x"}`:                          "41002",
		`{"grant_type":"client_credential","appid":"` + appID + `"}`:               "41004",
		`{"grant_type":"other","appid":"` + appID + `","secret":"` + secret + `"}`: "40002",
		``: "44002", `{"gr`: "47001",
	} {
		status, out := b.ask("POST", "/sandbox/wechat/cgi-bin/stable_token", body)
		require.Equal(t, 200, status)
		require.Equal(t, code, fmt.Sprint(out["errcode"]), body)
		require.Regexp(t, `rid: [0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{8}$`, out["errmsg"])
	}
	_, out := b.ask("GET", "/sandbox/wechat/cgi-bin/stable_token", "")
	require.Equal(t, "43002", fmt.Sprint(out["errcode"]))
}

func TestTokensLiveAsWeChatsDo(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	first := b.token()
	require.Equal(t, first, b.token(), "the same one is given again")
	b.wall.Advance(2*time.Hour - 4*time.Minute)
	second := b.token()
	require.NotEqual(t, first, second, "in the last five minutes a new one is given")
	for _, tok := range []string{first, second} {
		code, _, _ := b.send(tok, fine(openid(1)))
		require.Equal(t, "0", code, "and both are valid")
	}
	b.wall.Advance(5 * time.Minute)
	code, _, _ := b.send(first, fine(openid(2)))
	require.Equal(t, "42001", code)
	code, _, _ = b.send("80_made-up", fine(openid(2)))
	require.Equal(t, "40001", code)
	code, _, _ = b.send("", fine(openid(2)))
	require.Equal(t, "41001", code)

	_, out := b.ask("POST", "/sandbox/wechat/cgi-bin/stable_token",
		fmt.Sprintf(`{"grant_type":"client_credential","appid":%q,"secret":%q,"force_refresh":true}`, appID, secret))
	require.NotEqual(t, second, out["access_token"])
	code, _, _ = b.send(second, fine(openid(2)))
	require.Equal(t, "40001", code, "a forced one ends its predecessor at once")
}

func TestSendIsCheckedLikeWeChatChecks(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	tok := b.token()
	data := func(m map[string]any) map[string]any { return m["data"].(map[string]any) } //nolint:errcheck,forcetypeassert // a test
	for i, row := range []struct {
		name   string
		change func(map[string]any)
		code   string
		text   string
	}{
		{"fine", func(map[string]any) {}, "0", "ok"},
		{"a number as value", func(m map[string]any) { data(m)["number2"] = val(200) }, "0", "ok"},
		{"no page", func(m map[string]any) { delete(m, "page") }, "0", "ok"},
		{"a malformed openid", func(m map[string]any) { m["touser"] = "o1" }, "40003", ""},
		{"no openid", func(m map[string]any) { delete(m, "touser") }, "40003", ""},
		{"an unknown template", func(m map[string]any) { m["template_id"] = "x" }, "40037", ""},
		{"a page the released version lacks", func(m map[string]any) { m["page"] = "pages/none" }, "41030", ""},
		{"a page with a leading slash", func(m map[string]any) { m["page"] = "/pages/index/index" }, "41030", ""},
		{"a missing key", func(m map[string]any) { delete(data(m), "thing5") }, "47003", "argument invalid! data.thing5.value is empty"},
		{"an empty value", func(m map[string]any) { data(m)["thing1"] = val("") }, "47003", "data.thing1.value is empty"},
		{"a key too many", func(m map[string]any) { data(m)["thing9"] = val("x") }, "47003", "data.thing9.value invalid"},
		{"a value too long", func(m map[string]any) { data(m)["thing1"] = val(strings.Repeat("长", 21)) }, "47003", "data.thing1.value invalid"},
		{"words for a number", func(m map[string]any) { data(m)["number2"] = val("二百") }, "47003", "data.number2.value invalid"},
		{"an unknown state", func(m map[string]any) { m["miniprogram_state"] = "beta" }, "47003", "miniprogram_state"},
	} {
		m := fine(openid(100 + i))
		row.change(m)
		code, text, msgid := b.send(tok, m)
		require.Equal(t, row.code, code, row.name)
		require.Contains(t, text, row.text, row.name)
		require.Equal(t, code == "0", msgid != "<nil>", row.name)
	}
	_, out := b.ask("GET", pathSend+"?access_token="+tok, "")
	require.Equal(t, "43002", fmt.Sprint(out["errcode"]))
	_, out = b.ask("POST", pathSend+"?access_token="+tok, "")
	require.Equal(t, "44002", fmt.Sprint(out["errcode"]))
	_, out = b.ask("POST", pathSend+"?access_token="+tok, "{")
	require.Equal(t, "47001", fmt.Sprint(out["errcode"]))
	status, err := b.do("POST", pathSend+"?access_token="+tok, strings.Repeat("x", 1<<20+1), nil)
	require.NoError(t, err)
	require.Equal(t, http.StatusRequestEntityTooLarge, status)
}

func TestAuthorisations(t *testing.T) {
	t.Parallel()
	b := setup(t, func(o *sandbox.Options) { o.DefaultGrants = 0 })
	tok := b.token()
	send := func(to string) string {
		code, _, _ := b.send(tok, fine(to))
		return code
	}
	require.Equal(t, "43101", send(openid(1)), "R2: nobody has granted anything")
	status, _ := b.ask("POST", "/sandbox/wechat/users", `{"openids":["`+openid(1)+`"],"template":"`+points+`","grants":2}`)
	require.Equal(t, 200, status)
	require.Equal(t, []string{"0", "0", "43101"}, []string{send(openid(1)), send(openid(1)), send(openid(1))}, "R1: each authorisation is one message, whenever it is used")

	b.ask("POST", "/sandbox/wechat/users", `{"openids":["`+openid(1)+`","`+openid(2)+`"],"grants":1}`)
	require.Equal(t, []string{"0", "43101", "0"}, []string{send(openid(1)), send(openid(1)), send(openid(2))}, "of every template")
	b.ask("POST", "/sandbox/wechat/users", `{"openids":["`+openid(3)+`"],"grants":5}`)
	b.ask("POST", "/sandbox/wechat/users", `{"openids":["`+openid(3)+`"],"refuse":true}`)
	require.Equal(t, "43101", send(openid(3)))

	long := func() string {
		code, _, _ := b.send(tok, map[string]any{"touser": openid(4), "template_id": lessons, "data": map[string]any{
			"thing1": val("编程"), "time2": val("18:30"), "thing3": val("二层"), "name4": val("李老师"), "character_string5": val("B-203"),
		}})
		return code
	}
	b.box.Grant(lessons, 1, openid(4))
	require.Equal(t, []string{"0", "0", "0"}, []string{long(), long(), long()}, "a long-term authorisation is not used up")

	for body, want := range map[string]int{`{"openids":[]}`: 400, `{"openids":["a"],"grants":-1}`: 400, `{"nonsense":1}`: 400, `{`: 400} {
		status, out := b.ask("POST", "/sandbox/wechat/users", body)
		require.Equal(t, want, status)
		require.NotEmpty(t, out["error"])
	}
}

func TestInspection(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	tok := b.token()
	_, _, id1 := b.send(tok, fine(openid(1)))
	_, _, id2 := b.send(tok, fine(openid(2)))
	b.send(tok, map[string]any{"touser": "bad", "template_id": points})

	_, out := b.ask("GET", "/sandbox/wechat/messages", "")
	require.Equal(t, "2", fmt.Sprint(out["total"]))
	list := out["messages"].([]any) //nolint:errcheck,forcetypeassert // a test
	require.Len(t, list, 2)
	newest := list[0].(map[string]any) //nolint:errcheck,forcetypeassert // a test
	require.Equal(t, openid(2), newest["touser"])
	require.Equal(t, id2, newest["msgid"])
	require.Equal(t, "会员积分到账提醒", newest["title"])
	require.Equal(t, map[string]any{"key": "thing1", "label": "积分类型", "value": "会员日"}, newest["lines"].([]any)[0]) //nolint:errcheck,forcetypeassert // a test

	_, out = b.ask("GET", "/sandbox/wechat/messages?touser="+openid(1), "")
	require.Equal(t, "1", fmt.Sprint(out["total"]))
	require.Equal(t, id1, out["messages"].([]any)[0].(map[string]any)["msgid"]) //nolint:errcheck,forcetypeassert // a test
	require.Greater(t, len(id1)+len(id2), 20, "one of two message IDs is beyond 2^53")

	_, out = b.ask("GET", "/sandbox/wechat/calls", "")
	require.Equal(t, "4", fmt.Sprint(out["total"]), "the token, two sent, one refused")
	calls := out["calls"].([]any)                                               //nolint:errcheck,forcetypeassert // a test
	require.Equal(t, "40003", fmt.Sprint(calls[3].(map[string]any)["errcode"])) //nolint:errcheck,forcetypeassert // a test
	_, out = b.ask("GET", "/sandbox/wechat/calls?after=2&limit=1", "")
	require.Equal(t, openid(2), out["calls"].([]any)[0].(map[string]any)["touser"]) //nolint:errcheck,forcetypeassert // a test
	require.Equal(t, "3", fmt.Sprint(out["next"]))
	_, out = b.ask("GET", "/sandbox/wechat/calls?touser="+openid(1), "")
	require.Equal(t, "1", fmt.Sprint(out["total"]))
	for _, query := range []string{"?limit=0", "?limit=x", "?after=-1"} {
		status, _ := b.ask("GET", "/sandbox/wechat/calls"+query, "")
		require.Equal(t, 400, status)
	}
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	tok := b.token()
	_, out := b.ask("GET", "/sandbox/wechat/wxaapi/newtmpl/gettemplate?access_token="+tok, "")
	require.Len(t, out["data"], len(sandbox.DemoTemplates()))
	status, _ := b.ask("POST", "/sandbox/wechat/templates", `{"appId":"`+appID+`","remove":"`+points+`"}`)
	require.Equal(t, 200, status)
	code, _, _ := b.send(tok, fine(openid(1)))
	require.Equal(t, "40037", code, "somebody removed it on WeChat's site")
	_, out = b.ask("GET", "/sandbox/wechat/wxaapi/newtmpl/gettemplate?access_token="+tok, "")
	require.Len(t, out["data"], len(sandbox.DemoTemplates())-1)

	status, _ = b.ask("POST", "/sandbox/wechat/templates", `{"appId":"`+appID+`","add":{"priTmplId":"new","title":"新","content":"内容:{{thing1.DATA}}","type":2}}`)
	require.Equal(t, 200, status)
	code, _, _ = b.send(tok, map[string]any{"touser": openid(1), "template_id": "new", "data": map[string]any{"thing1": val("好")}})
	require.Equal(t, "0", code)
	for body, want := range map[string]int{`{"appId":"nobody","remove":"x"}`: 404, `{"appId":"` + appID + `","remove":"x"}`: 404, `{"appId":"` + appID + `"}`: 400, `{"appId":"` + appID + `","add":{"priTmplId":"x"}}`: 400} {
		status, _ := b.ask("POST", "/sandbox/wechat/templates", body)
		require.Equal(t, want, status, body)
	}
}

func TestFaults(t *testing.T) {
	t.Parallel()
	t.Run("limits end with their minute and their day in Beijing", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(o *sandbox.Options) { o.DefaultGrants = 100 })
		tok := b.token()
		b.ask("POST", "/sandbox/wechat/faults", `{"qpm":2}`)
		var got []string
		for range 3 {
			code, _, _ := b.send(tok, fine(openid(1)))
			got = append(got, code)
		}
		b.wall.Advance(time.Minute)
		code, _, _ := b.send(tok, fine(openid(1)))
		require.Equal(t, []string{"0", "0", "45011", "0"}, append(got, code))

		b.ask("POST", "/sandbox/wechat/faults", `{"qpm":0,"daily":1}`)
		got = nil
		for range 2 {
			code, _, _ := b.send(tok, fine(openid(1)))
			got = append(got, code)
		}
		b.time.Set(time.Date(2026, 11, 18, 16, 0, 0, 0, time.UTC))
		code, _, _ = b.send(tok, fine(openid(1)))
		require.Equal(t, []string{"0", "45009", "0"}, append(got, code))
	})
	t.Run("every nth call is refused", func(t *testing.T) {
		t.Parallel()
		b := setup(t, func(o *sandbox.Options) { o.DefaultGrants = 100 })
		tok := b.token()
		b.ask("POST", "/sandbox/wechat/faults", `{"errcode":-1,"errcodeEvery":3}`)
		var got []string
		for range 6 {
			code, _, _ := b.send(tok, fine(openid(1)))
			got = append(got, code)
		}
		require.Equal(t, []string{"0", "0", "-1", "0", "0", "-1"}, got)
	})
	t.Run("a dropped call is logged as unanswered, delivered or not", func(t *testing.T) {
		t.Parallel()
		for delivered, want := range map[string]string{"false": "0", "true": "1"} {
			b := setup(t, nil)
			tok := b.token()
			b.ask("POST", "/sandbox/wechat/faults", `{"dropEvery":1,"dropDelivered":`+delivered+`}`)
			raw, err := json.Marshal(fine(openid(1)))
			require.NoError(t, err)
			_, err = b.do("POST", pathSend+"?access_token="+tok, string(raw), nil)
			require.Error(t, err)
			_, out := b.ask("GET", "/sandbox/wechat/calls?touser="+openid(1), "")
			call := out["calls"].([]any)[0].(map[string]any) //nolint:errcheck,forcetypeassert // a test
			require.Equal(t, false, call["answered"])
			_, out = b.ask("GET", "/sandbox/wechat/messages", "")
			require.Equal(t, want, fmt.Sprint(out["total"]))
		}
	})
	t.Run("a hanging call ends when the caller gives up", func(t *testing.T) {
		t.Parallel()
		b := setup(t, nil)
		tok := b.token()
		b.ask("POST", "/sandbox/wechat/faults", `{"hang":true}`)
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, b.url+pathSend+"?access_token="+tok, strings.NewReader(`{"touser":"`+openid(1)+`"}`))
		require.NoError(t, err)
		_, err = http.DefaultClient.Do(req) //nolint:bodyclose // there is no answer
		require.ErrorIs(t, err, context.DeadlineExceeded)
		_, out := b.ask("GET", "/sandbox/wechat/calls?touser="+openid(1), "")
		require.Len(t, out["calls"], 1)
	})
	t.Run("nonsense is refused and the rest is kept", func(t *testing.T) {
		t.Parallel()
		b := setup(t, nil)
		status, _ := b.ask("POST", "/sandbox/wechat/faults", `{"latencyMs":-1}`)
		require.Equal(t, 400, status)
		b.ask("POST", "/sandbox/wechat/faults", `{"latencyMs":1}`)
		b.ask("POST", "/sandbox/wechat/faults", `{"qpm":9}`)
		_, out := b.ask("GET", "/sandbox/wechat/faults", "")
		require.Equal(t, "1", fmt.Sprint(out["latencyMs"]))
		require.Equal(t, "9", fmt.Sprint(out["qpm"]))
	})
}

func TestClock(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	_, out := b.ask("GET", "/sandbox/clock", "")
	require.Equal(t, "2026-11-18T02:00:00Z", out["now"])
	_, out = b.ask("POST", "/sandbox/clock", `{"advance":"72h"}`)
	require.Equal(t, "2026-11-21T02:00:00Z", out["now"])
	_, out = b.ask("POST", "/sandbox/clock", `{"now":"2026-11-21T12:00:00+08:00"}`)
	require.Equal(t, "2026-11-21T04:00:00Z", out["now"])
	for _, body := range []string{`{}`, `{"advance":"72h","now":"2026-11-25T00:00:00Z"}`, `{"advance":"-1s"}`, `{"advance":"soon"}`, `{"now":"tomorrow"}`, `{"now":"2026-11-20T00:00:00Z"}`, `{"by":"1h"}`, `[]`, ``} {
		status, out := b.ask("POST", "/sandbox/clock", body)
		require.Equal(t, 400, status, body)
		require.NotEmpty(t, out["error"])
	}
	status, out := b.ask("POST", "/sandbox/clock", `{"now":"2099-01-01T00:00:00Z"}`)
	require.Equal(t, 500, status)
	require.NotContains(t, fmt.Sprint(out), "secret detail")
	status, _ = b.ask("DELETE", "/sandbox/clock", "")
	require.Equal(t, 405, status)
	_, out = b.ask("GET", "/sandbox/clock", "")
	require.Equal(t, "2026-11-21T04:00:00Z", out["now"], "a refused move moves nothing")
}

func TestPagesOfOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, b.url+"/sandbox/clock", strings.NewReader(`{"advance":"1h"}`))
	require.NoError(t, err)
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusForbidden, res.StatusCode)
}

func TestManyCallsAtOnceAreAllLogged(t *testing.T) {
	t.Parallel()
	const senders, each = 8, 500
	b := setup(t, func(o *sandbox.Options) { o.DefaultGrants = 1; o.MaxCalls = 10_000 })
	tok := b.token()
	h := b.box.Handler()
	var wg sync.WaitGroup
	for i := range senders {
		wg.Go(func() {
			for j := range each {
				raw, err := json.Marshal(fine(openid(i*each + j)))
				if err != nil {
					t.Error(err)
				}
				for range 2 { // the second is refused
					r := httptest.NewRequest(http.MethodPost, pathSend+"?access_token="+tok, bytes.NewReader(raw)) //nolint:noctx // a recorder's request
					h.ServeHTTP(httptest.NewRecorder(), r)
				}
			}
		})
	}
	wg.Wait()
	codes := map[string]int{}
	seen := map[string]int{}
	after := "0"
	for {
		_, out := b.ask("GET", "/sandbox/wechat/calls?limit=3000&after="+after, "")
		calls := out["calls"].([]any) //nolint:errcheck,forcetypeassert // a test
		if len(calls) == 0 {
			break
		}
		for _, c := range calls {
			c := c.(map[string]any) //nolint:errcheck,forcetypeassert // a test
			codes[fmt.Sprint(c["errcode"])]++
			seen[c["touser"].(string)]++ //nolint:errcheck,forcetypeassert // a test
		}
		after = fmt.Sprint(out["next"])
	}
	require.Equal(t, map[string]int{"0": senders*each + 1, "43101": senders * each}, codes)
	require.Len(t, seen, senders*each+1)
}
