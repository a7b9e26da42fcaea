package task_test

import (
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/render"
	"tidings/outreach/task"
)

func TestCreate(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		t.Run("a draft needs nothing but a name and gets the defaults (§1.3b, R21)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			app := db.Ent.Application.Create().SetProjectID(b.Project.ID).SetName("app").SetPreferred(true).SaveX(b.System)
			d, err := b.tasks.Create(b.AsMarketer, task.Input{Name: new("  double  eleven\t"), Given: func(string) bool { return true }})
			require.NoError(t, err)
			require.Equal(t, "double  eleven", d.Name)
			require.Equal(t, enttask.TypeOnce, d.Type)
			require.Equal(t, enttask.AudienceModeUpload, d.AudienceMode)
			require.Equal(t, enttask.ApprovalTimeoutCancel, d.ApprovalTimeout)
			require.Equal(t, enttask.MessageClassNormal, d.MessageClass)
			require.True(t, d.GlobalLimit)
			require.Equal(t, &app.ID, d.ApplicationID)
			require.Equal(t, b.Marketer.ID, d.CreatorID)
			require.Equal(t, enttask.RunStatusDraft, d.RunStatus)
			require.Equal(t, enttask.ApprovalStatusNone, d.ApprovalStatus)
		})
		for name, row := range map[string]struct{ name, rule string }{
			"is needed":                    {" \t", "name REQUIRED"},
			"has at most 60 characters":    {strings.Repeat("字", 61), "name TOO_LONG"},
			"has no control characters":    {"a\u0007b", "name INVALID_VALUE"},
			"is not that of another task":  {"Taken", "name NAME_TAKEN"},
			"is compared without case":     {"tAKEN", "name NAME_TAKEN"},
			"is compared without spaces":   {" taken ", "name NAME_TAKEN"},
			"is compared as NFC":           {"cafe\u0301", "name NAME_TAKEN"},
			"is compared by folding":       {"STRASSE", "name NAME_TAKEN"},
			"may have sixty of any script": {strings.Repeat("字", 60), ""},
		} {
			for _, taken := range []string{"Taken", "caf\u00e9", "straße"} {
				_, err := b.tasks.Create(b.AsMarketer, task.Input{Name: &taken})
				require.True(t, err == nil || fault.Is(err, fault.Conflict))
			}
			t.Run("a name "+name+" (R13)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
				_, err := b.tasks.Create(b.AsMarketer, task.Input{Name: &row.name})
				if row.rule == "" {
					require.NoError(t, err)
					return
				}
				require.Equal(t, []string{row.rule}, rules(t, err))
			})
		}
		t.Run("another project may use the name", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := b.tasks.Create(factory.NewTeam(t, db).AsMarketer, task.Input{Name: new("Taken")})
			require.NoError(t, err)
		})
		t.Run("of many who take a name at once one gets it", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			errs := make([]error, 8)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = b.tasks.Create(b.AsMarketer, task.Input{Name: new("race")}) })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else {
					require.Equal(t, "CONFLICT NAME_TAKEN", reason(t, err))
				}
			}
			require.Equal(t, 1, won)
		})
		t.Run("another project's objects are not found", func(t *testing.T) {
			t.Parallel()
			other := setup(t, db)
			group, err := other.groups.Create(other.AsAdmin, "g", nil, nil)
			require.NoError(t, err)
			cg, err := other.campaigns.CreateGroup(other.AsMarketer, "cg")
			require.NoError(t, err)
			campaign, err := other.campaigns.Create(other.AsMarketer, "c", cg.ID)
			require.NoError(t, err)
			app := db.Ent.Application.Create().SetProjectID(other.Project.ID).SetName("app").SaveX(b.System)
			_, err = b.tasks.Create(b.AsMarketer, task.Input{
				Name: new("thief"), ChannelID: &other.Channel.ID, TemplateID: &other.Template.ID, UploadID: &other.upload(t, 1).ID,
				GroupIDs: []string{group.ID}, CampaignID: &campaign.ID, ApplicationID: &app.ID,
			})
			require.ElementsMatch(t, []string{
				"channelId NOT_FOUND", "templateId NOT_FOUND", "uploadId NOT_FOUND", "groupIds NOT_FOUND", "campaignId NOT_FOUND", "applicationId NOT_FOUND",
			}, rules(t, err))
		})
		t.Run("supplementary recipients are target IDs, each once, at most a hundred (R32, §9.7)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d, err := b.tasks.Create(b.AsMarketer, task.Input{Name: new("extra"), Supplementary: []string{" " + factory.OpenID(1), "", factory.OpenID(1)}})
			require.NoError(t, err)
			require.Equal(t, []string{factory.OpenID(1)}, d.Supplementary)
			_, err = b.tasks.Create(b.AsMarketer, task.Input{Name: new("extra2"), Supplementary: []string{"13800000000"}})
			require.Equal(t, []string{"supplementary INVALID_ID"}, rules(t, err))
			many := make([]string, 101)
			for i := range many {
				many[i] = factory.OpenID(i)
			}
			_, err = b.tasks.Create(b.AsMarketer, task.Input{Name: new("extra3"), Supplementary: many})
			require.Equal(t, []string{"supplementary TOO_MANY"}, rules(t, err))
		})
		t.Run("who may not write tasks is refused", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := b.tasks.Create(b.AsApprover, task.Input{Name: new("x")})
			require.True(t, fault.Is(err, fault.Forbidden))
			_, err = b.tasks.Create(t.Context(), task.Input{Name: new("x")})
			require.True(t, fault.Is(err, fault.Unauthenticated))
		})
	})
}

func TestUpdate(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		given := func(fields ...string) func(string) bool {
			return func(f string) bool { return slices.Contains(fields, f) }
		}
		t.Run("what is not named stays, what is named without a value is cleared", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "partly")
			d, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{MessageClass: new(enttask.MessageClassUrgent), Given: given("messageClass", "reachAt", "openMode")})
			require.NoError(t, err)
			require.Equal(t, enttask.MessageClassUrgent, d.MessageClass)
			require.Nil(t, d.ReachAt)
			require.Nil(t, d.OpenMode)
			require.NotNil(t, d.UploadID)
			require.Equal(t, "partly", d.Name)
			require.Equal(t, 2, d.Version)
		})
		t.Run("an edit of what somebody else saved meanwhile is refused", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "twice")
			_, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("first")})
			require.NoError(t, err)
			_, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("second")})
			require.Equal(t, "CONFLICT VERSION", reason(t, err))
			require.Equal(t, "first", b.reload(t, d).Name)
		})
		t.Run("of two who save the same version at once one wins", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "both")
			errs := make([]error, 4)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() {
					_, errs[i] = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{GlobalLimit: new(false)})
				})
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else {
					require.Equal(t, "CONFLICT VERSION", reason(t, err))
				}
			}
			require.Equal(t, 1, won)
		})
		t.Run("another channel clears the message and keeps all other data (R76)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "move")
			other := b.NewChannel(t)
			d, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{ChannelID: &other.ID})
			require.NoError(t, err)
			require.Nil(t, d.TemplateID)
			require.Empty(t, d.Content)
			require.NotNil(t, d.UploadID)
			require.NotNil(t, d.ReachAt)
			found, err := b.tasks.Examine(b.AsMarketer, d.ID)
			require.NoError(t, err)
			var got []string
			for _, p := range found.Problems {
				got = append(got, p.Path+" "+p.Rule)
			}
			require.ElementsMatch(t, []string{"uploadId OTHER_CHANNEL", "templateId REQUIRED"}, got)
		})
		t.Run("the same channel again clears nothing", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "stay")
			d, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{ChannelID: &b.Channel.ID})
			require.NoError(t, err)
			require.NotNil(t, d.TemplateID)
			require.NotEmpty(t, d.Content)
		})
		t.Run("a template of another channel is refused", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "mixed")
			_, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{TemplateID: &b.NewTemplate(t, b.NewChannel(t), factory.Fields...).ID})
			require.Equal(t, []string{"templateId OTHER_CHANNEL"}, rules(t, err))
		})
		t.Run("nothing changes after submission (§1.2)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d, _ := b.submitted(t, "sealed", nil)
			_, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("x")})
			require.Equal(t, "CONFLICT IN_APPROVAL", reason(t, err))
			require.Equal(t, "CONFLICT IN_APPROVAL", reason(t, b.tasks.Delete(b.AsMarketer, d.ID)))
		})
		t.Run("broken variables are refused, whole ones are kept as written (R83, R84)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "words")
			for _, text := range []string{"{{nickname}}", "{{attr.}}", "{{attr.a", "}}", "{{order.id}}", "{{attr.{{x}}}}"} {
				_, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Content: []task.Param{{Key: "thing1", Text: text}}})
				require.Equal(t, []string{"content.thing1 BROKEN_VARIABLE"}, rules(t, err), text)
			}
			d, err := b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Content: []task.Param{
				{Key: "thing1", Text: "Hi {{ attr.nickname | 朋友 }}, {{tag.level}}", Overlong: render.Truncate},
			}})
			require.NoError(t, err)
			params, err := task.ContentOf(d.Content)
			require.NoError(t, err)
			require.Equal(t, []task.Param{{Key: "thing1", Text: "Hi {{attr.nickname|朋友}}, {{tag.level}}", Overlong: render.Truncate}}, params)
		})
		t.Run("another project's task is not found", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "mine")
			thief := factory.NewTeam(t, db).AsAdmin
			for _, err := range []error{
				second(b.tasks.Update(thief, d.ID, 1, task.Input{})), second(b.tasks.Submit(thief, d.ID)), second(b.tasks.Copy(thief, d.ID)),
				b.tasks.Delete(thief, d.ID), second(b.tasks.Cancel(thief, d.ID)), second(b.tasks.Examine(thief, d.ID)),
			} {
				require.True(t, fault.Is(err, fault.NotFound), "%v", err)
			}
		})
	})
}

func second[T any](_ T, err error) error { return err }

func TestCopyAndDelete(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		t.Run("a copy is a new draft with all but the list, under a free name (§1.4)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			top, err := b.groups.Create(b.AsAdmin, "dept", nil, nil)
			require.NoError(t, err)
			in := b.complete(t, "origin")
			in.GroupIDs = []string{top.ID}
			d, err := b.tasks.Create(b.AsMarketer, in)
			require.NoError(t, err)
			_, err = b.tasks.Submit(b.AsMarketer, d.ID)
			require.NoError(t, err)
			c, err := b.tasks.Copy(b.AsAdmin, d.ID)
			require.NoError(t, err)
			require.Equal(t, "origin_copy", c.Name)
			require.Equal(t, b.Admin.ID, c.CreatorID)
			require.Nil(t, c.UploadID)
			require.Equal(t, enttask.ApprovalStatusNone, c.ApprovalStatus)
			require.Nil(t, c.SubmittedAt)
			require.WithinDuration(t, *d.ReachAt, *c.ReachAt, 0)
			require.JSONEq(t, string(d.Content), string(c.Content))
			groups, err := b.groups.OfTasks(b.AsMarketer, []string{c.ID})
			require.NoError(t, err)
			require.Len(t, groups[c.ID], 1)
			c, err = b.tasks.Copy(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, "origin_copy2", c.Name)
		})
		t.Run("copies made at once get names of their own", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "many")
			out := make([]*ent.Task, 6)
			errs := make([]error, 6)
			var wg sync.WaitGroup
			for i := range out {
				wg.Go(func() { out[i], errs[i] = b.tasks.Copy(b.AsMarketer, d.ID) })
			}
			wg.Wait()
			require.NoError(t, errors.Join(errs...))
			names := map[string]bool{}
			for _, c := range out {
				names[c.Name] = true
			}
			require.Len(t, names, 6)
		})
		t.Run("a long name is cut for its copy (R13)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			c, err := b.tasks.Copy(b.AsMarketer, b.draft(t, strings.Repeat("长", 60)).ID)
			require.NoError(t, err)
			require.Equal(t, strings.Repeat("长", 55)+"_copy", c.Name)
		})
		t.Run("a deleted draft is gone and its name is free (§1.4)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "gone")
			_, other := b.Member(t, access.Marketer)
			require.Equal(t, "FORBIDDEN NOT_YOURS", reason(t, b.tasks.Delete(other, d.ID)))
			require.NoError(t, b.tasks.Delete(b.AsMarketer, d.ID))
			_, err := b.tasks.Copy(b.AsMarketer, d.ID)
			require.True(t, fault.Is(err, fault.NotFound))
			again, err := b.tasks.Create(b.AsMarketer, task.Input{Name: new("GONE")})
			require.NoError(t, err)
			require.NoError(t, b.tasks.Delete(b.AsAdmin, again.ID), "administrators delete others' drafts")
		})
		t.Run("every command writes one entry of the audit log (§11.3)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			before := db.Ent.AuditEntry.Query().CountX(b.System)
			d := b.draft(t, "logged") // the upload and the task
			_, err := b.tasks.Update(b.AsMarketer, d.ID, 1, task.Input{ReachAt: new(morning.Add(2 * time.Hour))})
			require.NoError(t, err)
			require.NoError(t, b.tasks.Delete(b.AsMarketer, d.ID))
			require.Equal(t, before+4, db.Ent.AuditEntry.Query().CountX(b.System))
		})
	})
}
