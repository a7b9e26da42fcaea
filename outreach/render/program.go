package render

import (
	"strings"
	"time"

	"tidings/outreach/channel"
)

// Program is a content compiled against a template. It is immutable and safe
// for concurrent use.
type Program struct {
	params   []param
	needs    []Need
	overlong Overlong
	zone     *time.Location
}

type param struct {
	key      string
	name     string // of the kind
	kind     kind
	enum     []string
	parts    []part
	fixed    string // the settled value when there is no variable
	overlong Overlong
}

type part struct {
	text     string // of fixed text, or the default
	slot     int    // index into the needs; -1: fixed text
	fallback bool   // text is a default
}

// Needs lists the values that Render wants, in that order, each once.
func (p *Program) Needs() []Need { return p.needs }

// Constant tells that nothing varies: rendering once is enough for everybody.
func (p *Program) Constant() bool { return len(p.needs) == 0 }

// Render appends the parameters for one person to into. values are those of
// Needs, in its order: nil for none, else a string, number, bool, time.Time,
// or a list of them. When the person gets nothing the refusal says why; a
// missing variable anywhere comes before a wrong value (§4.7).
func (p *Program) Render(into []channel.Param, values []any) ([]channel.Param, Refusal) {
	var refusal Refusal
	start := len(into)
	for i := range p.params {
		pr := &p.params[i]
		value, reason := pr.fixed, Reason("")
		if value == "" {
			value, reason = p.value(pr, values)
		}
		switch {
		case reason == "":
			into = append(into, channel.Param{Key: pr.key, Value: value})
		case reason == MissingVariable:
			return into[:start], Refusal{reason, pr.key}
		case !refusal.Refused():
			refusal = Refusal{reason, pr.key}
		}
	}
	if refusal.Refused() {
		return into[:start], refusal
	}
	return into, refusal
}

func (p *Program) value(pr *param, values []any) (string, Reason) {
	text, reason := p.join(pr, values)
	if reason != "" {
		return "", reason
	}
	value, reason := pr.kind.settle(narrowTilde(tidy(text), pr.name), pr.enum, pr.overlong)
	if reason == "" && value == "" {
		reason = MissingVariable
	}
	return value, reason
}

// join puts the parts together, each variable formatted or replaced by its default.
func (p *Program) join(pr *param, values []any) (string, Reason) {
	if len(pr.parts) == 1 {
		return p.part(pr, &pr.parts[0], values)
	}
	var b strings.Builder
	var invalid Reason
	for i := range pr.parts {
		s, reason := p.part(pr, &pr.parts[i], values)
		if reason == MissingVariable {
			return "", reason
		}
		if reason != "" {
			invalid = reason // a later part may still be missing, which comes first
		}
		b.WriteString(s)
	}
	return b.String(), invalid
}

func (p *Program) part(pr *param, pt *part, values []any) (string, Reason) {
	if pt.slot < 0 {
		return pt.text, ""
	}
	var value any
	if pt.slot < len(values) {
		value = values[pt.slot]
	}
	s, ok := format(value, pr.name, len(pr.parts) == 1, p.zone)
	switch {
	case !ok:
		return "", ValueInvalid
	case tidy(s) != "":
		return s, ""
	case pt.fallback:
		return pt.text, ""
	}
	return "", MissingVariable
}
