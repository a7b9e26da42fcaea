package wechat_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/internal/testredis"
	"tidings/outreach/channel"
	"tidings/outreach/channel/wechat"
	"tidings/outreach/fault"
)

const points = "kQ3vYx8nTzR1mWpLcD5sJhGfB0aUeN7iO2yXbVt4KqM"

// bundle is a sandbox with the demo templates, and a counter of its calls by path.
type bundle struct {
	sandbox *sandbox.Sandbox
	url     string
	calls   sync.Map
}

func (b *bundle) count(path string) int64 {
	n, ok := b.calls.Load(path)
	if !ok {
		return 0
	}
	return n.(*atomic.Int64).Load() //nolint:errcheck,forcetypeassert // only counters are stored
}

func setup(t *testing.T) *bundle {
	t.Helper()
	b := &bundle{sandbox: sandbox.New(sandbox.Options{
		Apps:          []sandbox.App{{ID: appID, Secret: appSecret, Templates: sandbox.DemoTemplates(), Pages: []string{"pages/index/index"}}},
		DefaultGrants: 3,
	})}
	h := b.sandbox.Handler()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := b.calls.LoadOrStore(r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], new(atomic.Int64))
		n.(*atomic.Int64).Add(1) //nolint:errcheck,forcetypeassert // only counters are stored
		h.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		b.sandbox.Close()
		srv.Close()
	})
	b.url = srv.URL + "/sandbox/wechat"
	return b
}

func soon() time.Time { return clock.Wall().Add(20 * time.Second) }

func pointsMessage(n int) *channel.Message {
	return &channel.Message{
		Target: target(n)[:28], TemplateID: points, Page: "pages/index/index?from=1",
		Params: []channel.Param{
			{Key: "thing1", Value: "会员日双倍积分"},
			{Key: "number2", Value: "200"},
			{Key: "number3", Value: "1860"},
			{Key: "time4", Value: "2026年11月18日 10:00"},
			{Key: "thing5", Value: "积分可抵现金"},
		},
	}
}

func TestSendAgainstTheSandbox(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name   string
		change func(*bundle, *channel.Message)
		want   channel.Result
	}{
		{"a fine message is sent", func(*bundle, *channel.Message) {}, channel.Result{Outcome: channel.Sent}},
		{"a refusing user is 43101", func(b *bundle, m *channel.Message) { b.sandbox.Refuse(m.Target) }, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, Code: "43101", QuotaSpent: true}},
		{"a malformed openid is 40003", func(_ *bundle, m *channel.Message) { m.Target = "nobody" }, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, Code: "40003", TargetInvalid: true}},
		{"a removed template is 40037", func(b *bundle, _ *channel.Message) { b.sandbox.RemoveTemplate(appID, points) }, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeTask, Code: "40037"}},
		{"an unknown page is 41030", func(_ *bundle, m *channel.Message) { m.Page = "pages/none" }, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeTask, Code: "41030"}},
		{"an overlong value is 47003 with its field", func(_ *bundle, m *channel.Message) { m.Params[4].Value = strings.Repeat("长", 21) }, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeMessage, Code: "47003", Field: "thing5"}},
		{"a missing key is 47003 with its field", func(_ *bundle, m *channel.Message) { m.Params = m.Params[:4] }, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeMessage, Code: "47003", Field: "thing5"}},
		{"the minute's limit is for later and slower", func(b *bundle, _ *channel.Message) {
			b.sandbox.SetFaults(sandbox.Faults{Errcode: 45011})
		}, channel.Result{Outcome: channel.Later, Code: "45011", RetryAfter: time.Minute, Slow: true}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			m := pointsMessage(1)
			row.change(b, m)
			got := open(t, wechat.Config{BaseURL: b.url}).Send(soon(), m)
			if row.want.Outcome == channel.Sent {
				require.NotEmpty(t, got.MessageID)
				got.MessageID = ""
			} else {
				require.NotEmpty(t, got.RequestID)
				require.NotEmpty(t, got.Text)
				got.RequestID, got.Text = "", ""
			}
			require.Equal(t, row.want, got)
		})
	}
}

func TestTheDayIsOverUntilMidnightInBeijing(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.sandbox.SetFaults(sandbox.Faults{Errcode: 45009})
	now := clock.NewFake(time.Date(2026, 11, 18, 15, 59, 0, 0, time.UTC))
	res := open(t, wechat.Config{BaseURL: b.url, Clock: now}).Send(soon(), pointsMessage(1))
	require.Equal(t, channel.Later, res.Outcome)
	require.Equal(t, channel.ScopeChannel, res.Scope)
	require.Equal(t, time.Date(2026, 11, 18, 16, 0, 0, 0, time.UTC), res.PauseUntil)
}

func TestTokenIsSharedByEveryProcess(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rdb := testredis.New(t)
	box, err := secret.NewBox([]byte(strings.Repeat("k", 32)))
	require.NoError(t, err)
	seal := func(plain []byte) []byte {
		sealed, serr := box.Seal(plain, "token")
		if serr != nil {
			return nil
		}
		return sealed
	}
	unseal := func(sealed []byte) ([]byte, error) { return box.Open(sealed, "token") }
	var wg sync.WaitGroup
	for i := range 8 {
		c := open(t, wechat.Config{BaseURL: b.url, Redis: rdb, Seal: seal, Open: unseal})
		for j := range 16 {
			wg.Go(func() { require.Equal(t, channel.Sent, c.Send(soon(), pointsMessage(i*16+j)).Outcome) })
		}
	}
	wg.Wait()
	require.EqualValues(t, 1, b.count("stable_token"), "eight processes with sixteen senders each ask once")
	require.EqualValues(t, 128, b.count("send"))

	keys, err := rdb.Keys(t.Context(), "*").Result()
	require.NoError(t, err)
	require.Len(t, keys, 1, "the lock is given back")
	ttl, err := rdb.TTL(t.Context(), keys[0]).Result()
	require.NoError(t, err)
	require.InDelta(t, 7000, ttl.Seconds(), 5, "the token is kept 200 s less than it lives")
	stored, err := rdb.Get(t.Context(), keys[0]).Result()
	require.NoError(t, err)
	require.NotContains(t, stored, "80_", "the token is stored encrypted")
}

func TestTokenIsNotSharedWithWhoeverDoesNotKnowTheSecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rdb := testredis.New(t)
	require.Equal(t, channel.Sent, open(t, wechat.Config{BaseURL: b.url, Redis: rdb}).Send(soon(), pointsMessage(1)).Outcome)
	stranger, err := wechat.New(wechat.Config{BaseURL: b.url, Redis: rdb, AppID: appID, Secret: "guessed"})
	require.NoError(t, err)
	t.Cleanup(stranger.Close)
	require.Equal(t, "40125", stranger.Send(soon(), pointsMessage(2)).Code)
	require.EqualValues(t, 1, b.count("send"))
}

func TestRefusedTokenIsReplacedOnce(t *testing.T) {
	t.Parallel()
	t.Run("and the message is sent with the new one", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := open(t, wechat.Config{BaseURL: b.url, Redis: testredis.New(t)})
		require.Equal(t, channel.Sent, c.Send(soon(), pointsMessage(1)).Outcome)
		b.sandbox.SetFaults(sandbox.Faults{RevokeTokens: true})
		require.Equal(t, channel.Sent, c.Send(soon(), pointsMessage(1)).Outcome)
		require.EqualValues(t, 2, b.count("stable_token"))
		require.EqualValues(t, 3, b.count("send"), "one refused for its token, two taken")
	})
	t.Run("by the one that another process has fetched meanwhile", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		rdb := testredis.New(t)
		one, two := open(t, wechat.Config{BaseURL: b.url, Redis: rdb}), open(t, wechat.Config{BaseURL: b.url, Redis: rdb})
		require.Equal(t, channel.Sent, one.Send(soon(), pointsMessage(1)).Outcome)
		require.Equal(t, channel.Sent, two.Send(soon(), pointsMessage(1)).Outcome)
		b.sandbox.SetFaults(sandbox.Faults{RevokeTokens: true})
		require.Equal(t, channel.Sent, one.Send(soon(), pointsMessage(2)).Outcome)
		require.Equal(t, channel.Sent, two.Send(soon(), pointsMessage(2)).Outcome)
		require.EqualValues(t, 2, b.count("stable_token"))
	})
	t.Run("and when that is refused too the channel is abnormal, without hammering", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.sandbox.SetFaults(sandbox.Faults{Errcode: 40001})
		c := open(t, wechat.Config{BaseURL: b.url, Redis: testredis.New(t)})
		for range 20 {
			res := c.Send(soon(), pointsMessage(1))
			require.Equal(t, channel.Failed, res.Outcome)
			require.Equal(t, channel.ScopeChannel, res.Scope)
			require.Equal(t, "40001", res.Code)
		}
		require.EqualValues(t, 2, b.count("stable_token"))
		require.EqualValues(t, 21, b.count("send"), "the first message was tried twice, the others once")
	})
}

func TestNoTokenNoMessage(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, body string
		status     int
		want       channel.Result
	}{
		{"a wrong secret fails the channel", `{"errcode":40125,"errmsg":"invalid appsecret rid: 1-2"}`, 200, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel, Code: "40125", Text: "invalid appsecret rid: 1-2", RequestID: "1-2"}},
		{"any other refusal fails the channel", `{"errcode":41002,"errmsg":"appid missing"}`, 200, channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel, Code: "41002", Text: "appid missing"}},
		{"a busy WeChat is for later", `{"errcode":-1,"errmsg":"system error"}`, 200, channel.Result{Outcome: channel.Later, Code: "-1", Text: "system error"}},
		{"a broken answer is for later, for no message was written", `{"access_tok`, 200, channel.Result{Outcome: channel.Later, Code: channel.Unreachable, Text: "no access token: HTTP 200"}},
		{"a server error is for later", `oops`, 503, channel.Result{Outcome: channel.Later, Code: channel.Unreachable, Text: "no access token: HTTP 503"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			var sends, tokens atomic.Int64
			srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if strings.HasSuffix(r.URL.Path, "/send") {
					sends.Add(1)
				}
				tokens.Add(1)
				w.WriteHeader(row.status)
				_, _ = fmt.Fprint(w, row.body)
			}))
			t.Cleanup(srv.Close)
			c := open(t, wechat.Config{BaseURL: srv.URL})
			for range 10 {
				require.Equal(t, row.want, c.Send(soon(), pointsMessage(1)))
			}
			require.Zero(t, sends.Load())
			require.EqualValues(t, 1, tokens.Load(), "a failure stands for a second")
		})
	}
	t.Run("a token that does not come in time leaves the message unwritten", func(t *testing.T) {
		t.Parallel()
		stop := make(chan struct{})
		srv := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-stop:
			case <-r.Context().Done():
			}
		}))
		t.Cleanup(srv.Close)
		t.Cleanup(func() { close(stop) })
		res := open(t, wechat.Config{BaseURL: srv.URL, Timeout: 200 * time.Millisecond}).Send(clock.Wall().Add(50*time.Millisecond), pointsMessage(1))
		require.Equal(t, channel.Result{Outcome: channel.Later, Code: channel.NotWritten}, res)
	})
}

func TestRedisAwayDoesNotStopSending(t *testing.T) {
	t.Parallel()
	b := setup(t)
	rdb := testredis.New(t)
	require.NoError(t, rdb.Close())
	c := open(t, wechat.Config{BaseURL: b.url, Redis: rdb})
	require.Equal(t, channel.Sent, c.Send(soon(), pointsMessage(1)).Outcome)
}

func TestTestConnection(t *testing.T) {
	t.Parallel()
	b := setup(t)
	try := func(t *testing.T, url, app, pass string) error {
		t.Helper()
		c, err := wechat.New(wechat.Config{BaseURL: url, AppID: app, Secret: pass, Timeout: 5 * time.Second})
		require.NoError(t, err)
		t.Cleanup(c.Close)
		return c.TestConnection(t.Context())
	}
	field := func(t *testing.T, err error) fault.Field {
		t.Helper()
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		require.Equal(t, fault.Invalid, f.Code)
		require.Len(t, f.Fields, 1)
		return f.Fields[0]
	}
	t.Run("right credentials pass", func(t *testing.T) {
		t.Parallel()
		require.NoError(t, try(t, b.url, appID, appSecret))
	})
	t.Run("40013 is at appId", func(t *testing.T) {
		t.Parallel()
		f := field(t, try(t, b.url, "wxffffffffffffffff", appSecret))
		require.Equal(t, "appId", f.Path)
		require.Equal(t, "UNKNOWN_APP_ID", f.Rule)
		require.Equal(t, "40013", f.Params["code"])
	})
	t.Run("40125 is at appSecret and does not show it", func(t *testing.T) {
		t.Parallel()
		err := try(t, b.url, appID, "wrong-secret-wrong-secret")
		f := field(t, err)
		require.Equal(t, "appSecret", f.Path)
		require.Equal(t, "WRONG_SECRET", f.Rule)
		require.NotContains(t, fmt.Sprintf("%+v %v", err, f), "wrong-secret")
	})
	t.Run("40164 tells the address WeChat saw", func(t *testing.T) {
		t.Parallel()
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = fmt.Fprint(w, `{"errcode":40164,"errmsg":"invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist rid: 1-2-3"}`)
		}))
		t.Cleanup(srv.Close)
		f := field(t, try(t, srv.URL, appID, appSecret))
		require.Equal(t, "IP_NOT_ALLOWED", f.Rule)
		require.Equal(t, "203.0.113.7", f.Params["ip"])
		require.Contains(t, f.Message, "203.0.113.7")
	})
	t.Run("nobody there is unavailable", func(t *testing.T) {
		t.Parallel()
		require.True(t, fault.Is(try(t, "http://no-such-host.invalid", appID, appSecret), fault.Unavailable))
	})
	t.Run("a fresh success ends the pause after a failure", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := open(t, wechat.Config{BaseURL: b.url})
		require.NoError(t, c.TestConnection(t.Context()))
		require.Equal(t, channel.Sent, c.Send(soon(), pointsMessage(1)).Outcome)
		require.EqualValues(t, 1, b.count("stable_token"), "the tested token is used")
	})
	t.Run("configuration mistakes are found before any call", func(t *testing.T) {
		t.Parallel()
		_, err := wechat.New(wechat.Config{BaseURL: "ftp://x"})
		var f *fault.Error
		require.ErrorAs(t, err, &f)
		require.Len(t, f.Fields, 3)
	})
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	t.Run("are read with their fields (R82)", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		list, err := open(t, wechat.Config{BaseURL: b.url}).Templates(t.Context())
		require.NoError(t, err)
		require.Len(t, list, len(sandbox.DemoTemplates()))
		for _, tmpl := range list {
			if tmpl.Title != "优惠券到期提醒" {
				continue
			}
			require.Equal(t, wechat.OneTime, tmpl.Type)
			require.Equal(t, wechat.Field{Key: "enum_string4", Label: "适用范围", Kind: "enum_string", Enum: []string{"全部门店", "线上商城", "指定门店"}}, tmpl.Fields[3])
		}
	})
	t.Run("survive a token that was replaced meanwhile", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		c := open(t, wechat.Config{BaseURL: b.url})
		require.NoError(t, c.TestConnection(t.Context()))
		b.sandbox.SetFaults(sandbox.Faults{RevokeTokens: true})
		list, err := c.Templates(t.Context())
		require.NoError(t, err)
		require.NotEmpty(t, list)
	})
	t.Run("a refusal carries WeChat's code", func(t *testing.T) {
		t.Parallel()
		srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "stable_token") {
				_, _ = fmt.Fprint(w, `{"access_token":"x","expires_in":7200}`)
				return
			}
			_, _ = fmt.Fprint(w, `{"errcode":200011,"errmsg":"account banned"}`)
		}))
		t.Cleanup(srv.Close)
		_, err := open(t, wechat.Config{BaseURL: srv.URL}).Templates(t.Context())
		require.True(t, fault.Is(err, fault.Channel))
		require.ErrorContains(t, err, "200011")
	})
}
