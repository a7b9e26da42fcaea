package event

import (
	"strconv"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	entproperty "tidings/ent/property"
)

// Kind is the type of a property.
type Kind = entproperty.Type

// datetimeLayout is the one form in which instants are kept: 24 characters that
// sort as the instants do.
const datetimeLayout = "2006-01-02T15:04:05.000Z"

// maxExponent bounds numbers to what both databases can hold.
const maxExponent = 300

// KindOf tells what a value is taken for when it is the first of its property.
func KindOf(v gjson.Result) Kind {
	switch v.Type {
	case gjson.True, gjson.False:
		return entproperty.TypeBoolean
	case gjson.Number:
		return entproperty.TypeNumber
	case gjson.String:
		if _, ok := instant(v.Str); ok {
			return entproperty.TypeDatetime
		}
		if isDate(v.Str) {
			return entproperty.TypeDate
		}
		return entproperty.TypeText
	case gjson.JSON:
		if v.IsArray() && allScalars(v) {
			return entproperty.TypeList
		}
	case gjson.Null:
	}
	return entproperty.TypeObject
}

// Fit gives a value as it is stored for a property of the kind, as JSON, and
// whether it has that kind. What does not and cannot be converted without a
// guess is given back as it came.
func Fit(kind Kind, v gjson.Result) (stored string, fits bool) {
	switch kind {
	case entproperty.TypeText:
		switch v.Type {
		case gjson.String:
			return v.Raw, true
		case gjson.Number, gjson.True, gjson.False:
			return `"` + v.Raw + `"`, true
		case gjson.Null, gjson.JSON:
		}
	case entproperty.TypeNumber:
		if v.Type == gjson.Number {
			return v.Raw, true
		}
		if text := strings.TrimSpace(v.Str); v.Type == gjson.String && isNumber(text) {
			return text, true
		}
	case entproperty.TypeBoolean:
		switch {
		case v.Type == gjson.True || v.Type == gjson.False:
			return v.Raw, true
		case v.Type == gjson.String && (v.Str == "true" || v.Str == "false"):
			return v.Str, true
		}
	case entproperty.TypeDate:
		if v.Type == gjson.String && isDate(v.Str) {
			return v.Raw, true
		}
	case entproperty.TypeDatetime:
		if v.Type != gjson.String {
			break
		}
		if at, ok := instant(v.Str); ok {
			return `"` + at.Format(datetimeLayout) + `"`, true
		}
	case entproperty.TypeList:
		if v.IsArray() && allScalars(v) {
			return textList(v), true
		}
	case entproperty.TypeObject:
		return v.Raw, true
	}
	return v.Raw, false
}

// instant reads an RFC 3339 instant whose year has four digits in UTC.
func instant(s string) (time.Time, bool) {
	if len(s) < 20 || len(s) > 40 || s[4] != '-' || (s[10] != 'T' && s[10] != 't') {
		return time.Time{}, false
	}
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		return time.Time{}, false
	}
	at = at.UTC()
	return at, at.Year() >= 1 && at.Year() <= 9999
}

func isDate(s string) bool {
	if len(s) != 10 || s[4] != '-' || s[7] != '-' {
		return false
	}
	at, err := time.Parse(time.DateOnly, s)
	return err == nil && at.Year() >= 1
}

// isNumber tells whether a text is a number in JSON's form that both databases can hold.
func isNumber(s string) bool {
	if s == "" || len(s) > 400 || (s[0] != '-' && (s[0] < '0' || s[0] > '9')) || !gjson.Valid(s) {
		return false
	}
	return boundedNumber(s)
}

// boundedNumber tells whether a JSON number's exponent is small enough.
func boundedNumber(s string) bool {
	i := strings.IndexAny(s, "eE")
	if i < 0 {
		return true
	}
	exp, err := strconv.Atoi(s[i+1:])
	return err == nil && exp >= -maxExponent && exp <= maxExponent
}

func allScalars(v gjson.Result) bool {
	ok := true
	v.ForEach(func(_, member gjson.Result) bool {
		ok = member.Type != gjson.JSON
		return ok
	})
	return ok
}

// textList makes a list's members texts; null is none.
func textList(v gjson.Result) string {
	plain := true
	v.ForEach(func(_, m gjson.Result) bool {
		plain = m.Type == gjson.String
		return plain
	})
	if plain {
		return v.Raw
	}
	var b strings.Builder
	b.WriteByte('[')
	v.ForEach(func(_, m gjson.Result) bool {
		if m.Type == gjson.Null {
			return true
		}
		if b.Len() > 1 {
			b.WriteByte(',')
		}
		if m.Type == gjson.String {
			b.WriteString(m.Raw)
		} else {
			b.WriteString(`"` + m.Raw + `"`)
		}
		return true
	})
	b.WriteByte(']')
	return b.String()
}
