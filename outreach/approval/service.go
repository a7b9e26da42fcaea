package approval

import (
	"context"
	"fmt"
	"slices"
	"time"

	"tidings/ent"
	entaccount "tidings/ent/account"
	entapproval "tidings/ent/approval"
	entmember "tidings/ent/member"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

const (
	// Patience is how long after its reach time a task that runs once approved
	// still waits for its approval (R50). It counts from the planned reach time.
	Patience = 72 * time.Hour
	// urgePause is the least time between two reminders.
	urgePause = 10 * time.Minute
	// maxComment is the most characters of a decision's comment.
	maxComment = 500
)

// The words why an approval expired; they become the task's status reason.
const (
	ReasonTimeout    = "APPROVAL_TIMEOUT"
	ReasonTimeout72H = "APPROVAL_TIMEOUT_72H"
)

// Service decides submissions.
type Service struct {
	db      *database.DB
	clock   clock.Clock
	changed func(taskID string)
}

// New makes the service. changed is told of every task whose status changed,
// after the commit, for live screens; nil tells nobody.
func New(db *database.DB, c clock.Clock, changed func(taskID string)) *Service {
	if changed == nil {
		changed = func(string) {}
	}
	return &Service{db: db, clock: c, changed: changed}
}

// Open puts a task's submission before the approvers, in the submission's own
// transaction. The viewer of ctx is the submitter; snapshot is the task as it was.
func Open(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time, snapshot []byte) error {
	zone, err := zoneOf(ctx, tx, t)
	if err != nil {
		return err
	}
	deadline, _, err := DeadlineOf(t, zone, now)
	if err != nil {
		return err
	}
	err = tx.Approval.Create().SetProjectID(t.ProjectID).SetTaskID(t.ID).SetSubmitterID(viewer.From(ctx).AccountID).SetSubmittedAt(now).
		SetExpiresAt(deadline).SetDueAt(deadline).SetSnapshot(snapshot).Exec(ctx)
	if err != nil {
		return fmt.Errorf("open approval: %w", err)
	}
	return nil
}

// Withdraw closes the task's open approval in the caller's transaction.
func Withdraw(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) error {
	a, err := Pending(ctx, tx, t.ID)
	if err != nil {
		return err
	}
	return closeAs(ctx, tx, a, entapproval.StatusWithdrawn, now, "")
}

// Pending is the approval that the task waits for; CONFLICT when there is none.
func Pending(ctx context.Context, tx *ent.Tx, taskID string) (*ent.Approval, error) {
	a, err := tx.Approval.Query().Where(entapproval.TaskID(taskID), entapproval.StatusEQ(entapproval.StatusPending)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.Conflict, "the task does not wait for an approval").Because("DECIDED")
	}
	if err != nil {
		return nil, fmt.Errorf("load approval: %w", err)
	}
	return a, nil
}

// HasApprover tells whether somebody in the project could approve what the given
// people wrote and submitted (spec §3.1); without one a submission would wait for nobody.
func HasApprover(ctx context.Context, tx *ent.Tx, project *ent.Project, authors ...string) (bool, error) {
	ctx = viewer.System(ctx) // members' accounts, and tenant administrators who are no members
	members, err := tx.Member.Query().Where(entmember.ProjectID(project.ID)).WithAccount().All(ctx)
	if err != nil {
		return false, fmt.Errorf("load members: %w", err)
	}
	is := map[string]bool{}
	for _, m := range members {
		if !m.Edges.Account.Disabled && slices.Contains(access.Role(m.Role).Permissions(), access.TaskApprove) {
			is[m.AccountID] = true
		}
	}
	admins, err := tx.Account.Query().Where(entaccount.TenantAdmin(true), entaccount.Disabled(false)).IDs(ctx)
	if err != nil {
		return false, fmt.Errorf("load tenant administrators: %w", err)
	}
	for _, id := range admins {
		is[id] = true
	}
	if !project.SelfApproval {
		for _, id := range authors {
			delete(is, id)
		}
	}
	return len(is) > 0, nil
}

// closeAs ends an approval; CONFLICT when somebody else was faster.
func closeAs(ctx context.Context, tx *ent.Tx, a *ent.Approval, status entapproval.Status, now time.Time, comment string) error {
	u := tx.Approval.Update().Where(entapproval.ID(a.ID), entapproval.StatusEQ(entapproval.StatusPending)).
		SetStatus(status).SetDecidedAt(now).SetComment(comment).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
	if v := viewer.From(ctx); v != nil && v.AccountID != "" {
		u.SetDeciderID(v.AccountID)
	}
	n, err := u.Save(ctx)
	if err != nil {
		return fmt.Errorf("close approval: %w", err)
	}
	if n == 0 {
		return decided()
	}
	return nil
}

func decided() error {
	return fault.Errorf(fault.Conflict, "somebody else has decided already").Because("DECIDED")
}

// WhyNot tells why the person may not decide an approval: SELF_APPROVAL,
// FORBIDDEN or DECIDED; empty when they may.
func WhyNot(p state.Person, status entapproval.Status) string {
	switch {
	case status != entapproval.StatusPending:
		return "DECIDED"
	case !p.Can(access.TaskApprove):
		return "FORBIDDEN"
	case !p.MayDecide():
		return "SELF_APPROVAL"
	}
	return ""
}

// OfTasks gives for each task the approval that it waits for, or the last one;
// nil where there was none.
func (s *Service) OfTasks(ctx context.Context, taskIDs []string) (map[string]*ent.Approval, error) {
	found, err := s.db.Ent.Approval.Query().Where(entapproval.TaskIDIn(taskIDs...)).
		Order(ent.Asc(entapproval.FieldSubmittedAt, entapproval.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load approvals: %w", err)
	}
	out := make(map[string]*ent.Approval, len(taskIDs))
	for _, id := range taskIDs {
		out[id] = nil
	}
	for _, a := range found {
		out[a.TaskID] = a
	}
	return out, nil
}
