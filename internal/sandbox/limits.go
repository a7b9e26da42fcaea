package sandbox

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// acceptable tells whether WeChat would take a value for a template key of
// this kind (§13.3). It is written from the documents, independently of the
// renderer, and uses no regular expression for the same reason.
func acceptable(kind, value string, enum []string) bool {
	if value == "" || !utf8.ValidString(value) || strings.IndexFunc(value, unicode.IsControl) >= 0 {
		return false
	}
	n := utf8.RuneCountInString(value)
	switch kind {
	case "thing", "const":
		return n <= 20
	case "number":
		return n <= 32 && isNumber(strings.TrimPrefix(value, "-"))
	case "letter":
		return n <= 32 && only(value, isLatin)
	case "symbol":
		return n <= 5 && only(value, isSymbol)
	case "character_string":
		return n <= 32 && !strings.ContainsFunc(value, isHan)
	case "time":
		return isSpan(value, isTime)
	case "date":
		return isSpan(value, isDate)
	case "amount":
		return isAmount(value)
	case "phone_number":
		return n <= 17 && only(value, func(r rune) bool { return isDigit(r) || isSymbol(r) })
	case "car_number":
		return isPlate([]rune(value))
	case "name":
		return isName(value, n)
	case "phrase":
		return n <= 5 && only(value, isHan)
	case "enum", "enum_string":
		return slices.Contains(enum, value)
	}
	return true // a kind the documents do not limit
}

func only(s string, is func(rune) bool) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return !is(r) }) < 0
}

func isHan(r rune) bool   { return unicode.Is(unicode.Han, r) }
func isDigit(r rune) bool { return r >= '0' && r <= '9' }
func isLatin(r rune) bool { return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' }
func isSymbol(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsNumber(r) && !unicode.IsControl(r)
}

// isNumber is digits with at most one point, digits on both sides.
func isNumber(s string) bool {
	whole, part, pointed := strings.Cut(s, ".")
	return only(whole, isDigit) && (!pointed || only(part, isDigit))
}

func isAmount(s string) bool {
	if r, size := utf8.DecodeRuneInString(s); strings.ContainsRune("\u00a5\uffe5$\u20ac\u00a3", r) {
		s = s[size:]
	}
	s = strings.TrimSuffix(s, "元")
	whole, _, _ := strings.Cut(s, ".")
	return isNumber(s) && len(whole) <= 10
}

// isPlate is 7 or 8 signs in practice; the documents say at most 8, Han only at the ends.
func isPlate(p []rune) bool {
	if len(p) < 2 || len(p) > 8 {
		return false
	}
	for i, r := range p {
		end := i == 0 || i == len(p)-1
		if !isDigit(r) && !isLatin(r) && !(end && isHan(r)) {
			return false
		}
	}
	return true
}

// isName is up to 10 with Han in it, up to 20 of letters and symbols.
func isName(s string, n int) bool {
	for _, r := range s {
		if isDigit(r) || unicode.IsNumber(r) {
			return false
		}
	}
	if strings.ContainsFunc(s, isHan) {
		return n <= 10
	}
	return n <= 20
}

// isSpan is one value or two joined by a tilde.
func isSpan(s string, is func(string) bool) bool {
	s = strings.ReplaceAll(s, "\uff5e", "~")
	from, to, two := strings.Cut(s, "~")
	if !two {
		return is(s)
	}
	return is(strings.TrimSpace(from)) && is(strings.TrimSpace(to))
}

// isTime is HH:MM or HH:MM:SS, with or without a whole date before it.
func isTime(s string) bool {
	day, hour, dated := cutLast(s)
	if !dated {
		return isHour(s)
	}
	return isDay(day, true) && isHour(hour)
}

// isDate is a date, whole or in part, with or without a time behind it.
func isDate(s string) bool {
	day, hour, timed := cutLast(s)
	if !timed {
		return isDay(s, false)
	}
	return isDay(day, true) && isHour(hour)
}

func cutLast(s string) (before, after string, found bool) {
	i := strings.LastIndexByte(s, ' ')
	if i < 0 {
		return "", s, false
	}
	return strings.TrimSpace(s[:i]), s[i+1:], true
}

func isHour(s string) bool {
	parts := strings.Split(s, ":")
	if len(parts) < 2 || len(parts) > 3 {
		return false
	}
	for i, limit := range []int{23, 59, 59}[:len(parts)] {
		if n, ok := small(parts[i]); !ok || n > limit || (i > 0 && len(parts[i]) != 2) {
			return false
		}
	}
	return true
}

var spacing = strings.NewReplacer("年", "年 ", "月", "月 ", "日", "日 ")

// isDay reads y年m月d日, y年m月, m月d日 and the same with - / or . between numbers.
func isDay(s string, whole bool) bool {
	var parts []string
	if strings.ContainsAny(s, "年月日") {
		plain := spacing.Replace(s)
		var signs []rune
		for f := range strings.FieldsSeq(plain) {
			r, size := utf8.DecodeLastRuneInString(f)
			signs = append(signs, r)
			parts = append(parts, f[:len(f)-size])
		}
		marks := string(signs)
		switch marks {
		case "年月日":
		case "年月", "月日":
			if whole {
				return false
			}
		default:
			return false
		}
		if marks == "月日" {
			parts = append([]string{"2000"}, parts...)
		}
	} else {
		sep := ""
		for _, c := range []string{"-", "/", "."} {
			if strings.Contains(s, c) {
				sep = c
				break
			}
		}
		if sep == "" {
			return false
		}
		parts = strings.Split(s, sep)
		if whole && len(parts) != 3 {
			return false
		}
		if len(parts) == 2 && len(parts[0]) != 4 {
			parts = append([]string{"2000"}, parts...)
		}
	}
	return isCalendar(parts)
}

// isCalendar takes year and month, or year, month and day.
func isCalendar(parts []string) bool {
	if len(parts) < 2 || len(parts) > 3 || len(parts[0]) != 4 || !only(parts[0], isDigit) {
		return false
	}
	month, ok := small(parts[1])
	if !ok || month < 1 || month > 12 {
		return false
	}
	if len(parts) == 2 {
		return true
	}
	day, ok := small(parts[2])
	lengths := [...]int{31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31}
	return ok && day >= 1 && day <= lengths[month-1]
}

// small is a number of one or two digits.
func small(s string) (int, bool) {
	if len(s) < 1 || len(s) > 2 || !only(s, isDigit) {
		return 0, false
	}
	n := 0
	for _, c := range s {
		n = n*10 + int(c-'0')
	}
	return n, true
}
