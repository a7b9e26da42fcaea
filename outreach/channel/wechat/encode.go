package wechat

import (
	"strconv"
	"unicode/utf8"

	"tidings/outreach/channel"
)

const hexDigits = "0123456789abcdef"

// appendMessage writes the body of a send. State and lang are always said
// explicitly and every value is a string, as WeChat's documents differ on both.
func appendMessage(dst []byte, m *channel.Message) []byte {
	dst = append(dst, `{"touser":`...)
	dst = appendString(dst, m.Target)
	dst = append(dst, `,"template_id":`...)
	dst = appendString(dst, m.TemplateID)
	if m.Page != "" {
		dst = append(dst, `,"page":`...)
		dst = appendString(dst, m.Page)
	}
	dst = append(dst, `,"miniprogram_state":`...)
	dst = appendString(dst, orElse(m.State, "formal"))
	dst = append(dst, `,"lang":`...)
	dst = appendString(dst, orElse(m.Lang, "zh_CN"))
	dst = append(dst, `,"data":{`...)
	for i := range m.Params {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendString(dst, m.Params[i].Key)
		dst = append(dst, `:{"value":`...)
		dst = appendString(dst, m.Params[i].Value)
		dst = append(dst, '}')
	}
	return append(dst, `}}`...)
}

// appendString writes s as a JSON string, byte for byte what encoding/json
// writes without HTML escaping (the fuzz test compares them).
func appendString(dst []byte, s string) []byte {
	if isPlain(s) {
		dst = append(dst, '"')
		dst = append(dst, s...)
		return append(dst, '"')
	}
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= ' ' && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\b':
				dst = append(dst, '\\', 'b')
			case '\f':
				dst = append(dst, '\\', 'f')
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&0xF])
			}
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			dst = append(dst, s[start:i]...)
			dst = append(dst, `\ufffd`...)
			start = i + size
		case r == '\u2028' || r == '\u2029': // line ends to JavaScript, not to JSON
			dst = append(dst, s[start:i]...)
			dst = append(dst, '\\', 'u', '2', '0', '2', hexDigits[r&0xF])
			start = i + size
		}
		i += size
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// isPlain tells whether s needs no escaping, which is nearly always. 0xE2
// begins U+2028 and U+2029, and some signs that are rare here.
func isPlain(s string) bool {
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' || c == 0xE2 {
			return false
		}
	}
	return utf8.ValidString(s)
}

// endpoint holds the parts of a request head that never change.
type endpoint struct {
	before string // "POST /cgi-bin/…?access_token="
	after  string // " HTTP/1.1\r\nHost: …\r\n…Content-Length: "
}

func newEndpoint(method, path, host string) endpoint {
	after := " HTTP/1.1\r\nHost: " + host + "\r\nUser-Agent: tidings\r\nAccept: application/json\r\n"
	if method == "POST" {
		after += "Content-Type: application/json\r\nContent-Length: "
	}
	return endpoint{before: method + " " + path, after: after}
}

// appendRequest writes head and body in one piece, so that a request is one write.
// The token must be escaped for a query already.
func (e *endpoint) appendRequest(dst []byte, token string, body []byte) []byte {
	dst = append(dst, e.before...)
	dst = append(dst, token...)
	dst = append(dst, e.after...)
	if body != nil {
		dst = strconv.AppendInt(dst, int64(len(body)), 10)
		dst = append(dst, "\r\n"...)
	}
	dst = append(dst, "\r\n"...)
	return append(dst, body...)
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}
