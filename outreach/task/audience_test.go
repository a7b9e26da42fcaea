package task_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entproject "tidings/ent/project"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/person"
	"tidings/outreach/task"
)

// ruled saves a draft that selects everybody by rule.
func (b *bundle) ruled(t *testing.T, name string, change func(*task.Input)) *ent.Task {
	t.Helper()
	in := b.complete(t, name)
	byRule(everybody)(&in)
	if change != nil {
		change(&in)
	}
	d, err := b.tasks.Create(b.AsMarketer, in)
	require.NoError(t, err)
	return d
}

func (b *bundle) segment(t *testing.T, d *ent.Task) *ent.Segment {
	t.Helper()
	require.NotNil(t, d.SegmentID)
	s, err := b.DB.Ent.Segment.Get(b.System, *d.SegmentID)
	require.NoError(t, err)
	return s
}

// living are the names of the project's segments.
func (b *bundle) living(t *testing.T) []string {
	t.Helper()
	names, err := b.DB.Ent.Segment.Query().Where(entsegment.ProjectID(b.Project.ID)).Order(ent.Asc(entsegment.FieldName)).Select(entsegment.FieldName).Strings(b.System)
	require.NoError(t, err)
	return names
}

func (b *bundle) update(t *testing.T, d *ent.Task, in task.Input) *ent.Task {
	t.Helper()
	out, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, in)
	require.NoError(t, err)
	return out
}

func TestOwnSegment(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		d := b.ruled(t, "春季", func(in *task.Input) { in.SegmentRoles = []string{string(access.Approver)} })
		s := b.segment(t, d)
		require.Equal(t, "春季_"+d.ID, s.Name, "R28")
		require.True(t, s.Listed, "R29 the default of the switch")
		require.Equal(t, person.WechatOpenID, s.IDType, "R33 the channel's target-ID type")
		require.Equal(t, *d.ChannelID, *s.ChannelID)
		require.Equal(t, entsegment.UpdateModeOnDemand, s.UpdateMode, "R54")
		require.Equal(t, d.ID, *s.OriginTaskID)
		require.Equal(t, []string{string(access.Approver)}, s.Roles, "R31")
		require.Equal(t, entsegment.StatusComputing, s.Status)

		d = b.update(t, d, task.Input{Name: new("夏季"), SegmentRoles: []string{}})
		require.Equal(t, s.ID, *d.SegmentID, "§1.3b saving again updates the same one")
		s = b.segment(t, d)
		require.Equal(t, "夏季_"+d.ID, s.Name, "R28 it follows the name")
		require.Empty(t, s.Roles)
		require.Zero(t, s.Attempt, "and is not computed anew")

		d = b.update(t, d, task.Input{Listed: new(false)})
		require.False(t, b.segment(t, d).Listed, "R27")
		other := b.NewChannel(t)
		d = b.update(t, d, task.Input{ChannelID: &other.ID})
		require.Equal(t, other.ID, *b.segment(t, d).ChannelID, "R33 it follows the channel")
		d = b.update(t, d, task.Input{Type: new(enttask.TypeDoneA)})
		s = b.segment(t, d)
		require.Equal(t, []string{"DAILY", "06:00"}, []string{string(s.UpdateMode), s.DailyAt}, "R71")
		d = b.update(t, d, task.Input{Type: new(enttask.TypeOnce)})
		require.Equal(t, entsegment.UpdateModeOnDemand, b.segment(t, d).UpdateMode)

		_, err := b.segments.Update(b.AsMarketer, s.ID, audience.SegmentInput{Name: new("mine")})
		require.Equal(t, "CONFLICT TASK_SEGMENT", reason(t, err), "it is changed in its task")
		require.Equal(t, "CONFLICT SEGMENT_IN_USE", reason(t, b.segments.Delete(b.AsMarketer, s.ID)))

		d = b.update(t, d, task.Input{Rule: []byte(`{"op":"AND","nodes":[]}`)})
		require.Nil(t, d.SegmentID, "§1.3b a rule that is not whole saves the draft without a segment")
		require.JSONEq(t, `{"op":"AND","nodes":[]}`, string(d.Rule))
		require.Empty(t, b.living(t))
		d = b.update(t, d, task.Input{Rule: []byte(everybody)})
		require.Len(t, b.living(t), 1)
		d = b.update(t, d, task.Input{AudienceMode: new(enttask.AudienceModeUpload)})
		require.Nil(t, d.SegmentID)
		require.Empty(t, b.living(t), "another mode needs none")
		d = b.update(t, d, task.Input{AudienceMode: new(enttask.AudienceModeRule)})
		require.Len(t, b.living(t), 1)
		require.NoError(t, b.tasks.Delete(b.AsMarketer, d.ID))
		require.Empty(t, b.living(t), "a deleted draft takes its own along")
	})
}

func TestOwnSegmentOfTriggeredTasks(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		require.NoError(t, db.Ent.Project.UpdateOneID(b.Project.ID).SetListedDefault(false).Exec(b.System))
		d := b.ruled(t, "x", nil)
		require.False(t, b.segment(t, d).Listed, "R29 administrators set the default")
		d = b.ruled(t, "y", func(in *task.Input) { in.Listed = new(true) })
		require.True(t, b.segment(t, d).Listed)
	})
}

func TestOnlyTheCDPMakesSegmentsOfRules(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for source, word := range map[entproject.AudienceSource]string{
			entproject.AudienceSourceFinder: "NEW_SEGMENT_INSTEAD", entproject.AudienceSourceNone: "NO_SEGMENTS",
		} {
			b := setup(t, db)
			require.NoError(t, db.Ent.Project.UpdateOneID(b.Project.ID).SetAudienceSource(source).Exec(b.System))
			d := b.ruled(t, "R23", nil)
			require.Nil(t, d.SegmentID)
			_, err := b.tasks.Submit(b.AsMarketer, d.ID)
			require.Equal(t, []string{"audienceMode " + word}, rules(t, err), "R23 %s", source)
		}
		b := setup(t, db)
		s, err := b.segments.Create(b.AsMarketer, audience.SegmentInput{Name: new("s"), Rule: []byte(everybody)})
		require.NoError(t, err)
		require.NoError(t, db.Ent.Project.UpdateOneID(b.Project.ID).SetAudienceSource(entproject.AudienceSourceNone).Exec(b.System))
		in := b.complete(t, "R34")
		in.AudienceMode, in.SegmentID = new(enttask.AudienceModeSegment), &s.ID
		d, err := b.tasks.Create(b.AsMarketer, in)
		require.NoError(t, err)
		_, err = b.tasks.Submit(b.AsMarketer, d.ID)
		require.Equal(t, []string{"audienceMode NO_SEGMENTS"}, rules(t, err), "R34")
	})
}

func TestRulesNeedTheSegmentPermission(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		in := b.complete(t, "R26")
		byRule(everybody)(&in)
		_, err := b.tasks.Create(without(b.AsMarketer, access.SegmentEdit), in)
		require.Equal(t, "FORBIDDEN segment.edit", reason(t, err), "R26")
		require.Empty(t, b.living(t))
	})
}

func TestChosenSegment(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		make := func(name string, change func(*audience.SegmentInput)) *ent.Segment {
			t.Helper()
			in := audience.SegmentInput{Name: &name, Rule: []byte(everybody)}
			if change != nil {
				change(&in)
			}
			s, err := b.segments.Create(b.AsMarketer, in)
			require.NoError(t, err)
			return s
		}
		choose := func(ctx context.Context, name, id string) (*ent.Task, error) {
			in := b.complete(t, name)
			in.AudienceMode, in.SegmentID = new(enttask.AudienceModeSegment), &id
			return b.tasks.Create(ctx, in)
		}
		listed, hidden := make("listed", nil), make("unlisted", func(in *audience.SegmentInput) { in.Listed = new(false) })
		d, err := choose(b.AsMarketer, "listed", listed.ID)
		require.NoError(t, err)
		require.Equal(t, listed.ID, *d.SegmentID)
		_, err = choose(b.AsMarketer, "unlisted", hidden.ID)
		require.Equal(t, []string{"segmentId NOT_LISTED"}, rules(t, err), "R27")
		stranger := factory.NewTeam(t, db)
		theirs, err := b.segments.Create(stranger.AsMarketer, audience.SegmentInput{Name: new("theirs"), Rule: []byte(everybody)})
		require.NoError(t, err)
		_, err = choose(b.AsMarketer, "theirs", theirs.ID)
		require.Equal(t, []string{"segmentId NOT_FOUND"}, rules(t, err), "§11.2")

		t.Run("what happens to it later is found when the task is checked", func(t *testing.T) { //nolint:paralleltest // one task
			for want, change := range map[string]func(*ent.SegmentUpdateOne) *ent.SegmentUpdateOne{
				"segmentId NOT_LISTED": func(u *ent.SegmentUpdateOne) *ent.SegmentUpdateOne { return u.SetListed(false) },
				"segmentId NOT_COMPUTED": func(u *ent.SegmentUpdateOne) *ent.SegmentUpdateOne {
					return u.SetListed(true).SetStatus(entsegment.StatusFailed).SetUpdateMode(entsegment.UpdateModeDaily)
				},
			} {
				change(db.Ent.Segment.UpdateOneID(listed.ID)).ExecX(b.System)
				_, err := b.tasks.Submit(b.AsMarketer, d.ID)
				require.Equal(t, []string{want}, rules(t, err))
			}
			db.Ent.Segment.UpdateOneID(listed.ID).SetListed(true).SetStatus(entsegment.StatusEmpty).SetUpdateMode(entsegment.UpdateModeOnDemand).ExecX(b.System)
			found, err := b.tasks.Examine(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Empty(t, found.Problems, "never computed, but refreshed before the run")
		})
		t.Run("another mode lets it go, without deleting it", func(t *testing.T) { //nolint:paralleltest // one task
			d = b.update(t, d, task.Input{AudienceMode: new(enttask.AudienceModeUpload)})
			require.Nil(t, d.SegmentID)
			require.NotNil(t, db.Ent.Segment.GetX(b.System, listed.ID))
		})
		t.Run("from a rule to a segment and back", func(t *testing.T) { //nolint:paralleltest // one task
			r := b.ruled(t, "both", nil)
			own := *r.SegmentID
			r = b.update(t, r, task.Input{AudienceMode: new(enttask.AudienceModeSegment)})
			require.Nil(t, r.SegmentID, "its own is no segment of the list")
			r = b.update(t, r, task.Input{SegmentID: &listed.ID})
			require.Equal(t, listed.ID, *r.SegmentID)
			r = b.update(t, r, task.Input{AudienceMode: new(enttask.AudienceModeRule)})
			require.NotContains(t, []string{own, listed.ID}, *r.SegmentID)
		})
	})
}

func TestTasksOfHiddenSegments(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		_, asOther := b.Member(t, access.Marketer)
		own := b.ruled(t, "own", func(in *task.Input) { in.SegmentRoles = []string{string(access.Approver)} })
		s, err := b.segments.Create(b.AsMarketer, audience.SegmentInput{Name: new("s"), Rule: []byte(everybody), Roles: []string{string(access.Approver)}})
		require.NoError(t, err)
		in := b.complete(t, "chosen")
		in.AudienceMode, in.SegmentID = new(enttask.AudienceModeSegment), &s.ID
		chosen, err := b.tasks.Create(b.AsMarketer, in)
		require.NoError(t, err)
		for _, d := range []*ent.Task{own, chosen} {
			for name, do := range map[string]func(context.Context) error{
				"view":  func(ctx context.Context) error { return b.tasks.Viewable(ctx, d) },
				"check": func(ctx context.Context) error { _, err := b.tasks.Examine(ctx, d.ID); return err },
				"copy":  func(ctx context.Context) error { _, err := b.tasks.Copy(ctx, d.ID); return err },
				"edit": func(ctx context.Context) error {
					_, err := b.tasks.Update(ctx, d.ID, d.Version, task.Input{})
					return err
				},
				"submit": func(ctx context.Context) error { _, err := b.tasks.Submit(ctx, d.ID); return err },
			} {
				require.Equal(t, "FORBIDDEN NO_SEGMENT_PERMISSION", reason(t, do(asOther)), "R31 %s %s", d.Name, name)
			}
			require.NoError(t, b.tasks.Viewable(b.AsApprover, d))
			require.NoError(t, b.tasks.Viewable(b.AsAdmin, d))
			require.NoError(t, b.tasks.Viewable(b.AsMarketer, d))
		}
		t.Run("§1.4 a copy makes a segment of its own", func(t *testing.T) { //nolint:paralleltest // one task
			made, err := b.tasks.Copy(b.AsMarketer, own.ID)
			require.NoError(t, err)
			require.NotEqual(t, *own.SegmentID, *made.SegmentID)
			require.Equal(t, "own_copy_"+made.ID, b.segment(t, made).Name)
			require.Equal(t, own.SegmentRoles, b.segment(t, made).Roles)
			made, err = b.tasks.Copy(b.AsMarketer, chosen.ID)
			require.NoError(t, err)
			require.Equal(t, s.ID, *made.SegmentID)
		})
		t.Run("who may not see it cannot choose it", func(t *testing.T) { //nolint:paralleltest // one task
			in := b.complete(t, "theirs")
			in.AudienceMode, in.SegmentID = new(enttask.AudienceModeSegment), &s.ID
			_, err := b.tasks.Create(asOther, in)
			require.Equal(t, "FORBIDDEN NO_SEGMENT_PERMISSION", reason(t, err))
		})
		t.Run("execution never depends on it", func(t *testing.T) { //nolint:paralleltest // one task
			_, err := b.tasks.Submit(b.AsMarketer, own.ID)
			require.NoError(t, err)
			found, err := b.approvals.OfTasks(b.AsMarketer, []string{own.ID})
			require.NoError(t, err)
			require.NoError(t, db.Ent.Task.UpdateOneID(own.ID).SetSegmentRoles([]string{string(access.Viewer)}).Exec(b.System))
			_, err = b.approvals.Approve(b.AsApprover, found[own.ID].ID, "")
			require.NoError(t, err)
		})
	})
}

func TestWhatOthersUseOfAnOwnSegmentStays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		d := b.ruled(t, "其一", func(in *task.Input) { in.Listed = new(true) })
		s := b.segment(t, d)
		in := b.complete(t, "其二")
		in.AudienceMode, in.SegmentID, in.UploadID = new(enttask.AudienceModeSegment), &s.ID, nil
		_, err := b.tasks.Create(b.AsMarketer, in)
		require.NoError(t, err)

		d = b.update(t, d, task.Input{Rule: []byte(`{"op":"AND","nodes":[]}`)})
		require.Nil(t, d.SegmentID, "§1.3b the draft cannot be submitted")
		require.Equal(t, []string{s.Name}, b.living(t), "the other task keeps what it is for")
		d = b.update(t, d, task.Input{Rule: []byte(everybody)})
		require.Equal(t, s.ID, *d.SegmentID, "and it is this task's again")
		_, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Listed: new(false)})
		require.Equal(t, "CONFLICT SEGMENT_IN_USE", reason(t, err), "R27 what is used stays in the list")
		require.Equal(t, "CONFLICT SEGMENT_IN_USE", reason(t, b.tasks.Delete(b.AsMarketer, d.ID)))
	})
}
