package task

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"tidings/outreach/fault"
)

// maxName is the most characters of a task's or campaign's name.
const maxName = 60

// cleanName makes a name as it is kept: NFC, without spaces around it.
func cleanName(name string) string { return norm.NFC.String(strings.TrimSpace(name)) }

// nameKey is what makes two names the same: case does not (R13).
func nameKey(name string) string { return norm.NFC.String(cases.Fold().String(cleanName(name))) }

// checkName notes what is wrong with a clean name.
func checkName(fs *fault.Fields, name string, limit int) {
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

// nameTaken is the refusal of a name that another object has.
func nameTaken(kind string) error {
	var fs fault.Fields
	fs.Add("name", "NAME_TAKEN", "another %s has this name", kind)
	return &fault.Error{Code: fault.Conflict, Reason: "NAME_TAKEN", Message: "the name is taken", Fields: fs}
}

// copyName is the n-th name to try for a copy: _copy, _copy2, _copy3 … behind
// the original's, which is cut where the whole would be too long.
func copyName(name string, n int) string {
	suffix := "_copy"
	if n > 1 {
		suffix += strconv.Itoa(n)
	}
	r := []rune(name)
	if room := maxName - len(suffix); len(r) > room {
		r = r[:room]
	}
	return cleanName(string(r)) + suffix
}
