package config

import (
	"fmt"
	"strings"
)

// Reference is the text of docs/configuration.md, made of the struct's tags.
func Reference() string {
	var b strings.Builder
	b.WriteString(`# Configuration

<!-- Generated from internal/config by go generate. Do not edit. -->

Everything is set by environment variables; nothing is required for ` + "`make run`" + `. An empty variable counts as one
that is not set. A variable marked *secret* may instead be given as ` + "`NAME_FILE`" + `, the path of a file that holds it.
Durations are written like ` + "`8s`" + ` or ` + "`1m30s`" + `. A setting that is wrong stops the start with a sentence that names it.

| variable | default | meaning |
|---|---|---|
`)
	for _, s := range settings {
		byDefault := "(empty)"
		if s.byDefault != "" {
			byDefault = "`" + s.byDefault + "`"
		}
		mark := ""
		if s.secret {
			mark = " *secret*"
		}
		fmt.Fprintf(&b, "| `%s`%s | %s | %s |\n", s.name, mark, byDefault, strings.ReplaceAll(s.doc, "|", `\|`))
	}
	return b.String()
}
