package rule

import "encoding/json"

// MarshalJSON writes the node as Parse reads it. Equal trees give equal bytes.
func (n *Node) MarshalJSON() ([]byte, error) {
	out := struct {
		Op      Op       `json:"op"`
		Nodes   []*Node  `json:"nodes,omitempty"`
		Name    string   `json:"name,omitempty"`
		Test    *Test    `json:"test,omitempty"`
		IDType  string   `json:"idType,omitempty"`
		Has     *bool    `json:"has,omitempty"`
		Segment string   `json:"segment,omitempty"`
		In      *bool    `json:"in,omitempty"`
		Event   string   `json:"event,omitempty"`
		Table   string   `json:"table,omitempty"`
		Did     *bool    `json:"did,omitempty"`
		Steps   []Step   `json:"steps,omitempty"`
		Where   *Filter  `json:"where,omitempty"`
		Window  *Window  `json:"window,omitempty"`
		Within  *Span    `json:"within,omitempty"`
		Link    string   `json:"link,omitempty"`
		Measure *Measure `json:"measure,omitempty"`
		Compare *Test    `json:"compare,omitempty"`
	}{
		Op: n.Op, Nodes: n.Nodes, Name: n.Name, Test: n.Test, IDType: n.IDType, Segment: n.Segment, Event: n.Event, Table: n.Table,
		Steps: n.Steps, Where: n.Where, Window: n.Window, Within: n.Within, Link: n.Link, Measure: n.Measure, Compare: n.Compare,
	}
	positive := !n.Not
	switch n.Op { //nolint:exhaustive // the rest cannot be turned round
	case Identity:
		out.Has = &positive
	case Segment:
		out.In = &positive
	case Event, Sequence, Rows:
		out.Did = &positive
	}
	return json.Marshal(out)
}

// MarshalJSON writes the step.
func (s Step) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Event string  `json:"event"`
		Where *Filter `json:"where,omitempty"`
	}{s.Event, s.Where})
}

// MarshalJSON writes the filter.
func (f *Filter) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Op    Op        `json:"op"`
		Nodes []*Filter `json:"nodes,omitempty"`
		Name  string    `json:"name,omitempty"`
		Test  *Test     `json:"test,omitempty"`
	}{f.Op, f.Nodes, f.Name, f.Test})
}

// MarshalJSON writes the measure.
func (m *Measure) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Of   Of     `json:"of"`
		Name string `json:"name,omitempty"`
	}{m.Of, m.Name})
}

// MarshalJSON writes the test.
func (t *Test) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Test   Word    `json:"test"`
		Values []Value `json:"values,omitempty"`
		Window *Window `json:"window,omitempty"`
	}{t.Word, t.Values, t.Window})
}

// MarshalJSON writes a number as it was, a text as a string.
func (v Value) MarshalJSON() ([]byte, error) {
	if v.Numeric {
		return json.Marshal(json.Number(v.Text))
	}
	return json.Marshal(v.Text)
}

// MarshalJSON writes the fields that the window's kind has.
func (w *Window) MarshalJSON() ([]byte, error) {
	type anchorEvent struct {
		Event  string  `json:"event"`
		Where  *Filter `json:"where,omitempty"`
		Window *Window `json:"window,omitempty"`
		Pick   Pick    `json:"pick"`
	}
	out := struct {
		Kind      Kind         `json:"kind"`
		From      any          `json:"from,omitempty"`
		To        any          `json:"to,omitempty"`
		Value     int          `json:"value,omitempty"`
		Unit      Unit         `json:"unit,omitempty"`
		Today     *bool        `json:"today,omitempty"`
		Event     *anchorEvent `json:"event,omitempty"`
		Attribute string       `json:"attribute,omitempty"`
		Before    *Span        `json:"before,omitempty"`
		After     *Span        `json:"after,omitempty"`
		Same      Unit         `json:"same,omitempty"`
	}{Kind: w.Kind, Value: w.Value, Unit: w.Unit, Attribute: w.Attribute, Before: w.Before, After: w.After, Same: w.Same}
	if w.From != "" {
		out.From = w.From
	}
	if w.To != "" {
		out.To = w.To
	}
	if w.FromDay != nil {
		out.From = *w.FromDay
	}
	if w.ToDay != nil {
		out.To = *w.ToDay
	}
	if w.Kind == Last {
		today := !w.Yesterday
		out.Today = &today
	}
	if e := w.Event; e != nil {
		out.Event = &anchorEvent{e.Event, e.Where, e.Window, e.Pick}
	}
	return json.Marshal(out)
}
