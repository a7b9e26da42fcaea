package wechat

import (
	"encoding/json"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxAnswer bounds what is read of an answer; more is not an answer.
const maxAnswer = 4 << 20

// answer is what every interface of WeChat says about a call.
type answer struct {
	code      int
	text      string
	messageID string
}

// parseAnswer reads an answer to a send. It is false for anything that is not
// a whole JSON object with an errcode: such an answer says nothing.
func parseAnswer(body []byte) (answer, bool) {
	if a, ok := scanAnswer(body); ok {
		return a, true
	}
	return decodeAnswer(body)
}

// decodeAnswer is the full parser, for whatever scanAnswer leaves alone.
func decodeAnswer(body []byte) (answer, bool) {
	var raw struct {
		Code *jsonText `json:"errcode"`
		Text string    `json:"errmsg"`
		ID   jsonText  `json:"msgid"`
	}
	if err := json.Unmarshal(body, &raw); err != nil || raw.Code == nil {
		return answer{}, false
	}
	code, err := strconv.Atoi(string(*raw.Code))
	if err != nil {
		return answer{}, false
	}
	return answer{code: code, text: raw.Text, messageID: string(raw.ID)}, true
}

// jsonText takes a number or a string and keeps its characters: message IDs
// are numbers beyond what a float holds.
type jsonText string

func (t *jsonText) UnmarshalJSON(b []byte) error {
	if len(b) > 0 && b[0] == '"' {
		var s string
		if err := json.Unmarshal(b, &s); err != nil {
			return err
		}
		*t = jsonText(s)
		return nil
	}
	if string(b) == "null" {
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(b, &n); err != nil {
		return err
	}
	*t = jsonText(n)
	return nil
}

// scanAnswer reads the flat object of plain strings and whole numbers that
// WeChat sends in practice, without reflection. It is false for everything
// else, broken or merely unusual, and then says nothing about it.
func scanAnswer(b []byte) (answer, bool) {
	var a answer
	s := scanner{b: b}
	seenCode := false
	if !s.take('{') {
		return a, false
	}
	for more := true; more; more = s.take(',') {
		key, ok := s.str()
		if !ok || !s.take(':') {
			return a, false
		}
		value, isString := s.str()
		if !isString {
			if value, ok = s.integer(); !ok {
				return a, false
			}
		}
		switch string(key) {
		case "errcode":
			n, err := strconv.Atoi(string(value))
			if err != nil {
				return a, false
			}
			a.code, seenCode = n, true
		case "errmsg":
			if !isString {
				return a, false
			}
			if string(value) == "ok" {
				a.text = "ok" // spares an allocation on nearly every call
			} else {
				a.text = string(value)
			}
		case "msgid":
			a.messageID = string(value)
		default: // encoding/json matches names whatever their case
			if strings.EqualFold(string(key), "errcode") || strings.EqualFold(string(key), "errmsg") || strings.EqualFold(string(key), "msgid") {
				return a, false
			}
		}
	}
	return a, s.take('}') && s.end() && seenCode
}

type scanner struct {
	b []byte
	i int
}

func (s *scanner) space() {
	for s.i < len(s.b) && (s.b[s.i] == ' ' || s.b[s.i] == '\n' || s.b[s.i] == '\r' || s.b[s.i] == '\t') {
		s.i++
	}
}

func (s *scanner) take(c byte) bool {
	s.space()
	if s.i < len(s.b) && s.b[s.i] == c {
		s.i++
		return true
	}
	return false
}

func (s *scanner) end() bool {
	s.space()
	return s.i == len(s.b)
}

// str takes a string without escapes.
func (s *scanner) str() ([]byte, bool) {
	s.space()
	if s.i >= len(s.b) || s.b[s.i] != '"' {
		return nil, false
	}
	for j := s.i + 1; j < len(s.b); j++ {
		switch c := s.b[j]; {
		case c == '"':
			v := s.b[s.i+1 : j]
			if !utf8.Valid(v) {
				return nil, false
			}
			s.i = j + 1
			return v, true
		case c == '\\' || c < ' ':
			return nil, false
		}
	}
	return nil, false
}

// integer takes a whole number as JSON spells it.
func (s *scanner) integer() ([]byte, bool) {
	s.space()
	start, j := s.i, s.i
	if j < len(s.b) && s.b[j] == '-' {
		j++
	}
	digits := j
	for j < len(s.b) && s.b[j] >= '0' && s.b[j] <= '9' {
		j++
	}
	if j == digits || (s.b[digits] == '0' && j > digits+1) {
		return nil, false
	}
	if j < len(s.b) && (s.b[j] == '.' || s.b[j] == 'e' || s.b[j] == 'E') {
		return nil, false
	}
	s.i = j
	return s.b[start:j], true
}

// requestID takes the "rid: …" that ends WeChat's error texts.
func requestID(text string) string {
	_, rest, ok := strings.Cut(text, "rid:")
	if !ok {
		return ""
	}
	rest = strings.TrimLeft(rest, " ")
	end := strings.IndexFunc(rest, func(r rune) bool {
		return !(r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
	})
	if end >= 0 {
		rest = rest[:end]
	}
	if len(rest) > 64 {
		return ""
	}
	return rest
}

var fieldPattern = regexp.MustCompile(`data\.(\w+)\.value`)

// wrongField takes the template key out of a 47003 text.
func wrongField(text string) string {
	if m := fieldPattern.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// egressIP takes the address WeChat saw us call from out of a 40164 text
// ("invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist …").
func egressIP(text string) string {
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		if ip, err := netip.ParseAddr(word); err == nil {
			return ip.Unmap().String()
		}
	}
	return ""
}
