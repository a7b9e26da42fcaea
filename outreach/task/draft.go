package task

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	entapproval "tidings/ent/approval"
	enttask "tidings/ent/task"
	enttaskgrouplink "tidings/ent/taskgrouplink"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
	"tidings/outreach/preflight"
	"tidings/outreach/task/state"
)

// Create saves a new draft with the defaults of spec §1.3b. Only a name is needed.
//
// UNAUTHENTICATED, FORBIDDEN, INVALID, CONFLICT (NAME_TAKEN).
func (s *Service) Create(ctx context.Context, in Input) (*ent.Task, error) {
	if err := access.Require(ctx, access.TaskCreate); err != nil {
		return nil, err
	}
	var out *ent.Task
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		project, err := tx.Project.Get(ctx, viewer.From(ctx).ProjectID)
		if err != nil {
			return fmt.Errorf("load project: %w", err)
		}
		d := &draft{Task: ent.Task{
			Method: enttask.DefaultMethod, Type: enttask.DefaultType, AudienceMode: enttask.DefaultAudienceMode,
			ApprovalTimeout: enttask.DefaultApprovalTimeout, MessageClass: enttask.DefaultMessageClass,
			GlobalLimit: enttask.DefaultGlobalLimit, ResendUnconfirmed: enttask.DefaultResendUnconfirmed,
			Supplementary: []string{}, Subject: enttask.DefaultSubject, Listed: project.ListedDefault,
			RefreshBefore: enttask.DefaultRefreshBefore, RefreshFailure: enttask.DefaultRefreshFailure,
			CreatorID: viewer.From(ctx).AccountID,
		}}
		in.Given = nil // there is nothing to clear yet, so a field without a value keeps its default
		if d.ApplicationID, err = defaultApplication(ctx, tx); err != nil {
			return err
		}
		if in.Name == nil {
			in.Name = new(string) // refused like an empty one
		}
		if err := in.apply(ctx, tx, d); err != nil {
			return err
		}
		out, err = s.insert(ctx, tx, d)
		if err != nil {
			return err
		}
		return taskAudit(ctx, tx, "task.create", out, nil)
	})
	if err != nil {
		return nil, orTaken(err)
	}
	return out.Unwrap(), nil
}

// Update changes a draft. version is the one that the writer saw.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID, CONFLICT (NAME_TAKEN, VERSION, or the status that is no draft).
func (s *Service) Update(ctx context.Context, taskID string, version int, in Input) (*ent.Task, error) {
	out, err := s.command(ctx, state.OpEdit, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if t.Version != version {
			return nil, stale()
		}
		d := &draft{Task: *t, listedDefault: t.Edges.Project.ListedDefault}
		if t.AudienceMode == enttask.AudienceModeRule {
			d.own = t.SegmentID
		}
		if err := in.apply(ctx, tx, d); err != nil {
			return nil, err
		}
		if err := s.ownSegment(ctx, tx, t.ID, d); err != nil {
			return nil, err
		}
		u := tx.Task.Update().Where(enttask.ID(t.ID), enttask.Version(version), enttask.RunStatusEQ(enttask.RunStatusDraft),
			enttask.ApprovalStatusIn(enttask.ApprovalStatusNone, enttask.ApprovalStatusWithdrawn)).AddVersion(1)
		d.write(u.Mutation())
		n, err := u.Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("save task: %w", err)
		}
		if n == 0 {
			return nil, stale()
		}
		if err := d.writeLinks(ctx, tx, t.ID); err != nil {
			return nil, err
		}
		out, err := tx.Task.Get(ctx, t.ID)
		if err != nil {
			return nil, fmt.Errorf("load task: %w", err)
		}
		return out, taskAudit(ctx, tx, "task.update", out, changes(t, out))
	})
	return out, orTaken(err)
}

// copyTries bounds the names that are tried for a copy.
const copyTries = 200

// Copy makes a new draft of any task, with everything of steps 1–6 but what
// belongs to the original alone: its ID, state, counts and uploaded list (spec §1.4).
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
func (s *Service) Copy(ctx context.Context, taskID string) (*ent.Task, error) {
	for first := 1; ; {
		out, n, err := s.copyOnce(ctx, taskID, first)
		if database.IsUnique(err) && n < copyTries {
			first = n + 1 // somebody took the name between the look and the write
			continue
		}
		if err != nil {
			return nil, orTaken(err)
		}
		return out, nil
	}
}

func (s *Service) copyOnce(ctx context.Context, taskID string, first int) (made *ent.Task, n int, err error) {
	made, err = s.command(ctx, state.OpCopy, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		d := &draft{Task: *t, newContent: true, setGroups: true}
		d.UploadID = nil
		d.CreatorID = viewer.From(ctx).AccountID
		if d.EndsAt, err = givenEnd(t, t.Edges.Project); err != nil {
			return nil, err
		}
		if err := s.copiedSegment(ctx, tx, d); err != nil {
			return nil, err
		}
		n = first
		for ; n < copyTries; n++ {
			d.Name = copyName(t.Name, n)
			d.NameKey = naming.Key(d.Name)
			taken, err := tx.Task.Query().Where(enttask.NameKey(d.NameKey)).Exist(ctx)
			if err != nil {
				return nil, fmt.Errorf("look for a free name: %w", err)
			}
			if !taken {
				break
			}
		}
		old, err := tx.TaskGroupLink.Query().Where(enttaskgrouplink.TaskID(t.ID)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("load groups: %w", err)
		}
		for _, l := range old {
			d.groups = append(d.groups, Link{l.TopID, l.GroupID})
		}
		out, err := s.insert(ctx, tx, d)
		if err != nil {
			return nil, err
		}
		return out, taskAudit(ctx, tx, "task.copy", out, map[string]any{"from": t.ID})
	})
	return made, n, err
}

// Delete removes a draft; its name is free again. Its creator and administrators may.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (the status that is no draft).
func (s *Service) Delete(ctx context.Context, taskID string) error {
	_, err := s.command(ctx, state.OpDelete, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if _, err := tx.TaskGroupLink.Delete().Where(enttaskgrouplink.TaskID(t.ID)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("leave groups: %w", err)
		}
		// A draft has approvals only if it was withdrawn; the audit log tells of them.
		if _, err := tx.Approval.Delete().Where(entapproval.TaskID(t.ID)).Exec(ctx); err != nil {
			return nil, fmt.Errorf("delete approvals: %w", err)
		}
		if err := preflight.Forget(ctx, tx, t.ID); err != nil {
			return nil, err
		}
		// What is deleted must not keep a campaign, a list or a channel in use.
		n, err := tx.Task.Update().Where(enttask.ID(t.ID), enttask.Version(t.Version), enttask.DeletedAtIsNil()).SetDeletedAt(clock.Wall()).
			ClearCampaignID().ClearApplicationID().ClearUploadID().ClearTemplateID().ClearChannelID().ClearSegmentID().Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("delete task: %w", err)
		}
		if n == 0 {
			return nil, stale()
		}
		if _, err := s.segments.Own(ctx, tx, audience.OwnInput{TaskID: t.ID}); err != nil {
			return nil, err
		}
		return t, taskAudit(ctx, tx, "task.delete", t, nil)
	})
	return err
}

// insert stores a new draft and makes its own segment, which needs the task's ID.
func (s *Service) insert(ctx context.Context, tx *ent.Tx, d *draft) (*ent.Task, error) {
	v := viewer.From(ctx)
	c := tx.Task.Create().SetCreatorID(v.AccountID).SetProjectID(v.ProjectID)
	d.write(c.Mutation())
	t, err := c.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("save task: %w", err)
	}
	if d.AudienceMode == enttask.AudienceModeRule {
		if err := s.ownSegment(ctx, tx, t.ID, d); err != nil {
			return nil, err
		}
		if d.SegmentID != nil {
			if t, err = tx.Task.UpdateOne(t).SetSegmentID(*d.SegmentID).Save(ctx); err != nil {
				return nil, fmt.Errorf("save task's segment: %w", err)
			}
		}
	}
	return t, d.writeLinks(ctx, tx, t.ID)
}

// copiedSegment is what a copy takes of its original's audience: the rule, from
// which it makes a segment of its own (spec §1.4), or the segment of the list
// while there is one.
func (s *Service) copiedSegment(ctx context.Context, tx *ent.Tx, d *draft) error {
	if d.SegmentID == nil {
		return nil
	}
	if d.AudienceMode != enttask.AudienceModeSegment {
		d.SegmentID = nil
		return nil
	}
	_, err := audience.Find(ctx, tx.Client(), *d.SegmentID)
	if fault.Is(err, fault.NotFound) {
		d.SegmentID = nil
		return nil
	}
	return err
}

// write puts every field that a draft has into a mutation.
func (d *draft) write(m *ent.TaskMutation) {
	m.SetName(d.Name)
	m.SetNameKey(d.NameKey)
	m.SetMethod(d.Method)
	m.SetType(d.Type)
	m.SetAudienceMode(d.AudienceMode)
	m.SetApprovalTimeout(d.ApprovalTimeout)
	m.SetMessageClass(d.MessageClass)
	m.SetGlobalLimit(d.GlobalLimit)
	m.SetResendUnconfirmed(d.ResendUnconfirmed)
	m.SetOpenURL(d.OpenURL)
	m.SetOpenAppID(d.OpenAppID)
	m.SetOpenPath(d.OpenPath)
	m.SetSupplementary(d.Supplementary)
	m.SetSubject(d.Subject)
	m.SetListed(d.Listed)
	m.SetRefreshBefore(d.RefreshBefore)
	m.SetRefreshFailure(d.RefreshFailure)
	orClear(len(d.Rule) > 0, func() { m.SetRule(d.Rule) }, m.ClearRule)
	orClear(len(d.Cycle) > 0, func() { m.SetCycle(d.Cycle) }, m.ClearCycle)
	orClear(len(d.Trigger) > 0, func() { m.SetTrigger(d.Trigger) }, m.ClearTrigger)
	orClear(d.EndsAt != nil, func() { m.SetEndsAt(*d.EndsAt) }, m.ClearEndsAt)
	orClear(len(d.SegmentRoles) > 0, func() { m.SetSegmentRoles(d.SegmentRoles) }, m.ClearSegmentRoles)
	orClear(d.SegmentID != nil, func() { m.SetSegmentID(*d.SegmentID) }, m.ClearSegmentID)
	if d.newContent {
		orClear(d.Content != nil, func() { m.SetContent(d.Content) }, m.ClearContent)
	}
	orClear(d.OpenMode != nil, func() { m.SetOpenMode(*d.OpenMode) }, m.ClearOpenMode)
	orClear(d.ReachAt != nil, func() { m.SetReachAt(*d.ReachAt) }, m.ClearReachAt)
	orClear(d.ApplicationID != nil, func() { m.SetApplicationID(*d.ApplicationID) }, m.ClearApplicationID)
	orClear(d.CampaignID != nil, func() { m.SetCampaignID(*d.CampaignID) }, m.ClearCampaignID)
	orClear(d.ChannelID != nil, func() { m.SetChannelID(*d.ChannelID) }, m.ClearChannelID)
	orClear(d.TemplateID != nil, func() { m.SetTemplateID(*d.TemplateID) }, m.ClearTemplateID)
	orClear(d.UploadID != nil, func() { m.SetUploadID(*d.UploadID) }, m.ClearUploadID)
}

func orClear(has bool, set, clear func()) {
	if has {
		set()
	} else {
		clear()
	}
}

func (d *draft) writeLinks(ctx context.Context, tx *ent.Tx, taskID string) error {
	if !d.setGroups {
		return nil
	}
	if _, err := tx.TaskGroupLink.Delete().Where(enttaskgrouplink.TaskID(taskID)).Exec(ctx); err != nil {
		return fmt.Errorf("leave groups: %w", err)
	}
	for _, l := range sortedLinks(d.groups) {
		err := tx.TaskGroupLink.Create().SetProjectID(viewer.From(ctx).ProjectID).SetTaskID(taskID).SetTopID(l.TopID).SetGroupID(l.GroupID).Exec(ctx)
		if err != nil {
			return fmt.Errorf("join group: %w", err)
		}
	}
	return nil
}

// changes names what an edit changed, for the audit log.
func changes(before, after *ent.Task) map[string]any {
	out := map[string]any{}
	note := func(field string, old, now any) {
		if fmt.Sprint(old) != fmt.Sprint(now) {
			out[field] = map[string]any{"from": old, "to": now}
		}
	}
	note("name", before.Name, after.Name)
	note("type", before.Type, after.Type)
	note("reachAt", instant(before.ReachAt), instant(after.ReachAt))
	note("cycle", string(before.Cycle), string(after.Cycle))
	note("trigger", string(before.Trigger), string(after.Trigger))
	note("endsAt", instant(before.EndsAt), instant(after.EndsAt))
	note("channelId", deref(before.ChannelID), deref(after.ChannelID))
	note("templateId", deref(before.TemplateID), deref(after.TemplateID))
	note("uploadId", deref(before.UploadID), deref(after.UploadID))
	note("messageClass", before.MessageClass, after.MessageClass)
	note("approvalTimeout", before.ApprovalTimeout, after.ApprovalTimeout)
	note("audienceMode", before.AudienceMode, after.AudienceMode)
	note("segmentId", deref(before.SegmentID), deref(after.SegmentID))
	note("rule", string(before.Rule), string(after.Rule))
	note("listed", before.Listed, after.Listed)
	note("segmentRoles", before.SegmentRoles, after.SegmentRoles)
	note("refreshBefore", before.RefreshBefore, after.RefreshBefore)
	note("refreshFailure", before.RefreshFailure, after.RefreshFailure)
	note("supplementary", len(before.Supplementary), len(after.Supplementary))
	return out
}

func instant(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.UTC().Format(time.RFC3339)
}

func stale() error {
	return fault.Errorf(fault.Conflict, "somebody else saved the task meanwhile").Because("VERSION")
}

// orTaken turns the database's word for two equal names into ours. Nothing else
// that these commands write is unique by what people enter.
func orTaken(err error) error {
	if err != nil && database.IsUnique(err) {
		return naming.Taken("task")
	}
	return err
}
