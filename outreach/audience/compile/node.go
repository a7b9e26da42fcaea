package compile

import (
	"cmp"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/audience/rule"
)

// personal tells whether a node looks at nothing but people's rows, so that one
// scan answers it.
func personal(n *rule.Node) bool {
	switch n.Op {
	case rule.Attribute, rule.Tag:
		return true
	case rule.And, rule.Or:
		for _, child := range n.Nodes {
			if !personal(child) {
				return false
			}
		}
		return true
	case rule.Exclude, rule.Identity, rule.Segment, rule.Event, rule.Sequence, rule.Rows, rule.Property:
	}
	return false
}

// together puts the personal nodes among several into one.
func together(op rule.Op, nodes []*rule.Node) []*rule.Node {
	var one, out []*rule.Node
	for _, n := range nodes {
		if personal(n) {
			one = append(one, n)
		} else {
			out = append(out, n)
		}
	}
	if len(one) > 0 {
		out = append(out, &rule.Node{Op: op, Nodes: one})
	}
	return out
}

// statements is how many steps of progress a tree takes.
func statements(n *rule.Node) int {
	if personal(n) || n.IsLeaf() {
		return 1
	}
	sum, nodes := 0, n.Nodes
	if n.Op != rule.Exclude {
		nodes = together(n.Op, nodes)
	}
	for _, child := range nodes {
		sum += statements(child)
	}
	return sum
}

// node evaluates a node. What it gives may be changed by the caller.
func (e *evaluation) node(ctx context.Context, n *rule.Node) (selection, error) {
	if personal(n) {
		return e.scan(ctx, n)
	}
	if n.IsLeaf() {
		return e.leaf(ctx, n)
	}
	nodes := n.Nodes
	if n.Op != rule.Exclude {
		nodes = together(n.Op, nodes)
	}
	var out selection
	for i, child := range nodes {
		s, err := e.node(ctx, child)
		switch {
		case err != nil:
			return selection{}, err
		case i == 0:
			out = s
		case n.Op == rule.And:
			out = out.and(s)
		case n.Op == rule.Or:
			out = out.or(s)
		default:
			out = out.and(s.turned())
		}
	}
	return out, nil
}

// scan answers a personal node.
func (e *evaluation) scan(ctx context.Context, n *rule.Node) (selection, error) {
	found, err := e.people(ctx, cat("SELECT id & 4294967295 AS p FROM persons WHERE ", e.everybody(), " AND ", e.condition(n)))
	if err != nil {
		return selection{}, fmt.Errorf("look through people: %w", err)
	}
	e.progress()
	return selection{Bitmap: found, inside: true}, nil
}

func (e *evaluation) condition(n *rule.Node) expr {
	if n.IsLeaf() {
		return e.test(e.about(n), n.Test)
	}
	parts := make([]expr, len(n.Nodes))
	for i, child := range slices.SortedStableFunc(slices.Values(n.Nodes), func(a, b *rule.Node) int { return cmp.Compare(weight(a), weight(b)) }) {
		parts[i] = e.condition(child)
	}
	if n.Op == rule.And {
		return list(" AND ", parts)
	}
	return list(" OR ", parts)
}

// weight is how dear a condition is. The database takes conditions for equally
// dear, and looks at them in the order in which they are written.
func weight(n *rule.Node) int {
	if !n.IsLeaf() {
		return 4
	}
	switch n.Test.Word { //nolint:exhaustive // the rest are in between
	case rule.In, rule.IsTrue, rule.IsFalse:
		return len(n.Test.Values) / 2
	case rule.AnyOf, rule.AllOf, rule.NoneOf, rule.During:
		return 3
	}
	return 2
}

// about is the value that a test of an attribute or tag looks at.
func (e *evaluation) about(n *rule.Node) field {
	if n.Op == rule.Tag {
		return field{"tags", n.Name, e.names.tags[n.Name]}
	}
	return field{"attributes", n.Name, e.names.attributes[n.Name]}
}

// leaf answers one condition on something else than people's rows.
func (e *evaluation) leaf(ctx context.Context, n *rule.Node) (selection, error) {
	found, err := e.members(ctx, n)
	if err != nil {
		return selection{}, fmt.Errorf("evaluate %s: %w", n.Op, err)
	}
	e.progress()
	// A segment's members were the scope's people when it was computed, and still are.
	return selection{Bitmap: found, others: n.Not, inside: n.Op == rule.Segment}, nil
}

// members are those whom a leaf would select if it were not turned round.
func (e *evaluation) members(ctx context.Context, n *rule.Node) (*roaring.Bitmap, error) {
	switch n.Op {
	case rule.Identity:
		return e.people(ctx, cat("SELECT person_num AS p FROM identities WHERE project_num = ", param{e.scope.ProjectNum}, " AND type = ", param{n.IDType}))
	case rule.Segment:
		return e.segments[n.Segment].Clone(), nil
	case rule.Event:
		return e.doers(ctx, e.event(n.Event), n)
	case rule.Rows:
		return e.doers(ctx, e.detail(n.Table), n)
	case rule.Sequence:
		return e.sequence(ctx, n)
	case rule.And, rule.Or, rule.Exclude, rule.Attribute, rule.Tag, rule.Property:
	}
	return nil, errors.New("not a leaf")
}

// sequence looks by joining first, and by sorting where that takes too long.
func (e *evaluation) sequence(ctx context.Context, n *rule.Node) (*roaring.Bitmap, error) {
	if !e.postgres || e.joinFor == 0 {
		return e.people(ctx, e.sequenceByWindow(n))
	}
	// Going back to the savepoint also undoes the time limit.
	limit := fmt.Sprintf("SAVEPOINT quick; SET LOCAL statement_timeout = %d", max(1, e.joinFor.Milliseconds()))
	if _, err := e.tx.ExecContext(ctx, limit); err != nil {
		return nil, fmt.Errorf("limit the time: %w", err)
	}
	found, err := e.people(ctx, e.sequenceByJoin(n))
	if errors.Is(err, driver.ErrBadConn) {
		return nil, errCutOff
	}
	if err != nil && (!timedOut(err) || ctx.Err() != nil) {
		return nil, err
	}
	if err := e.goBack(ctx); errors.Is(err, driver.ErrBadConn) {
		return nil, errCutOff
	} else if err != nil {
		return nil, fmt.Errorf("take the limit away: %w", err)
	}
	if err == nil {
		return found, nil
	}
	return e.people(ctx, e.sequenceByWindow(n))
}

// goBack goes back to the savepoint. That may be cut off by the very limit it
// takes away, on a machine that is busy enough.
func (e *evaluation) goBack(ctx context.Context) error {
	for try := 0; ; try++ {
		_, err := e.tx.ExecContext(ctx, "ROLLBACK TO SAVEPOINT quick")
		if err == nil || !timedOut(err) || ctx.Err() != nil || try == 20 {
			return err
		}
	}
}
