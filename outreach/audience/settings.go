package audience

import (
	"context"
	"fmt"

	"tidings/ent"
	entproject "tidings/ent/project"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// SettingsInput are the project's switches that decide about audiences; nil
// leaves one alone.
type SettingsInput struct {
	AudienceSource     *entproject.AudienceSource
	MultiSubject       *bool
	RefreshLead        *int  // minutes (R52)
	ListedDefault      *bool // R29
	EventRetentionDays *int
	JudgeGrace         *int // seconds (§10.2)
}

const (
	// maxRetention bounds the days that events are kept: further back nothing is taken.
	maxRetention = 36_500
	// maxGrace is the longest that a judgement of A, not B waits for late events, in seconds (§10.2).
	maxGrace = 300
)

// UpdateSettings changes the project's settings.
//
// Administrators only: FORBIDDEN (ADMIN_ONLY). INVALID.
func (s *Segments) UpdateSettings(ctx context.Context, in SettingsInput) (*ent.Project, error) {
	if err := access.RequireSignedIn(ctx); err != nil {
		return nil, err
	}
	if !viewer.From(ctx).Can(access.RoleManage) {
		return nil, fault.Errorf(fault.Forbidden, "only administrators change the project's settings").Because("ADMIN_ONLY")
	}
	var fs fault.Fields
	within(&fs, "refreshLead", in.RefreshLead, 5, 120)
	within(&fs, "eventRetentionDays", in.EventRetentionDays, 0, maxRetention)
	within(&fs, "judgeGrace", in.JudgeGrace, 0, maxGrace)
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.Project
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		before, err := projectOf(ctx, tx.Client())
		if err != nil {
			return err
		}
		u := tx.Project.UpdateOneID(before.ID).SetNillableAudienceSource(in.AudienceSource).SetNillableMultiSubject(in.MultiSubject).
			SetNillableRefreshLead(in.RefreshLead).SetNillableListedDefault(in.ListedDefault).SetNillableEventRetentionDays(in.EventRetentionDays).
			SetNillableJudgeGrace(in.JudgeGrace)
		if out, err = u.Save(ctx); err != nil {
			return fmt.Errorf("save settings: %w", err)
		}
		return access.Audit(ctx, tx, "project.settings", out.ID, out.Name, settingsChanges(before, out))
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

func within(fs *fault.Fields, path string, n *int, low, high int) {
	if n != nil && (*n < low || *n > high) {
		fs.Add(path, "OUT_OF_RANGE", "%d to %d", low, high)
		fs.With(map[string]any{"min": low, "max": high})
	}
}

func settingsChanges(before, after *ent.Project) map[string]any {
	out := map[string]any{}
	note := func(field string, old, now any) {
		if old != now {
			out[field] = map[string]any{"from": old, "to": now}
		}
	}
	note("audienceSource", before.AudienceSource, after.AudienceSource)
	note("multiSubject", before.MultiSubject, after.MultiSubject)
	note("refreshLead", before.RefreshLead, after.RefreshLead)
	note("listedDefault", before.ListedDefault, after.ListedDefault)
	note("judgeGrace", before.JudgeGrace, after.JudgeGrace)
	note("eventRetentionDays", before.EventRetentionDays, after.EventRetentionDays)
	return out
}
