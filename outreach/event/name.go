package event

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxPropertyName is the most characters of an attribute's, tag's, property's or column's name.
	maxPropertyName = 128
	// maxEventName is the most characters of an event's name.
	maxEventName = 200
)

// GoodName tells whether something may be the name of an attribute, a tag, a
// property or a column: 1 to 128 characters, none of them a quotation mark, a
// backslash or a control character, so that it is safe in a path of either
// database's JSON functions.
func GoodName(name string) bool {
	return name != "" && len(name) <= 4*maxPropertyName && utf8.ValidString(name) && utf8.RuneCountInString(name) <= maxPropertyName &&
		!strings.ContainsFunc(name, func(r rune) bool { return r == '"' || r == '\\' || unicode.IsControl(r) })
}
