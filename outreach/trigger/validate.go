package trigger

import (
	"fmt"
	"strings"
	"time"

	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
)

// MaxN is how many times A may have to be done (§10.1).
const MaxN = 1000

// Setting is what a definition is judged against.
type Setting struct {
	// WantsB says that the task is of the type A, not B.
	WantsB bool
	// EndsAt is the task's end.
	EndsAt time.Time
	Now    time.Time
	Zone   *time.Location
	// Catalogue is the project's; nil: names are not looked up.
	Catalogue rule.Catalogue
}

// Validate finds everything that is wrong with a definition. Paths begin with
// "trigger"; that of the task's end is "endsAt". Rules: REQUIRED, UNKNOWN,
// NOT_ALLOWED, OUT_OF_RANGE, SAME_AS_A (B is an event of A without a filter of its
// own, so that each A would be its own B), what schedule.Validity says of the
// times, and what rule.Validate says of events and filters.
func (d Definition) Validate(s Setting) fault.Fields {
	var fs fault.Fields
	d.validateA(&fs)
	d.validateB(&fs, s.WantsB)
	for _, f := range d.Validity(s.EndsAt).Validate("", s.Now, s.Zone) {
		f.Path = fieldPath(f.Path)
		fs = append(fs, f)
	}
	if s.Catalogue != nil {
		checkEvents(&fs, path+".a.events", d.A.Events, s.Catalogue)
		if d.B != nil {
			checkEvents(&fs, path+".b.events", d.B.Events, s.Catalogue)
		}
	}
	return fs
}

func (d Definition) validateA(fs *fault.Fields) {
	if len(d.A.Events) == 0 {
		fs.Add(path+".a.events", "REQUIRED", "say which event starts it")
	}
	switch d.A.Mode {
	case Every, Cumulative:
	case "":
		fs.Add(path+".a.mode", "REQUIRED", "say whether every n times or the first n times count")
	default:
		fs.Add(path+".a.mode", "UNKNOWN", "%q is not EVERY or CUMULATIVE", d.A.Mode)
	}
	switch {
	case d.A.N == 0:
		fs.Add(path+".a.n", "REQUIRED", "say how many times they must have done it")
	case d.A.N < 1 || d.A.N > MaxN:
		fs.Add(path+".a.n", "OUT_OF_RANGE", "%d is not between 1 and %d", d.A.N, MaxN)
		fs.With(map[string]any{"min": 1, "max": MaxN})
	}
}

func (d Definition) validateB(fs *fault.Fields, wanted bool) {
	switch {
	case d.B == nil && wanted:
		fs.Add(path+".b", "REQUIRED", "say which event they must not do")
	case d.B != nil && !wanted:
		fs.Add(path+".b", "NOT_ALLOWED", "a task of this type has no event B")
	case d.B == nil:
	case len(d.B.Events) == 0:
		fs.Add(path+".b.events", "REQUIRED", "say which event they must not do")
	default:
		for i, b := range d.B.Events {
			if b.Where != nil {
				continue
			}
			for _, a := range d.A.Events {
				if a.Event == b.Event {
					fs.Add(fmt.Sprintf("%s.b.events.%d", path, i), "SAME_AS_A",
						"%s is what starts it, and without a filter each would count as its own B", b.Event)
					break
				}
			}
		}
	}
}

// fieldPath is where a field of schedule.Validity stands in the API's input.
func fieldPath(field string) string {
	for _, f := range []struct{ of, at string }{
		{"windowStart", path + ".a.from"},
		{"windowEnd", path + ".a.to"},
		{"wait", path + ".b.wait"},
		{"timing", path + ".timing"},
		{"endAt", "endsAt"},
	} {
		if rest, ok := strings.CutPrefix(field, f.of); ok {
			return f.at + rest
		}
	}
	return field
}

// checkEvents looks the names up and holds the filters against their types.
func checkEvents(fs *fault.Fields, at string, events []Event, c rule.Catalogue) {
	for i, e := range events {
		n := rule.Node{Op: rule.Event, Event: e.Event, Where: e.Where}
		if err := n.Validate(c); err != nil {
			add(fs, fmt.Sprintf("%s.%d", at, i), err)
		}
	}
}
