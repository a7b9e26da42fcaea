package state

import (
	"context"
	"fmt"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/outreach/fault"
)

// Of is the state of a loaded task.
func Of(t *ent.Task) State { return State{t.RunStatus, t.ApprovalStatus} }

// Move takes the task one step further in the caller's transaction, together
// with whatever else with sets, and gives it back as it is now. CONFLICT when
// the step is not in the table, or when somebody else moved the task since it
// was loaded: of two who try at the same instant one wins.
func Move(ctx context.Context, tx *ent.Tx, t *ent.Task, event Event, with func(*ent.TaskUpdate)) (*ent.Task, error) {
	from := Of(t)
	to, err := Next(from, event)
	if err != nil {
		return nil, err
	}
	u := tx.Task.Update().
		Where(enttask.ID(t.ID), enttask.RunStatusEQ(from.Run), enttask.ApprovalStatusEQ(from.Approval), enttask.DeletedAtIsNil()).
		SetRunStatus(to.Run).SetApprovalStatus(to.Approval).AddVersion(1)
	if with != nil {
		with(u)
	}
	n, err := u.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("%s task: %w", event, err)
	}
	if n == 0 {
		return nil, fault.Errorf(fault.Conflict, "somebody else changed the task meanwhile").Because("CHANGED")
	}
	moved, err := tx.Task.Get(ctx, t.ID)
	if err != nil {
		return nil, fmt.Errorf("load task: %w", err)
	}
	return moved, nil
}
