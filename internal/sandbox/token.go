package sandbox

import (
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"maps"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// overlap is how long an old and a new token are both valid.
const overlap = 5 * time.Minute

// remember is how many tokens are kept to say "expired" instead of "invalid".
const remember = 256

// tokens are the access tokens given out. Sends look them up without a lock.
type tokens struct {
	ttl     time.Duration
	overlap time.Duration
	mu      sync.Mutex
	current map[string]string                      // app → its newest token
	valid   atomic.Pointer[map[string]accessToken] // replaced as a whole
}

type accessToken struct {
	app     string
	until   time.Time
	revoked bool // replaced by force, not merely over
}

func (t *tokens) init(ttl time.Duration) {
	t.ttl, t.overlap = ttl, min(overlap, ttl/2)
	t.current = make(map[string]string)
	t.valid.Store(&map[string]accessToken{})
}

// check gives the app of a token, or the code of WeChat's refusal.
func (t *tokens) check(value string, now time.Time) (app string, code int) {
	if value == "" {
		return "", 41001
	}
	tok, ok := (*t.valid.Load())[value]
	switch {
	case !ok || tok.revoked:
		return "", 40001
	case !now.Before(tok.until):
		return "", 42001
	}
	return tok.app, 0
}

// issue gives the app's token: the same one until its last minutes, then a new
// one beside the old; with force a new one that ends the old at once.
func (t *tokens) issue(app string, now time.Time, force bool) (string, time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	known := *t.valid.Load()
	old, has := known[t.current[app]]
	if has && !force && !old.revoked && now.Before(old.until.Add(-t.overlap)) {
		return t.current[app], old.until.Sub(now)
	}
	next := make(map[string]accessToken, len(known)+1)
	maps.Copy(next, known)
	if len(next) >= remember {
		maps.DeleteFunc(next, func(_ string, tok accessToken) bool { return !now.Before(tok.until) })
	}
	if has && force {
		old.revoked = true
		next[t.current[app]] = old
	}
	var b [96]byte
	_, _ = rand.Read(b[:]) // never fails
	value := "80_" + base64.RawURLEncoding.EncodeToString(b[:])
	next[value] = accessToken{app: app, until: now.Add(t.ttl)}
	t.current[app] = value
	t.valid.Store(&next)
	return value, t.ttl
}

// revoke ends all tokens at once.
func (t *tokens) revoke() {
	t.mu.Lock()
	defer t.mu.Unlock()
	clear(t.current)
	t.valid.Store(&map[string]accessToken{})
}

// serveToken is POST /cgi-bin/stable_token.
func (s *Sandbox) serveToken(w http.ResponseWriter, r *http.Request) {
	c := s.begin(pathToken)
	if s.disturb(w, r, &c, false) {
		return
	}
	code := 0
	var in struct {
		Grant  string `json:"grant_type"`
		AppID  string `json:"appid"`
		Secret string `json:"secret"`
		Force  bool   `json:"force_refresh"`
	}
	raw, status := readBody(r)
	switch {
	case r.Method != http.MethodPost:
		code = 43002
	case status != 0:
		http.Error(w, http.StatusText(status), status)
		return
	case len(raw) == 0:
		code = 44002
	case json.Unmarshal(raw, &in) != nil:
		code = 47001
	case in.Grant != "client_credential":
		code = 40002
	case in.AppID == "":
		code = 41002
	case in.Secret == "":
		code = 41004
	case s.apps[in.AppID] == nil:
		code = 40013
	case s.apps[in.AppID].secret != in.Secret:
		code = 40125
	}
	c.app = s.apps[in.AppID]
	if code != 0 {
		s.refuseCall(w, &c, code, "")
		return
	}
	value, left := s.tokens.issue(in.AppID, s.opts.Wall(), in.Force)
	s.record(&c, 0)
	answer(w, http.StatusOK, struct {
		Token   string `json:"access_token"`
		Expires int    `json:"expires_in"`
	}{value, int(left.Seconds())})
}
