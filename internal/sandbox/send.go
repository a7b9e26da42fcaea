package sandbox

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// The paths of WeChat's, below /sandbox.
const (
	pathSend      = "/wechat/cgi-bin/message/subscribe/send"
	pathToken     = "/wechat/cgi-bin/stable_token" //nolint:gosec // a path, not a credential
	pathTemplates = "/wechat/wxaapi/newtmpl/gettemplate"
)

// errTexts are WeChat's words for its codes.
var errTexts = map[int]string{
	-1:    "system error",
	40001: "invalid credential, access_token is invalid or not latest, could get access_token by getStableAccessToken",
	40002: "invalid grant_type",
	40003: "invalid openid",
	40013: "invalid appid",
	40014: "invalid access_token",
	40037: "invalid template_id",
	40125: "invalid appsecret",
	40164: "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist",
	41001: "access_token missing",
	41002: "appid missing",
	41004: "appsecret missing",
	41030: "invalid page",
	42001: "access_token expired",
	43002: "require POST method",
	43101: "user refuse to accept the msg",
	43108: "concurrent sending to the same user",
	44002: "empty post data",
	45009: "reach max api daily quota limit",
	45011: "api minute-quota reach limit, must slower, retry next minute",
	47001: "data format error",
	47003: "argument invalid!",
	48001: "api unauthorized",
	50002: "user limited",
}

// call is one call as logged: a million of them are kept, so it is small.
type call struct {
	path       string // one of the three constants
	app        *app
	openid     string
	template   string
	msgID      uint64
	at         int64 // business time of its arrival, Unix microseconds
	wall       int64 // machine time of its arrival, Unix microseconds
	took       int32 // microseconds
	code       int32
	unanswered bool
}

func (s *Sandbox) begin(path string) call {
	return call{path: path, at: s.now().UnixMicro(), wall: s.opts.Wall().UnixMicro()}
}

func (s *Sandbox) record(c *call, code int) {
	c.code = int32(code)                                                                          //nolint:gosec // WeChat's codes are small
	c.took = int32(min(s.opts.Wall().UnixMicro()-c.wall, int64(30*time.Minute/time.Microsecond))) //nolint:gosec // bounded
	s.calls.add(*c)
}

// clip keeps what a log needs of a name that anyone may have made up.
func clip(s string) string {
	if len(s) <= 64 {
		return s
	}
	return strings.Clone(s[:64])
}

// refuseCall logs and answers a refusal: HTTP 200, as WeChat does.
func (s *Sandbox) refuseCall(w http.ResponseWriter, c *call, code int, detail string) {
	s.record(c, code)
	text := errTexts[code]
	if text == "" {
		text = "error"
	}
	text += detail + " rid: " + s.rid(c.wall)
	b := append(make([]byte, 0, 256), `{"errcode":`...)
	b = strconv.AppendInt(b, int64(code), 10)
	b = append(b, `,"errmsg":`...)
	quoted, err := json.Marshal(text)
	if err != nil {
		return // a string always marshals
	}
	b = append(append(b, quoted...), '}')
	writeAnswer(w, b)
}

// rid is three groups of eight hex digits, the first one the time.
func (s *Sandbox) rid(micro int64) string {
	n := s.rids.Add(1)
	hex := func(v uint64) string {
		t := strconv.FormatUint(v&0xffffffff, 16)
		return strings.Repeat("0", 8-len(t)) + t
	}
	return hex(uint64(micro/1e6)) + "-" + hex(n*0x9e3779b1) + "-" + hex(n) //nolint:gosec // after 1970
}

func writeAnswer(w http.ResponseWriter, b []byte) {
	w.Header()["Content-Type"] = jsonType
	_, _ = w.Write(b) // the caller may be gone; the log has the call
}

var jsonType = []string{"application/json; encoding=utf-8"}

// readBody reads a body; the status is that of a transport-level refusal.
func readBody(r *http.Request) ([]byte, int) {
	b, err := io.ReadAll(r.Body)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return nil, http.StatusRequestEntityTooLarge
	case err != nil:
		return nil, http.StatusBadRequest
	}
	return b, 0
}

// sendBody is the body of a send. Values may be of any plain JSON type.
type sendBody struct {
	To       string `json:"touser"`
	Template string `json:"template_id"`
	Page     string `json:"page"`
	State    string `json:"miniprogram_state"`
	Lang     string `json:"lang"`
	Data     map[string]struct {
		Value any `json:"value"`
	} `json:"data"`
}

// serveSend is POST /cgi-bin/message/subscribe/send.
func (s *Sandbox) serveSend(w http.ResponseWriter, r *http.Request) {
	c := s.begin(pathSend)
	if r.Method != http.MethodPost {
		s.refuseCall(w, &c, 43002, "")
		return
	}
	raw, status := readBody(r)
	if status != 0 {
		http.Error(w, http.StatusText(status), status)
		return
	}
	var in sendBody
	parseErr := json.Unmarshal(raw, &in)
	c.openid, c.template = clip(in.To), clip(in.Template)
	if s.disturb(w, r, &c, true) {
		return
	}
	app, code := s.tokens.check(queryToken(r), s.opts.Wall())
	c.app = s.apps[app]
	switch {
	case code != 0:
		s.refuseCall(w, &c, code, "")
		return
	case len(raw) == 0:
		s.refuseCall(w, &c, 44002, "")
		return
	case parseErr != nil:
		s.refuseCall(w, &c, 47001, "")
		return
	}
	s.deliver(w, &c, &in)
}

// deliver decides on a well-formed send and answers it, or does not.
func (s *Sandbox) deliver(w http.ResponseWriter, c *call, in *sendBody) {
	f := s.faults.set.Load()
	nth := s.faults.sends.Add(1)
	drop := f.DropEvery > 0 && nth%uint64(f.DropEvery) == 0
	if drop && !f.DropDelivered {
		c.unanswered = true
		s.record(c, 0)
		hangUp(w)
		return
	}
	card := c.app.card(in.Template)
	var code int
	var detail string
	if f.Errcode != 0 && nth%uint64(max(f.ErrcodeEvery, 1)) == 0 { //nolint:gosec // positive
		code = f.Errcode
	} else if code = s.limited(f); code == 0 {
		code, detail = check(c.app, card, in)
	}
	if code == 0 && !s.users.take(in.To, &card.Template) {
		code = 43101
	}
	if code != 0 {
		s.refuseCall(w, c, code, detail)
		return
	}
	c.msgID = s.nextMsgID()
	c.template = card.ID // shares the card's string instead of keeping another
	s.messages.add(newMessage(c, card, in))
	c.unanswered = drop
	s.record(c, 0)
	if drop {
		hangUp(w)
		return
	}
	b := append(make([]byte, 0, 64), `{"errcode":0,"errmsg":"ok","msgid":`...)
	b = strconv.AppendUint(b, c.msgID, 10)
	writeAnswer(w, append(b, '}'))
}

// nextMsgID gives numbers beyond 2^53 and small ones in turn: a client that
// reads them as floats is found out.
func (s *Sandbox) nextMsgID() uint64 {
	n := s.msgIDs.Add(1)
	if n%2 == 1 {
		return 4_161_862_352_000_000_001 + n
	}
	return 1_000_000_000 + n
}

// check is WeChat's look at a send: the recipient, the template, the page, each value.
func check(a *app, card *card, in *sendBody) (code int, detail string) {
	switch {
	case !isOpenID(in.To):
		return 40003, ""
	case card == nil:
		return 40037, ""
	case !a.hasPage(in.Page):
		return 41030, ""
	case in.State != "" && !slices.Contains([]string{"developer", "trial", "formal"}, in.State):
		return 47003, " miniprogram_state invalid"
	case in.Lang != "" && !slices.Contains([]string{"zh_CN", "en_US", "zh_HK", "zh_TW"}, in.Lang):
		return 47003, " lang invalid"
	}
	for i := range card.fields {
		f := &card.fields[i]
		v, given := in.Data[f.key]
		text, plain := valueText(v.Value)
		switch {
		case !given || text == "":
			return 47003, " data." + f.key + ".value is empty"
		case !plain || !acceptable(f.kind, text, f.enum):
			return 47003, " data." + f.key + ".value invalid"
		}
	}
	for key := range in.Data {
		if card.field(key) == nil {
			return 47003, " data." + key + ".value invalid"
		}
	}
	return 0, ""
}

func valueText(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64), true
	case bool:
		return strconv.FormatBool(v), true
	}
	return "", v == nil
}

// isOpenID: 28 characters, the first an o.
func isOpenID(s string) bool {
	return len(s) == 28 && s[0] == 'o' && only(s, func(r rune) bool { return isDigit(r) || isLatin(r) || r == '-' || r == '_' })
}

func (a *app) hasPage(page string) bool {
	if page == "" {
		return true
	}
	path, _, _ := strings.Cut(page, "?")
	return !strings.HasPrefix(path, "/") && !strings.Contains(path, "://") && (a.pages == nil || a.pages[path])
}

// queryToken spares a map for the query that every send has.
func queryToken(r *http.Request) string {
	if v, ok := strings.CutPrefix(r.URL.RawQuery, "access_token="); ok && !strings.ContainsAny(v, "&%+") {
		return v
	}
	return r.URL.Query().Get("access_token")
}
