package task

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

// applyAudience writes whom the task is for. A rule that is incomplete is kept
// as it is (spec §1.3b); what is wrong with it is told when the task is checked.
func (in *Input) applyAudience(fs *fault.Fields, d *draft) {
	if in.given("subject", in.Subject != nil) {
		if d.Subject = deref(in.Subject); d.Subject == "" {
			d.Subject = audience.User
		}
	}
	if in.given("rule", in.Rule != nil) {
		if d.Rule = in.Rule; string(d.Rule) == "null" {
			d.Rule = nil
		}
	}
	if in.given("listed", in.Listed != nil) {
		d.Listed = d.listedDefault
		if in.Listed != nil {
			d.Listed = *in.Listed
		}
	}
	if in.given("segmentRoles", in.SegmentRoles != nil) {
		d.SegmentRoles = audience.CleanRoles(fs, "segmentRoles", in.SegmentRoles)
	}
	set(in.given("refreshBefore", in.RefreshBefore != nil), &d.RefreshBefore, in.RefreshBefore, enttask.DefaultRefreshBefore)
	set(in.given("refreshFailure", in.RefreshFailure != nil), &d.RefreshFailure, in.RefreshFailure, enttask.DefaultRefreshFailure)
}

// applySegment names the segment of mode SEGMENT (R34): one of the list that the
// writer may see. In the other modes the field has no meaning.
func (in *Input) applySegment(ctx context.Context, tx *ent.Tx, fs *fault.Fields, d *draft) error {
	if d.AudienceMode != enttask.AudienceModeSegment {
		return nil
	}
	if d.own != nil && d.SegmentID != nil && *d.SegmentID == *d.own { // it was in mode RULE: that segment goes
		d.SegmentID = nil
	}
	if !in.given("segmentId", in.SegmentID != nil) {
		return nil
	}
	d.SegmentID = emptyIsNil(in.SegmentID)
	if d.SegmentID == nil {
		return nil
	}
	found, err := audience.Find(ctx, tx.Client(), *d.SegmentID)
	switch refusal, refused := errors.AsType[*fault.Error](err); {
	case refused && refusal.Code == fault.NotFound:
		fs.Add("segmentId", "NOT_FOUND", "there is no %s in this project", *d.SegmentID)
	case err != nil:
		return err
	case !found.Listed:
		fs.Add("segmentId", "NOT_LISTED", "the segment is not in the list and cannot be used again")
	case found.Subject != d.Subject:
		fs.Add("segmentId", "OTHER_SUBJECT", "the segment is of another subject than the task")
	}
	return nil
}

// ownSegment makes, updates or removes the segment that a task in mode RULE has
// for itself (R33), and notes it in the draft. It is called once the task has an ID.
func (s *Service) ownSegment(ctx context.Context, tx *ent.Tx, taskID string, d *draft) error {
	made, err := s.segments.Own(ctx, tx, audience.OwnInput{
		TaskID: taskID, TaskName: d.Name, Type: d.Type, Subject: d.Subject, ChannelID: d.ChannelID, Rule: d.Rule, Listed: d.Listed,
		Roles: d.SegmentRoles, Wanted: d.AudienceMode == enttask.AudienceModeRule, CreatorID: d.CreatorID,
	})
	if err != nil {
		return err
	}
	d.own = made
	if d.AudienceMode != enttask.AudienceModeSegment {
		d.SegmentID = made
	}
	return nil
}

// needsSegment are the operations that a task's segment is asked for: viewing,
// editing and copying the task (R31), and what sends to its people.
var needsSegment = []state.Operation{state.OpView, state.OpEdit, state.OpCopy, state.OpSubmit, state.OpResend}

// Viewable refuses a task whose segment is for other roles: FORBIDDEN
// (NO_SEGMENT_PERMISSION). A task that is not for a segment is anybody's who may
// see tasks; execution never asks. The task must have been read as a whole.
func (s *Service) Viewable(ctx context.Context, t *ent.Task) error {
	return viewable(ctx, s.db.Ent, t)
}

func viewable(ctx context.Context, client *ent.Client, t *ent.Task) error {
	v := viewer.From(ctx)
	switch t.AudienceMode {
	case enttask.AudienceModeRule:
		if !audience.Permitted(v, t.CreatorID, t.SegmentRoles) {
			return audience.Refused()
		}
	case enttask.AudienceModeSegment:
		if t.SegmentID == nil {
			return nil
		}
		_, err := audience.Find(ctx, client, *t.SegmentID)
		if fault.Is(err, fault.NotFound) {
			return nil // it was deleted
		}
		return err
	case enttask.AudienceModeUpload, enttask.AudienceModeAll:
	}
	return nil
}

// segmentAllows is Viewable for an operation of a command.
func segmentAllows(ctx context.Context, tx *ent.Tx, t *ent.Task, op state.Operation) error {
	if !slices.Contains(needsSegment, op) {
		return nil
	}
	return viewable(ctx, tx.Client(), t)
}

// audienceFacts loads what Check decides on about segments.
func (s *Service) audienceFacts(ctx context.Context, tx *ent.Tx, f *Facts) error {
	p, t := f.Task.Edges.Project, f.Task
	f.Able = audience.Abilities(p.AudienceSource, p.MultiSubject, t.Type)
	f.Lead = p.RefreshLead
	if t.AudienceMode == enttask.AudienceModeRule {
		err := s.segments.CheckRule(ctx, tx, deref(t.SegmentID), t.Subject, t.Rule)
		if refusal, refused := errors.AsType[*fault.Error](err); refused && refusal.Code == fault.Invalid {
			f.RuleProblems = refusal.Fields
		} else if err != nil {
			return err
		}
	}
	if t.SegmentID == nil || t.AudienceMode != enttask.AudienceModeRule && t.AudienceMode != enttask.AudienceModeSegment {
		return nil
	}
	found, err := audience.Find(ctx, tx.Client(), *t.SegmentID)
	switch {
	case fault.Is(err, fault.NotFound):
		return nil
	case fault.Is(err, fault.Forbidden):
		f.Hidden = true
		return nil
	case err != nil:
		return fmt.Errorf("load segment: %w", err)
	}
	f.Segment = found
	return access.RequireSignedIn(ctx)
}
