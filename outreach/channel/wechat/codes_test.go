package wechat

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/outreach/channel"
)

// The table of the specification, §13.5, row by row and by hand: what delivery
// learns of each code.
func TestEveryCodeIsClassifiedAsSpecified(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 18, 17, 30, 0, 0, time.UTC) // 01:30 on the 19th in Beijing
	midnight := time.Date(2026, 11, 19, 16, 0, 0, 0, time.UTC)
	const rid = "6544d5f1-0a1b2c3d-7e8f9a0b"
	rows := []struct {
		code  int
		means string
		want  channel.Result
	}{
		{-1, "busy: retry with the usual waits", channel.Result{Outcome: channel.Later}},
		{40001, "token, after the one renewal: channel abnormal", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{40014, "token", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{42001, "token", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{41001, "bug", channel.Result{Outcome: channel.Failed}},
		{41002, "bug", channel.Result{Outcome: channel.Failed}},
		{40003, "user, identity invalid", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, TargetInvalid: true}},
		{40037, "task", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeTask}},
		{41030, "task", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeTask}},
		{43101, "user, quota 0", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, QuotaSpent: true}},
		{47003, "message, field named", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeMessage, Field: "thing1"}},
		{47001, "bug", channel.Result{Outcome: channel.Failed}},
		{43002, "bug", channel.Result{Outcome: channel.Failed}},
		{43003, "bug", channel.Result{Outcome: channel.Failed}},
		{44002, "bug", channel.Result{Outcome: channel.Failed}},
		{45009, "pause until midnight in Beijing, keep the message", channel.Result{Outcome: channel.Later, Scope: channel.ScopeChannel, PauseUntil: midnight}},
		{45011, "after 60 s, half the rate", channel.Result{Outcome: channel.Later, RetryAfter: time.Minute, Slow: true}},
		{40013, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{40125, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{40164, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{61004, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{48001, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{48004, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{50002, "user", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser, TargetInvalid: true}},
		{61007, "channel", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeChannel}},
		{43107, "task", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeTask}},
		{43108, "after 1 to 3 s", channel.Result{Outcome: channel.Later, RetryAfter: 2 * time.Second}},
		{45168, "message", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeMessage}},
		{40038, "user", channel.Result{Outcome: channel.Failed, Scope: channel.ScopeUser}},
		{12345, "other: fail, no retry", channel.Result{Outcome: channel.Failed}},
	}
	for _, row := range rows {
		t.Run(strconv.Itoa(row.code)+" is "+row.means, func(t *testing.T) {
			t.Parallel()
			text := "words of WeChat data.thing1.value rid: " + rid
			row.want.Code, row.want.Text, row.want.RequestID = strconv.Itoa(row.code), text, rid
			require.Equal(t, row.want, classify(&answer{code: row.code, text: text}, now))
			zh, en := Explain(row.want.Code)
			require.NotEmpty(t, zh)
			require.NotEmpty(t, en)
		})
	}
	t.Run("0 is sent", func(t *testing.T) {
		t.Parallel()
		require.Equal(t, channel.Result{Outcome: channel.Sent, MessageID: "9"}, classify(&answer{text: "ok", messageID: "9"}, now))
	})
}

func TestExplainKnowsEveryCodeOfItsOwn(t *testing.T) {
	t.Parallel()
	for _, code := range []string{channel.NotWritten, channel.Unreachable, channel.Busy, channel.Timeout, channel.Broken, channel.ServerError} {
		require.Contains(t, own, code)
	}
	zh, en := Explain("")
	require.Equal(t, "发送成功", zh)
	require.Equal(t, "sent", en)
	zh, _ = Explain("NONSENSE")
	require.Contains(t, zh, "NONSENSE")
	require.Len(t, Codes(), len(byCode), "no code is listed twice")
}
