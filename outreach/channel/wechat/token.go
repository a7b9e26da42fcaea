package wechat

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/url"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

const (
	// tokenMargin is taken off a token's life. WeChat renews in the last five
	// minutes and then honours both tokens for five.
	tokenMargin = 200 * time.Second
	// tokenPause is how long a failure to get a token stands, so that a
	// thousand waiting sends do not each ask again.
	tokenPause = time.Second
	// samePause is how long it is believed that a refused token is still the newest.
	samePause = 10 * time.Second
)

// token is an access token in both spellings and its end, in machine time.
type token struct {
	value   string
	escaped string // for a query
	until   time.Time
}

func newToken(value string, until time.Time) *token {
	return &token{value: value, escaped: url.QueryEscape(value), until: until}
}

// failure remembers that asking again makes no sense before until.
type failure struct {
	bad    string          // the token that was to be replaced; "": none was held
	result *channel.Result // nil: WeChat gave the refused token again
	until  time.Time
}

// tokens keeps the account's access token: in this process, in Redis for all,
// and at WeChat, asked by one caller at a time across all processes.
type tokens struct {
	client *Client
	shared *sharedToken // nil without Redis
	cached atomic.Pointer[token]
	failed atomic.Pointer[failure]
	flight singleflight.Group
}

func newTokens(c *Client, base *url.URL) *tokens {
	t := &tokens{client: c}
	if c.cfg.Redis != nil {
		// Another server's token is another token. And whoever does not know
		// the secret must not come by the token of those who do: the secret
		// has a part in the key's name, as a hash.
		sum := sha256.Sum256([]byte(base.String() + "\x00" + c.cfg.Secret))
		t.shared = &sharedToken{
			redis: c.cfg.Redis, seal: c.cfg.Seal, open: c.cfg.Open,
			key:     "tidings:wechat:{" + c.cfg.AppID + ":" + hex.EncodeToString(sum[:8]) + "}:token",
			lockFor: c.cfg.Timeout + 2*time.Second, // the holder makes one call
		}
	}
	return t
}

// get gives a token other than bad, which WeChat has just refused ("" when
// none was). Instead it may give the result that the send ends with, or
// neither when WeChat has nothing newer than bad.
func (t *tokens) get(deadline time.Time, bad string) (*token, *channel.Result) {
	now := clock.Wall()
	if tok := t.cached.Load(); tok != nil && tok.value != bad && now.Before(tok.until) {
		return tok, nil
	}
	if f := t.failed.Load(); f != nil && f.bad == bad && now.Before(f.until) {
		return nil, f.result
	}
	done := t.flight.DoChan(bad, func() (any, error) {
		tok, failed := t.obtain(bad)
		return obtained{tok, failed}, nil
	})
	wait := time.NewTimer(deadline.Sub(now))
	defer wait.Stop()
	select {
	case r := <-done:
		o := r.Val.(obtained) //nolint:errcheck,forcetypeassert // the function above returns nothing else
		return o.token, o.failed
	case <-wait.C:
		return nil, &channel.Result{Outcome: channel.Later, Code: channel.NotWritten}
	}
}

type obtained struct {
	token  *token
	failed *channel.Result
}

// obtain looks in Redis, then asks WeChat, and remembers what came of it.
func (t *tokens) obtain(bad string) (*token, *channel.Result) {
	c := t.client
	ctx, cancel := context.WithTimeout(context.Background(), 2*c.cfg.Timeout) //nolint:forbidigo // shared by many sends, ends with none of them
	defer cancel()
	if t.shared != nil {
		tok, unlock, err := t.shared.wait(ctx, bad)
		defer unlock()
		if err != nil {
			// The token is the same for everyone who asks, so asking without the lock is only less polite.
			c.log.WarnContext(ctx, "read the shared access token", slog.Any("error", err))
		}
		if tok != nil {
			t.cached.Store(tok)
			return tok, nil
		}
	}
	tok, failed := t.request(clock.Wall().Add(c.cfg.Timeout))
	switch {
	case failed != nil:
		t.failed.Store(&failure{bad: bad, result: failed, until: clock.Wall().Add(tokenPause)})
		return nil, failed
	case tok.value == bad:
		t.failed.Store(&failure{bad: bad, until: clock.Wall().Add(samePause)})
	}
	t.keep(ctx, tok)
	return tok, nil
}

// keep stores a token that WeChat has just given, here and for the others.
func (t *tokens) keep(ctx context.Context, tok *token) {
	t.cached.Store(tok)
	if t.shared == nil {
		return
	}
	if err := t.shared.put(ctx, tok); err != nil {
		t.client.log.WarnContext(ctx, "share the access token", slog.Any("error", err))
	}
}

// request asks WeChat for the stable token in normal mode, never forced: a
// forced one ends the token that others are using.
func (t *tokens) request(deadline time.Time) (tok *token, failed *channel.Result) {
	c := t.client
	started := clock.Wall()
	err := c.call(deadline, &c.tokenAt, "", maxSendAnswer,
		func(pc *conn) []byte {
			pc.body = append(pc.body[:0], `{"grant_type":"client_credential","appid":`...)
			pc.body = appendString(pc.body, c.cfg.AppID)
			pc.body = append(pc.body, `,"secret":`...)
			pc.body = appendString(pc.body, c.cfg.Secret)
			pc.body = append(pc.body, `,"force_refresh":false}`...)
			return pc.body
		},
		func(status int, body []byte) { tok, failed = c.readToken(started, status, body) })
	if err != nil {
		code := err.code
		if code != channel.NotWritten {
			code = channel.Unreachable // of the message nothing was written
		}
		return nil, &channel.Result{Outcome: channel.Later, Code: code, Text: "no access token: WeChat did not answer"}
	}
	return tok, failed
}

// readToken reads stable_token's answer. A refusal concerns the whole channel;
// anything unreadable is for later, since no message has been written.
func (c *Client) readToken(started time.Time, status int, body []byte) (*token, *channel.Result) {
	var raw struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}
	if a, ok := parseAnswer(body); ok && a.code != 0 && status < 500 {
		res := classify(&a, c.cfg.Clock.Now(), c.cfg.Secret)
		if res.Outcome != channel.Later {
			res.Outcome, res.Scope = channel.Failed, channel.ScopeChannel
		}
		return nil, &res
	}
	if err := json.Unmarshal(body, &raw); err != nil || status != 200 || raw.Token == "" || raw.Expires <= 0 {
		return nil, &channel.Result{Outcome: channel.Later, Code: channel.Unreachable, Text: "no access token: HTTP " + strconv.Itoa(status)}
	}
	life := time.Duration(raw.Expires) * time.Second
	return newToken(raw.Token, started.Add(max(life-tokenMargin, life/2))), nil
}
