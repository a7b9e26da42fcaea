package rule

import (
	"bytes"
	"encoding/json"
	"io"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"tidings/outreach/fault"
)

// Limits of a tree's size. What joins several nodes (levels, leaves) Validate counts.
const (
	maxBytes   = 64 << 10
	maxValues  = 1000
	maxText    = 1000 // runes
	maxPattern = 200  // runes
	maxName    = 128  // runes
	maxNodes   = 50
	maxSteps   = 5
	maxSpan    = 10_000
	maxOffset  = 36_500 // days
	maxNesting = 32     // of anything, so that a hostile tree costs nothing
)

// Parse decodes a rule and checks its form: what schema.json says, and that
// regular expressions are RE2. Everything wrong is reported at once, with paths
// that begin with "rule".
func Parse(data []byte) (*Node, error) {
	if len(data) > maxBytes {
		return nil, fault.At("rule", "TOO_LONG", "a rule has at most %d bytes", maxBytes)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var tree any
	if err := d.Decode(&tree); err != nil {
		return nil, fault.At("rule", "JSON", "the rule is not JSON")
	}
	if _, err := d.Token(); err != io.EOF { //nolint:errorlint // the decoder's contract
		return nil, fault.At("rule", "JSON", "something follows the rule")
	}
	var p parser
	n := p.node(at{path: "rule"}, tree)
	if err := p.wrong.Err(); err != nil {
		return nil, err
	}
	return n, nil
}

// UnmarshalJSON is Parse.
func (n *Node) UnmarshalJSON(data []byte) error {
	parsed, err := Parse(data)
	if err != nil {
		return err
	}
	*n = *parsed
	return nil
}

// at is a place in the tree.
type at struct {
	path  string
	depth int
}

func (a at) key(k string) at { return at{a.path + "." + k, a.depth + 1} }
func (a at) index(i int) at  { return a.key(strconv.Itoa(i)) }

type parser struct{ wrong fault.Fields }

func (p *parser) bad(a at, word, format string, args ...any) {
	if len(p.wrong) < 20 {
		p.wrong.Add(a.path, word, format, args...)
	}
}

// object is a JSON object at a place, whose keys are read one by one; what is
// left over at the end has no business there.
type object struct {
	at
	p    *parser
	keys map[string]any
	read map[string]bool
}

func (p *parser) object(a at, v any) (*object, bool) {
	m, ok := v.(map[string]any)
	if !ok || a.depth > maxNesting {
		p.bad(a, "INVALID_VALUE", "an object is wanted here")
		return nil, false
	}
	return &object{at: a, p: p, keys: m, read: map[string]bool{}}, true
}

func (o *object) get(key string) (any, bool) {
	o.read[key] = true
	v, ok := o.keys[key]
	return v, ok
}

func (o *object) done() {
	for k := range o.keys {
		if !o.read[k] {
			if !plainName(k) {
				k = "…"
			}
			o.p.bad(o.key(k), "NOT_ALLOWED", "there is no such field here")
		}
	}
}

// text reads a string; absent is "", and wrong where it is required.
func (o *object) text(key string, required bool) string {
	v, ok := o.get(key)
	if !ok {
		if required {
			o.p.bad(o.key(key), "REQUIRED", "%s is missing", key)
		}
		return ""
	}
	s, ok := v.(string)
	if !ok || s == "" {
		o.p.bad(o.key(key), "INVALID_VALUE", "a text is wanted here")
		return ""
	}
	return s
}

// word reads one of some words; the first is what absent means, unless required.
func (o *object) word(key string, required bool, allowed ...string) string {
	v, ok := o.get(key)
	if !ok {
		if required {
			o.p.bad(o.key(key), "REQUIRED", "%s is missing", key)
		}
		return allowed[0]
	}
	s, ok := v.(string)
	for _, w := range allowed {
		if ok && s == w {
			return s
		}
	}
	o.p.bad(o.key(key), "UNKNOWN", "%s is one of %s", key, strings.Join(allowed, ", "))
	return allowed[0]
}

// plainName tells whether a text can name a property: any characters but
// controls, the quote and the backslash, which would need escaping in JSON paths.
func plainName(s string) bool {
	return s != "" && utf8.RuneCountInString(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '"' || r == '\\' || r == unicode.ReplacementChar || unicode.IsControl(r)
	})
}

// name reads the name of a property, event or table.
func (o *object) name(key string, required bool) string {
	s := o.text(key, required)
	if s != "" && !plainName(s) {
		o.p.bad(o.key(key), "INVALID_FORMAT", "a name has 1 to %d characters, and no quotes, backslashes or control characters", maxName)
	}
	return s
}

// yes reads a boolean; absent is true.
func (o *object) yes(key string) bool {
	v, ok := o.get(key)
	if !ok {
		return true
	}
	b, ok := v.(bool)
	if !ok {
		o.p.bad(o.key(key), "INVALID_VALUE", "true or false is wanted here")
	}
	return b
}

// integer reads a whole number between two bounds.
func (o *object) integer(key string, required bool, low, high int) (int, bool) {
	v, ok := o.get(key)
	if !ok {
		if required {
			o.p.bad(o.key(key), "REQUIRED", "%s is missing", key)
		}
		return 0, false
	}
	n, ok := v.(json.Number)
	if d, fine := decimal(n.String()); ok && fine {
		if i, err := strconv.Atoi(d); err == nil {
			if i < low || i > high {
				o.p.bad(o.key(key), "OUT_OF_RANGE", "%s is from %d to %d", key, low, high)
				o.p.wrong.With(map[string]any{"min": low, "max": high})
				return 0, false
			}
			return i, true
		}
	}
	o.p.bad(o.key(key), "INVALID_VALUE", "a whole number is wanted here")
	return 0, false
}

// list reads an array with a number of items between two bounds.
func (o *object) list(key string, low, high int) []any {
	v, ok := o.get(key)
	if !ok {
		o.p.bad(o.key(key), "REQUIRED", "%s is missing", key)
		return nil
	}
	l, ok := v.([]any)
	if !ok {
		o.p.bad(o.key(key), "INVALID_VALUE", "a list is wanted here")
		return nil
	}
	if len(l) < low || len(l) > high {
		o.p.bad(o.key(key), "COUNT", "%s has %d to %d items", key, low, high)
		o.p.wrong.With(map[string]any{"min": low, "max": high})
		return nil
	}
	return l
}

// words makes strings of typed constants.
func words[T ~string](of ...T) []string {
	out := make([]string, len(of))
	for i, w := range of {
		out[i] = string(w)
	}
	return out
}

var (
	dateForm    = regexp.MustCompile(`^[1-9]\d{3}-\d{2}-\d{2}$`)
	instantForm = regexp.MustCompile(`^[1-9]\d{3}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$`)
)

// moment reads a date or an instant; absent is "".
func (o *object) moment(key string) string {
	s := o.text(key, false)
	if s == "" {
		return ""
	}
	if dateForm.MatchString(s) {
		if _, err := time.Parse(time.DateOnly, s); err == nil {
			return s
		}
	} else if instantForm.MatchString(s) {
		if _, err := time.Parse(time.RFC3339, s); err == nil {
			return s
		}
	}
	o.p.bad(o.key(key), "INVALID_FORMAT", "a date such as 2021-03-31 or an instant such as 2021-03-31T08:00:00+08:00 is wanted here")
	return ""
}
