package approval

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"tidings/ent"
	entapproval "tidings/ent/approval"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
	"tidings/outreach/trigger"
)

// Approve lets the task go out: at its reach time, or at once when that has
// passed and the task is one that runs once approved (R50).
//
// UNAUTHENTICATED, FORBIDDEN (also with the reason SELF_APPROVAL), NOT_FOUND,
// INVALID (comment), CONFLICT (DECIDED, EXPIRED).
func (s *Service) Approve(ctx context.Context, approvalID, comment string) (*ent.Approval, error) {
	return s.decide(ctx, approvalID, comment, false, func(ctx context.Context, tx *ent.Tx, a *ent.Approval, comment string, now time.Time) error {
		if err := closeAs(ctx, tx, a, entapproval.StatusApproved, now, comment); err != nil {
			return err
		}
		t, err := state.Move(ctx, tx, a.Edges.Task, state.Approve, func(u *ent.TaskUpdate) {
			u.SetApprovedAt(now).SetStatusReason("").SetStatusText("")
		})
		if err != nil {
			return err
		}
		if err := begin(ctx, tx, t, a.SubmittedAt, now); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "task.approve", t.ID, t.Name, map[string]any{"approval": a.ID, "comment": comment})
	})
}

// Reject sends the task back for good, with a reason of 1–500 characters that
// its creator reads; the task can only be copied. Errors as of Approve.
func (s *Service) Reject(ctx context.Context, approvalID, comment string) (*ent.Approval, error) {
	return s.decide(ctx, approvalID, comment, true, func(ctx context.Context, tx *ent.Tx, a *ent.Approval, comment string, now time.Time) error {
		if err := closeAs(ctx, tx, a, entapproval.StatusRejected, now, comment); err != nil {
			return err
		}
		t, err := state.Move(ctx, tx, a.Edges.Task, state.Reject, func(u *ent.TaskUpdate) {
			u.SetStatusReason("REJECTED").SetStatusText(comment)
		})
		if err != nil {
			return err
		}
		return access.Audit(ctx, tx, "task.reject", t.ID, t.Name, map[string]any{"approval": a.ID, "comment": comment})
	})
}

type decision func(ctx context.Context, tx *ent.Tx, a *ent.Approval, comment string, now time.Time) error

// decide is what both decisions have in common: who may, and whether it is still open.
func (s *Service) decide(ctx context.Context, approvalID, comment string, needed bool, do decision) (*ent.Approval, error) {
	if err := access.Require(ctx, access.TaskApprove); err != nil {
		return nil, err
	}
	comment, err := cleanComment(comment, needed)
	if err != nil {
		return nil, err
	}
	var (
		out  *ent.Approval
		late bool
		now  = s.clock.Now()
	)
	err = s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		a, err := load(ctx, tx, approvalID)
		if err != nil {
			return err
		}
		person := state.PersonOf(viewer.From(ctx), a.Edges.Task, a.SubmitterID, a.Edges.Project.SelfApproval)
		switch WhyNot(person, a.Status) {
		case "DECIDED":
			return decided()
		case "SELF_APPROVAL":
			return fault.Errorf(fault.Forbidden, "who wrote or submitted a task cannot decide on it").Because("SELF_APPROVAL")
		case "FORBIDDEN":
			return access.Require(ctx, access.TaskApprove)
		}
		if late = expired(a, now); late {
			if err := expire(ctx, tx, a, now); err != nil {
				return err
			}
		} else if err := do(ctx, tx, a, comment, now); err != nil {
			return err
		}
		out, err = tx.Approval.Get(ctx, a.ID)
		if err != nil {
			return fmt.Errorf("load approval: %w", err)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.changed(out.TaskID)
	if late { // nobody had got to it yet; the expiry stays
		return nil, fault.Errorf(fault.Conflict, "it is too late: the approval has expired").Because("EXPIRED")
	}
	return out.Unwrap(), nil // its edges are read outside the transaction
}

func load(ctx context.Context, tx *ent.Tx, approvalID string) (*ent.Approval, error) {
	a, err := tx.Approval.Query().Where(entapproval.ID(approvalID)).WithTask().WithProject().Only(ctx)
	if ent.IsNotFound(err) || err == nil && a.Edges.Task == nil {
		return nil, fault.Errorf(fault.NotFound, "there is no approval %q", approvalID)
	}
	if err != nil {
		return nil, fmt.Errorf("load approval: %w", err)
	}
	return a, nil
}

func cleanComment(comment string, needed bool) (string, error) {
	comment = strings.TrimSpace(comment)
	var fs fault.Fields
	switch n := utf8.RuneCountInString(comment); {
	case n == 0 && needed:
		fs.Add("comment", "REQUIRED", "say why")
	case n > maxComment:
		fs.Add("comment", "TOO_LONG", "a comment has at most %d characters", maxComment)
		fs.With(map[string]any{"limit": maxComment})
	}
	return comment, fs.Err()
}

// begin sets an approved task going. A triggered one makes no run: from now on its
// events count, and trigger.Advance starts it with its window.
func begin(ctx context.Context, tx *ent.Tx, t *ent.Task, submitted, now time.Time) error {
	if t.Type == enttask.TypeDoneA || t.Type == enttask.TypeDoneANotB {
		return trigger.Changed(ctx, tx, t.ProjectID)
	}
	return dispatch.Begin(ctx, tx, t, submitted, now)
}
