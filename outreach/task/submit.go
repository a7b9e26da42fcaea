package task

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	enttaskgrouplink "tidings/ent/taskgrouplink"
	"tidings/ent/viewer"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/preflight"
	"tidings/outreach/task/state"
)

// Submit checks a draft as a whole and puts it before the approvers, frozen: the
// approval keeps the task, and the task its template, as they are now.
//
// SECURITY: this begins what ends in messages to people; it sends nothing itself.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID with everything that Check
// finds, CONFLICT (NO_APPROVER when that is all that is wrong, or the status).
func (s *Service) Submit(ctx context.Context, taskID string) (*ent.Task, error) {
	return s.command(ctx, state.OpSubmit, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		now := s.clock.Now()
		facts, err := s.gather(ctx, tx, t, now)
		if err != nil {
			return nil, err
		}
		problems, err := Check(facts)
		if err != nil {
			return nil, err
		}
		if len(problems) == 1 && problems[0].Rule == "NO_APPROVER" {
			return nil, &fault.Error{Code: fault.Conflict, Reason: "NO_APPROVER", Message: problems[0].Message, Fields: problems}
		}
		if err := problems.Err(); err != nil {
			return nil, err
		}
		template, err := json.Marshal(map[string]any{
			"id": facts.Template.ID, "providerId": facts.Template.ProviderID, "title": facts.Template.Title, "fields": facts.Template.Fields,
		})
		if err != nil {
			return nil, fmt.Errorf("freeze template: %w", err)
		}
		when, err := bound(t, facts.Grace, facts.Zone)
		if err != nil {
			return nil, err
		}
		t.StartsAt, t.EndsAt, t.Trigger = when.from, when.to, when.trigger
		snapshot, err := freeze(ctx, tx, t)
		if err != nil {
			return nil, err
		}
		t, err = state.Move(ctx, tx, t, state.Submit, func(u *ent.TaskUpdate) {
			u.SetSubmittedAt(now).SetTemplateSnapshot(template).SetStatusReason("").SetStatusText("")
			orClear(when.from != nil, func() { u.SetStartsAt(*when.from) }, func() { u.ClearStartsAt() })
			orClear(when.to != nil, func() { u.SetEndsAt(*when.to) }, func() { u.ClearEndsAt() })
			orClear(len(when.trigger) > 0, func() { u.SetTrigger(when.trigger) }, func() { u.ClearTrigger() })
		})
		if err != nil {
			return nil, err
		}
		if err := approval.Open(ctx, tx, t, now, snapshot); err != nil {
			return nil, err
		}
		if err := preflight.Open(ctx, tx, t, now); err != nil {
			return nil, err
		}
		return t, taskAudit(ctx, tx, "task.submit", t, nil)
	})
}

// Withdraw takes a submitted task back; it is a draft again. Its creator and its
// submitter may.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (DECIDED).
func (s *Service) Withdraw(ctx context.Context, taskID string) (*ent.Task, error) {
	return s.command(ctx, state.OpWithdraw, taskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if err := approval.Withdraw(ctx, tx, t, s.clock.Now()); err != nil {
			return nil, err
		}
		end, err := givenEnd(t, t.Edges.Project)
		if err != nil {
			return nil, err
		}
		t, err = state.Move(ctx, tx, t, state.Withdraw, func(u *ent.TaskUpdate) {
			u.ClearSubmittedAt().ClearTemplateSnapshot().ClearStartsAt()
			orClear(end != nil, func() { u.SetEndsAt(*end) }, func() { u.ClearEndsAt() })
		})
		if err != nil {
			return nil, err
		}
		return t, taskAudit(ctx, tx, "task.withdraw", t, nil)
	})
}

// gather loads what Check decides on.
func (s *Service) gather(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) (Facts, error) {
	f := Facts{
		Task: t, Now: now, Channel: t.Edges.Channel, Template: t.Edges.Template, Upload: t.Edges.Upload, Zone: zone(t.Edges.Project), Grace: grace(t.Edges.Project),
	}
	if err := s.audienceFacts(ctx, tx, &f); err != nil {
		return f, err
	}
	if err := eventFacts(ctx, tx, &f); err != nil {
		return f, err
	}
	channels, err := tx.Channel.Query().Select(entchannel.FieldAppID, entchannel.FieldEnabled).All(ctx)
	if err != nil {
		return f, fmt.Errorf("load channels: %w", err)
	}
	for _, c := range channels {
		f.Programs = append(f.Programs, c.AppID)
		if c.Enabled {
			f.Channels++
		}
	}
	f.Approver, err = approval.HasApprover(ctx, tx, t.Edges.Project, t.CreatorID, viewer.From(ctx).AccountID)
	return f, err
}

// eventFacts loads what the project knows of a triggered task's events.
func eventFacts(ctx context.Context, tx *ent.Tx, f *Facts) error {
	d, _, err := readTrigger(f.Task)
	if err != nil || d == nil || audience.Scheduled(f.Task.Type) {
		return err
	}
	a, b := d.EventNames()
	f.Events, err = audience.EventCatalogue(ctx, tx.Client(), f.Task.ProjectID, append(a, b...))
	return err
}

// zone is where the project's times of day are.
func zone(p *ent.Project) *time.Location {
	if loc, err := time.LoadLocation(p.TimeZone); err == nil {
		return loc
	}
	return time.UTC
}

// grace is how long a project waits for late events before it judges (§10.2).
func grace(p *ent.Project) time.Duration { return time.Duration(p.JudgeGrace) * time.Second }

// freeze is the task as it is submitted, for whoever asks later what was approved.
func freeze(ctx context.Context, tx *ent.Tx, t *ent.Task) ([]byte, error) {
	groups, err := tx.TaskGroupLink.Query().Where(enttaskgrouplink.TaskID(t.ID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	ids := make([]string, len(groups))
	for i, g := range groups {
		ids[i] = g.GroupID
	}
	out, err := json.Marshal(map[string]any{
		"name": t.Name, "method": t.Method, "type": t.Type, "applicationId": t.ApplicationID, "campaignId": t.CampaignID, "groupIds": ids,
		"audienceMode": t.AudienceMode, "uploadId": t.UploadID, "supplementary": t.Supplementary,
		"subject": t.Subject, "segmentId": t.SegmentID, "rule": t.Rule, "listed": t.Listed, "segmentRoles": t.SegmentRoles,
		"refreshBefore": t.RefreshBefore, "refreshFailure": t.RefreshFailure,
		"reachAt": t.ReachAt, "cycle": t.Cycle, "trigger": t.Trigger, "startsAt": t.StartsAt, "endsAt": t.EndsAt, "approvalTimeout": t.ApprovalTimeout,
		"channelId": t.ChannelID, "messageClass": t.MessageClass, "templateId": t.TemplateID, "content": t.Content,
		"openMode": t.OpenMode, "openUrl": t.OpenURL, "openAppId": t.OpenAppID, "openPath": t.OpenPath,
		"globalLimit": t.GlobalLimit, "resendUnconfirmed": t.ResendUnconfirmed, "version": t.Version,
	})
	if err != nil {
		return nil, fmt.Errorf("freeze task: %w", err)
	}
	return out, nil
}
