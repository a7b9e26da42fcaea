package render

import (
	"time"
	"unicode/utf8"

	"tidings/outreach/fault"
)

const (
	maxParts = 20
	maxText  = 500 // runes of one fixed text or default; far beyond every limit
)

// Compile checks a content against a template's fields and prepares it.
// INVALID with a field per mistake, at content.params.<key> or
// content.overlong: REQUIRED, UNKNOWN_PARAM, DUPLICATE, INVALID_PART,
// TOO_LONG, INVALID_VALUE, INVALID_DEFAULT. Instants are written in zone.
func Compile(fields []Field, content Content, zone *time.Location) (*Program, error) {
	if zone == nil {
		zone = time.UTC
	}
	c := compiler{program: &Program{overlong: content.Overlong, zone: zone}, slots: make(map[Need]int)}
	switch content.Overlong {
	case Drop, Truncate:
	case "":
		c.program.overlong = Drop
	default:
		c.program.overlong = Drop
		c.faults.Add("content.overlong", "INVALID_VALUE", "overlong is DROP or TRUNCATE")
	}
	given := c.given(fields, content.Params)
	for i := range fields {
		c.field(&fields[i], given[fields[i].Key])
	}
	if err := c.faults.Err(); err != nil {
		return nil, err
	}
	return c.program, nil
}

type compiler struct {
	program *Program
	slots   map[Need]int
	faults  fault.Fields
}

func path(key string) string { return "content.params." + key }

// given sorts the params by key and refuses those the template does not have.
func (c *compiler) given(fields []Field, params []ParamContent) map[string]*ParamContent {
	known := make(map[string]bool, len(fields))
	for i := range fields {
		known[fields[i].Key] = true
	}
	given := make(map[string]*ParamContent, len(params))
	for i := range params {
		p := &params[i]
		switch {
		case !known[p.Key]:
			c.faults.Add(path(p.Key), "UNKNOWN_PARAM", "the template has no parameter %s", p.Key)
		case given[p.Key] != nil:
			c.faults.Add(path(p.Key), "DUPLICATE", "parameter %s is filled in twice", p.Key)
		default:
			given[p.Key] = p
		}
	}
	return given
}

// field compiles one parameter of the template.
func (c *compiler) field(f *Field, content *ParamContent) {
	pr := param{key: f.Key, name: f.Kind, kind: kindOf(f.Kind), enum: f.Enum, overlong: c.program.overlong}
	if content != nil && content.Overlong != "" {
		pr.overlong = content.Overlong
	}
	if pr.overlong != Drop && pr.overlong != Truncate {
		c.faults.Add(path(f.Key)+".overlong", "INVALID_VALUE", "overlong is DROP or TRUNCATE")
		return
	}
	if content != nil && !c.parts(&pr, content.Parts) {
		return
	}
	if len(pr.parts) == 0 {
		c.refuse(f, "REQUIRED", "%s is not filled in", f.Label)
		return
	}
	if c.settle(f, &pr) {
		c.program.params = append(c.program.params, pr)
	}
}

// parts copies the parts that say something; false when one makes no sense.
func (c *compiler) parts(pr *param, parts []Part) bool {
	if len(parts) > maxParts {
		c.faults.Add(path(pr.key), "INVALID_PART", "a parameter has at most %d parts", maxParts)
		return false
	}
	for _, p := range parts {
		switch {
		case p.Var == nil && p.Text == "":
		case p.Var == nil:
			if utf8.RuneCountInString(p.Text) > maxText {
				c.faults.Add(path(pr.key), "TOO_LONG", "a text has at most %d characters", maxText)
				return false
			}
			pr.parts = append(pr.parts, part{text: p.Text, slot: -1})
		case p.Text != "":
			c.faults.Add(path(pr.key), "INVALID_PART", "a part is either text or a variable")
			return false
		default:
			if !c.variable(pr, p.Var) {
				return false
			}
		}
	}
	return true
}

func (c *compiler) variable(pr *param, v *Var) bool {
	switch v.Source {
	case Attribute, Identity, Tag, Event:
	default:
		c.faults.Add(path(pr.key), "INVALID_PART", "a variable is an attribute, an ID, a tag or an event attribute")
		return false
	}
	if v.Name == "" {
		c.faults.Add(path(pr.key), "INVALID_PART", "a variable needs a name")
		return false
	}
	need := Need{v.Source, v.Name}
	slot, ok := c.slots[need]
	if !ok {
		slot = len(c.program.needs)
		c.slots[need] = slot
		c.program.needs = append(c.program.needs, need)
	}
	pt := part{slot: slot}
	if v.Default != nil && tidy(*v.Default) != "" {
		if utf8.RuneCountInString(*v.Default) > maxText {
			c.faults.Add(path(pr.key), "TOO_LONG", "a default has at most %d characters", maxText)
			return false
		}
		pt.text, pt.fallback = *v.Default, true
	}
	pr.parts = append(pr.parts, pt)
	return true
}

// settle finds the mistakes that would stop every send: a fixed value, or one
// with all defaults in place, that the type does not allow.
func (c *compiler) settle(f *Field, pr *param) bool {
	constant, defaults, fixed := true, true, 0
	for _, pt := range pr.parts {
		if pt.slot < 0 {
			fixed += utf8.RuneCountInString(tidy(pt.text))
			continue
		}
		constant = false
		defaults = defaults && pt.fallback
	}
	if limit := pr.kind.limit(""); !constant && limit > 0 && fixed >= limit && !(pr.kind.cut && pr.overlong == Truncate) {
		c.refuse(f, "TOO_LONG", "the text of %s leaves no room for its variable", f.Label)
		return false
	}
	if !defaults {
		return true
	}
	value, reason := c.program.value(pr, nil)
	switch reason {
	case "":
	case MissingVariable:
		c.refuse(f, "REQUIRED", "%s is not filled in", f.Label)
		return false
	case ValueTooLong:
		c.refuse(f, "TOO_LONG", "the text of %s is longer than WeChat allows for this type", f.Label)
		return false
	default:
		if constant {
			c.refuse(f, "INVALID_VALUE", "the text of %s is not a %s as WeChat defines it", f.Label, f.Kind)
		} else {
			c.refuse(f, "INVALID_DEFAULT", "with its default %s is not a %s as WeChat defines it", f.Label, f.Kind)
		}
		return false
	}
	if constant {
		pr.fixed = value
	}
	return true
}

// refuse notes a mistake with what a translation needs.
func (c *compiler) refuse(f *Field, rule, format string, args ...any) {
	c.faults.Add(path(f.Key), rule, format, args...)
	params := map[string]any{"key": f.Key, "label": f.Label, "kind": f.Kind}
	if limit := kindOf(f.Kind).limit(""); limit > 0 {
		params["limit"] = limit
	}
	c.faults.With(params)
}
