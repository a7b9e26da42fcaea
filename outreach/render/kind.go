package render

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// kind is one of WeChat's parameter types (§13.3).
type kind struct {
	// limit gives the most runes of a value; 0: the form alone decides.
	limit func(value string) int
	// form tells whether the value, whatever its length, is of this type.
	form func(value string, enum []string) bool
	// cut says that an overlong value may be truncated.
	cut bool
}

func most(n int) func(string) int { return func(string) int { return n } }

// kinds is the table of §13.3. Length and form are separate, because they
// refuse for different reasons and only length can be cured by a cut.
var kinds = map[string]kind{
	"thing":            {limit: most(20), form: anything, cut: true},
	"number":           {limit: most(32), form: matches(`^-?\d+(\.\d+)?$`)},
	"letter":           {limit: most(32), form: matches(`^[A-Za-z]+$`), cut: true},
	"symbol":           {limit: most(5), form: each(isSymbol), cut: true},
	"character_string": {limit: most(32), form: each(func(r rune) bool { return !isHan(r) }), cut: true},
	"time":             {limit: most(0), form: isTime},
	"date":             {limit: most(0), form: isDate},
	"amount":           {limit: amountLimit, form: matches(`^[` + currencies + `]?\d+(\.\d+)?元?$`)},
	"phone_number":     {limit: most(17), form: each(func(r rune) bool { return isDigit(r) || isSymbol(r) })},
	"car_number":       {limit: most(8), form: matches(`^[\p{Han}A-Za-z0-9][A-Za-z0-9]*[\p{Han}A-Za-z0-9]$`)},
	"name":             {limit: nameLimit, form: each(func(r rune) bool { return !unicode.IsNumber(r) }), cut: true},
	"phrase":           {limit: most(5), form: each(isHan), cut: true},
	"enum":             {limit: most(0), form: isMember},
	"enum_string":      {limit: most(0), form: isMember},
	"const":            {limit: most(20), form: anything}, // not in the mini-program table; the limit is our guess
}

// unknownKind is a type that the documents do not describe: nothing is known to be wrong with any value.
var unknownKind = kind{limit: most(0), form: anything}

func kindOf(name string) kind {
	if k, ok := kinds[name]; ok {
		return k
	}
	return unknownKind
}

// CanTruncate tells whether Truncate applies to parameters of this kind; the
// editor disables it for the others.
func CanTruncate(kindName string) bool { return kindOf(kindName).cut }

// Limit is the most characters of a kind whose limit does not depend on the value; 0: none.
func Limit(kindName string) int { return kindOf(kindName).limit("") }

// settle gives the value as it may be sent, or why it may not. The value has
// no control characters and no spaces around it already.
func (k kind) settle(value string, enum []string, overlong Overlong) (string, Reason) {
	if value == "" {
		return "", MissingVariable
	}
	if !k.form(value, enum) {
		return "", ValueInvalid
	}
	limit := k.limit(value)
	if limit == 0 || len(value) <= limit || utf8.RuneCountInString(value) <= limit {
		return value, ""
	}
	if overlong != Truncate || !k.cut {
		return "", ValueTooLong
	}
	return strings.TrimRightFunc(firstRunes(value, limit), unicode.IsSpace), ""
}

func firstRunes(s string, n int) string {
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

func anything(string, []string) bool { return true }

func isMember(value string, enum []string) bool { return slices.Contains(enum, value) }

func matches(pattern string) func(string, []string) bool {
	re := regexp.MustCompile(pattern)
	return func(value string, _ []string) bool { return re.MatchString(value) }
}

func each(is func(rune) bool) func(string, []string) bool {
	return func(value string, _ []string) bool {
		for _, r := range value {
			if !is(r) {
				return false
			}
		}
		return true
	}
}

func isHan(r rune) bool    { return unicode.Is(unicode.Han, r) }
func isDigit(r rune) bool  { return '0' <= r && r <= '9' }
func isSymbol(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsNumber(r) }

// currencies are the signs an amount may begin with: yen or yuan in both
// widths, dollar, euro, pound.
const currencies = "\u00a5\uffe5$\u20ac\u00a3"

// amountLimit allows ten digits before the point, and any sign, fraction and 元 around them.
func amountLimit(value string) int {
	digits := strings.TrimLeft(value, currencies)
	whole := strings.IndexFunc(digits, func(r rune) bool { return !isDigit(r) })
	if whole < 0 {
		whole = len(digits)
	}
	if whole > 10 {
		return 10
	}
	return 0
}

// nameLimit: a name with Han in it counts as Han.
func nameLimit(value string) int {
	if strings.IndexFunc(value, isHan) >= 0 {
		return 10
	}
	return 20
}
