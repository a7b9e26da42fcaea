package task

import (
	"context"
	"fmt"
	"slices"

	"tidings/ent"
	entapplication "tidings/ent/application"
	entapproval "tidings/ent/approval"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

// Service holds the commands on tasks.
type Service struct {
	db       *database.DB
	clock    clock.Clock
	segments *audience.Segments
	changed  func(taskID string)
}

// New makes the service. changed is told of every task that changed, after the
// commit, for live screens; nil tells nobody.
func New(db *database.DB, c clock.Clock, segments *audience.Segments, changed func(taskID string)) *Service {
	if changed == nil {
		changed = func(string) {}
	}
	return &Service{db: db, clock: c, segments: segments, changed: changed}
}

// permissions says what an operation needs before the task is even looked at,
// so that who holds nothing learns nothing.
var permissions = map[state.Operation]string{
	state.OpView: access.TaskView, state.OpEdit: access.TaskEdit, state.OpCopy: access.TaskCreate, state.OpDelete: access.TaskDelete,
	state.OpSubmit: access.TaskEdit, state.OpWithdraw: access.TaskEdit, state.OpPause: access.TaskOperate, state.OpResume: access.TaskOperate,
	state.OpCancel: access.TaskOperate, state.OpRetry: access.TaskOperate, state.OpResend: access.TaskOperate,
}

// command runs one operation on a task: permission, load, what the table of
// operations allows, do. It gives the task back as do left it.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT, and what do refuses.
func (s *Service) command(ctx context.Context, op state.Operation, taskID string, do func(context.Context, *ent.Tx, *ent.Task) (*ent.Task, error)) (*ent.Task, error) {
	if err := access.Require(ctx, permissions[op]); err != nil {
		return nil, err
	}
	var out *ent.Task
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		t, err := load(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if err := allowed(ctx, tx, t, op); err != nil {
			return err
		}
		if err := segmentAllows(ctx, tx, t, op); err != nil {
			return err
		}
		out, err = do(ctx, tx, t)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.changed(taskID)
	return out.Unwrap(), nil // its edges are read outside the transaction
}

func load(ctx context.Context, tx *ent.Tx, taskID string) (*ent.Task, error) {
	t, err := tx.Task.Query().Where(enttask.ID(taskID)).
		WithProject().WithChannel().WithTemplate().WithUpload(func(q *ent.UploadQuery) { q.Select(uploadColumns...) }).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no task %q", taskID)
	}
	if err != nil {
		return nil, fmt.Errorf("load task: %w", err)
	}
	return t, nil
}

// allowed asks the table of operations on behalf of the viewer.
func allowed(ctx context.Context, tx *ent.Tx, t *ent.Task, op state.Operation) error {
	submitter, err := lastSubmitter(ctx, tx, t)
	if err != nil {
		return err
	}
	p := state.PersonOf(viewer.From(ctx), t, submitter, false)
	ok, wrongState := state.Allows(state.Of(t), p, op)
	switch {
	case ok:
		return nil
	case wrongState:
		shown := state.Display(state.Of(t))
		return fault.Errorf(fault.Conflict, "a task that is %s does not allow %s", shown, op).Because(string(shown))
	}
	return fault.Errorf(fault.Forbidden, "you may not %s this task", op).Because("NOT_YOURS")
}

// lastSubmitter is who handed the task over, this time or last.
func lastSubmitter(ctx context.Context, tx *ent.Tx, t *ent.Task) (string, error) {
	if t.ApprovalStatus == enttask.ApprovalStatusNone {
		return "", nil
	}
	a, err := tx.Approval.Query().Where(entapproval.TaskID(t.ID)).Order(ent.Desc(entapproval.FieldSubmittedAt, entapproval.FieldID)).First(ctx)
	if ent.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("load approval: %w", err)
	}
	return a.SubmitterID, nil
}

// defaultApplication is the one that new tasks get (R21, §1.3b).
func defaultApplication(ctx context.Context, tx *ent.Tx) (*string, error) {
	ids, err := tx.Application.Query().Where(entapplication.Preferred(true)).Order(ent.Asc(entapplication.FieldID)).Limit(1).IDs(ctx)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return &ids[0], nil
}

// taskAudit writes the entry of a command on a task.
func taskAudit(ctx context.Context, tx *ent.Tx, action string, t *ent.Task, detail map[string]any) error {
	return access.Audit(ctx, tx, action, t.ID, t.Name, detail)
}

// sortedLinks puts links into the one order in which rows are written.
func sortedLinks(l []Link) []Link {
	out := slices.Clone(l)
	slices.SortFunc(out, func(a, b Link) int {
		if a.TopID < b.TopID {
			return -1
		}
		return 1
	})
	return out
}

// uploadColumns leave out the bitmap, which may be large and says nothing here.
var uploadColumns = []string{
	entupload.FieldID, entupload.FieldProjectID, entupload.FieldChannelID, entupload.FieldStatus, entupload.FieldValid, entupload.FieldResolved,
}
