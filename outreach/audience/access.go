package audience

import (
	"context"
	"fmt"
	"slices"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// Permitted tells whether 分群授权给 lets the viewer see a segment with these
// roles (R31): no roles are everybody's; otherwise those who hold one of them,
// the creator and administrators see it. The store narrows lists by the same rule.
func Permitted(v *viewer.Viewer, creatorID string, roles []string) bool {
	switch {
	case v == nil:
		return false
	case v.System, len(roles) == 0, v.Can(access.RoleManage):
		return true
	}
	return v.AccountID == creatorID || slices.Contains(roles, v.Role)
}

// Visible is Permitted for a segment.
func Visible(v *viewer.Viewer, s *ent.Segment) bool { return Permitted(v, s.CreatorID, s.Roles) }

// Refused is the refusal of a segment whose roles the viewer lacks, and of every
// task that uses it.
func Refused() *fault.Error {
	return fault.Errorf(fault.Forbidden, "no segment permission: the segment is for other roles").Because("NO_SEGMENT_PERMISSION")
}

// Find loads a segment for the viewer. NOT_FOUND when the project has none with
// the ID, FORBIDDEN (NO_SEGMENT_PERMISSION) when it is for other roles.
func Find(ctx context.Context, client *ent.Client, id string) (*ent.Segment, error) {
	v := viewer.From(ctx)
	if err := access.RequireSignedIn(ctx); err != nil {
		return nil, err
	}
	q := client.Segment.Query().Where(entsegment.ID(id))
	if !v.System {
		q.Where(entsegment.ProjectID(v.ProjectID))
	}
	found, err := q.Only(viewer.System(ctx)) // the roles are judged below, with a reason
	switch {
	case ent.IsNotFound(err):
		return nil, fault.Errorf(fault.NotFound, "there is no segment %q", id)
	case err != nil:
		return nil, fmt.Errorf("load segment: %w", err)
	case !Visible(v, found):
		return nil, Refused()
	}
	return found, nil
}

// MayEdit tells whether the viewer may change a segment. A task's own follows
// its task and is changed there only: what was approved stays what is sent.
func MayEdit(v *viewer.Viewer, s *ent.Segment) bool {
	return v.Can(access.SegmentEdit) && Visible(v, s) && s.OriginTaskID == nil
}
