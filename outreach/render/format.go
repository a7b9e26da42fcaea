package render

import (
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// instantLayout is how an instant reads in a message.
const instantLayout = "2006年1月2日 15:04"

// listSign joins the values of a tag that has several.
const listSign = "、"

// format gives a value's text for a parameter of the given kind. Alone says
// that the variable is the whole parameter. False: no text can be made of it.
// No value, and an empty one, are the empty string.
func format(value any, kindName string, alone bool, zone *time.Location) (string, bool) {
	switch v := value.(type) {
	case nil:
		return "", true
	case string:
		return formatString(v, kindName, zone), true
	case time.Time:
		if v.IsZero() {
			return "", true
		}
		return v.In(zone).Format(instantLayout), true
	case *time.Time:
		if v == nil {
			return "", true
		}
		return format(*v, kindName, alone, zone)
	case bool:
		return strconv.FormatBool(v), true
	case int:
		return formatNumber(float64(v), strconv.Itoa(v), kindName, alone), true
	case int64:
		return formatNumber(float64(v), strconv.FormatInt(v, 10), kindName, alone), true
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return "", false
		}
		return formatNumber(v, strconv.FormatFloat(v, 'f', -1, 64), kindName, alone), true
	case json.Number:
		return formatJSONNumber(v, kindName, alone, zone)
	case []string:
		return strings.Join(v, listSign), true
	case []any:
		return formatList(v, kindName, zone)
	}
	return "", false
}

func formatJSONNumber(v json.Number, kindName string, alone bool, zone *time.Location) (string, bool) {
	if n, err := v.Int64(); err == nil {
		return format(n, kindName, alone, zone)
	}
	f, err := v.Float64()
	if err != nil {
		return "", false
	}
	return format(f, kindName, alone, zone)
}

func formatList(values []any, kindName string, zone *time.Location) (string, bool) {
	texts := make([]string, 0, len(values))
	for _, item := range values {
		if _, nested := item.([]any); nested {
			return "", false
		}
		text, ok := format(item, kindName, false, zone)
		if !ok {
			return "", false
		}
		if text != "" {
			texts = append(texts, text)
		}
	}
	return strings.Join(texts, listSign), true
}

// formatString reads an instant, as JSON carries it, where a date or time is wanted.
func formatString(s, kindName string, zone *time.Location) string {
	if kindName == "date" || kindName == "time" {
		if t, err := time.Parse(time.RFC3339, s); err == nil {
			return t.In(zone).Format(instantLayout)
		}
	}
	return s
}

// formatNumber writes money with two decimals, and with its sign where the author wrote none.
func formatNumber(f float64, plain, kindName string, alone bool) string {
	if kindName != "amount" {
		return plain
	}
	money := strconv.FormatFloat(f, 'f', 2, 64)
	if alone {
		return "¥" + money
	}
	return money
}

// tidy removes what no parameter may hold: control characters, line ends,
// broken encoding, and spaces around the value.
func tidy(s string) string {
	clean := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < ' ' || c >= 0x7f {
			clean = false
			break
		}
	}
	if !clean && (!utf8.ValidString(s) || strings.IndexFunc(s, isBreak) >= 0) {
		s = strings.Map(func(r rune) rune {
			if isBreak(r) {
				return -1
			}
			return r
		}, strings.ToValidUTF8(s, ""))
	}
	return strings.TrimSpace(s)
}

func isBreak(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' }

// narrowTilde writes periods with the tilde WeChat documents; keyboards for Chinese give the wide one.
func narrowTilde(s, kindName string) string {
	if kindName == "date" || kindName == "time" {
		return strings.ReplaceAll(s, "\uff5e", "~")
	}
	return s
}
