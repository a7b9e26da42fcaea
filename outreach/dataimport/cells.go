package dataimport

import (
	"encoding/json"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/tidwall/gjson"

	entproperty "tidings/ent/property"
	"tidings/outreach/event"
)

// kind is the type of a column.
type kind = entproperty.Type

// The rules that a cell breaks.
const (
	ruleRequired = "REQUIRED"
	ruleNumber   = "NUMBER"
	ruleDate     = "DATE"
	ruleBoolean  = "BOOLEAN"
	ruleList     = "LIST"
	ruleInvalid  = "INVALID_VALUE"
)

var (
	// plainNumber is what a column must hold to be taken for numbers: nothing that
	// could be a code, with zeros before it or as long as a telephone number.
	plainNumber = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,8})(\.[0-9]{1,15})?$`)
	// looseNumber is what is read as a number where one is wanted.
	looseNumber = regexp.MustCompile(`^[+-]?[0-9]*\.?[0-9]*([eE][+-]?[0-9]{1,3})?$`)
	// grouped is a number with commas between thousands.
	grouped = regexp.MustCompile(`^[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]*)?$`)
)

// dateLayouts and timeLayouts are the forms in which files write days and
// instants; those without an offset are in the project's zone.
var (
	dateLayouts = []string{"2006-01-02", "2006/1/2", "20060102", "2006.1.2", "2006年1月2日"}
	timeLayouts = []string{
		"2006-01-02 15:04:05.999999999", "2006-01-02 15:04", "2006-01-02T15:04:05.999999999", "2006-01-02T15:04",
		"2006/1/2 15:04:05", "2006/1/2 15:04", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05 Z0700",
		"2006-01-02T15:04:05.999999999Z0700",
	}
)

// datetimeLayout is the form in which instants are kept.
const datetimeLayout = "2006-01-02T15:04:05.000Z"

// guess takes a column for what its values are all of; ok is false when there are none.
func guess(values []string) (k kind, ok bool) {
	could := map[kind]bool{
		entproperty.TypeNumber: true, entproperty.TypeBoolean: true, entproperty.TypeDate: true, entproperty.TypeDatetime: true, entproperty.TypeList: true,
	}
	for _, v := range values {
		if v == "" {
			continue
		}
		ok = true
		for k := range could {
			fits := false
			switch k { //nolint:exhaustive // those that are guessed
			case entproperty.TypeNumber:
				fits = plainNumber.MatchString(v)
			case entproperty.TypeBoolean:
				fits = strings.EqualFold(v, "true") || strings.EqualFold(v, "false")
			case entproperty.TypeDate:
				_, fits = parseDate(v, false)
			case entproperty.TypeDatetime:
				_, fits = parseTime(v, time.UTC, false)
			case entproperty.TypeList:
				fits = v[0] == '[' && gjson.Valid(v) && event.KindOf(gjson.Parse(v)) == entproperty.TypeList
			}
			if !fits {
				delete(could, k)
			}
		}
	}
	for k := range could {
		if ok && len(could) == 1 {
			return k, true
		}
	}
	return entproperty.TypeText, ok
}

// parseDate reads a day. Eight digits are one only where a day is wanted.
func parseDate(s string, wanted bool) (time.Time, bool) {
	if len(s) < 8 || len(s) > 20 || s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	for _, layout := range dateLayouts {
		if layout == "20060102" && !wanted {
			continue
		}
		if t, err := time.Parse(layout, s); err == nil && t.Year() >= 1 {
			return t, true
		}
	}
	return time.Time{}, false
}

// parseTime reads an instant. A day alone, or a number of seconds or
// milliseconds, is one only where an instant is wanted.
func parseTime(s string, zone *time.Location, wanted bool) (time.Time, bool) {
	if len(s) < 8 || len(s) > 40 || s[0] < '0' || s[0] > '9' {
		return time.Time{}, false
	}
	if t, err := time.Parse(time.RFC3339Nano, s); err == nil {
		return t.UTC(), t.UTC().Year() >= 1 && t.UTC().Year() <= 9999
	}
	for _, layout := range timeLayouts {
		if t, err := time.ParseInLocation(layout, s, zone); err == nil {
			return t.UTC(), t.Year() >= 1
		}
	}
	if !wanted {
		return time.Time{}, false
	}
	if digits := len(s); (digits == 10 || digits == 13) && strings.Trim(s, "0123456789") == "" {
		n := gjson.Parse(s).Int()
		if digits == 10 {
			n *= 1000
		}
		return time.UnixMilli(n).UTC(), true
	}
	if d, ok := parseDate(s, true); ok {
		return time.Date(d.Year(), d.Month(), d.Day(), 0, 0, 0, 0, zone).UTC(), true
	}
	return time.Time{}, false
}

// convert writes a cell that is not empty as JSON of a kind. rule is empty, or
// why the cell cannot be of it.
func convert(out []byte, k kind, s string, zone *time.Location) (_ []byte, rule string) {
	switch k {
	case entproperty.TypeNumber:
		n, ok := number(s)
		if !ok {
			return out, ruleNumber
		}
		return append(out, n...), ""
	case entproperty.TypeBoolean:
		switch strings.ToLower(s) {
		case "true", "1", "yes", "y", "是":
			return append(out, "true"...), ""
		case "false", "0", "no", "n", "否":
			return append(out, "false"...), ""
		}
		return out, ruleBoolean
	case entproperty.TypeDate:
		if d, ok := parseDate(s, true); ok {
			return quote(out, d.Format(time.DateOnly)), ""
		}
		if t, ok := parseTime(s, zone, false); ok { // the day of an instant
			return quote(out, t.In(zone).Format(time.DateOnly)), ""
		}
		return out, ruleDate
	case entproperty.TypeDatetime:
		if t, ok := parseTime(s, zone, true); ok {
			return quote(out, t.Format(datetimeLayout)), ""
		}
		return out, ruleDate
	case entproperty.TypeList:
		return list(out, s)
	case entproperty.TypeObject:
		v, rule := cleaned(s)
		if rule == "" && !v.IsObject() {
			rule = ruleInvalid
		}
		if rule != "" {
			return out, rule
		}
		return append(out, v.Raw...), ""
	case entproperty.TypeText:
	}
	return quote(out, s), ""
}

// number makes a text a JSON number.
func number(s string) (string, bool) {
	if grouped.MatchString(s) {
		s = strings.ReplaceAll(s, ",", "")
	}
	if !looseNumber.MatchString(s) {
		return "", false
	}
	sign := ""
	switch s[0] {
	case '-':
		sign, s = "-", s[1:]
	case '+':
		s = s[1:]
	}
	mantissa, exponent := s, ""
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		mantissa, exponent = s[:i], s[i:]
	}
	whole, part, _ := strings.Cut(mantissa, ".")
	if whole == "" && part == "" {
		return "", false
	}
	if whole = strings.TrimLeft(whole, "0"); whole == "" {
		whole = "0"
	}
	if part != "" {
		part = "." + part
	}
	out, fits := event.Fit(entproperty.TypeNumber, gjson.Result{Type: gjson.String, Str: sign + whole + part + exponent})
	return out, fits
}

// list reads a JSON array, or texts between semicolons or bars.
func list(out []byte, s string) ([]byte, string) {
	if strings.HasPrefix(s, "[") {
		v, rule := cleaned(s)
		if rule == ruleInvalid {
			rule = ruleList
		}
		if rule != "" {
			return out, rule
		}
		if text, fits := event.Fit(entproperty.TypeList, v); fits {
			return append(out, text...), ""
		}
		return out, ruleList
	}
	out = append(out, '[')
	n := 0
	for part := range strings.FieldsFuncSeq(s, func(r rune) bool { return r == ';' || r == '；' || r == '|' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		if n > 0 {
			out = append(out, ',')
		}
		out = quote(out, part)
		n++
	}
	return append(out, ']'), ""
}

// cleaned reads a cell of JSON as both databases can store it, as the tracking
// API does; rule is empty, or why it cannot be stored.
func cleaned(s string) (v gjson.Result, rule string) {
	if !gjson.Valid(s) {
		return v, ruleInvalid
	}
	raw, rule := event.Clean([]byte(s))
	switch rule {
	case "":
		return gjson.ParseBytes(raw), ""
	case "JSON":
		return v, ruleInvalid
	}
	return v, rule
}

// quote writes a text as JSON.
func quote(out []byte, s string) []byte {
	plain := true
	for i := range len(s) {
		if c := s[i]; c < 0x20 || c == '"' || c == '\\' {
			plain = false
			break
		}
	}
	if plain && (ascii([]byte(s)) || utf8.ValidString(s)) {
		return append(append(append(out, '"'), s...), '"')
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic("dataimport: " + err.Error()) // a text always can
	}
	return append(out, b...)
}

// asText is a cell in a report: its beginning, in one line.
func asText(cell string) string {
	const most = 200
	n := 0
	for i := range cell {
		if n == most {
			return strings.ToValidUTF8(cell[:i], "\uFFFD") + "…"
		}
		n++
	}
	return withoutNul(strings.ToValidUTF8(cell, "\uFFFD"))
}
