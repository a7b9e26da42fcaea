package approval

import (
	"context"
	"time"

	"tidings/ent"
	entapproval "tidings/ent/approval"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

// expired tells whether the approval's time is over.
func expired(a *ent.Approval, now time.Time) bool {
	return a.ExpiresAt != nil && !now.Before(*a.ExpiresAt)
}

// ExpireDue cancels the task of an approval that nobody decided in time (R50).
// Workers call it when the row is due; it does nothing when the approval was
// decided meanwhile or is not due by the business clock.
func (s *Service) ExpireDue(ctx context.Context, approvalID string) error {
	ctx = viewer.System(ctx)
	now := s.clock.Now()
	var taskID string
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		a, err := load(ctx, tx, approvalID)
		if fault.Is(err, fault.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if a.Status != entapproval.StatusPending {
			return tx.Approval.UpdateOne(a).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().Exec(ctx)
		}
		if !expired(a, now) {
			return nil
		}
		taskID = a.TaskID
		return expire(ctx, tx, a, now)
	})
	if fault.Is(err, fault.Conflict) {
		return nil // somebody decided at this very moment
	}
	if err == nil && taskID != "" {
		s.changed(taskID)
	}
	return err
}

// expire ends the submission in the application's own name, whoever came upon it.
func expire(ctx context.Context, tx *ent.Tx, a *ent.Approval, now time.Time) error {
	ctx = viewer.System(ctx)
	reason := expiry(a.Edges.Task)
	if err := closeAs(ctx, tx, a, entapproval.StatusExpired, now, ""); err != nil {
		return err
	}
	t, err := state.Move(ctx, tx, a.Edges.Task, state.Expire, func(u *ent.TaskUpdate) {
		u.SetStatusReason(reason).SetStatusText("").SetEndedAt(now)
	})
	if err != nil {
		return err
	}
	return access.AuditSystem(ctx, tx, t.ProjectID, "task.expire", t.ID, t.Name, map[string]any{"approval": a.ID, "reason": reason})
}
