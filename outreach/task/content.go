package task

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"tidings/outreach/fault"
	"tidings/outreach/render"
)

// Param is one parameter of a message as people write it: text with variables
// in braces, {{attr.nickname}}, or {{attr.nickname|friend}} with a default.
type Param struct {
	Key      string
	Text     string
	Overlong render.Overlong
}

const (
	maxParams = 30
	maxText   = 2_000 // characters of one parameter's text
)

var (
	braced = regexp.MustCompile(`\{\{([^{}]*)\}\}`)
	// A name may be whatever the catalogue takes as one, but for braces and bars.
	variable = regexp.MustCompile(`(?s)^\s*(attr|id|tag|event)\.([^\s{}|"\\][^{}|"\\\pC]{0,127}?)\s*(?:\|(.*))?$`)

	sources = map[string]render.Source{"attr": render.Attribute, "id": render.Identity, "tag": render.Tag, "event": render.Event}
)

// parseText splits a text into fixed parts and variables; false when there are
// braces that are no variable.
func parseText(text string) ([]render.Part, bool) {
	var parts []render.Part
	fixed := func(s string) bool {
		if s != "" {
			parts = append(parts, render.Part{Text: s})
		}
		return !strings.Contains(s, "{{") && !strings.Contains(s, "}}")
	}
	end := 0
	for _, at := range braced.FindAllStringSubmatchIndex(text, -1) {
		m := variable.FindStringSubmatch(text[at[2]:at[3]])
		if !fixed(text[end:at[0]]) || m == nil {
			return nil, false
		}
		v := &render.Var{Source: sources[m[1]], Name: m[2]}
		if fallback := strings.TrimSpace(m[3]); fallback != "" {
			v.Default = &fallback
		}
		parts = append(parts, render.Part{Var: v})
		end = at[1]
	}
	if !fixed(text[end:]) {
		return nil, false
	}
	return parts, true
}

// formatParts is parseText the other way round.
func formatParts(parts []render.Part) string {
	var b strings.Builder
	for _, p := range parts {
		if p.Var == nil {
			b.WriteString(p.Text)
			continue
		}
		for prefix, source := range sources {
			if source == p.Var.Source {
				b.WriteString("{{" + prefix + "." + p.Var.Name)
			}
		}
		if p.Var.Default != nil {
			b.WriteString("|" + *p.Var.Default)
		}
		b.WriteString("}}")
	}
	return b.String()
}

// parseContent reads what people wrote. Only what cannot be kept is refused
// here, at content.<key>: BROKEN_VARIABLE, TOO_LONG, TOO_MANY, REQUIRED; whether
// it fits the template is asked when the task is checked.
func parseContent(params []Param) (render.Content, error) {
	var (
		fs      fault.Fields
		content render.Content
	)
	if len(params) > maxParams {
		fs.Add("content", "TOO_MANY", "a message has at most %d parameters", maxParams)
		return content, fs.Err()
	}
	for _, p := range params {
		path := "content." + p.Key
		parts, ok := parseText(p.Text)
		switch {
		case p.Key == "" || len(p.Key) > 64:
			fs.Add("content", "INVALID_VALUE", "a parameter needs its key")
		case len([]rune(p.Text)) > maxText:
			fs.Add(path, "TOO_LONG", "a parameter's text has at most %d characters", maxText)
			fs.With(map[string]any{"limit": maxText})
		case !ok:
			fs.Add(path, "BROKEN_VARIABLE", "a variable looks like {{attr.nickname}} or {{attr.nickname|default}}")
		}
		content.Params = append(content.Params, render.ParamContent{Key: p.Key, Parts: parts, Overlong: p.Overlong})
	}
	return content, fs.Err()
}

// ContentOf gives a task's message as people wrote it.
func ContentOf(stored json.RawMessage) ([]Param, error) {
	content, err := storedContent(stored)
	if err != nil {
		return nil, err
	}
	params := make([]Param, len(content.Params))
	for i, p := range content.Params {
		params[i] = Param{Key: p.Key, Text: formatParts(p.Parts), Overlong: render.Drop}
		if p.Overlong != "" {
			params[i].Overlong = p.Overlong
		}
	}
	return params, nil
}

func storedContent(stored json.RawMessage) (render.Content, error) {
	var content render.Content
	if len(stored) == 0 {
		return content, nil
	}
	if err := json.Unmarshal(stored, &content); err != nil {
		return content, fmt.Errorf("read content: %w", err)
	}
	return content, nil
}
