package compile

import (
	"time"

	"tidings/outreach/audience/rule"
)

func (g *generator) tree(levels int) *rule.Node {
	if levels > 0 && g.chance(45) {
		n := &rule.Node{Op: one(g, rule.And, rule.Or, rule.Exclude)}
		for range 2 + g.IntN(2) {
			n.Nodes = append(n.Nodes, g.tree(levels-1))
		}
		return n
	}
	n := &rule.Node{Op: one(g, rule.Attribute, rule.Attribute, rule.Tag, rule.Identity, rule.Segment, rule.Event, rule.Event, rule.Event, rule.Sequence, rule.Sequence, rule.Rows)}
	switch n.Op { //nolint:exhaustive // leaves only
	case rule.Attribute, rule.Tag:
		n.Name = one(g, propertyNames...)
		n.Test = g.test(properties[n.Name])
	case rule.Identity:
		n.IDType, n.Not = one(g, "phone", "user_id", "wx_openid"), g.chance(40)
	case rule.Segment:
		n.Segment, n.Not = one(g, "seg_1", "seg_2"), g.chance(40)
	case rule.Event:
		n.Event = one(g, "a", "b", "c", "a", "b", "c", "gone")
		g.behaviour(n, rule.Times)
	case rule.Rows:
		n.Table = "t"
		g.behaviour(n, rule.RowCount)
	case rule.Sequence:
		n.Not = g.chance(30)
		for range 2 + g.IntN(3) {
			n.Steps = append(n.Steps, rule.Step{Event: one(g, "a", "b", "c"), Where: g.filter(1)})
		}
		n.Window = g.window(true)
		if g.chance(60) {
			n.Within = g.span()
		}
		if g.chance(40) {
			n.Link = one(g, "text", "number", "yes")
		}
	}
	return n
}

func (g *generator) behaviour(n *rule.Node, count rule.Of) {
	n.Not, n.Where, n.Window = g.chance(30), g.filter(2), g.window(true)
	if n.Not || g.chance(30) {
		return
	}
	n.Compare = g.test(rule.Number)
	for !n.Compare.Word.Numeric() {
		n.Compare = g.test(rule.Number)
	}
	if g.chance(20) {
		return
	}
	n.Measure = &rule.Measure{Of: one(g, count, rule.Days, rule.Sum, rule.Avg, rule.Min, rule.Max, rule.Distinct)}
	switch n.Measure.Of { //nolint:exhaustive // the rest have no property
	case rule.Sum, rule.Avg, rule.Min, rule.Max:
		n.Measure.Name = "number"
	case rule.Distinct:
		n.Measure.Name = one(g, "text", "number", "yes", "day", "time")
	}
}

func (g *generator) filter(levels int) *rule.Filter {
	if levels == 2 && g.chance(50) || levels == 1 && g.chance(70) {
		return nil
	}
	if levels > 0 && g.chance(40) {
		f := &rule.Filter{Op: one(g, rule.And, rule.Or)}
		for range 1 + g.IntN(3) {
			f.Nodes = append(f.Nodes, g.filter(0))
		}
		return f
	}
	name := one(g, propertyNames...)
	return &rule.Filter{Op: rule.Property, Name: name, Test: g.test(properties[name])}
}

func (g *generator) test(typ rule.Type) *rule.Test {
	t := &rule.Test{}
	texts := func(n int) {
		for range n {
			t.Values = append(t.Values, rule.Value{Text: g.word()})
		}
	}
	any := []rule.Word{rule.IsNull, rule.NotNull}
	switch typ {
	case rule.Text, "":
		t.Word = one(g, append(any, rule.In, rule.In, rule.NotInTagged, rule.NotInAll, rule.Contains, rule.NotContains, rule.StartsWith, rule.EndsWith, rule.Matches)...)
		switch t.Word { //nolint:exhaustive // the rest take one
		case rule.IsNull, rule.NotNull:
		case rule.In, rule.NotInAll, rule.NotInTagged:
			texts(1 + g.IntN(12))
		case rule.Matches:
			t.Values = []rule.Value{{Text: one(g, "^a", "b$", "(?i)b", "茶.", "[%_]", "nothing")}}
		default:
			texts(1)
		}
	case rule.Number:
		t.Word = one(g, append(any, rule.EQ, rule.NE, rule.GT, rule.GE, rule.LT, rule.LE, rule.Between)...)
		if t.Word.Numeric() {
			t.Values = append(t.Values, rule.Value{Text: one(g, "0", "1", "2", "2.5", "0.3", "3", "100", "-3", "1.666667"), Numeric: true})
		}
		if t.Word == rule.Between {
			t.Values = append(t.Values, rule.Value{Text: one(g, "1", "2.5", "50", "100"), Numeric: true})
		}
	case rule.Boolean:
		t.Word = one(g, append(any, rule.IsTrue, rule.IsFalse)...)
	case rule.Date, rule.Datetime:
		t.Word = one(g, append(any, rule.During, rule.During, rule.During)...)
		if t.Word == rule.During {
			t.Window = g.window(false)
			for t.Window == nil || typ == rule.Date && t.Window.Unit == rule.Hour {
				t.Window = g.window(false)
			}
		}
	case rule.List, rule.Object:
		t.Word = one(g, append(any, rule.AnyOf, rule.AllOf, rule.NoneOf, rule.IsEmpty, rule.NotEmpty)...)
		if t.Word == rule.AnyOf || t.Word == rule.AllOf || t.Word == rule.NoneOf {
			texts(1 + g.IntN(3))
		}
	}
	return t
}

func (g *generator) span() *rule.Span {
	return &rule.Span{Value: one(g, 1, 1, 2, 5, 15, 40), Unit: one(g, rule.Hour, rule.Day, rule.Day, rule.Week, rule.Minute)}
}

func (g *generator) window(anchors bool) *rule.Window {
	if g.chance(25) {
		return nil
	}
	kinds := []rule.Kind{rule.Always, rule.BetweenDates, rule.Last, rule.Last, rule.This, rule.Next, rule.DayRange}
	if anchors {
		kinds = append(kinds, rule.Anchor, rule.Anchor, rule.Anchor)
	}
	w := &rule.Window{Kind: one(g, kinds...)}
	switch w.Kind {
	case rule.Always:
	case rule.BetweenDates:
		edge := func() string {
			return one(g, g.instant().Format(time.DateOnly), g.instant().Truncate(time.Second).Format(time.RFC3339), g.instant().UTC().Format("2006-01-02T15:04:05.000Z"))
		}
		which := g.IntN(3)
		if which != 0 {
			w.From = edge()
		}
		if which != 1 {
			w.To = edge()
		}
	case rule.Last:
		w.Value, w.Unit, w.Yesterday = one(g, 1, 1, 2, 3, 7, 30), one(g, rule.Day, rule.Day, rule.Week, rule.Month, rule.Year, rule.Hour), g.chance(50)
	case rule.This:
		w.Unit = one(g, rule.Day, rule.Week, rule.HalfMonth, rule.Month, rule.Quarter, rule.Year)
	case rule.Next:
		w.Value, w.Unit = one(g, 1, 2, 7), one(g, rule.Day, rule.Week, rule.Month, rule.Year)
	case rule.DayRange:
		from, to := -g.IntN(8), 1-g.IntN(5)
		which := g.IntN(3)
		if which != 0 {
			w.FromDay = &from
		}
		if which != 1 {
			w.ToDay = &to
		}
	case rule.Anchor:
		if g.chance(30) {
			w.Attribute = "time"
		} else {
			w.Event = &rule.AnchorEvent{Event: one(g, "a", "b", "c"), Where: g.filter(1), Window: g.window(false), Pick: one(g, rule.First, rule.LastOne)}
		}
		which := g.IntN(4)
		if which == 0 {
			w.Same = one(g, rule.Day, rule.Week, rule.Month)
		}
		if which == 1 || which == 2 {
			w.Before = g.span()
		}
		if which == 1 || which == 3 {
			w.After = g.span()
		}
	}
	return w
}
