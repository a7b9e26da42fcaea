package state

import (
	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
)

// Operation is something a person may do with a task. The names are those of the API.
type Operation string

// The operations of spec §1.2, and those that its text adds.
const (
	OpView     Operation = "VIEW"
	OpEdit     Operation = "EDIT"
	OpCopy     Operation = "COPY"
	OpDelete   Operation = "DELETE"
	OpSubmit   Operation = "SUBMIT"
	OpWithdraw Operation = "WITHDRAW"
	OpApprove  Operation = "APPROVE"
	OpReject   Operation = "REJECT"
	OpUrge     Operation = "URGE"
	OpAnalyse  Operation = "ANALYSE"
	OpPause    Operation = "PAUSE"
	OpResume   Operation = "RESUME"
	OpCancel   Operation = "CANCEL"
	OpRetry    Operation = "RETRY"
	OpResend   Operation = "RESEND"
)

// Person is what the rules need to know of who asks, about one task.
type Person struct {
	Can       func(permission string) bool
	Creator   bool // wrote the task
	Submitter bool // handed it over for approval, this time or last
	Admin     bool // administers the project or the tenant
	// SelfApproval is the project's switch that lets creators approve their own.
	SelfApproval bool
}

// MayDecide tells whether the person may approve or reject the task (spec §3.1).
func (p Person) MayDecide() bool {
	return p.Can(access.TaskApprove) && (p.SelfApproval || !p.Creator && !p.Submitter)
}

// operations is the table of §1.2: in which displayed status an operation makes
// sense, and to whom it is open.
var operations = []struct {
	op   Operation
	when func(State) bool
	who  func(Person) bool
}{
	{OpView, always, holds(access.TaskView)},
	{OpEdit, Editable, holds(access.TaskEdit)},
	{OpCopy, always, holds(access.TaskCreate)},
	{OpDelete, Editable, func(p Person) bool { return p.Can(access.TaskDelete) && (p.Creator || p.Admin) }},
	{OpSubmit, can(Submit), holds(access.TaskEdit)},
	{OpWithdraw, can(Withdraw), func(p Person) bool { return p.Creator || p.Submitter }},
	{OpApprove, can(Approve), Person.MayDecide},
	{OpReject, can(Reject), Person.MayDecide},
	{OpUrge, can(Approve), func(p Person) bool { return p.Creator || p.Submitter || p.Admin }},
	{OpAnalyse, Approved, holds(access.AnalysisTask)},
	{OpPause, can(Pause), holds(access.TaskOperate)},
	{OpResume, can(Resume), holds(access.TaskOperate)},
	{OpCancel, can(Cancel), holds(access.TaskOperate)},
	{OpRetry, can(Retry), func(p Person) bool { return p.Creator && p.Can(access.TaskOperate) }},
	{OpResend, can(Resend), holds(access.TaskOperate)},
}

// Operations lists what the person may do with a task in this state.
func Operations(s State, p Person) []Operation {
	var out []Operation
	for _, o := range operations {
		if o.when(s) && o.who(p) {
			out = append(out, o.op)
		}
	}
	return out
}

// Allows tells whether the operation is among them, and if not whether the
// state is why: then it is a conflict, otherwise forbidden.
func Allows(s State, p Person, op Operation) (ok, wrongState bool) {
	for _, o := range operations {
		if o.op == op {
			return o.when(s) && o.who(p), !o.when(s)
		}
	}
	return false, false
}

// Editable tells whether the task is a draft that may still change: nothing
// changes after submission.
func Editable(s State) bool { return s == Draft || s == Withdrawn }

// Approved tells whether the task got past approval, so that there is something to analyse.
func Approved(s State) bool {
	return Display(s) != ShownDraft && s.Approval == enttask.ApprovalStatusApproved || s == Expired
}

func always(State) bool { return true }

func can(e Event) func(State) bool { return func(s State) bool { return Can(s, e) } }

func holds(permission string) func(Person) bool {
	return func(p Person) bool { return p.Can(permission) }
}

// PersonOf gathers what the rules need of a viewer about a task. submitterID is
// of the approval that waits, or the last one; empty when there was none.
func PersonOf(v *viewer.Viewer, t *ent.Task, submitterID string, selfApproval bool) Person {
	return Person{
		Can:          v.Can,
		Creator:      v != nil && v.AccountID != "" && v.AccountID == t.CreatorID,
		Submitter:    v != nil && v.AccountID != "" && v.AccountID == submitterID,
		Admin:        v.Can(access.RoleManage), // what only administrators hold
		SelfApproval: selfApproval,
	}
}
