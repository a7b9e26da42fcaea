package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"tidings/ent"
	entproject "tidings/ent/project"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
)

// OwnInput is a draft as far as its own segment depends on it.
type OwnInput struct {
	TaskID    string
	TaskName  string
	Type      enttask.Type
	Subject   string
	ChannelID *string
	Rule      json.RawMessage
	Listed    bool
	Roles     []string
	CreatorID string
	// Wanted: the task selects by rule.
	Wanted bool
}

// OwnName is what the segment that a task makes for itself is called (R28).
func OwnName(taskName, taskID string) string { return taskName + "_" + taskID }

// Own brings the segment that a draft has for itself in line with the draft, in
// the draft's own transaction, and gives its ID; nil when there is none (R33). It
// is made with the first whole rule, follows the task's name, channel and roles,
// and goes when the task selects otherwise or its rule is not whole any more.
// Whoever saves a rule needs segment.edit (R26).
func (s *Segments) Own(ctx context.Context, tx *ent.Tx, in OwnInput) (*string, error) {
	before, err := tx.Segment.Query().Where(entsegment.OriginTaskID(in.TaskID), entsegment.ProjectID(viewer.From(ctx).ProjectID)).Only(viewer.System(ctx))
	if err != nil && !ent.IsNotFound(err) {
		return nil, fmt.Errorf("load own segment: %w", err)
	}
	p, err := projectOf(ctx, tx.Client())
	if err != nil {
		return nil, err
	}
	if !in.Wanted || p.AudienceSource != entproject.AudienceSourceCDP {
		return nil, s.removeOwn(ctx, tx, before)
	}
	if err := access.Require(ctx, access.SegmentEdit); err != nil {
		return nil, err
	}
	id := ""
	if before != nil {
		id = before.ID
	}
	err = nil
	if before == nil || before.Subject != in.Subject || !sameRule(before.Rule, in.Rule) { // what was judged stays judged, whoever saves the rest
		err = s.CheckRule(ctx, tx, id, in.Subject, in.Rule)
	}
	if refusal, refused := errors.AsType[*fault.Error](err); refused && refusal.Code == fault.Invalid {
		// The draft stays and cannot be submitted. What others use stays too, with its last whole rule.
		err := s.removeOwn(ctx, tx, before)
		if fault.Is(err, fault.Conflict) {
			err = nil
		}
		return nil, err
	}
	if err != nil {
		return nil, err
	}
	seg := ownSegment(before, p, in)
	var fs fault.Fields
	if err := setChannel(ctx, tx, &fs, seg, deref(in.ChannelID)); err != nil {
		return nil, err
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	if in.Listed && (before == nil || !before.Listed) {
		if err := checkCount(ctx, tx, p.ID); err != nil {
			return nil, err
		}
	}
	if before == nil || before.Subject != seg.Subject {
		if err := s.removeOwn(ctx, tx, before); err != nil {
			return nil, err
		}
		made, err := s.insert(ctx, tx, seg)
		if err != nil {
			return nil, orTaken(err)
		}
		return &made.ID, nil
	}
	if before.Listed && !seg.Listed {
		if err := unused(ctx, tx, before, in.TaskID); err != nil {
			return nil, err
		}
	}
	if _, err := s.write(ctx, tx, p, before, seg, !sameRule(before.Rule, seg.Rule)); err != nil {
		return nil, orTaken(err)
	}
	return &seg.ID, nil
}

// ownSegment is the segment that a draft should have.
func ownSegment(before *ent.Segment, p *ent.Project, in OwnInput) *ent.Segment {
	seg := &ent.Segment{ProjectID: p.ID, CreatorID: in.CreatorID, OriginTaskID: &in.TaskID, DailyAt: DefaultDaily}
	if before != nil {
		copied := *before
		seg = &copied
	}
	seg.Name = naming.Clean(OwnName(in.TaskName, in.TaskID))
	seg.NameKey = naming.Key(seg.Name)
	seg.Subject, seg.Rule, seg.Listed, seg.Roles = in.Subject, in.Rule, in.Listed, in.Roles
	seg.UpdateMode = entsegment.UpdateModeOnDemand // R54
	if !Scheduled(in.Type) {
		seg.UpdateMode = entsegment.UpdateModeDaily // R71
	}
	return seg
}

func (s *Segments) removeOwn(ctx context.Context, tx *ent.Tx, seg *ent.Segment) error {
	if seg == nil {
		return nil
	}
	if err := unused(ctx, tx, seg, *seg.OriginTaskID); err != nil {
		return err
	}
	return remove(ctx, tx, seg.ID)
}

// CheckRule refuses a rule that a task of the viewer's project cannot have: one
// that is not whole, or that names what it may not. id is the segment's that has
// it already; empty when there is none.
func (s *Segments) CheckRule(ctx context.Context, tx *ent.Tx, id, subject string, raw json.RawMessage) error {
	p, err := projectOf(ctx, tx.Client())
	if err != nil {
		return err
	}
	if err := checkSubject(p, subject); err != nil {
		return err
	}
	if _, err := scopeOf(ctx, tx.Client(), p, subject, s.clock.Now()); err != nil {
		return err
	}
	return checkRule(ctx, tx.Client(), p.ID, id, subject, raw)
}
