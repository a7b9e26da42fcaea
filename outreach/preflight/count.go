package preflight

import (
	"cmp"
	"maps"
	"slices"

	"tidings/outreach/gate"
)

// checks are the reasons for which a rehearsal holds candidates back, in the order
// in which sending asks (spec §4.7). What a limit holds back joins at its place
// here, and where a batch of people is decided (work.go).
var checks = []gate.Reason{
	gate.NoTargetID, gate.Duplicate, gate.UnknownUserVariable, gate.MissingVariable, gate.ValueTooLong, gate.ValueInvalid,
}

// Step is how many would not be sent to for one reason.
type Step struct {
	Reason gate.Reason `json:"reason"`
	Count  int         `json:"count"`
}

// tally is how many would be sent to, under the empty reason, and how many not
// for each of the others.
type tally map[gate.Reason]int

func (t tally) total() int {
	n := 0
	for _, count := range t {
		n += count
	}
	return n
}

func (t tally) add(other tally) {
	for reason, count := range other {
		t[reason] += count
	}
}

// steps are the reasons in the order of the checks.
func (t tally) steps() []Step {
	out := []Step{}
	for _, reason := range t.reasons() {
		if reason != "" && t[reason] > 0 {
			out = append(out, Step{reason, t[reason]})
		}
	}
	return out
}

// reasons are in the order of the checks; one that is no check of ours is last.
func (t tally) reasons() []gate.Reason {
	at := func(r gate.Reason) int {
		if i := slices.Index(checks, r); i >= 0 {
			return i
		}
		return len(checks)
	}
	return slices.SortedFunc(maps.Keys(t), func(a, b gate.Reason) int { return cmp.Or(cmp.Compare(at(a), at(b)), cmp.Compare(a, b)) })
}

// scaled makes the counts of a sample those of n people: each in proportion, and n
// in all. What is left by rounding down goes to the largest remainders.
func (t tally) scaled(n int) tally {
	size := t.total()
	if size == 0 || size == n {
		return maps.Clone(t)
	}
	out, left := tally{}, n
	rest := map[gate.Reason]int{}
	for reason, count := range t {
		out[reason], rest[reason] = count*n/size, count*n%size
		left -= out[reason]
	}
	order := t.reasons()
	slices.SortStableFunc(order, func(a, b gate.Reason) int { return cmp.Compare(rest[b], rest[a]) })
	for _, reason := range order[:left] {
		out[reason]++
	}
	return out
}
