package compile

import (
	"context"
	"database/sql"
	"fmt"
	"regexp"

	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
)

// maxMatched bounds the memory that a pattern takes: bytes of different texts it matches.
const maxMatched = 32 << 20

// Neither database has RE2, and theirs differ from each other. So the different
// texts are read once, matched here, and a statement then looks for those found.

// matched is true where the text matches the test's pattern.
func (e *evaluation) matched(f field, t *rule.Test) expr {
	values := e.patterns[t]
	if len(values) == 0 {
		return cat("false")
	}
	return cat("(", e.among(e.text(f), values), " AND ", e.isText(f), ")")
}

// match reads what the patterns below a node match. Tests are known by their
// address, so a rule's tree must not be changed while it is evaluated.
func (e *evaluation) match(ctx context.Context, n *rule.Node) error {
	for _, child := range n.Nodes {
		if err := e.match(ctx, child); err != nil {
			return err
		}
	}
	switch n.Op {
	case rule.Attribute, rule.Tag:
		f := e.about(n)
		return e.pattern(ctx, f, n.Test, func() expr {
			return cat("SELECT DISTINCT ", e.text(f), " FROM persons WHERE ", e.everybody(), " AND ", e.isText(f))
		})
	case rule.Event:
		return e.matchIn(ctx, e.event(n.Event), n.Window, n.Where)
	case rule.Rows:
		return e.matchIn(ctx, e.detail(n.Table), n.Window, n.Where)
	case rule.Sequence:
		for _, s := range n.Steps {
			if err := e.matchIn(ctx, e.event(s.Event), n.Window, s.Where); err != nil {
				return err
			}
		}
	case rule.And, rule.Or, rule.Exclude, rule.Identity, rule.Segment, rule.Property:
	}
	return nil
}

// matchIn reads what the patterns of a filter, and of the window's anchor, match.
func (e *evaluation) matchIn(ctx context.Context, s source, w *rule.Window, f *rule.Filter) error {
	if w != nil && w.Event != nil {
		if err := e.matchIn(ctx, e.event(w.Event.Event), w.Event.Window, w.Event.Where); err != nil {
			return err
		}
	}
	if f == nil {
		return nil
	}
	for _, child := range f.Nodes {
		if err := e.matchIn(ctx, s, &rule.Window{Kind: rule.Always}, child); err != nil {
			return err
		}
	}
	if f.Op != rule.Property {
		return nil
	}
	in := s.field(f.Name)
	return e.pattern(ctx, in, f.Test, func() expr {
		conditions := append(e.conditions(s, w, nil), e.isText(in))
		return cat("SELECT DISTINCT ", e.text(in), " FROM "+s.table+" AS r", where(conditions))
	})
}

// pattern remembers which of the different texts a test's pattern matches.
func (e *evaluation) pattern(ctx context.Context, f field, t *rule.Test, distinct func() expr) error {
	if t == nil || t.Word != rule.Matches {
		return nil
	}
	re, err := regexp.Compile(t.Values[0].Text)
	if err != nil {
		return fmt.Errorf("compile the pattern for %s: %w", f.name, err) // the rule was parsed
	}
	var found []string
	size := 0
	q := distinct()
	err = e.each(ctx, q.sql, q.args, func(rows *sql.Rows) error {
		var text string
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if !re.MatchString(text) {
			return nil
		}
		if size += len(text); size > maxMatched {
			return fault.At("rule", "TOO_MANY", "the pattern for %s matches too many different texts", f.name)
		}
		found = append(found, text)
		return nil
	})
	if err != nil {
		return err
	}
	e.patterns[t] = found
	return nil
}
