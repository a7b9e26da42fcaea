// Package match tells whether one event passes a filter. It is the rule
// language's filter (outreach/audience/rule) for a single event in memory, and
// means what the compiled SQL (outreach/audience/compile) means for stored ones:
// a property test holds both against each other. It is pure.
package match

import (
	"encoding/json"
	"fmt"
	"math/big"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/tidwall/gjson"

	"tidings/outreach/audience/rule"
)

// Filter is a compiled rule.Filter. It is immutable and safe for concurrent use;
// the nil one passes everything.
type Filter struct{ pass node }

// node is one condition, with what it needs beside the event.
type node func(*Props, *frame) bool

// frame is when it is asked, which windows relative to today depend on.
type frame struct {
	now  time.Time
	zone *time.Location
}

// Compile prepares a filter; types are those of the event's properties by name.
// A nil filter gives a nil Filter. Errors are patterns that do not compile,
// which rule.Parse has refused.
func Compile(f *rule.Filter, types map[string]rule.Type) (*Filter, error) {
	if f == nil {
		return nil, nil //nolint:nilnil // nothing to test
	}
	pass, err := compile(f, types)
	if err != nil {
		return nil, err
	}
	return &Filter{pass: pass}, nil
}

// Match tells whether an event with these properties passes, asked at now.
func (f *Filter) Match(p *Props, now time.Time, zone *time.Location) bool {
	return f == nil || f.pass(p, &frame{now, zone})
}

// Props are an event's properties, of which each test looks up the one that it
// wants. An event is looked at by one goroutine at a time.
type Props struct{ raw []byte }

// Of gives the properties in a JSON object; empty: none.
func Of(raw []byte) *Props { return &Props{raw: raw} }

// Raw is the JSON object.
func (p *Props) Raw() []byte { return p.raw }

// value is a property as encoding/json would decode it, with numbers as they are
// written; nil when it is absent, or null. What is no object has none.
func (p *Props) value(name string) (out any) {
	object := gjson.ParseBytes(p.raw)
	if !object.IsObject() {
		return nil
	}
	object.ForEach(func(key, v gjson.Result) bool {
		if key.Str != name {
			return true
		}
		out = native(v)
		return false
	})
	return out
}

func native(v gjson.Result) any {
	switch v.Type {
	case gjson.String:
		return v.Str
	case gjson.Number:
		return json.Number(v.Raw)
	case gjson.True, gjson.False:
		return v.Type == gjson.True
	case gjson.Null:
	case gjson.JSON:
		if !v.IsArray() {
			return map[string]any{} // what is in it is not looked at
		}
		items := []any{}
		v.ForEach(func(_, item gjson.Result) bool {
			items = append(items, native(item))
			return true
		})
		return items
	}
	return nil
}

func compile(f *rule.Filter, types map[string]rule.Type) (node, error) {
	if f.Op == rule.Property {
		return test(f.Name, types[f.Name], f.Test)
	}
	nodes := make([]node, len(f.Nodes))
	for i, child := range f.Nodes {
		var err error
		if nodes[i], err = compile(child, types); err != nil {
			return nil, err
		}
	}
	if f.Op == rule.Or {
		return func(p *Props, at *frame) bool {
			return slices.ContainsFunc(nodes, func(n node) bool { return n(p, at) })
		}, nil
	}
	return func(p *Props, at *frame) bool {
		return !slices.ContainsFunc(nodes, func(n node) bool { return !n(p, at) })
	}, nil
}

// test prepares one test. The word says which type it looks at; a value of
// another type is as good as absent.
func test(name string, typ rule.Type, t *rule.Test) (node, error) {
	switch {
	case t.Word == rule.IsNull:
		return func(p *Props, _ *frame) bool { return !fits(p.value(name), typ) }, nil
	case t.Word == rule.NotNull:
		return func(p *Props, _ *frame) bool { return fits(p.value(name), typ) }, nil
	case t.Word == rule.IsTrue || t.Word == rule.IsFalse:
		return func(p *Props, _ *frame) bool { return p.value(name) == any(t.Word == rule.IsTrue) }, nil
	case t.Word.Numeric():
		return number(name, t), nil
	case t.Word == rule.During:
		return func(p *Props, at *frame) bool { return during(p.value(name), typ, t.Window, at) }, nil
	}
	if types := t.Word.Typed(); len(types) == 1 && types[0] == rule.List {
		return list(name, t), nil
	}
	return text(name, t)
}

func text(name string, t *rule.Test) (node, error) {
	values := texts(t)
	on := func(pass func(string) bool, absent bool) node {
		return func(p *Props, _ *frame) bool {
			s, ok := p.value(name).(string)
			if !ok {
				return absent
			}
			return pass(s)
		}
	}
	set := make(map[string]struct{}, len(values))
	for _, v := range values {
		set[v] = struct{}{}
	}
	among := func(s string) bool { _, ok := set[s]; return ok }
	switch t.Word { //nolint:exhaustive // the rest are of other types
	case rule.In:
		return on(among, false), nil
	case rule.NotInTagged:
		return on(func(s string) bool { return !among(s) }, false), nil
	case rule.NotInAll:
		return on(func(s string) bool { return !among(s) }, true), nil
	case rule.Contains:
		return on(func(s string) bool { return strings.Contains(s, values[0]) }, false), nil
	case rule.NotContains:
		return on(func(s string) bool { return !strings.Contains(s, values[0]) }, false), nil
	case rule.StartsWith:
		return on(func(s string) bool { return strings.HasPrefix(s, values[0]) }, false), nil
	case rule.EndsWith:
		return on(func(s string) bool { return strings.HasSuffix(s, values[0]) }, false), nil
	case rule.Matches:
		re, err := regexp.Compile(values[0])
		if err != nil {
			return nil, fmt.Errorf("compile the pattern for %s: %w", name, err)
		}
		return on(re.MatchString, false), nil
	}
	return nil, fmt.Errorf("there is no test %s", t.Word)
}

// number compares exactly, as PostgreSQL's numeric does.
func number(name string, t *rule.Test) node {
	constants := make([]*big.Rat, len(t.Values))
	for i, v := range t.Values {
		constants[i], _ = new(big.Rat).SetString(v.Text) // rule.Parse wrote it out
	}
	return func(p *Props, _ *frame) bool {
		n, ok := p.value(name).(json.Number)
		if !ok {
			return false
		}
		v, ok := new(big.Rat).SetString(n.String())
		if !ok {
			return false
		}
		c := v.Cmp(constants[0])
		switch t.Word { //nolint:exhaustive // numbers only
		case rule.EQ:
			return c == 0
		case rule.NE:
			return c != 0
		case rule.GT:
			return c > 0
		case rule.GE:
			return c >= 0
		case rule.LT:
			return c < 0
		case rule.LE:
			return c <= 0
		}
		return c >= 0 && v.Cmp(constants[1]) <= 0
	}
}

func list(name string, t *rule.Test) node {
	values := texts(t)
	return func(p *Props, _ *frame) bool {
		items, ok := p.value(name).([]any)
		has := func(s string) bool { return slices.Contains(items, any(s)) }
		switch t.Word { //nolint:exhaustive // lists only
		case rule.IsEmpty:
			return len(items) == 0
		case rule.NotEmpty:
			return len(items) > 0
		case rule.AnyOf:
			return ok && slices.ContainsFunc(values, has)
		case rule.NoneOf:
			return ok && !slices.ContainsFunc(values, has)
		case rule.AllOf:
			return ok && !slices.ContainsFunc(values, func(s string) bool { return !has(s) })
		}
		return false
	}
}

func texts(t *rule.Test) []string {
	out := make([]string, len(t.Values))
	for i, v := range t.Values {
		out[i] = v.Text
	}
	return out
}
