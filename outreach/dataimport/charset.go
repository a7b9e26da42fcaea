package dataimport

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset is what a file's text is written in, as far as it is known: UTF-8 and
// GBK, the two that spreadsheets in China write, agree on ASCII, so the first row
// that has something else decides.
type charset string

const (
	undecided charset = ""
	isUTF8    charset = "UTF-8"
	isGBK     charset = "GBK"
)

// ruleEncoding is of a row that is not in the file's encoding.
const ruleEncoding = "ENCODING"

// decide looks at a row while the encoding is not known. false: the row is in neither.
func (c *charset) decide(line []byte) bool {
	if *c != undecided || ascii(line) {
		return true
	}
	if utf8.Valid(line) {
		*c = isUTF8
		return true
	}
	if _, ok := fromGBK(line); ok {
		*c = isGBK
		return true
	}
	return false
}

// text reads a cell: without spaces around it and without U+0000, which
// PostgreSQL does not store. false: the cell is not in the encoding.
func (c charset) text(cell []byte) (string, bool) {
	cell = bytes.TrimSpace(cell)
	if ascii(cell) {
		return withoutNul(string(cell)), true
	}
	if c == isGBK {
		s, ok := fromGBK(cell)
		return withoutNul(strings.TrimSpace(s)), ok
	}
	return withoutNul(string(cell)), utf8.Valid(cell)
}

func fromGBK(b []byte) (string, bool) {
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(b)
	return string(out), err == nil && !bytes.ContainsRune(out, utf8.RuneError)
}

func withoutNul(s string) string {
	if strings.IndexByte(s, 0) < 0 {
		return s
	}
	return strings.ReplaceAll(s, "\x00", "")
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// foreign tells what a file is that is no text in either encoding, by its first bytes.
func foreign(head []byte) string {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")), bytes.HasPrefix(head, []byte("\xfe\xff")):
		return "UTF-16"
	case bytes.HasPrefix(head, []byte("PK\x03\x04")):
		return "a spreadsheet or an archive; save it as CSV"
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return "compressed"
	}
	return ""
}
