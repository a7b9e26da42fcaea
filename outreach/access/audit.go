package access

import (
	"context"
	"fmt"

	"tidings/ent"
	"tidings/ent/viewer"
)

// Audit writes the entry of one command to the audit log (spec §11.3), in the
// command's own transaction: what was not done is not logged, what was done is.
// The action is a verb such as task.submit; detail holds old and new values,
// never a secret. The viewer of ctx is the actor.
func Audit(ctx context.Context, tx *ent.Tx, action, objectID, objectName string, detail map[string]any) error {
	return audit(ctx, tx, viewer.From(ctx), "", action, objectID, objectName, detail)
}

// AuditSystem is Audit for what the application does by itself in a project,
// such as cancelling a task whose approval came too late.
func AuditSystem(ctx context.Context, tx *ent.Tx, projectID, action, objectID, objectName string, detail map[string]any) error {
	return audit(viewer.System(ctx), tx, &viewer.Viewer{System: true, Name: "system"}, projectID, action, objectID, objectName, detail)
}

func audit(ctx context.Context, tx *ent.Tx, v *viewer.Viewer, projectID, action, objectID, objectName string, detail map[string]any) error {
	create := tx.AuditEntry.Create().
		SetAction(action).SetObjectID(objectID).SetObjectName(objectName).SetDetail(detail)
	if v != nil {
		create.SetActorID(v.AccountID).SetActorName(v.Name).SetIP(v.IP).SetRequestID(v.RequestID)
		if projectID == "" {
			projectID = v.ProjectID
		}
	}
	if err := create.SetProjectID(projectID).Exec(ctx); err != nil {
		return fmt.Errorf("audit %s: %w", action, err)
	}
	return nil
}
