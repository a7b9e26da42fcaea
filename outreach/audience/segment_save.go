package audience

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// need is what every command on segments asks for: the permission, and a
// project that keeps segments (R5–R7, R37).
func need(ctx context.Context, p *ent.Project, permission string) error {
	a := Abilities(p.AudienceSource, p.MultiSubject, enttask.TypeOnce)
	if a.NewSegment == NewNever {
		return fault.Errorf(fault.Conflict, "the project keeps no segments").Because(NoSegments)
	}
	return access.Require(ctx, permission)
}

// Create makes a segment of the list and begins to compute it.
//
// It needs segment.edit (R26). INVALID, CONFLICT (NAME_TAKEN, NO_SEGMENTS).
func (s *Segments) Create(ctx context.Context, in SegmentInput) (*ent.Segment, error) {
	if err := access.Require(ctx, access.SegmentEdit); err != nil {
		return nil, err
	}
	var out *ent.Segment
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		p, err := projectOf(ctx, tx.Client())
		if err != nil {
			return err
		}
		if err := need(ctx, p, access.SegmentEdit); err != nil {
			return err
		}
		in.Given = nil // there is nothing to clear yet
		seg := &ent.Segment{
			Subject: User, UpdateMode: entsegment.DefaultUpdateMode, DailyAt: entsegment.DefaultDailyAt, Listed: true,
			ProjectID: p.ID, CreatorID: viewer.From(ctx).AccountID,
		}
		if in.Subject != nil {
			seg.Subject = *in.Subject
		}
		if err := checkSubject(p, seg.Subject); err != nil {
			return err
		}
		if err := in.apply(ctx, tx, seg); err != nil {
			return err
		}
		if _, err := scopeOf(ctx, tx.Client(), p, seg.Subject, s.clock.Now()); err != nil {
			return err
		}
		if err := checkRule(ctx, tx.Client(), p.ID, "", seg.Subject, seg.Rule); err != nil {
			return err
		}
		if err := checkCount(ctx, tx, p.ID); err != nil {
			return err
		}
		if out, err = s.insert(ctx, tx, seg); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "segment.create", out.ID, out.Name, map[string]any{"updateMode": out.UpdateMode, "roles": out.Roles})
	})
	if err != nil {
		return nil, orTaken(err)
	}
	return out.Unwrap(), nil
}

// checkSubject: without the multi-subject product there are people only (R12).
func checkSubject(p *ent.Project, subject string) error {
	if subject != User && !p.MultiSubject {
		return fault.At("subject", "NOT_ALLOWED", "the project has people only")
	}
	return nil
}

// checkCount refuses one more segment in a full list.
func checkCount(ctx context.Context, tx *ent.Tx, projectID string) error {
	n, err := tx.Segment.Query().Where(entsegment.ProjectID(projectID), entsegment.Or(entsegment.Listed(true), entsegment.OriginTaskIDIsNil())).
		Count(viewer.System(ctx))
	if err != nil {
		return fmt.Errorf("count segments: %w", err)
	}
	if n < maxSegments {
		return nil
	}
	var fs fault.Fields
	fs.Add("name", "TOO_MANY", "a project has at most %d segments", maxSegments)
	fs.With(map[string]any{"limit": maxSegments})
	return fs.Err()
}

// insert writes a new segment, whose first computation is due at once.
func (s *Segments) insert(ctx context.Context, tx *ent.Tx, seg *ent.Segment) (*ent.Segment, error) {
	c := tx.Segment.Create().SetProjectID(seg.ProjectID).SetName(seg.Name).SetNameKey(seg.NameKey).SetDescription(seg.Description).
		SetSubject(seg.Subject).SetIDType(seg.IDType).SetNillableChannelID(seg.ChannelID).SetRule(seg.Rule).
		SetUpdateMode(seg.UpdateMode).SetDailyAt(seg.DailyAt).SetListed(seg.Listed).SetNillableOriginTaskID(seg.OriginTaskID).
		SetCreatorID(seg.CreatorID).SetStatus(entsegment.StatusComputing).SetCause(string(entsegmentversion.CauseSave)).SetDueAt(s.clock.Now())
	if len(seg.Roles) > 0 {
		c.SetRoles(seg.Roles)
	}
	out, err := c.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("save segment: %w", err)
	}
	return out, nil
}

// Update changes a segment. Another rule is computed at once, and what is being
// computed for the old one is dropped; the version that is held stays until then.
//
// It needs segment.edit. NOT_FOUND, FORBIDDEN (NO_SEGMENT_PERMISSION), INVALID,
// CONFLICT (NAME_TAKEN, TASK_SEGMENT for a task's own, which its task changes).
func (s *Segments) Update(ctx context.Context, id string, in SegmentInput) (*ent.Segment, error) {
	var out *ent.Segment
	err := s.command(ctx, id, func(ctx context.Context, tx *ent.Tx, p *ent.Project, before *ent.Segment) error {
		if err := ofTask(before); err != nil {
			return err
		}
		seg := *before
		if err := in.apply(ctx, tx, &seg); err != nil {
			return err
		}
		newRule := !sameRule(before.Rule, seg.Rule)
		if newRule {
			if err := checkRule(ctx, tx.Client(), p.ID, seg.ID, seg.Subject, seg.Rule); err != nil {
				return err
			}
		}
		if before.Listed && !seg.Listed {
			if err := notNamed(ctx, tx, before); err != nil {
				return err
			}
		}
		var err error
		if out, err = s.write(ctx, tx, p, before, &seg, newRule); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "segment.update", out.ID, out.Name, segmentChanges(before, out))
	})
	if err != nil {
		return nil, orTaken(err)
	}
	return out.Unwrap(), nil
}

// command is what the commands on one segment have in common: who may, and which.
func (s *Segments) command(ctx context.Context, id string, do func(context.Context, *ent.Tx, *ent.Project, *ent.Segment) error) error {
	if err := access.Require(ctx, access.SegmentEdit); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		p, err := projectOf(ctx, tx.Client())
		if err != nil {
			return err
		}
		seg, err := Find(ctx, tx.Client(), id)
		if err != nil {
			return err
		}
		if err := need(ctx, p, access.SegmentEdit); err != nil {
			return err
		}
		return do(ctx, tx, p, seg)
	})
}

// ofTask refuses to change by hand what a task made for itself.
func ofTask(seg *ent.Segment) error {
	if seg.OriginTaskID == nil {
		return nil
	}
	return fault.Errorf(fault.Conflict, "the segment belongs to a task and is changed there").Because("TASK_SEGMENT")
}

// write stores a changed segment. Whatever is being computed goes on, unless the
// rule is new: then the attempt moves on, and a worker that still has the old rule
// writes nothing.
func (s *Segments) write(ctx context.Context, tx *ent.Tx, p *ent.Project, before, seg *ent.Segment, newRule bool) (*ent.Segment, error) {
	u := tx.Segment.Update().Where(entsegment.ID(seg.ID), entsegment.DeletedAtIsNil()).
		SetName(seg.Name).SetNameKey(seg.NameKey).SetDescription(seg.Description).SetIDType(seg.IDType).SetRule(seg.Rule).
		SetUpdateMode(seg.UpdateMode).SetDailyAt(seg.DailyAt).SetListed(seg.Listed)
	if seg.ChannelID == nil {
		u.ClearChannelID()
	} else {
		u.SetChannelID(*seg.ChannelID)
	}
	if len(seg.Roles) == 0 {
		u.ClearRoles()
	} else {
		u.SetRoles(seg.Roles)
	}
	now := s.clock.Now()
	switch {
	case newRule:
		u.SetStatus(entsegment.StatusComputing).SetCause(string(entsegmentversion.CauseSave)).SetDueAt(now).
			AddAttempt(1).SetLeaseOwner("").ClearLeaseUntil()
	case before.Status == entsegment.StatusComputing: // its end plans what is next
	default:
		setNext(u.Mutation(), seg.UpdateMode, seg.DailyAt, ZoneOf(p), now)
	}
	n, err := u.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("save segment: %w", err)
	}
	if n == 0 {
		return nil, fault.Errorf(fault.NotFound, "there is no segment %q", seg.ID)
	}
	out, err := tx.Segment.Query().Where(entsegment.ID(seg.ID)).Only(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("load segment: %w", err)
	}
	return out, nil
}

// setNext plans the next computation of a segment that is not being computed.
func setNext(m *ent.SegmentMutation, mode entsegment.UpdateMode, at string, zone *time.Location, now time.Time) {
	if mode != entsegment.UpdateModeDaily {
		m.ClearDueAt()
		return
	}
	m.SetDueAt(NextDaily(now, at, zone))
	m.SetCause(string(entsegmentversion.CauseDaily))
}

// Delete removes a segment from the list; its name is free again.
//
// It needs segment.edit. NOT_FOUND, FORBIDDEN (NO_SEGMENT_PERMISSION), CONFLICT
// (SEGMENT_IN_USE while a task that is not over is for it, or another segment's
// rule names it).
func (s *Segments) Delete(ctx context.Context, id string) error {
	return s.command(ctx, id, func(ctx context.Context, tx *ent.Tx, _ *ent.Project, seg *ent.Segment) error {
		if err := lockGraph(ctx, tx.Client(), seg.ProjectID); err != nil {
			return err
		}
		if err := unused(ctx, tx, seg, ""); err != nil {
			return err
		}
		if err := remove(ctx, tx, id); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "segment.delete", seg.ID, seg.Name, nil)
	})
}

// usedByTask tells whether a task that is not over is for a segment, but for one.
func usedByTask(ctx context.Context, tx *ent.Tx, seg *ent.Segment, except string) (bool, error) {
	used, err := tx.Task.Query().Where(enttask.ProjectID(seg.ProjectID), enttask.SegmentID(seg.ID), enttask.IDNEQ(except),
		enttask.RunStatusNotIn(enttask.RunStatusCancelled, enttask.RunStatusEnded),
		enttask.ApprovalStatusNEQ(enttask.ApprovalStatusRejected)).Exist(viewer.System(ctx))
	if err != nil {
		return false, fmt.Errorf("look for tasks: %w", err)
	}
	return used, nil
}

// unused refuses to take away what a task, but for one, or another segment's rule needs.
func unused(ctx context.Context, tx *ent.Tx, seg *ent.Segment, except string) error {
	used, err := usedByTask(ctx, tx, seg, except)
	if err != nil {
		return err
	}
	if used {
		return fault.Errorf(fault.Conflict, "a task is for the segment").Because("SEGMENT_IN_USE")
	}
	return notNamed(ctx, tx, seg)
}

// remove hides a segment and stops what is being computed for it.
func remove(ctx context.Context, tx *ent.Tx, id string) error {
	err := tx.Segment.Update().Where(entsegment.ID(id), entsegment.DeletedAtIsNil()).SetDeletedAt(clock.Wall()).
		ClearDueAt().AddAttempt(1).SetLeaseOwner("").ClearLeaseUntil().Exec(ctx)
	if err != nil {
		return fmt.Errorf("delete segment: %w", err)
	}
	return nil
}

// lockGraph lets one command at a time change which segments name which: two
// that each were right would else make a circle together.
func lockGraph(ctx context.Context, client *ent.Client, projectID string) error {
	if err := client.Project.UpdateOneID(projectID).SetUpdatedAt(clock.Wall()).Exec(viewer.System(ctx)); err != nil {
		return fmt.Errorf("lock project: %w", err)
	}
	return nil
}

// notNamed refuses to take away what other segments' rules name.
func notNamed(ctx context.Context, tx *ent.Tx, seg *ent.Segment) error {
	known, err := nestingOf(ctx, tx.Client(), seg.ProjectID)
	if err != nil {
		return err
	}
	for id, named := range known {
		if id != seg.ID && slices.Contains(named, seg.ID) {
			return fault.Errorf(fault.Conflict, "the rule of another segment names this one").Because("SEGMENT_IN_USE")
		}
	}
	return nil
}

// sameRule tells whether two rules are the same document.
func sameRule(a, b json.RawMessage) bool {
	if bytes.Equal(a, b) {
		return true
	}
	var x, y any
	if json.Unmarshal(a, &x) != nil || json.Unmarshal(b, &y) != nil {
		return false
	}
	left, err1 := json.Marshal(x)
	right, err2 := json.Marshal(y)
	return err1 == nil && err2 == nil && bytes.Equal(left, right)
}

// segmentChanges names what an edit changed, for the audit log.
func segmentChanges(before, after *ent.Segment) map[string]any {
	out := map[string]any{}
	note := func(field string, old, now any) {
		if fmt.Sprint(old) != fmt.Sprint(now) {
			out[field] = map[string]any{"from": old, "to": now}
		}
	}
	note("name", before.Name, after.Name)
	note("description", before.Description, after.Description)
	note("updateMode", before.UpdateMode, after.UpdateMode)
	note("dailyAt", before.DailyAt, after.DailyAt)
	note("listed", before.Listed, after.Listed)
	note("roles", before.Roles, after.Roles)
	note("channelId", deref(before.ChannelID), deref(after.ChannelID))
	if !sameRule(before.Rule, after.Rule) {
		out["rule"] = map[string]any{"from": before.Rule, "to": after.Rule}
	}
	return out
}
