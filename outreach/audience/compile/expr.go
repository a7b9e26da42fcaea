package compile

import "strings"

// expr is a piece of SQL with ? as placeholders and the values for them, in order.
type expr struct {
	sql  string
	args []any
}

// param is a value that becomes a placeholder.
type param struct{ value any }

// cat joins text, expressions and params.
func cat(parts ...any) expr {
	var (
		b    strings.Builder
		args []any
	)
	for _, part := range parts {
		switch p := part.(type) {
		case string:
			b.WriteString(p)
		case expr:
			b.WriteString(p.sql)
			args = append(args, p.args...)
		case param:
			b.WriteByte('?')
			args = append(args, p.value)
		default:
			panic("compile: a part is text, an expression or a param")
		}
	}
	return expr{b.String(), args}
}

// list joins expressions with a separator, in brackets.
func list(separator string, parts []expr) expr {
	all := []any{"("}
	for i, p := range parts {
		if i > 0 {
			all = append(all, separator)
		}
		all = append(all, p)
	}
	return cat(append(all, ")")...)
}
