package intake

import (
	"bytes"

	"github.com/tidwall/gjson"

	"tidings/outreach/event"
)

const (
	// maxSalvage bounds how often a broken body is searched for the next whole event.
	maxSalvage = 2000
	// maxNesting ends the reading of values that are nested to no purpose.
	maxNesting = 64
)

// body is a request of the tracking API taken apart.
type body struct {
	sentAt, writeKey string
	items            []event.Item
	found            bool // a batch
}

// split takes the body of a batch apart: its members, and the elements of the
// batch one by one. Broken elements do not lose the whole ones behind them. ok
// is false where nothing can be made of it; at is then where the trouble begins.
func split(raw []byte) (b body, at int, ok bool) {
	i := space(raw, 0)
	if i >= len(raw) || raw[i] != '{' {
		return b, i, false
	}
	i = space(raw, i+1)
	for i < len(raw) && raw[i] != '}' {
		end := scan(raw, i)
		if raw[i] != '"' || end < 0 {
			return b, i, b.found
		}
		name := gjson.ParseBytes(raw[i:end]).Str
		if i = space(raw, end); i >= len(raw) || raw[i] != ':' {
			return b, i, b.found
		}
		i = space(raw, i+1)
		if name == "batch" && i < len(raw) && raw[i] == '[' {
			b.found = true
			b.items, i = elements(raw, i+1)
		} else {
			if end = scan(raw, i); end < 0 || !gjson.ValidBytes(raw[i:end]) {
				return b, i, b.found
			}
			switch v := gjson.ParseBytes(raw[i:end]); name {
			case "sentAt":
				b.sentAt = v.String()
			case "writeKey":
				b.writeKey = v.String()
			}
			i = end
		}
		if i = space(raw, i); i < len(raw) && raw[i] == ',' {
			i = space(raw, i+1)
		}
	}
	return b, i, b.found
}

// elements gives the elements of an array whose bracket stands before i, and
// where it ends.
func elements(raw []byte, i int) ([]event.Item, int) {
	var out []event.Item
	tries := 0
	for i = space(raw, i); i < len(raw) && raw[i] != ']'; i = space(raw, i) {
		if raw[i] == ',' {
			i++
			continue
		}
		end := scan(raw, i)
		if end > i && gjson.ValidBytes(raw[i:end]) {
			out = append(out, event.Item{Raw: raw[i:end]})
			i = end
			continue
		}
		closes := end > i && (space(raw, end) == len(raw) || raw[space(raw, end)] == ',' || raw[space(raw, end)] == ']')
		if next := salvage(raw[:max(end, i)], i+1, &tries); closes && next == end {
			out = append(out, event.Item{Raw: raw[i:end], Broken: "the event is not JSON"})
			i = end
			continue
		}
		// The brackets do not close, or close around events that follow: look for the next whole one.
		next := salvage(raw, i+1, &tries)
		out = append(out, event.Item{Raw: bytes.TrimRight(raw[i:next], ", \t\r\n"), Broken: "the event is not JSON, or breaks off"})
		i = next
	}
	return out, min(i+1, len(raw))
}

// salvage finds the next whole event at or behind i: an object behind a comma
// that is valid and names its type.
func salvage(raw []byte, i int, tries *int) int {
	for ; i < len(raw); i++ {
		if raw[i] != '{' || *tries >= maxSalvage {
			continue
		}
		before := bytes.TrimRight(raw[:i], " \t\r\n")
		if len(before) == 0 || before[len(before)-1] != ',' {
			continue
		}
		*tries++
		end := scan(raw, i)
		if end >= 0 && gjson.ValidBytes(raw[i:end]) && gjson.GetBytes(raw[i:end], "type").Type == gjson.String {
			return i
		}
	}
	return len(raw)
}

// scan finds the end of a JSON value by its brackets and quotation marks; -1
// when it does not end.
func scan(raw []byte, i int) int {
	if i >= len(raw) {
		return -1
	}
	if raw[i] != '{' && raw[i] != '[' && raw[i] != '"' {
		for ; i < len(raw); i++ {
			if c := raw[i]; c == ',' || c == '}' || c == ']' || c == ' ' || c == '\n' || c == '\r' || c == '\t' {
				return i
			}
		}
		return i
	}
	depth := 0
	for ; i < len(raw); i++ {
		switch raw[i] {
		case '"':
			for i++; i < len(raw) && raw[i] != '"'; i++ {
				if raw[i] == '\\' {
					i++
				}
			}
			if i >= len(raw) {
				return -1
			}
		case '{', '[':
			if depth++; depth > maxNesting {
				return -1
			}
		case '}', ']':
			depth--
		default:
			continue
		}
		if depth == 0 {
			return i + 1
		}
	}
	return -1
}

func space(raw []byte, i int) int {
	for i < len(raw) && (raw[i] == ' ' || raw[i] == '\t' || raw[i] == '\n' || raw[i] == '\r') {
		i++
	}
	return i
}
