// Package list reads an uploaded list of target IDs (spec §9.5): which lines
// hold one, which do not and why, and whether the file can be used at all. It
// works on a stream of any size in bounded memory and knows no store.
package list

import (
	"encoding/csv"
	"errors"
	"hash/maphash"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"tidings/outreach/fault"
)

// The limits of spec §9.5.
const (
	MaxBytes    = 100 << 20
	MaxRows     = 2_000_000
	maxID       = 128 // longer ones are TOO_LONG, whatever they are
	maxBadLines = 100
	chunkSize   = 5_000
)

// filePath is the input field that a refused list is reported at.
const filePath = "file"

// The rules a line may break.
const (
	RuleInvalidID      = "INVALID_ID"
	RuleTooLong        = "TOO_LONG"
	RuleWrongApp       = "WRONG_APP"
	RuleDuplicate      = "DUPLICATE"
	RuleTooManyColumns = "TOO_MANY_COLUMNS"
)

// BadLine is a line that was not taken.
type BadLine struct {
	Line  int    `json:"line"`
	Value string `json:"value"`
	Rule  string `json:"rule"`
}

// Report says what a list held: Total = Valid + Duplicate + Invalid. Blank lines
// and a header count for nothing.
type Report struct {
	Bytes     int64
	Total     int
	Valid     int
	Duplicate int
	Invalid   int
	BadLines  []BadLine
}

// Limits are those of one list.
type Limits struct {
	AppID    string // what an app_id column must say
	MaxBytes int64
	MaxRows  int
}

// Parse reads a list of target IDs: one column openid, or two, app_id and
// openid. A first line that names its columns may say them in any order;
// without one a second column means app_id,openid. It hands the valid IDs to
// take in chunks, each ID once.
//
// It is INVALID at "file" when the list as a whole cannot be used (ENCODING,
// EMPTY, NO_COLUMN, UNKNOWN_COLUMN, TOO_MANY_COLUMNS, TOO_MANY_ROWS,
// NO_VALID_ROW), and TOO_LARGE when it has too many bytes; a list is never cut.
// Chunks handed over before the refusal are then void.
func Parse(from io.Reader, limits Limits, take func(ids []string) error) (Report, error) {
	p := parser{limits: limits, lines: newLines(from, limits.MaxBytes), take: take, idCol: -1, appCol: -1}
	err := p.run()
	p.report.Bytes = p.lines.bytes
	p.report.BadLines = p.bad.first()
	if err == nil {
		err = p.verdict()
	}
	return p.report, err
}

type parser struct {
	limits  Limits
	lines   *lines
	decoder decoder
	take    func([]string) error

	begun   bool // the first line that is not blank was seen
	strange bool // it neither names known columns nor holds an ID
	columns int  // of the header; 0 without one
	idCol   int
	appCol  int
	seen    seen
	chunk   []string
	bad     badLines
	report  Report
	fields  []string
}

func (p *parser) run() error {
	for {
		raw, long, err := p.lines.next()
		if errors.Is(err, io.EOF) {
			return p.flush()
		}
		if err != nil {
			return err
		}
		text, err := p.decoder.text(raw, long)
		if err != nil {
			return err
		}
		cells := p.cells(text)
		if len(cells) == 0 {
			continue
		}
		if !p.begun {
			p.begun = true
			header, err := p.header(cells)
			if err != nil {
				return err
			}
			if header {
				continue
			}
		}
		p.report.Total++
		if p.report.Total > p.limits.MaxRows {
			var fs fault.Fields
			fs.Add(filePath, "TOO_MANY_ROWS", "a list may have %d rows at most", p.limits.MaxRows)
			fs.With(map[string]any{"max": p.limits.MaxRows})
			return fs.Err()
		}
		id, rule := p.judge(cells)
		if long {
			rule = RuleTooLong
		}
		if rule == "" && !p.seen.add(id) {
			rule = RuleDuplicate
		}
		switch rule {
		case "":
			p.report.Valid++
			p.chunk = append(p.chunk, strings.Clone(id))
			if len(p.chunk) == chunkSize {
				if err := p.flush(); err != nil {
					return err
				}
			}
		case RuleDuplicate:
			p.report.Duplicate++
			p.bad.add(p.lines.number, text, rule)
		default:
			p.report.Invalid++
			p.bad.add(p.lines.number, text, rule)
		}
	}
}

func (p *parser) flush() error {
	if len(p.chunk) == 0 {
		return nil
	}
	err := p.take(p.chunk)
	p.chunk = p.chunk[:0]
	return err
}

// cells splits a line, trims its cells and drops empty ones at the end; a blank
// line has none. A quote where none belongs is a character like any other.
func (p *parser) cells(text string) []string {
	p.fields = p.fields[:0]
	if strings.Contains(text, `"`) {
		r := csv.NewReader(strings.NewReader(text))
		r.LazyQuotes, r.FieldsPerRecord = true, -1
		if cells, err := r.Read(); err == nil {
			p.fields = append(p.fields, cells...)
		}
	}
	if len(p.fields) == 0 {
		for cell := range strings.SplitSeq(text, ",") {
			p.fields = append(p.fields, cell)
		}
	}
	n := 0
	for i, cell := range p.fields {
		p.fields[i] = strings.TrimFunc(cell, blank)
		if p.fields[i] != "" {
			n = i + 1
		}
	}
	return p.fields[:n]
}

// blank tells what is trimmed: spaces, and the marks without width that
// spreadsheets and messengers leave behind.
func blank(r rune) bool {
	return unicode.IsSpace(r) || r == '\u200b' || r == '\ufeff' || unicode.IsControl(r)
}

// header looks at the first line and tells whether it names the columns.
func (p *parser) header(cells []string) (bool, error) {
	named, ids := 0, 0
	for i, cell := range cells {
		switch strings.ToLower(cell) {
		case "openid", "open_id":
			p.idCol, named = i, named+1
		case "app_id", "appid":
			p.appCol, named = i, named+1
		default:
			if ValidID(cell) {
				ids++
			}
		}
	}
	p.columns = len(cells)
	switch {
	case named == 0 && len(cells) <= 2:
		p.columns = 0
		p.strange = ids == 0
		return false, nil
	case p.idCol < 0 && ids == 0:
		return false, noColumn()
	case len(cells) > 2:
		return false, fault.At(filePath, RuleTooManyColumns, "a list has one column, openid, or two, app_id and openid; this has %d", len(cells))
	case named < len(cells):
		return false, fault.At(filePath, "UNKNOWN_COLUMN", "the columns may only be openid and app_id; this has %s", strings.Join(cells, ", "))
	}
	return true, nil
}

func noColumn() error { return fault.At(filePath, "NO_COLUMN", "the file has no column openid") }

// judge finds the ID in a line, or the rule that the line breaks.
func (p *parser) judge(cells []string) (id, rule string) {
	idCol, appCol, columns := p.idCol, p.appCol, p.columns
	if columns == 0 {
		columns, idCol, appCol = 2, len(cells)-1, len(cells)-2
	}
	switch {
	case len(cells) > columns:
		return "", RuleTooManyColumns
	case idCol >= len(cells):
		return "", RuleInvalidID
	case utf8.RuneCountInString(cells[idCol]) > maxID:
		return "", RuleTooLong
	case !ValidID(cells[idCol]):
		return "", RuleInvalidID
	case appCol >= 0 && (appCol >= len(cells) || cells[appCol] != p.limits.AppID):
		return "", RuleWrongApp
	}
	return cells[idCol], ""
}

// verdict refuses a list that holds nobody.
func (p *parser) verdict() error {
	switch {
	case p.report.Valid > 0:
		return nil
	case p.report.Total == 0:
		return fault.At(filePath, "EMPTY", "the file holds no IDs")
	case p.strange:
		return noColumn()
	}
	var fs fault.Fields
	fs.Add(filePath, "NO_VALID_ROW", "none of the %d rows holds a valid ID", p.report.Total)
	fs.With(map[string]any{"total": p.report.Total, "invalid": p.report.Invalid, "duplicate": p.report.Duplicate, "badLines": p.report.BadLines})
	return fs.Err()
}

// ValidID tells whether a text has the form of an openid (spec §9.5).
func ValidID(s string) bool {
	if len(s) < 16 || len(s) > 64 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c|0x20 < 'a' || c|0x20 > 'z') && (c < '0' || c > '9') && c != '_' && c != '-' {
			return false
		}
	}
	return true
}

// seen remembers IDs by a 128-bit hash with a secret seed: two million take
// about 50 MB however long the IDs are, and nobody can make two collide.
type seen struct {
	seeds [2]maphash.Seed
	set   map[[2]uint64]struct{}
}

// add tells whether the ID is new.
func (s *seen) add(id string) bool {
	if s.set == nil {
		s.seeds = [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}
		s.set = make(map[[2]uint64]struct{})
	}
	key := [2]uint64{maphash.String(s.seeds[0], id), maphash.String(s.seeds[1], id)}
	n := len(s.set)
	s.set[key] = struct{}{}
	return len(s.set) > n
}
