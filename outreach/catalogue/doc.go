// Package catalogue holds what people say about the data: what events,
// attributes, tags and columns are called, of which type they are and whether
// they are in use, which kinds of IDs there are, and which subjects beside
// people (R12). The data itself brings new entries, which
// outreach/event and outreach/person learn; the commands here change them.
//
// Changing a type changes how values that arrive from now on are read. Values
// that are stored stay as they are, and rules treat those of another type as absent.
package catalogue

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"tidings/internal/database"
	"tidings/outreach/event"
	"tidings/outreach/fault"
)

// Service holds the commands.
type Service struct {
	db      *database.DB
	learned *event.Catalogue
}

// New makes the service; learned is the process's memory of the catalogue, which
// forgets what is changed here.
func New(db *database.DB, learned *event.Catalogue) *Service {
	return &Service{db: db, learned: learned}
}

const (
	maxName        = 60
	maxDisplayName = 100
	maxDescription = 2000
	maxProperty    = 128
)

// code is the form of stable keys that people make up: ID types and subjects.
var code = regexp.MustCompile(`^[a-z][a-z0-9_]{0,39}$`)

// Code tells whether a stable key is well formed: lower-case letters, digits and _.
func Code(s string) bool { return code.MatchString(s) }

// Clean makes a text as it is kept: NFC, without spaces around it.
func Clean(s string) string { return norm.NFC.String(strings.TrimSpace(s)) }

// CheckText notes what is wrong with a clean text that people read.
func CheckText(fs *fault.Fields, path, text string, limit int, required bool) {
	switch n := utf8.RuneCountInString(text); {
	case n == 0 && required:
		fs.Add(path, "REQUIRED", "this is needed")
	case n > limit:
		fs.Add(path, "TOO_LONG", "at most %d characters", limit)
		fs.With(map[string]any{"limit": limit})
	case !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }):
		fs.Add(path, "INVALID_VALUE", "no control characters")
	}
}

// NameTaken is the refusal of a name that another object has.
func NameTaken(path, kind string) error {
	var fs fault.Fields
	fs.Add(path, "NAME_TAKEN", "another %s has this name", kind)
	return &fault.Error{Code: fault.Conflict, Reason: "NAME_TAKEN", Message: "the name is taken", Fields: fs}
}

// Changed makes this process read a project's catalogue again.
func (s *Service) Changed(projectID string) { s.learned.Forget(projectID) }
