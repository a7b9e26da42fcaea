package rule

import (
	"fmt"

	"tidings/outreach/fault"
)

// Limits of a tree as a whole.
const (
	MaxLevels       = 4 // of And, Or and Exclude inside each other: the groups, and three below
	MaxLeaves       = 50
	MaxFilters      = 10 // of one event
	MaxFilterLevels = 3
	MaxSegmentDepth = 3 // segments whose rules name segments
)

// Validate refuses what does not fit the catalogue or the limits. Everything
// wrong is reported at once.
func (n *Node) Validate(c Catalogue) error {
	v := &judge{catalogue: c}
	v.node("rule", n, 1)
	if leaves := Leaves(n); leaves > MaxLeaves {
		v.wrong.Add("rule", "TOO_MANY", "a rule has at most %d conditions", MaxLeaves)
		v.wrong.With(map[string]any{"limit": MaxLeaves})
	}
	return v.wrong.Err()
}

type judge struct {
	catalogue Catalogue
	wrong     fault.Fields
}

func (v *judge) node(path string, n *Node, level int) {
	if n == nil {
		v.wrong.Add(path, "REQUIRED", "the condition is missing")
		return
	}
	switch n.Op {
	case And, Or, Exclude:
		if level > MaxLevels {
			v.wrong.Add(path, "TOO_DEEP", "conditions are nested at most %d levels deep", MaxLevels)
			v.wrong.With(map[string]any{"limit": MaxLevels})
			return
		}
		for i, child := range n.Nodes {
			v.node(fmt.Sprintf("%s.nodes.%d", path, i), child, level+1)
		}
	case Attribute:
		v.test(path, n.Name, v.catalogue.Attribute(n.Name), n.Test)
	case Tag:
		v.test(path, n.Name, v.catalogue.Tag(n.Name), n.Test)
	case Identity:
		v.known(path+".idType", "ID type", n.IDType, v.catalogue.IDType(n.IDType))
	case Segment:
		v.segment(path+".segment", n.Segment)
	case Event:
		if v.known(path+".event", "event", n.Event, v.catalogue.Event(n.Event)) {
			v.behaviour(path, n, func(name string) Entry { return v.catalogue.EventProperty(n.Event, name) })
		}
	case Rows:
		if v.known(path+".table", "detail table", n.Table, v.catalogue.Table(n.Table)) {
			v.behaviour(path, n, func(name string) Entry { return v.catalogue.Column(n.Table, name) })
		}
	case Sequence:
		v.sequence(path, n)
	case Property:
		v.wrong.Add(path+".op", "UNKNOWN", "a property is tested in a filter only")
	}
}

// known checks that a name is in the catalogue and may be picked.
func (v *judge) known(path, kind, name string, e Entry) bool {
	switch {
	case !e.Known:
		v.wrong.Add(path, "NOT_FOUND", "there is no %s %q", kind, name)
	case e.Disabled:
		v.wrong.Add(path, "DISABLED", "the %s %q is disabled", kind, name)
	default:
		return true
	}
	return false
}

// test checks that a property exists and has the type that the test is for.
func (v *judge) test(path, name string, e Entry, t *Test) {
	if !v.known(path+".name", "property", name, e) || t == nil {
		return
	}
	v.fits(path+".test.test", e.Type, t.Word)
	if t.Word == During {
		v.window(path+".test.window", t.Window)
		if e.Type == Date && t.Window != nil && t.Window.Kind == Last && t.Window.Unit == Hour {
			v.wrong.Add(path+".test.window.unit", "WRONG_TYPE", "a date has no hours")
		}
	}
}

func (v *judge) fits(path string, have Type, word Word) {
	if have == Object {
		v.wrong.Add(path, "WRONG_TYPE", "objects cannot be tested")
		return
	}
	types := word.Typed()
	for _, t := range types {
		if t == have {
			return
		}
	}
	if len(types) > 0 {
		v.wrong.Add(path, "WRONG_TYPE", "%s is not for values of type %s", word, have)
		v.wrong.With(map[string]any{"type": have})
	}
}

func (v *judge) segment(path, id string) {
	e := v.catalogue.Segment(id)
	switch {
	case !e.Known:
		v.wrong.Add(path, "NOT_FOUND", "there is no segment %q", id)
	case e.Cyclic:
		v.wrong.Add(path, "CYCLE", "the segment's rule leads back to this one")
	case e.Depth > MaxSegmentDepth-1:
		v.wrong.Add(path, "TOO_DEEP", "segments name each other at most %d deep", MaxSegmentDepth)
		v.wrong.With(map[string]any{"limit": MaxSegmentDepth})
	}
}

// behaviour checks the filter, the window and the measure of events or rows.
func (v *judge) behaviour(path string, n *Node, property func(string) Entry) {
	v.where(path+".where", n.Where, property)
	v.window(path+".window", n.Window)
	m := n.Measure
	if m == nil || m.Name == "" {
		return
	}
	e := property(m.Name)
	if !v.known(path+".measure.name", "property", m.Name, e) {
		return
	}
	if (m.Of != Distinct && e.Type != Number) || e.Type == Object {
		v.wrong.Add(path+".measure.name", "WRONG_TYPE", "%s cannot be made of values of type %s", m.Of, e.Type)
		v.wrong.With(map[string]any{"type": e.Type})
	}
}

func (v *judge) sequence(path string, n *Node) {
	for i, s := range n.Steps {
		at := fmt.Sprintf("%s.steps.%d", path, i)
		if !v.known(at+".event", "event", s.Event, v.catalogue.Event(s.Event)) {
			continue
		}
		v.where(at+".where", s.Where, func(name string) Entry { return v.catalogue.EventProperty(s.Event, name) })
		if n.Link != "" {
			if e := v.catalogue.EventProperty(s.Event, n.Link); !e.Known {
				v.wrong.Add(path+".link", "NOT_FOUND", "the event %q has no property %q", s.Event, n.Link)
			} else if e.Type == Object || e.Type == List {
				v.wrong.Add(path+".link", "WRONG_TYPE", "values of type %s link nothing", e.Type)
			}
		}
	}
	v.window(path+".window", n.Window)
}

func (v *judge) where(path string, f *Filter, property func(string) Entry) {
	if f == nil {
		return
	}
	if tests := v.filter(path, f, property, 1); tests > MaxFilters {
		v.wrong.Add(path, "TOO_MANY", "an event has at most %d filters", MaxFilters)
		v.wrong.With(map[string]any{"limit": MaxFilters})
	}
}

// filter tells how many tests there are.
func (v *judge) filter(path string, f *Filter, property func(string) Entry, level int) int {
	if f.Op == Property {
		v.test(path, f.Name, property(f.Name), f.Test)
		return 1
	}
	if level > MaxFilterLevels {
		v.wrong.Add(path, "TOO_DEEP", "filters are nested at most %d levels deep", MaxFilterLevels)
		v.wrong.With(map[string]any{"limit": MaxFilterLevels})
		return 0
	}
	tests := 0
	for i, child := range f.Nodes {
		tests += v.filter(fmt.Sprintf("%s.nodes.%d", path, i), child, property, level+1)
	}
	return tests
}

func (v *judge) window(path string, w *Window) {
	if w == nil {
		return
	}
	switch w.Kind { //nolint:exhaustive // the rest have nothing to check
	case BetweenDates, DayRange:
		if w.upsideDown() {
			v.wrong.Add(path, "OUT_OF_RANGE", "the end is before the beginning")
		}
	case Anchor:
		if w.Attribute != "" {
			e := v.catalogue.Attribute(w.Attribute)
			if v.known(path+".attribute", "property", w.Attribute, e) && e.Type != Datetime {
				v.wrong.Add(path+".attribute", "WRONG_TYPE", "only an instant can be an anchor, not a value of type %s", e.Type)
				v.wrong.With(map[string]any{"type": e.Type})
			}
		}
		if w.Event != nil && v.known(path+".event.event", "event", w.Event.Event, v.catalogue.Event(w.Event.Event)) {
			v.where(path+".event.where", w.Event.Where, func(name string) Entry { return v.catalogue.EventProperty(w.Event.Event, name) })
			v.window(path+".event.window", w.Event.Window)
		}
	}
}
