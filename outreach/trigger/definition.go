package trigger

import (
	"encoding/json"
	"time"

	"tidings/outreach/audience/rule"
	"tidings/outreach/schedule"
)

// Definition is what a triggered task waits for. This is also its form in the
// API and in the store; a draft may lack any of it:
//
//	{"a":{"events":[{"event":"add_to_cart","where":Filter}],"mode":"EVERY","n":3,"from":"2026-03-01T00:00:00Z","to":"2026-03-31T16:00:00Z"},
//	 "b":{"events":[{"event":"pay"}],"wait":{"value":20,"unit":"MINUTE"}},
//	 "timing":{"kind":"IMMEDIATE"},"recheckAudience":false}
//
// The task's end is beside it, in tasks.ends_at.
type Definition struct {
	A A `json:"a"`
	// B is nil for done A.
	B *B `json:"b,omitempty"`
	// Timing is when the message is due, counted from when A was done; for A, not B
	// from the end of the wait. What has passed by then is due at once.
	Timing schedule.Timing `json:"timing"`
	// RecheckAudience tests the audience again when the message is due.
	RecheckAudience bool `json:"recheckAudience,omitempty"`
}

// Mode says which of the counted events fire (R62).
type Mode string

const (
	// Every fires with each n-th event.
	Every Mode = "EVERY"
	// Cumulative fires with the n-th event and never again.
	Cumulative Mode = "CUMULATIVE"
)

// A is what people do.
type A struct {
	// Events are joined by OR and share one counter.
	Events []Event `json:"events"`
	Mode   Mode    `json:"mode"`
	N      int     `json:"n"`
	// From and To are the window of the events' times, both included (R68).
	From time.Time `json:"from,omitzero"`
	To   time.Time `json:"to,omitzero"`
}

// B is what they must not do within the wait after A (R74).
type B struct {
	Events []Event       `json:"events"`
	Wait   schedule.Span `json:"wait"`
}

// Event is an event by its name, and which of them count; nil: all.
type Event struct {
	Event string       `json:"event"`
	Where *rule.Filter `json:"where,omitempty"`
}

// Fires tells whether the count-th counted event fires.
func (a A) Fires(count int) bool {
	if a.Mode == Cumulative {
		return count == a.N
	}
	return a.N > 0 && count%a.N == 0
}

// Validity is the definition's times with the task's end.
func (d Definition) Validity(end time.Time) schedule.Validity {
	v := schedule.Validity{WindowStart: d.A.From, WindowEnd: d.A.To, Timing: d.Timing, EndAt: end}
	if d.B != nil {
		v.Wait = &d.B.Wait
	}
	return v
}

// DefaultEnd is the task's end that is filled in (R69): the window's end, the
// wait for B and the project's grace before judging, the longest that the timing
// takes, and a minute.
func (d Definition) DefaultEnd(grace time.Duration, zone *time.Location) time.Time {
	return d.Validity(time.Time{}).DefaultEnd(grace, zone)
}

// EventNames are the names of A's events and of B's, each once.
func (d Definition) EventNames() (a, b []string) {
	if d.B != nil {
		b = names(d.B.Events)
	}
	return names(d.A.Events), b
}

func names(events []Event) []string {
	var out []string
	seen := map[string]bool{}
	for _, e := range events {
		if !seen[e.Event] {
			seen[e.Event] = true
			out = append(out, e.Event)
		}
	}
	return out
}

// JSON is the stored form. Equal definitions give equal bytes.
func (d Definition) JSON() (json.RawMessage, error) { return json.Marshal(d) }
