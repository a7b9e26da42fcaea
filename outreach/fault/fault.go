// Package fault holds the errors a user may see: a stable code, the field and
// rule at fault, and a sentence. Everything else is an internal error, which
// the doors mask and log. It is a leaf: every package of the product may use it.
package fault

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// Code says what kind of refusal an error is. Codes are part of the API
// (`extensions.code`) and never change their meaning.
type Code string

const (
	Unauthenticated Code = "UNAUTHENTICATED" // no session, or it has ended
	Forbidden       Code = "FORBIDDEN"       // known who asks, not allowed
	NotFound        Code = "NOT_FOUND"       // no such object in the asker's project
	Invalid         Code = "INVALID"         // an input breaks a rule; Fields says which
	Conflict        Code = "CONFLICT"        // the object's state does not allow it, or a name is taken
	Limited         Code = "LIMITED"         // too many tries; RetryAfter tells when
	TooLarge        Code = "TOO_LARGE"       // a body or file over its limit
	Unavailable     Code = "UNAVAILABLE"     // something outside did not answer
	Channel         Code = "CHANNEL"         // the channel's provider refused; Message carries its words
	Internal        Code = "INTERNAL"        // ours; masked
)

// Field names one wrong input: its path in the input, the rule it breaks as a
// stable word (REQUIRED, TOO_LONG, IN_THE_PAST, …), a sentence, and the numbers
// a translation needs.
type Field struct {
	Path    string         `json:"path"`
	Rule    string         `json:"rule"`
	Message string         `json:"message"`
	Params  map[string]any `json:"params,omitempty"`
}

// Error is a refusal a user may read.
type Error struct {
	Code    Code
	Message string
	// Reason is a stable word below the code, e.g. SELF_APPROVAL or NAME_TAKEN; empty when the code says it all.
	Reason string
	Fields []Field
	// RetryAfter is how long to wait before another try; LIMITED only.
	RetryAfter time.Duration
	cause      error
}

func (e *Error) Error() string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	parts := make([]string, len(e.Fields))
	for i, f := range e.Fields {
		parts[i] = f.Path + ": " + f.Message
	}
	return strings.Join(parts, "; ")
}

// Unwrap gives the cause, for logs only; it never reaches a user.
func (e *Error) Unwrap() error { return e.cause }

// Errorf makes an error of the given code.
func Errorf(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Message: fmt.Sprintf(format, args...)}
}

// Because adds a stable reason word.
func (e *Error) Because(reason string) *Error {
	e.Reason = reason
	return e
}

// After says how long to wait before another try.
func (e *Error) After(wait time.Duration) *Error {
	e.RetryAfter = wait
	return e
}

// Wrap keeps the cause for the log.
func (e *Error) Wrap(cause error) *Error {
	e.cause = cause
	return e
}

// At makes an INVALID error of one field.
func At(path, rule, format string, args ...any) *Error {
	var fs Fields
	fs.Add(path, rule, format, args...)
	return fs.invalid()
}

// Fields collects wrong inputs, so that a form learns all of them at once.
type Fields []Field

// Add notes one wrong input.
func (fs *Fields) Add(path, rule, format string, args ...any) {
	*fs = append(*fs, Field{Path: path, Rule: rule, Message: fmt.Sprintf(format, args...)})
}

// With attaches the numbers a translation needs to the field added last.
func (fs *Fields) With(params map[string]any) {
	if n := len(*fs); n > 0 {
		(*fs)[n-1].Params = params
	}
}

// Err is nil when nothing was noted, an INVALID *Error otherwise.
func (fs Fields) Err() error {
	if len(fs) == 0 {
		return nil
	}
	return fs.invalid()
}

func (fs Fields) invalid() *Error {
	return &Error{Code: Invalid, Message: "some inputs break a rule", Fields: fs}
}

// CodeOf gives the code of an error; errors that are not of this package are Internal.
func CodeOf(err error) Code {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return Internal
}

// Is tells whether err carries the code.
func Is(err error, code Code) bool { return err != nil && CodeOf(err) == code }
