package list

import (
	"bytes"
	"errors"
	"io"

	"tidings/outreach/fault"
)

// maxLine is how much of one line is kept. A target ID is far shorter, so what
// is longer is wrong anyway and must not fill the memory.
const maxLine = 4 << 10

// lines cuts a stream into lines as any system ends them: \n, \r\n or \r alone.
// Quotes do not join lines: in a list of IDs a line break inside quotes is a
// slip, and honouring it would let one stray quote swallow the rest of the file.
type lines struct {
	from     io.Reader
	maxBytes int64
	bytes    int64 // read so far
	number   int   // of the line given last, as an editor counts
	buf      []byte
	pos, end int
	afterCR  bool
	line     []byte
}

func newLines(from io.Reader, maxBytes int64) *lines {
	return &lines{from: from, maxBytes: maxBytes, buf: make([]byte, 64<<10), line: make([]byte, 0, maxLine)}
}

// next gives the next line without its end; it is valid until the next call.
// long says that only the beginning was kept. io.EOF comes after the last line.
func (l *lines) next() (line []byte, long bool, err error) {
	l.line = l.line[:0]
	started := false
	for {
		if l.pos == l.end {
			if err := l.fill(); err != nil {
				if errors.Is(err, io.EOF) && started {
					l.number++
					return l.line, long, nil
				}
				return nil, false, err
			}
		}
		if l.afterCR {
			l.afterCR = false
			if l.buf[l.pos] == '\n' {
				l.pos++
				continue
			}
		}
		started = true
		rest := l.buf[l.pos:l.end]
		n := 0
		for n < len(rest) && rest[n] != '\n' && rest[n] != '\r' {
			n++
		}
		ended := n < len(rest)
		if room := maxLine - len(l.line); n > room {
			l.line = append(l.line, rest[:room]...)
			long = true
		} else {
			l.line = append(l.line, rest[:n]...)
		}
		l.pos += n
		if ended {
			l.afterCR = rest[n] == '\r'
			l.pos++
			l.number++
			return l.line, long, nil
		}
	}
}

// fill reads on; it refuses what no text file holds.
func (l *lines) fill() error {
	for range 100 {
		n, err := l.from.Read(l.buf)
		if n > 0 {
			l.bytes += int64(n)
			if l.bytes > l.maxBytes {
				return fault.Errorf(fault.TooLarge, "a list may have %d MB at most", l.maxBytes>>20)
			}
			if bytes.IndexByte(l.buf[:n], 0) >= 0 {
				return wrongEncoding("UTF-16 or no text at all")
			}
			l.pos, l.end = 0, n
			return nil
		}
		if err != nil {
			return err
		}
	}
	return io.ErrNoProgress
}
