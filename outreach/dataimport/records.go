package dataimport

import (
	"bytes"
	"errors"
	"io"
)

// The rules that a row breaks by its form alone.
const (
	ruleBrokenQuotes = "BROKEN_QUOTES"
	ruleTooLong      = "TOO_LONG"
	ruleColumns      = "COLUMN_COUNT"
)

// records cuts a stream into the rows of a CSV file (RFC 4180): cells in quotes
// may hold commas, doubled quotes and line breaks; lines end as any system ends
// them; blank lines are none. It works on bytes: the characters that matter are
// single bytes that occur inside no character of UTF-8 or GBK.
//
// It never gives up. A quote that is not closed would swallow all that follows;
// so a row that breaks the rules of quotes, does not end within MaxRow bytes, or
// has another number of cells than the header though it spans lines, is only its
// first line, and reading goes on with the second.
type records struct {
	from  io.Reader
	buf   []byte // what was read and not given yet begins at pos
	pos   int
	eof   bool
	err   error
	base  int64 // the file's offset of buf[0]
	width int   // cells of the header; 0: not known yet
	cells [][]byte
	clean []byte // unquoted text of cells
}

// record is one row; its cells are valid until the next is read.
type record struct {
	cells [][]byte
	line  []byte // its bytes, or their beginning
	rule  string // empty: the row is well formed
	end   int64  // offset behind it
}

// newRecords reads rows from a stream that begins at an offset of its file.
func newRecords(from io.Reader, offset int64, width int) *records {
	return &records{from: from, base: offset, width: width, buf: make([]byte, 0, 4*MaxRow)}
}

// next gives the next row; io.EOF comes after the last.
func (r *records) next() (record, error) {
	for {
		out, ok, err := r.scan()
		if err != nil {
			return record{}, err
		}
		if ok {
			return out, nil
		}
	}
}

// scan looks at what begins at pos. ok is false for a blank line.
func (r *records) scan() (out record, ok bool, err error) {
	size, broken, end := r.measure()
	if r.err != nil {
		return out, false, r.err
	}
	if size == 0 && end {
		return out, false, io.EOF
	}
	whole := r.buf[r.pos : r.pos+size]
	text := trimEnd(whole)
	if len(text) == 0 {
		r.pos += size
		return out, false, nil
	}
	spans := bytes.IndexAny(text, "\r\n") >= 0
	if !broken && size <= MaxRow {
		r.split(text)
		cells := r.cells
		if r.width > 0 {
			for len(cells) > r.width && len(cells[len(cells)-1]) == 0 {
				cells = cells[:len(cells)-1] // a comma too many at the end says nothing
			}
		}
		switch {
		case r.width == 0 || len(cells) == r.width:
			r.pos += size
			return record{cells: cells, line: text, end: r.offset()}, true, nil
		case !spans:
			r.pos += size
			return record{cells: cells, line: text, rule: ruleColumns, end: r.offset()}, true, nil
		}
	}
	return r.firstLine(broken || spans)
}

// firstLine gives up a row and goes on behind its first line.
func (r *records) firstLine(broken bool) (record, bool, error) {
	rule := ruleTooLong
	if broken {
		rule = ruleBrokenQuotes
	}
	at := bytes.IndexAny(r.buf[r.pos:], "\r\n")
	for at < 0 && len(r.buf)-r.pos <= MaxRow && r.fill() {
		at = bytes.IndexAny(r.buf[r.pos:], "\r\n")
	}
	rest := r.buf[r.pos:]
	if at < 0 && r.eof && len(rest) <= MaxRow {
		at = len(rest)
	}
	if at >= 0 && at <= MaxRow {
		text := bytes.Clone(rest[:at])
		r.pos += at
		r.skipBreak()
		return record{line: text, rule: rule, end: r.offset()}, true, nil
	}
	// The line itself is too long: what follows of it is skipped without being kept.
	text := bytes.Clone(rest[:min(len(rest), 1<<10)])
	for at < 0 {
		r.base += int64(len(r.buf))
		r.buf, r.pos = r.buf[:0], 0
		if !r.fill() {
			break
		}
		at = bytes.IndexAny(r.buf, "\r\n")
	}
	if r.err != nil {
		return record{}, false, r.err
	}
	if at >= 0 {
		r.pos += at
		r.skipBreak()
	}
	return record{line: text, rule: ruleTooLong, end: r.offset()}, true, nil
}

// skipBreak steps over one line break.
func (r *records) skipBreak() {
	if r.pos >= len(r.buf) {
		return
	}
	cr := r.buf[r.pos] == '\r'
	r.pos++
	if !cr {
		return
	}
	if r.pos == len(r.buf) {
		r.fill()
	}
	if r.pos < len(r.buf) && r.buf[r.pos] == '\n' {
		r.pos++
	}
}

func (r *records) offset() int64 { return r.base + int64(r.pos) }

// fill reads more behind what is there; false at the end.
func (r *records) fill() bool {
	if r.eof || r.err != nil {
		return false
	}
	if r.pos > 0 {
		n := copy(r.buf, r.buf[r.pos:])
		r.base += int64(r.pos)
		r.buf, r.pos = r.buf[:n], 0
	}
	for range 100 {
		n, err := r.from.Read(r.buf[len(r.buf):cap(r.buf)])
		r.buf = r.buf[:len(r.buf)+n]
		if errors.Is(err, io.EOF) {
			r.eof = true
		} else if err != nil {
			r.err = err
			return false
		}
		if n > 0 || r.eof {
			return n > 0
		}
	}
	r.err = io.ErrNoProgress
	return false
}

// measure finds the end of the row at pos: its length with its line break. It is
// broken when its quotes are, or when it does not end within what may be held.
// end says that the stream ends here.
func (r *records) measure() (size int, broken, end bool) {
	const (
		cellStart = iota
		plain
		quoted
		quoteInQuoted
	)
	state, i := cellStart, 0
	for {
		if r.pos+i == len(r.buf) {
			if i > MaxRow {
				return i, state == quoted, false
			}
			if !r.fill() {
				return i, state == quoted, true
			}
		}
		c := r.buf[r.pos+i]
		switch state {
		case quoted:
			// The many bytes inside quotes are skipped at once.
			rest := r.buf[r.pos+i:]
			at := bytes.IndexByte(rest, '"')
			if at < 0 {
				i += len(rest)
				continue
			}
			i += at + 1
			if i > MaxRow {
				return i, true, false
			}
			state = quoteInQuoted
			continue
		case cellStart:
			if c == '"' {
				state = quoted
				i++
				continue
			}
			state = plain
		case quoteInQuoted:
			switch c {
			case '"':
				state = quoted
				i++
				continue
			case ',', '\r', '\n':
				state = plain
			default:
				return i, true, false
			}
		}
		switch c {
		case ',':
			state = cellStart
		case '\n':
			return i + 1, false, false
		case '\r':
			if r.pos+i+1 == len(r.buf) {
				r.fill()
			}
			if r.pos+i+1 < len(r.buf) && r.buf[r.pos+i+1] == '\n' {
				return i + 2, false, false
			}
			return i + 1, false, false
		}
		i++
		if i > MaxRow {
			return i, false, false
		}
	}
}

// split cuts a well-formed row into its cells.
func (r *records) split(text []byte) {
	r.cells, r.clean = r.cells[:0], r.clean[:0]
	for {
		if len(text) > 0 && text[0] == '"' {
			begin := len(r.clean)
			text = text[1:]
			for {
				at := bytes.IndexByte(text, '"')
				if at < 0 { // measure has seen to it that there is one
					r.clean = append(r.clean, text...)
					text = nil
					break
				}
				r.clean = append(r.clean, text[:at]...)
				text = text[at+1:]
				if len(text) == 0 || text[0] != '"' {
					break
				}
				r.clean = append(r.clean, '"')
				text = text[1:]
			}
			// The text may move when clean grows, but what was cut out of it stays as it was.
			r.cells = append(r.cells, r.clean[begin:len(r.clean):len(r.clean)])
			if len(text) == 0 {
				return
			}
			text = text[1:]
			continue
		}
		at := bytes.IndexByte(text, ',')
		if at < 0 {
			r.cells = append(r.cells, text)
			return
		}
		r.cells = append(r.cells, text[:at])
		text = text[at+1:]
	}
}

// trimEnd takes the line break off.
func trimEnd(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}
