// Package name holds the rules of the names that people give things, the same
// for tasks, groups, campaigns and segments. It is pure.
package name

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"tidings/outreach/fault"
)

// Clean makes a name as it is kept: NFC, without spaces around it.
func Clean(name string) string { return norm.NFC.String(strings.TrimSpace(name)) }

// Key is what makes two names the same: case does not (R13).
func Key(name string) string { return norm.NFC.String(cases.Fold().String(Clean(name))) }

// Check notes at name what is wrong with a clean name of at most limit
// characters: REQUIRED, TOO_LONG or INVALID_VALUE.
func Check(fs *fault.Fields, name string, limit int) {
	switch n := utf8.RuneCountInString(name); {
	case n == 0:
		fs.Add("name", "REQUIRED", "a name is needed")
	case n > limit:
		fs.Add("name", "TOO_LONG", "a name has at most %d characters", limit)
		fs.With(map[string]any{"limit": limit})
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl):
		fs.Add("name", "INVALID_VALUE", "a name has no control characters")
	}
}

// Taken is the refusal of a name that another object of a kind has: CONFLICT
// (NAME_TAKEN), at name.
func Taken(kind string) error {
	var fs fault.Fields
	fs.Add("name", "NAME_TAKEN", "another %s has this name", kind)
	return &fault.Error{Code: fault.Conflict, Reason: "NAME_TAKEN", Message: "the name is taken", Fields: fs}
}
