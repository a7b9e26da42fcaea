// Package state is the life of a task: what is stored of it, the one table of
// moves between the stored states, what people are shown and what they may do.
// It decides and never loads or saves, but for Move, which writes exactly one
// step. docs/flows/task.md draws the table; a test compares the two.
package state

import (
	enttask "tidings/ent/task"
	"tidings/outreach/fault"
)

// State is what is stored of a task's life, in two columns because lists filter
// by both.
type State struct {
	Run      enttask.RunStatus
	Approval enttask.ApprovalStatus
}

// Event is something that moves a task.
type Event string

// The events. Who may cause them is the business of the commands.
const (
	Submit   Event = "submit"   // a draft is handed over for approval
	Withdraw Event = "withdraw" // the submitter takes it back
	Approve  Event = "approve"  // another person agrees
	Reject   Event = "reject"   // another person does not
	Expire   Event = "expire"   // nobody decided in time (R50)
	Start    Event = "start"    // the reach time came
	Pause    Event = "pause"    // nothing more is handed out
	Await    Event = "await"    // a pause ends before the first execution began
	Resume   Event = "resume"   // a pause ends
	Cancel   Event = "cancel"   // for good
	End      Event = "end"      // every candidate has an outcome and no point is left; a triggered task's end time came
	Fail     Event = "fail"     // it cannot go on: no audience, the channel refuses all
	Retry    Event = "retry"    // what failed is tried again
	Resend   Event = "resend"   // a new run for some recipients of an old one
)

// The states. A rejected task and one in approval are drafts that nobody edits.
var (
	Draft     = State{enttask.RunStatusDraft, enttask.ApprovalStatusNone}
	Withdrawn = State{enttask.RunStatusDraft, enttask.ApprovalStatusWithdrawn}
	Pending   = State{enttask.RunStatusDraft, enttask.ApprovalStatusPending}
	Rejected  = State{enttask.RunStatusDraft, enttask.ApprovalStatusRejected}
	Expired   = State{enttask.RunStatusCancelled, enttask.ApprovalStatusExpired}
	Waiting   = State{enttask.RunStatusWaiting, enttask.ApprovalStatusApproved}
	Running   = State{enttask.RunStatusRunning, enttask.ApprovalStatusApproved}
	Paused    = State{enttask.RunStatusPaused, enttask.ApprovalStatusApproved}
	Cancelled = State{enttask.RunStatusCancelled, enttask.ApprovalStatusApproved}
	Ended     = State{enttask.RunStatusEnded, enttask.ApprovalStatusApproved}
	Abnormal  = State{enttask.RunStatusAbnormal, enttask.ApprovalStatusApproved}
)

// step is an arrow of the picture.
type step struct {
	from  State
	event Event
	to    State
}

// steps is the table of spec §1.3; what is not in it cannot happen.
var steps = []step{
	{Draft, Submit, Pending},
	{Withdrawn, Submit, Pending},
	{Pending, Withdraw, Withdrawn},
	{Pending, Approve, Waiting},
	{Pending, Reject, Rejected},
	{Pending, Expire, Expired},
	{Waiting, Start, Running},
	{Waiting, Pause, Paused},
	{Waiting, Cancel, Cancelled},
	{Waiting, Fail, Abnormal},
	{Waiting, End, Ended},
	{Running, Pause, Paused},
	{Running, Cancel, Cancelled},
	{Running, End, Ended},
	{Running, Fail, Abnormal},
	{Running, Resend, Running},
	{Paused, Await, Waiting},
	{Paused, Resume, Running},
	{Paused, Cancel, Cancelled},
	{Paused, End, Ended},
	{Abnormal, Retry, Running},
	{Abnormal, End, Ended},
	{Ended, Resend, Ended}, // the task is over; the run has its own life
}

// Next tells where an event leads, or CONFLICT with the displayed status as its
// reason when it cannot happen now.
func Next(from State, event Event) (State, error) {
	for _, s := range steps {
		if s.from == from && s.event == event {
			return s.to, nil
		}
	}
	return State{}, fault.Errorf(fault.Conflict, "a task that is %s cannot %s", Display(from), event).Because(string(Display(from)))
}

// Can tells whether the event can happen.
func Can(from State, event Event) bool {
	_, err := Next(from, event)
	return err == nil
}

// Status is what people are shown (spec §1.2). The names are those of the API.
type Status string

// The displayed statuses.
const (
	ShownDraft     Status = "DRAFT"
	ShownApproval  Status = "IN_APPROVAL"
	ShownRejected  Status = "REJECTED"
	ShownRunning   Status = "RUNNING"
	ShownPaused    Status = "PAUSED"
	ShownCancelled Status = "CANCELLED"
	ShownEnded     Status = "ENDED"
	ShownAbnormal  Status = "ABNORMAL"
)

// Display is the status that people see. A task that waits for its reach time
// shows as running, as in §1.3.
func Display(s State) Status {
	switch s.Approval { //nolint:exhaustive // the others say nothing about what is shown
	case enttask.ApprovalStatusPending:
		return ShownApproval
	case enttask.ApprovalStatusRejected:
		return ShownRejected
	}
	switch s.Run {
	case enttask.RunStatusWaiting, enttask.RunStatusRunning:
		return ShownRunning
	case enttask.RunStatusPaused:
		return ShownPaused
	case enttask.RunStatusCancelled:
		return ShownCancelled
	case enttask.RunStatusEnded:
		return ShownEnded
	case enttask.RunStatusAbnormal:
		return ShownAbnormal
	case enttask.RunStatusDraft:
	}
	return ShownDraft
}
