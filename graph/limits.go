package graph

import (
	"context"
	"encoding/json"
	"math"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"tidings/outreach/fault"
)

// limits refuses operations that are too deep or too broad, and pages that are
// too long, before anything walks them: the order matters, because a dozen
// fragments that each spread the next one twice would keep a plain walk busy
// for hours. Fragments are measured once.
type limits struct{}

var _ interface {
	graphql.HandlerExtension
	graphql.OperationContextMutator
} = limits{}

func (limits) ExtensionName() string                   { return "Limits" }
func (limits) Validate(graphql.ExecutableSchema) error { return nil }

func (limits) MutateOperationContext(_ context.Context, op *graphql.OperationContext) *gqlerror.Error {
	m := measurer{fragments: map[string]size{}}
	all := m.measure(op.Operation.SelectionSet)
	switch {
	case all.depth > maxDepth:
		return tooMuch("DEPTH_LIMIT_EXCEEDED", "the operation is %d fields deep; %d are allowed", all.depth, maxDepth)
	case all.fields > maxSelections:
		return tooMuch("SELECTION_LIMIT_EXCEEDED", "the operation selects more than %d fields", maxSelections)
	case all.introspections > 4:
		return tooMuch("SELECTION_LIMIT_EXCEEDED", "the operation asks for the schema too often")
	}
	if err := inputs(op.Variables, 0); err != nil {
		return err
	}
	return pages(op, op.Operation.SelectionSet)
}

func tooMuch(code, format string, args ...any) *gqlerror.Error {
	err := gqlerror.Errorf(format, args...)
	err.Extensions = map[string]any{"code": code}
	return err
}

// size is what a selection amounts to when its fragments are spread.
type size struct{ depth, fields, introspections int }

type measurer struct{ fragments map[string]size }

func (m measurer) measure(set ast.SelectionSet) size {
	var sum size
	add := func(s size) {
		sum.depth = max(sum.depth, s.depth)
		sum.fields = saturating(sum.fields, s.fields)
		sum.introspections = saturating(sum.introspections, s.introspections)
	}
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			below := m.measure(s.SelectionSet)
			below.fields = saturating(below.fields, 1)
			below.depth++
			if s.Name == "__schema" || s.Name == "__type" {
				below.depth, below.introspections = 1, saturating(below.introspections, 1)
			}
			add(below)
		case *ast.InlineFragment:
			add(m.measure(s.SelectionSet))
		case *ast.FragmentSpread:
			known, ok := m.fragments[s.Name]
			if !ok {
				known = m.measure(s.Definition.SelectionSet) // validation has refused circles
				m.fragments[s.Name] = known
			}
			add(known)
		}
	}
	return sum
}

func saturating(a, b int) int {
	if a > math.MaxInt32-b {
		return math.MaxInt32
	}
	return a + b
}

// inputs bounds the variables: each list is a list of database parameters in
// the end, each level a level of conditions.
func inputs(value any, depth int) *gqlerror.Error {
	if depth > maxInputDepth {
		return tooMuch(string(fault.Invalid), "the variables are nested more than %d levels deep", maxInputDepth)
	}
	switch v := value.(type) {
	case map[string]any:
		for _, below := range v {
			if err := inputs(below, depth+1); err != nil {
				return err
			}
		}
	case []any:
		if len(v) > maxListInput {
			return tooMuch(string(fault.Invalid), "a list has more than %d values", maxListInput)
		}
		for _, below := range v {
			if err := inputs(below, depth+1); err != nil {
				return err
			}
		}
	}
	return nil
}

// addDefaultPages writes `first: 50` into every connection that names neither
// first nor last, so that no list is unbounded, at any depth: the store plans
// nested pages from the document.
func addDefaultPages(doc *ast.QueryDocument) {
	for _, op := range doc.Operations {
		defaultPages(op.SelectionSet)
	}
	for _, f := range doc.Fragments {
		defaultPages(f.SelectionSet)
	}
}

func defaultPages(set ast.SelectionSet) {
	for _, selection := range set {
		switch s := selection.(type) {
		case *ast.Field:
			if isConnection(s) {
				boundPage(s)
			}
			defaultPages(s.SelectionSet)
		case *ast.InlineFragment:
			defaultPages(s.SelectionSet)
		}
	}
}

func isConnection(f *ast.Field) bool {
	return f.Definition != nil && f.Definition.Arguments.ForName("first") != nil && f.Definition.Arguments.ForName("last") != nil
}

func boundPage(f *ast.Field) {
	first, last := f.Arguments.ForName("first"), f.Arguments.ForName("last")
	if (first != nil && first.Value.Kind != ast.NullValue) || (last != nil && last.Value.Kind != ast.NullValue) {
		return
	}
	value := &ast.Value{
		Raw: "50", Kind: ast.IntValue, Position: f.Position,
		Definition: &ast.Definition{Name: "Int", Kind: ast.Scalar}, ExpectedType: ast.NamedType("Int", nil),
	}
	if first != nil {
		first.Value = value
		return
	}
	f.Arguments = append(f.Arguments, &ast.Argument{Name: "first", Value: value, Position: f.Position})
}

// pages checks the pages' lengths and gives variables that were left out the
// default. The selection is known to be small enough to be walked.
func pages(op *graphql.OperationContext, set ast.SelectionSet) *gqlerror.Error {
	for _, selection := range set {
		var below ast.SelectionSet
		switch s := selection.(type) {
		case *ast.Field:
			below = s.SelectionSet
			if isConnection(s) {
				if err := page(op, s); err != nil {
					return err
				}
			}
		case *ast.InlineFragment:
			below = s.SelectionSet
		case *ast.FragmentSpread:
			below = s.Definition.SelectionSet
		}
		if err := pages(op, below); err != nil {
			return err
		}
	}
	return nil
}

func page(op *graphql.OperationContext, f *ast.Field) *gqlerror.Error {
	args := f.ArgumentMap(op.Variables)
	if args["first"] == nil && args["last"] == nil {
		// One of the two is a variable without a value; the other may be a null literal.
		for _, name := range []string{"first", "last"} {
			arg := f.Arguments.ForName(name)
			if arg == nil || arg.Value.Kind != ast.Variable {
				continue
			}
			if op.Variables == nil {
				op.Variables = map[string]any{}
			}
			op.Variables[arg.Value.Raw] = int64(defaultPage)
			args[name] = int64(defaultPage)
			break
		}
	}
	for _, name := range []string{"first", "last"} {
		n, given := number(args[name])
		if given && (n < 0 || n > maxPage) {
			err := tooMuch(string(fault.Invalid), "%s is %d; a page has 0 to %d entries", name, n, maxPage)
			err.Locations = []gqlerror.Location{{Line: f.Position.Line, Column: f.Position.Column}}
			return err
		}
	}
	return nil
}

// number reads an Int argument in the forms that variables and literals have.
func number(value any) (int64, bool) {
	switch v := value.(type) {
	case int:
		return int64(v), true
	case int64:
		return v, true
	case json.Number:
		n, err := v.Int64()
		if err != nil {
			return math.MaxInt64, true
		}
		return n, true
	case float64:
		return int64(v), true
	}
	return 0, false
}
