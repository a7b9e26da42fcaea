package trigger

import (
	"slices"
	"time"

	"tidings/outreach/gate"
)

// lateness is how much later than it happened an event may arrive and still fire
// (§10.1). One that is later counts all the same.
const lateness = time.Hour

// counter is how often a person has done A.
type counter struct {
	count int
	fired bool  // of CUMULATIVE: its one firing is over
	last  int64 // time of the latest event
}

// add counts an event and tells how many firings follow. That is one at most,
// except for EVERY after people became one whose counts together pass n.
func (c *counter) add(a A, at int64) int {
	before := c.count
	c.count++
	c.last = max(c.last, at)
	if a.Mode == Cumulative {
		if c.fired || c.count < a.N {
			return 0
		}
		c.fired = true
		return 1
	}
	return c.count/a.N - before/a.N
}

// join adds the counter of somebody who was merged into this person. It tells how
// many firings that makes due: what fires for EVERY stays ⌊count / n⌋.
func (c *counter) join(a A, o counter) int {
	apart := c.count/a.N + o.count/a.N
	c.count += o.count
	c.fired = c.fired || o.fired
	c.last = max(c.last, o.last)
	if a.Mode == Cumulative {
		return 0
	}
	return c.count/a.N - apart
}

// refusal is why a firing is not sent; empty: it is.
func refusal(at, receivedAt int64, inAudience bool) gate.Reason {
	switch {
	case receivedAt-at > lateness.Milliseconds():
		return gate.Late
	case !inAudience:
		return gate.NotInAudience
	}
	return ""
}

// Pause is a stretch in which events did not count, in milliseconds; To is 0
// while it lasts.
type Pause struct {
	From int64 `json:"from"`
	To   int64 `json:"to,omitempty"`
}

// Pauses are a task's.
type Pauses []Pause

// Cover tells whether what arrived at this time arrived in a pause.
func (p Pauses) Cover(receivedAt int64) bool {
	return slices.ContainsFunc(p, func(p Pause) bool { return receivedAt >= p.From && (p.To == 0 || receivedAt < p.To) })
}

// Begin adds a pause, End ends the one that lasts.
func (p Pauses) Begin(now time.Time) Pauses {
	if n := len(p); n > 0 && p[n-1].To == 0 {
		return p
	}
	return append(slices.Clone(p), Pause{From: now.UnixMilli()})
}

// End ends the pause that lasts, if any does.
func (p Pauses) End(now time.Time) Pauses {
	n := len(p)
	if n == 0 || p[n-1].To != 0 {
		return p
	}
	out := slices.Clone(p)
	out[n-1].To = max(now.UnixMilli(), out[n-1].From+1)
	return out
}
