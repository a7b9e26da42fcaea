package rule

import "slices"

// Refs are the names a rule uses, each once, sorted.
type Refs struct {
	Attributes, Tags, Events, Tables, Segments, IDTypes []string
}

// References tells what a rule depends on.
func References(n *Node) Refs {
	var r Refs
	r.node(n)
	for _, l := range []*[]string{&r.Attributes, &r.Tags, &r.Events, &r.Tables, &r.Segments, &r.IDTypes} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	return r
}

func (r *Refs) node(n *Node) {
	if n == nil {
		return
	}
	for _, child := range n.Nodes {
		r.node(child)
	}
	switch n.Op {
	case Attribute:
		r.Attributes = append(r.Attributes, n.Name)
	case Tag:
		r.Tags = append(r.Tags, n.Name)
	case Identity:
		r.IDTypes = append(r.IDTypes, n.IDType)
	case Segment:
		r.Segments = append(r.Segments, n.Segment)
	case Event:
		r.Events = append(r.Events, n.Event)
	case Rows:
		r.Tables = append(r.Tables, n.Table)
	case Sequence:
		for _, s := range n.Steps {
			r.Events = append(r.Events, s.Event)
		}
	case And, Or, Exclude, Property:
	}
	if w := n.Window; w != nil {
		if w.Event != nil {
			r.Events = append(r.Events, w.Event.Event)
		}
		if w.Attribute != "" {
			r.Attributes = append(r.Attributes, w.Attribute)
		}
	}
}

// Leaves counts the conditions of a tree, as its limit does.
func Leaves(n *Node) int {
	if n == nil {
		return 0
	}
	if n.IsLeaf() {
		return 1
	}
	sum := 0
	for _, child := range n.Nodes {
		sum += Leaves(child)
	}
	return sum
}
