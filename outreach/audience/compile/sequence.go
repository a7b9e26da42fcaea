package compile

import (
	"strconv"
	"strings"

	"tidings/outreach/audience/rule"
)

// sequenceByJoin selects the people, as p, who went through all steps: events of
// the last step before which there is one of the step before, before which …
// It is fast, but what it does for one person grows with the product of the
// numbers of that person's events.
func (e *evaluation) sequenceByJoin(n *rule.Node) expr {
	var with []any
	reached := e.step(n, 0)
	for i := 1; i < len(n.Steps); i++ {
		if i > 1 {
			// What was reached is computed once, however the planner likes to join.
			name := "r" + strconv.Itoa(i-1)
			with = append(with, map[bool]string{true: "WITH ", false: ", "}[i == 2]+name+" AS MATERIALIZED (", reached, ") ")
			reached = cat("SELECT * FROM " + name)
		}
		condition := "earlier.p = later.p AND earlier.at < later.at"
		if n.Within != nil {
			condition += " AND earlier.at >= later.at - " + ms(n.Within)
		}
		if n.Link != "" {
			condition += " AND earlier.x0 = later.x0"
		}
		reached = cat("SELECT * FROM (", e.step(n, i), ") AS later WHERE EXISTS (SELECT 1 FROM (", reached, ") AS earlier WHERE "+condition+")")
	}
	return cat(append(with, "SELECT DISTINCT p FROM (", reached, ") AS reached")...)
}

// step are the events that can be a sequence's step.
func (e *evaluation) step(n *rule.Node, i int) expr {
	s := e.event(n.Steps[i].Event)
	return e.rows(s, n.Window, n.Steps[i].Where, e.link(n, s)...)
}

// link is the value that steps have in common, as x0, or nothing.
func (e *evaluation) link(n *rule.Node, s source) []expr {
	if n.Link == "" {
		return nil
	}
	f := s.field(n.Link)
	return []expr{cat("CASE WHEN ", e.fits(f), " THEN ", e.raw(f), " END AS x0")}
}

// sequenceByWindow selects the same people in time that grows with the number
// of events, by sorting: level k knows for each event of step k the latest event
// of step k-1, itself reached, that is strictly before. The latest is the best,
// for the rest of the way depends on the present event only.
func (e *evaluation) sequenceByWindow(n *rule.Node) expr {
	columns := []string{"p", "at"}
	over := " OVER (PARTITION BY p ORDER BY at RANGE BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)"
	if n.Link != "" {
		columns = append(columns, "x0")
		over = strings.Replace(over, "BY p ", "BY p, x0 ", 1)
	}
	var union []any
	for i := range n.Steps {
		if i > 0 {
			union = append(union, " UNION ALL ")
		}
		union = append(union, "SELECT "+strings.Join(columns, ", ")+", "+strconv.Itoa(i)+" AS step FROM (", e.step(n, i), ") AS step"+strconv.Itoa(i))
	}
	rows := cat(union...)
	if n.Link != "" {
		rows = cat("SELECT * FROM (", rows, ") AS linked WHERE x0 IS NOT NULL")
	}
	level := cat("SELECT "+strings.Join(columns, ", ")+", step, CASE WHEN step = 0 THEN at END AS reached FROM (", rows, ") AS data")
	for i := 1; i < len(n.Steps); i++ {
		before := "max(CASE WHEN step = " + strconv.Itoa(i-1) + " THEN reached END)" + over
		enough := "earlier IS NOT NULL"
		if n.Within != nil {
			enough = "earlier >= at - " + ms(n.Within)
		}
		level = cat("SELECT "+strings.Join(columns, ", ")+", step, CASE WHEN step = "+strconv.Itoa(i)+" AND "+enough+" THEN at WHEN step < "+strconv.Itoa(i)+
			" THEN reached END AS reached FROM (SELECT "+strings.Join(columns, ", ")+", step, reached, "+before+" AS earlier FROM (", level, ") AS below"+strconv.Itoa(i)+
			") AS level"+strconv.Itoa(i))
	}
	return cat("SELECT DISTINCT p FROM (", level, ") AS reached WHERE step = "+strconv.Itoa(len(n.Steps)-1)+" AND reached IS NOT NULL")
}
