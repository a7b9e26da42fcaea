// Package render turns a task's content and one person's values into the
// parameters of a template. It is pure: it knows no database, clock or
// network. A content is compiled once per run, which finds every mistake that
// does not depend on the person; rendering then either gives parameters that
// WeChat's documented limits allow, or the reason why this person gets nothing.
package render

// Source says where a variable's value comes from.
type Source string

// The four things a parameter may insert (R83).
const (
	Attribute Source = "ATTRIBUTE" // a user attribute
	Identity  Source = "ID"        // a user ID, by its type
	Tag       Source = "TAG"       // a user tag
	Event     Source = "EVENT"     // an attribute of the event that triggered the send
)

// Overlong says what happens to a value that exceeds its type's limit (R85).
type Overlong string

// The two choices of R85. Truncation applies to free text only: a cut number,
// amount or date would say something else.
const (
	Drop     Overlong = "DROP"     // do not send; the default
	Truncate Overlong = "TRUNCATE" // cut to the limit, without an ellipsis
)

// Content is what the marketer filled in for a template. Overlong holds for the
// parameters that do not say it themselves.
type Content struct {
	Params   []ParamContent `json:"params"`
	Overlong Overlong       `json:"overlong"`
}

// ParamContent is one parameter: fixed text and variables, in order.
type ParamContent struct {
	Key      string   `json:"key"`
	Parts    []Part   `json:"parts"`
	Overlong Overlong `json:"overlong,omitempty"` // empty: the content's
}

// Part is either fixed text or a variable.
type Part struct {
	Text string `json:"text,omitempty"`
	Var  *Var   `json:"var,omitempty"`
}

// Var is an inserted value. Without a value the default takes its place, and
// without a default (none, or an empty one) the send is cancelled (R84).
type Var struct {
	Source  Source  `json:"source"`
	Name    string  `json:"name"`
	Default *string `json:"default,omitempty"`
}

// Field is one parameter of a template, as the channel's template list gives it.
type Field struct {
	Key   string   `json:"key"`
	Label string   `json:"label"`
	Kind  string   `json:"kind"` // the key without its number
	Enum  []string `json:"enum,omitempty"`
}

// Need is one value that rendering asks for.
type Need struct {
	Source Source
	Name   string
}

// Reason says why somebody gets nothing. The words are those of the delivery's reason.
type Reason string

// The reasons rendering can give.
const (
	MissingVariable Reason = "MISSING_VARIABLE"
	ValueTooLong    Reason = "VALUE_TOO_LONG"
	ValueInvalid    Reason = "VALUE_INVALID"
)

// Refusal is a reason and the parameter at fault. The zero value refuses nothing.
type Refusal struct {
	Reason Reason
	Key    string
}

// Refused tells whether there is a reason.
func (r Refusal) Refused() bool { return r.Reason != "" }
