package compile

import (
	"strconv"

	"tidings/outreach/audience/rule"
)

// source is where behaviour is: the rows of one event, or of one detail table.
type source struct {
	table  string // events or detail_rows
	number string // the column that says which event or table
	num    int64
	json   string // the column of values
	types  func(name string) rule.Type
}

func (e *evaluation) event(name string) source {
	return source{table: "events", number: "event_num", num: e.names.events[name].num, json: "r.props", types: e.names.events[name].typ}
}

func (e *evaluation) detail(name string) source {
	return source{table: "detail_rows", number: "table_num", num: e.names.tables[name].num, json: "r.data", types: e.names.tables[name].typ}
}

func (s source) field(name string) field { return field{s.json, name, s.types(name)} }

// person is the number a row belongs to: its own, or, while rows of merged
// people have not been rewritten, that of whom they were merged into. The cast
// tells SQLite what it is, without which it makes no index to join by.
func (e *evaluation) person() string {
	if e.names.aliases {
		return "CAST(coalesce(alias.to_id & 4294967295, r.person_num) AS bigint)"
	}
	return "r.person_num"
}

// from is the FROM clause of a source, whose rows are called r.
func (e *evaluation) from(s source) expr {
	if !e.names.aliases {
		return cat(" FROM " + s.table + " AS r")
	}
	return cat(" FROM "+s.table+" AS r LEFT JOIN person_aliases AS alias ON alias.id = r.person_num + ", param{e.base()}, e.bigint(), " AND alias.folded_at IS NULL")
}

// bigint makes PostgreSQL take a placeholder for what it is.
func (d dialect) bigint() string {
	if d.postgres {
		return "::bigint"
	}
	return ""
}

// conditions are those on a source's rows: which they are, the window, the filter.
func (e *evaluation) conditions(s source, w *rule.Window, f *rule.Filter) []expr {
	out := []expr{
		cat("r.project_num = ", param{e.scope.ProjectNum}),
		cat("r."+s.number+" = ", param{s.num}),
	}
	out = append(out, e.between("r.at", w)...)
	if f != nil {
		out = append(out, e.filter(s, f))
	}
	return out
}

// between are the bounds of a window on a column of ms.
func (e *evaluation) between(column string, w *rule.Window) []expr {
	var out []expr
	r := w.Resolve(e.scope.Now, e.scope.Zone)
	if r.From != rule.OpenFrom {
		out = append(out, cat(column+" >= ", param{r.From}))
	}
	if r.To != rule.OpenTo {
		out = append(out, cat(column+" < ", param{r.To}))
	}
	return out
}

func (e *evaluation) filter(s source, f *rule.Filter) expr {
	if f.Op == rule.Property {
		return e.test(s.field(f.Name), f.Test)
	}
	parts := make([]expr, len(f.Nodes))
	for i, child := range f.Nodes {
		parts[i] = e.filter(s, child)
	}
	if f.Op == rule.And {
		return list(" AND ", parts)
	}
	return list(" OR ", parts)
}

// where joins conditions.
func where(conditions []expr) expr {
	parts := []any{" WHERE "}
	for i, c := range conditions {
		if i > 0 {
			parts = append(parts, " AND ")
		}
		parts = append(parts, c)
	}
	return cat(parts...)
}

// rows selects a source's rows: the person as p, the instant as at, and more columns.
func (e *evaluation) rows(s source, w *rule.Window, f *rule.Filter, more ...expr) expr {
	parts := []any{"SELECT " + e.person() + " AS p, r.at AS at"}
	for _, m := range more {
		parts = append(parts, ", ", m)
	}
	parts = append(parts, e.from(s), where(e.conditions(s, w, f)))
	rows := cat(parts...)
	if w != nil && w.Kind == rule.Anchor {
		return e.anchored(rows, w, len(more))
	}
	return rows
}

// behaviour selects the people, as p, whose rows of a source meet the node's
// filter, window and comparison.
func (e *evaluation) behaviour(s source, n *rule.Node) expr {
	if n.Compare == nil || n.Not {
		return cat("SELECT DISTINCT p FROM (", e.rows(s, n.Window, n.Where), ") AS data")
	}
	m := rule.Measure{Of: rule.Times}
	if n.Measure != nil {
		m = *n.Measure
	}
	// What is measured is a column of its own, x, so that it is computed once a row.
	var x []expr
	switch m.Of {
	case rule.Sum, rule.Avg, rule.Min, rule.Max:
		x = append(x, cat(e.number(s.field(m.Name)), " AS x0"))
	case rule.Distinct:
		x = append(x, cat("CASE WHEN ", e.fits(s.field(m.Name)), " THEN ", e.raw(s.field(m.Name)), " END AS x0"))
	case rule.Times, rule.RowCount, rule.Days:
	}
	parts := []any{"SELECT p FROM (", e.rows(s, n.Window, n.Where, x...), ") AS data GROUP BY p HAVING "}
	number := func(sql string) expr { return e.compare(cat(sql), n.Compare, nil) }
	switch m.Of {
	case rule.Times, rule.RowCount:
		parts = append(parts, number("count(*)"))
	case rule.Days:
		parts = append(parts, number("count(DISTINCT "+e.daySQL("at")+")"))
	case rule.Distinct:
		parts = append(parts, number("count(DISTINCT x0)"))
	case rule.Sum, rule.Min, rule.Max:
		parts = append(parts, number(map[rule.Of]string{rule.Sum: "sum(x0)", rule.Min: "min(x0)", rule.Max: "max(x0)"}[m.Of]))
	case rule.Avg:
		// Sum against value × count, because a quotient is not exact.
		times := cat("count(x0)")
		parts = append(parts, e.compare(cat("sum(x0)"), n.Compare, &times))
	}
	return cat(parts...)
}

// anchored keeps the rows that lie where a window relative to an instant of each
// person's own puts them; rows has p, at and some columns x0, x1, …
func (e *evaluation) anchored(rows expr, w *rule.Window, columns int) expr {
	var anchor expr
	if w.Event != nil {
		pick := map[rule.Pick]string{rule.First: "min(at)", rule.LastOne: "max(at)"}[w.Event.Pick]
		anchor = cat("SELECT p AS person, "+pick+" AS instant FROM (", e.rows(e.event(w.Event.Event), w.Event.Window, w.Event.Where), ") AS anchors GROUP BY p")
	} else {
		anchor = cat("SELECT CAST(id - ", param{e.base()}, " AS bigint) AS person, ", e.instant(field{"attributes", w.Attribute, rule.Datetime}), " AS instant FROM persons WHERE ", e.everybody(), e.asItIs())
	}
	names := "p, at"
	for i := range columns {
		names += ", x" + strconv.Itoa(i)
	}
	return cat("SELECT "+names+" FROM (", rows, ") AS near JOIN (", anchor, ") AS anchor ON anchor.person = near.p WHERE ", e.near(w))
}

// asItIs at a subquery's end makes the planner compute it once, instead of
// putting its expressions wherever its columns are used.
func (d dialect) asItIs() string {
	if d.postgres {
		return " OFFSET 0"
	}
	return " LIMIT -1"
}

// near is true where at lies in the window around instant.
func (e *evaluation) near(w *rule.Window) expr {
	switch {
	case w.Same != "":
		one, other := e.daySQL("at"), e.daySQL("instant")
		switch w.Same { //nolint:exhaustive // Parse lets no other unit through
		case rule.Week:
			one, other = weekSQL(one), weekSQL(other)
		case rule.Month:
			one, other = e.monthSQL(one), e.monthSQL(other)
		}
		return cat(one + " = " + other)
	case w.Before != nil && w.After != nil:
		return cat("at >= instant - ", ms(w.Before), " AND at <= instant + ", ms(w.After))
	case w.Before != nil:
		return cat("at >= instant - ", ms(w.Before), " AND at < instant")
	default:
		return cat("at > instant AND at <= instant + ", ms(w.After))
	}
}

func ms(s *rule.Span) string { return strconv.FormatInt(s.Milliseconds(), 10) }
