package audience

import (
	"encoding/json"
	"slices"
	"strconv"

	"tidings/outreach/audience/rule"
)

// maxNesting is how many segments deep a segment's rule may lead (spec §9.2): the
// segment itself is one of rule.MaxSegmentDepth.
const maxNesting = rule.MaxSegmentDepth - 1

// Reference is a segment that a rule names, and where: rule.nodes.1.segment.
type Reference struct{ Path, ID string }

// References lists the segments that a rule names. What is no rule names none.
func References(tree json.RawMessage) []Reference {
	var node any
	if json.Unmarshal(tree, &node) != nil {
		return nil
	}
	var out []Reference
	var walk func(path string, node any)
	walk = func(path string, node any) {
		n, ok := node.(map[string]any)
		if !ok {
			return
		}
		if id, ok := n["segment"].(string); ok && n["op"] == "SEGMENT" {
			out = append(out, Reference{path + ".segment", id})
		}
		below, _ := n["nodes"].([]any)
		for i, b := range below {
			walk(path+".nodes."+strconv.Itoa(i), b)
		}
	}
	walk("rule", node)
	return out
}

// names gives the IDs alone, each once.
func names(tree json.RawMessage) []string {
	var out []string
	for _, r := range References(tree) {
		if !slices.Contains(out, r.ID) {
			out = append(out, r.ID)
		}
	}
	return out
}

// nesting is which segments name which.
type nesting map[string][]string

// leadsTo tells whether a segment reaches another through those that it names.
func (n nesting) leadsTo(from, to string) bool {
	seen := map[string]bool{}
	var walk func(string) bool
	walk = func(id string) bool {
		if id == to {
			return true
		}
		if seen[id] {
			return false
		}
		seen[id] = true
		return slices.ContainsFunc(n[id], walk)
	}
	return walk(from)
}

// below is how many segments deep one leads: 0 when it names none. There must be no circle.
func (n nesting) below(id string) int {
	deepest := 0
	for _, next := range n[id] {
		deepest = max(deepest, 1+n.below(next))
	}
	return deepest
}

// above is how many segments lead to one, one through the other.
func (n nesting) above(id string) int {
	highest := 0
	for from, to := range n {
		if from != id && slices.Contains(to, id) {
			highest = max(highest, 1+n.above(from))
		}
	}
	return highest
}
