package wechat_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tidings/outreach/channel"
	"tidings/outreach/channel/channeltest"
	"tidings/outreach/channel/wechat"
)

func TestMain(m *testing.M) {
	// The benchmark's receiver leaves its clock and its workers running for a while; the client uses neither.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"))
}

const (
	appID     = "wx0123456789abcdef"
	appSecret = "0123456789abcdef0123456789abcdef"
	theToken  = "80_aToken-that_nobody/may+see"
)

// answers are WeChat's words per behaviour; they repeat secrets on purpose.
var answers = map[channeltest.Behaviour]string{
	channeltest.Accepts:        `{"errcode":0,"errmsg":"ok","msgid":4161862352342212609}`,
	channeltest.RefusesUser:    `{"errcode":43101,"errmsg":"user refuse to accept the msg %s %s rid: 6544d5f1-0a1b2c3d-7e8f9a0b"}`,
	channeltest.RefusesMessage: `{"errcode":47003,"errmsg":"argument invalid! data.thing1.value is empty %s %s rid: 6544d5f1-0a1b2c3d-7e8f9a0b"}`,
	channeltest.RefusesTask:    `{"errcode":40037,"errmsg":"invalid template_id %s %s rid: 6544d5f1-0a1b2c3d-7e8f9a0b"}`,
	channeltest.RefusesChannel: `{"errcode":48001,"errmsg":"api unauthorized %s %s rid: 6544d5f1-0a1b2c3d-7e8f9a0b"}`,
	channeltest.IsBusy:         `{"errcode":-1,"errmsg":"system error %s %s"}`,
	channeltest.Refuses:        `{"errcode":99999,"errmsg":"something new %s %s rid: 6544d5f1-0a1b2c3d-7e8f9a0b"}`,
}

func provider() channeltest.Provider {
	return channeltest.Provider{
		New: func(t *testing.T, url string, timeout time.Duration) channel.Sender {
			t.Helper()
			return open(t, wechat.Config{BaseURL: url, Timeout: timeout})
		},
		IsSend: func(r *http.Request) bool { return strings.HasSuffix(r.URL.Path, "/send") },
		Answer: func(w http.ResponseWriter, r *http.Request, b channeltest.Behaviour) {
			if strings.HasSuffix(r.URL.Path, "/stable_token") {
				_, _ = fmt.Fprintf(w, `{"access_token":%q,"expires_in":7200}`, theToken)
				return
			}
			body := answers[b]
			if strings.Contains(body, "%s") {
				body = fmt.Sprintf(body, r.URL.Query().Get("access_token"), target(2))
			}
			_, _ = fmt.Fprint(w, body) //nolint:gosec // no browser reads this
		},
		Message: message,
		Secrets: []string{appSecret, theToken},
		Target:  target,
	}
}

func target(n int) string { return fmt.Sprintf("oTarget%021d", n) }

func message(to string) *channel.Message {
	return &channel.Message{
		Target: to, TemplateID: "tmpl-points", Page: "pages/index/index?from=1",
		Params: []channel.Param{{Key: "thing1", Value: "积分到账提醒"}, {Key: "number2", Value: "12"}, {Key: "time3", Value: "2026年11月22日 15:01"}},
	}
}

func open(t *testing.T, cfg wechat.Config) *wechat.Client {
	t.Helper()
	cfg.AppID, cfg.Secret = appID, appSecret
	c, err := wechat.New(cfg)
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

func TestConformance(t *testing.T) {
	t.Parallel()
	channeltest.Exercise(t, provider())
}
