package approval

import (
	"context"
	"fmt"

	"tidings/ent"
	entapproval "tidings/ent/approval"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

// Urge reminds the approvers of a task that waits (催审), at most once in ten
// minutes. Open to its creator, its submitter and administrators.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (DECIDED), LIMITED.
func (s *Service) Urge(ctx context.Context, taskID string) (*ent.Approval, error) {
	if err := access.Require(ctx, access.TaskView); err != nil {
		return nil, err
	}
	now := s.clock.Now()
	var out *ent.Approval
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		t, err := tx.Task.Query().Where(enttask.ID(taskID)).Only(ctx)
		if ent.IsNotFound(err) {
			return fault.Errorf(fault.NotFound, "there is no task %q", taskID)
		}
		if err != nil {
			return fmt.Errorf("load task: %w", err)
		}
		a, err := Pending(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if ok, _ := state.Allows(state.Of(t), state.PersonOf(viewer.From(ctx), t, a.SubmitterID, false), state.OpUrge); !ok {
			return fault.Errorf(fault.Forbidden, "only who submitted the task, and administrators, can urge")
		}
		if a.UrgedAt != nil && now.Sub(*a.UrgedAt) < urgePause {
			limited := fault.Errorf(fault.Limited, "the approvers were reminded less than ten minutes ago")
			limited.RetryAfter = urgePause - now.Sub(*a.UrgedAt)
			return limited
		}
		u := tx.Approval.Update().Where(entapproval.ID(a.ID), entapproval.StatusEQ(entapproval.StatusPending))
		if a.UrgedAt == nil {
			u.Where(entapproval.UrgedAtIsNil())
		} else {
			u.Where(entapproval.UrgedAtEQ(*a.UrgedAt))
		}
		n, err := u.SetUrgedAt(now).Save(ctx)
		if err != nil {
			return fmt.Errorf("urge: %w", err)
		}
		if n == 0 {
			return fault.Errorf(fault.Limited, "somebody else has just reminded the approvers")
		}
		if out, err = tx.Approval.Get(ctx, a.ID); err != nil {
			return fmt.Errorf("load approval: %w", err)
		}
		return access.Audit(ctx, tx, "task.urge", t.ID, t.Name, map[string]any{"approval": a.ID})
	})
	if err != nil {
		return nil, err
	}
	s.changed(taskID)
	return out.Unwrap(), nil
}
