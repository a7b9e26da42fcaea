package list

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"

	"tidings/outreach/fault"
)

type charset int

const (
	undecided charset = iota // nothing but ASCII so far
	isUTF8
	isGBK
)

// decoder turns lines into text. UTF-8 and GBK, the two that spreadsheets in
// China write, agree on ASCII, and IDs are ASCII; so the first line that has
// something else decides, and a line that contradicts it means neither.
type decoder struct {
	set   charset
	first bool // the first line was seen
}

// text decodes one line. cut says that the line is only the beginning of one,
// whose last character may be torn.
func (d *decoder) text(line []byte, cut bool) (string, error) {
	if !d.first {
		d.first = true
		switch {
		case bytes.HasPrefix(line, []byte("\xef\xbb\xbf")):
			d.set = isUTF8
			line = line[3:]
		case bytes.HasPrefix(line, []byte("\xff\xfe")), bytes.HasPrefix(line, []byte("\xfe\xff")):
			return "", wrongEncoding("UTF-16")
		case bytes.HasPrefix(line, []byte("PK\x03\x04")):
			return "", wrongEncoding("a spreadsheet or archive; save it as CSV")
		}
	}
	if ascii(line) {
		return string(line), nil
	}
	if d.set != isGBK && (utf8.Valid(line) || cut && d.set == isUTF8) {
		d.set = isUTF8
		return strings.ToValidUTF8(string(line), ""), nil
	}
	if d.set == isUTF8 {
		return "", wrongEncoding("a mix of UTF-8 and something else")
	}
	out, err := simplifiedchinese.GB18030.NewDecoder().Bytes(line)
	if err != nil || !cut && bytes.ContainsRune(out, utf8.RuneError) {
		return "", wrongEncoding("neither UTF-8 nor GBK")
	}
	d.set = isGBK
	return string(out), nil
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func wrongEncoding(found string) error {
	var fs fault.Fields
	fs.Add(filePath, "ENCODING", "the file must be text in UTF-8 or GBK; this is %s", found)
	fs.With(map[string]any{"found": found})
	return fs.Err()
}
