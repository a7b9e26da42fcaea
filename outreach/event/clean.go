package event

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep values may be nested.
const maxDepth = 20

// Clean looks at valid JSON once and gives it so that both databases can store
// it: characters they cannot hold (U+0000, halves of a surrogate pair, bytes
// that are no UTF-8) are replaced. rule is empty, TOO_DEEP, OUT_OF_RANGE
// for a number with a huge exponent, or JSON for what cannot be read after all.
func Clean(raw []byte) (out []byte, rule string) {
	depth, dirty := 0, false
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] != '\\' {
					dirty = dirty || raw[i] >= utf8.RuneSelf && !validAt(raw, i)
					continue
				}
				i++
				if i+4 < len(raw) && raw[i] == 'u' && (raw[i+1] == '0' && raw[i+2] == '0' && raw[i+3] == '0' && raw[i+4] == '0' || raw[i+1] == 'd' || raw[i+1] == 'D') {
					dirty = true
				}
			}
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return nil, "TOO_DEEP"
			}
		case c == '}' || c == ']':
			depth--
		case (c == 'e' || c == 'E') && i > 0 && (raw[i-1] >= '0' && raw[i-1] <= '9'):
			end := i + 1
			for end < len(raw) && strings.IndexByte("+-0123456789", raw[end]) >= 0 {
				end++
			}
			if exp, err := strconv.Atoi(string(raw[i+1 : end])); err != nil || exp > maxExponent || exp < -maxExponent {
				return nil, "OUT_OF_RANGE"
			}
		}
	}
	if !dirty {
		return raw, ""
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, "JSON"
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(withoutNul(v)); err != nil {
		return nil, "JSON"
	}
	return bytes.TrimSpace(b.Bytes()), ""
}

// validAt tells whether the byte is part of a whole character.
func validAt(raw []byte, i int) bool {
	for back := 0; back < utf8.UTFMax && i-back >= 0; back++ {
		if !utf8.RuneStart(raw[i-back]) {
			continue
		}
		r, size := utf8.DecodeRune(raw[i-back:])
		return !(r == utf8.RuneError && size <= 1) && size > back
	}
	return false
}

// withoutNul takes U+0000 out of a decoded value; decoding has replaced the rest.
func withoutNul(v any) any {
	switch v := v.(type) {
	case string:
		return strings.ReplaceAll(v, "\x00", "")
	case []any:
		for i := range v {
			v[i] = withoutNul(v[i])
		}
	case map[string]any:
		for k, member := range v {
			if clean := strings.ReplaceAll(k, "\x00", ""); clean != k {
				delete(v, k)
				k = clean
			}
			v[k] = withoutNul(member)
		}
	}
	return v
}

// cleanText is Clean for a plain text.
func cleanText(s string) string {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	return strings.ReplaceAll(s, "\x00", "")
}
