package task_test

import (
	"context"
	"log/slog"
	"maps"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/task"
)

var morning = time.Date(2026, 3, 1, 1, 0, 0, 0, time.UTC)

type bundle struct {
	*factory.Team
	clock     *clock.Fake
	tasks     *task.Service
	approvals *approval.Service
	groups    *task.Groups
	campaigns *task.Campaigns
	uploads   *audience.Uploads
	segments  *audience.Segments
}

// without is somebody who lacks one permission of the other's.
func without(ctx context.Context, permission string) context.Context {
	v := *viewer.From(ctx)
	v.Permissions = maps.Clone(v.Permissions)
	delete(v.Permissions, permission)
	return viewer.With(ctx, &v)
}

func setup(t *testing.T, db *database.DB) *bundle {
	t.Helper()
	c := clock.NewFake(morning)
	segments := audience.NewSegments(audience.SegmentDeps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler)})
	return &bundle{
		segments: segments,
		Team:     factory.NewTeam(t, db), clock: c, tasks: task.New(db, c, segments, nil), approvals: approval.New(db, c, nil),
		groups: task.NewGroups(db), campaigns: task.NewCampaigns(db),
		uploads: audience.NewUploads(audience.Deps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler)}),
	}
}

// upload makes a list of n people that is ready.
func (b *bundle) upload(t *testing.T, n int) *ent.Upload {
	t.Helper()
	var csv strings.Builder
	for i := range n {
		csv.WriteString(factory.OpenID(i) + "\n")
	}
	up, err := b.uploads.Receive(b.AsMarketer, strings.NewReader(csv.String()), audience.Meta{ChannelID: b.Channel.ID, FileName: "list.csv"})
	require.NoError(t, err)
	require.NoError(t, b.uploads.Resolve(t.Context(), up.ID, up.Attempt))
	return up
}

// complete is an input that can be submitted at once.
func (b *bundle) complete(t *testing.T, name string) task.Input {
	t.Helper()
	return task.Input{
		Name: &name, UploadID: &b.upload(t, 3).ID, ReachAt: new(morning.Add(time.Hour)), ChannelID: &b.Channel.ID, TemplateID: &b.Template.ID,
		Content:  []task.Param{{Key: "thing1", Text: "春季大促"}, {Key: "date2", Text: "2026年3月8日"}},
		OpenMode: new(enttask.OpenModeNone),
	}
}

// draft saves a complete task.
func (b *bundle) draft(t *testing.T, name string) *ent.Task {
	t.Helper()
	d, err := b.tasks.Create(b.AsMarketer, b.complete(t, name))
	require.NoError(t, err)
	return d
}

// submitted hands a complete task over.
func (b *bundle) submitted(t *testing.T, name string, change func(*task.Input)) (*ent.Task, *ent.Approval) {
	t.Helper()
	in := b.complete(t, name)
	if change != nil {
		change(&in)
	}
	d, err := b.tasks.Create(b.AsMarketer, in)
	require.NoError(t, err)
	d, err = b.tasks.Submit(b.AsMarketer, d.ID)
	require.NoError(t, err)
	found, err := b.approvals.OfTasks(b.AsMarketer, []string{d.ID})
	require.NoError(t, err)
	return d, found[d.ID]
}

// approved is a task that waits for its reach time.
func (b *bundle) approved(t *testing.T, name string) *ent.Task {
	t.Helper()
	d, a := b.submitted(t, name, nil)
	_, err := b.approvals.Approve(b.AsApprover, a.ID, "")
	require.NoError(t, err)
	return b.reload(t, d)
}

func (b *bundle) reload(t *testing.T, d *ent.Task) *ent.Task {
	t.Helper()
	out, err := b.DB.Ent.Task.Get(b.System, d.ID)
	require.NoError(t, err)
	return out
}

// rules lists what an error says is wrong, as path and rule.
func rules(t *testing.T, err error) []string {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	out := make([]string, len(f.Fields))
	for i, field := range f.Fields {
		out[i] = field.Path + " " + field.Rule
	}
	return out
}

func reason(t *testing.T, err error) string {
	t.Helper()
	var f *fault.Error
	require.ErrorAs(t, err, &f)
	return string(f.Code) + " " + f.Reason
}
