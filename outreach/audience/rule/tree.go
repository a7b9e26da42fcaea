package rule

import (
	"encoding/json"
	"regexp"
	"strings"
	"unicode/utf8"
)

// node decodes one node and what is below it. In JSON the negation has the
// name that reads best: has, in or did.
func (p *parser) node(a at, v any) *Node {
	o, ok := p.object(a, v)
	if !ok {
		return nil
	}
	op, ok := o.op(And, Or, Exclude, Attribute, Tag, Identity, Segment, Event, Sequence, Rows)
	if !ok {
		return nil
	}
	n := &Node{Op: op}
	switch n.Op {
	case And, Or, Exclude:
		low := 1
		if n.Op == Exclude {
			low = 2
		}
		for i, child := range o.list("nodes", low, maxNodes) {
			n.Nodes = append(n.Nodes, p.node(a.key("nodes").index(i), child))
		}
	case Attribute, Tag:
		n.Name = o.name("name", true)
		n.Test = o.test("test", true, everyWord)
	case Identity:
		n.IDType, n.Not = o.name("idType", true), !o.yes("has")
	case Segment:
		n.Segment, n.Not = o.name("segment", true), !o.yes("in")
	case Event:
		n.Event = o.event("event")
		o.behaviour(n, Times, Days, Sum, Avg, Min, Max, Distinct)
	case Rows:
		n.Table = o.name("table", true)
		o.behaviour(n, RowCount, Days, Sum, Avg, Min, Max, Distinct)
	case Sequence:
		n.Not = !o.yes("did")
		for i, step := range o.list("steps", 2, maxSteps) {
			if s, ok := p.object(a.key("steps").index(i), step); ok {
				n.Steps = append(n.Steps, Step{Event: s.event("event"), Where: s.where("where")})
				s.done()
			}
		}
		n.Window, n.Within, n.Link = o.window("window", anyKind), o.span("within"), o.name("link", false)
	case Property:
	}
	o.done()
	return n
}

// op reads what a node is; false where that is not known, for then nobody knows what it should have.
func (o *object) op(allowed ...Op) (Op, bool) {
	op := Op(o.word("op", true, words(allowed...)...))
	s, ok := o.keys["op"].(string)
	return op, ok && s == string(op)
}

// event reads an event's name, which may hold anything that can be stored.
func (o *object) event(key string) string {
	s := o.text(key, true)
	if utf8.RuneCountInString(s) > 200 || strings.ContainsRune(s, 0) {
		o.p.bad(o.key(key), "INVALID_FORMAT", "an event's name has at most 200 characters")
	}
	return s
}

// behaviour reads what events and rows have in common.
func (o *object) behaviour(n *Node, measures ...Of) {
	n.Not = !o.yes("did")
	n.Where, n.Window = o.where("where"), o.window("window", anyKind)
	if n.Not { // nothing is measured of what is not there
		for _, key := range []string{"measure", "compare"} {
			if _, given := o.get(key); given {
				o.p.bad(o.key(key), "NOT_ALLOWED", "who did not has nothing to measure")
			}
		}
		return
	}
	if v, given := o.get("measure"); given {
		if m, ok := o.p.object(o.key("measure"), v); ok {
			n.Measure = &Measure{Of: Of(m.word("of", true, words(measures...)...))}
			if n.Measure.Of != measures[0] && n.Measure.Of != Days {
				n.Measure.Name = m.name("name", true)
			}
			m.done()
		}
	}
	n.Compare = o.test("compare", n.Measure != nil, Word.Numeric)
}

func everyWord(Word) bool { return true }

// where reads a filter; absent is nil.
func (o *object) where(key string) *Filter {
	v, ok := o.get(key)
	if !ok {
		return nil
	}
	return o.p.filter(o.key(key), v)
}

func (p *parser) filter(a at, v any) *Filter {
	o, ok := p.object(a, v)
	if !ok {
		return nil
	}
	op, ok := o.op(And, Or, Property)
	if !ok {
		return nil
	}
	f := &Filter{Op: op}
	if f.Op == Property {
		f.Name, f.Test = o.name("name", true), o.test("test", true, everyWord)
	} else {
		for i, child := range o.list("nodes", 1, maxNodes) {
			f.Nodes = append(f.Nodes, p.filter(a.key("nodes").index(i), child))
		}
	}
	o.done()
	return f
}

// test reads a comparison.
func (o *object) test(key string, required bool, allowed func(Word) bool) *Test {
	v, given := o.get(key)
	if !given {
		if required {
			o.p.bad(o.key(key), "REQUIRED", "%s is missing", key)
		}
		return nil
	}
	t, ok := o.p.object(o.key(key), v)
	if !ok {
		return nil
	}
	w, given := t.get("test")
	s, _ := w.(string)
	word := Word(s)
	count, known := arity[word]
	if !given {
		o.p.bad(t.key("test"), "REQUIRED", "test is missing")
		return nil
	}
	if !known || !allowed(word) {
		o.p.bad(t.key("test"), "UNKNOWN", "there is no such test here")
		return nil
	}
	out := &Test{Word: word}
	if count[1] > 0 {
		for i, v := range t.list("values", count[0], count[1]) {
			out.Values = append(out.Values, o.p.value(t.key("values").index(i), word, v))
		}
	}
	if word == During {
		out.Window = t.window("window", func(k Kind) bool { return k != Anchor })
		if _, given := t.keys["window"]; !given {
			o.p.bad(t.key("window"), "REQUIRED", "window is missing")
		}
	}
	t.done()
	return out
}

// value reads one value of a test: a number for those that compare numbers, a text for the rest.
func (p *parser) value(a at, word Word, v any) Value {
	if word.Numeric() {
		n, ok := v.(json.Number)
		d, fine := decimal(n.String())
		if !ok || !fine {
			p.bad(a, "INVALID_VALUE", "a number up to a thousand million with at most six decimals is wanted here")
		}
		return Value{Text: d, Numeric: true}
	}
	s, ok := v.(string)
	if !ok || s == "" || strings.ContainsRune(s, 0) {
		p.bad(a, "INVALID_VALUE", "a text is wanted here")
		return Value{}
	}
	limit := maxText
	if word == Matches {
		limit = maxPattern
	}
	if utf8.RuneCountInString(s) > limit {
		p.bad(a, "TOO_LONG", "the text has at most %d characters", limit)
		p.wrong.With(map[string]any{"limit": limit})
		return Value{}
	}
	if word == Matches {
		if _, err := regexp.Compile(s); err != nil {
			p.bad(a, "PATTERN", "this is no regular expression of the kind RE2 knows")
		}
	}
	return Value{Text: s}
}
