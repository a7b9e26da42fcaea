package audience

import (
	"time"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
)

// Patience is how long after its time a run still waits for its segment (spec §9.4).
const Patience = 15 * time.Minute

// Refreshes tells whether a run of the task refreshes the segment first (R51): an
// on-demand one, with the box ticked. One that is updated daily keeps to its own
// time (R53), and triggered tasks never refresh an on-demand one (R70).
func Refreshes(t *ent.Task, s *ent.Segment) bool {
	return t.RefreshBefore && Scheduled(t.Type) && s.UpdateMode == entsegment.UpdateModeOnDemand &&
		(t.AudienceMode == enttask.AudienceModeRule || t.AudienceMode == enttask.AudienceModeSegment)
}

// RunAt is when a run that is planned for an instant is looked at first: the lead
// earlier when it refreshes a segment, at once when that has passed (R51, R52).
func RunAt(planned, now time.Time, refreshes bool, lead time.Duration) time.Time {
	at := planned
	if refreshes {
		at = at.Add(-lead)
	}
	if at.Before(now) {
		return now
	}
	return at
}

// Deadline is until when a run waits for a refresh that began at an instant.
func Deadline(planned, began time.Time) time.Time {
	if planned.Before(began) {
		planned = began
	}
	return planned.Add(Patience)
}

// Step is what a run does with its segment next.
type Step int

// The steps.
const (
	StepStart Step = iota + 1 // begin to refresh it
	StepWait                  // it is being computed
	StepSend                  // its people are known: send at the planned time
	StepHeld                  // the refresh failed; send to those that are held
	StepFail                  // the refresh failed, or nobody is known: do not send
)

// State is what the decision needs to know of a run and its segment.
type State struct {
	// Refreshes: this run refreshes its segment.
	Refreshes bool
	// Began: the refresh was started or waited for; Done: its result is known already.
	Began, Done bool
	// Overdue: the deadline has passed.
	Overdue bool
	Status  entsegment.Status
	// Held: a ready version exists.
	Held bool
	Rule enttask.RefreshFailure
}

// Next decides. Without a version a failure is a failure whatever the rule says;
// without a refresh the newest version is taken, and the first one waited for.
func Next(s State) Step {
	computing := s.Status == entsegment.StatusComputing
	switch {
	case s.Done:
		return sendOrFail(s.Held)
	case s.Refreshes && !s.Began:
		return StepStart
	case computing && !s.Overdue && (s.Began || !s.Held):
		return StepWait
	case !s.Refreshes:
		return sendOrFail(s.Held)
	case !computing && s.Status == entsegment.StatusReady:
		return sendOrFail(s.Held)
	case s.Rule == enttask.RefreshFailureSendHeld && s.Held:
		return StepHeld
	}
	return StepFail
}

func sendOrFail(held bool) Step {
	if held {
		return StepSend
	}
	return StepFail
}
