package task_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entaccount "tidings/ent/account"
	entchannel "tidings/ent/channel"
	entmember "tidings/ent/member"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/recipient"
	"tidings/outreach/render"
	"tidings/outreach/task"
)

// TestCheck is every rule of submission by itself.
// everybody is a rule that selects everybody.
const everybody = `{"op":"IDENTITY","idType":"phone","has":false}`

func byRule(text string) func(*task.Input) {
	return func(in *task.Input) {
		in.AudienceMode, in.Rule = new(enttask.AudienceModeRule), json.RawMessage(text)
	}
}

func TestCheck(t *testing.T) {
	t.Parallel()

	thing := func(text string) []task.Param {
		return []task.Param{{Key: "thing1", Text: text}, {Key: "date2", Text: "2026-03-08"}}
	}
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		for name, row := range map[string]struct {
			change  func(*task.Input)
			arrange func(*ent.Task)
			want    []string
		}{
			"a complete task has no problem": {},
			"an empty draft lacks everything at once": {
				change: func(in *task.Input) { *in = task.Input{Name: in.Name} },
				want:   []string{"uploadId REQUIRED", "reachAt REQUIRED", "channelId REQUIRED", "templateId REQUIRED", "openMode REQUIRED"},
			},
			"R49 the reach time is not in the past":      {change: func(in *task.Input) { in.ReachAt = new(morning.Add(-time.Second)) }, want: []string{"reachAt IN_THE_PAST"}},
			"§10.5 the reach time is a minute ahead":     {change: func(in *task.Input) { in.ReachAt = new(morning.Add(59 * time.Second)) }, want: []string{"reachAt TOO_SOON"}},
			"§10.5 exactly a minute is enough":           {change: func(in *task.Input) { in.ReachAt = new(morning.Add(time.Minute)) }},
			"R43 all users are for triggered tasks only": {change: func(in *task.Input) { in.AudienceMode = new(enttask.AudienceModeAll) }, want: []string{"audienceMode TRIGGERED_ONLY"}},
			"R24 a rule is wanted":                       {change: func(in *task.Input) { in.AudienceMode = new(enttask.AudienceModeRule) }, want: []string{"rule REQUIRED"}},
			"R24 a rule is whole":                        {change: byRule(`{"op":"AND","nodes":[]}`), want: []string{"rule.nodes COUNT"}},
			"R24 a rule names what there is":             {change: byRule(`{"op":"EVENT","event":"nothing","did":true}`), want: []string{"rule.event NOT_FOUND"}},
			"R35 a segment is wanted":                    {change: func(in *task.Input) { in.AudienceMode = new(enttask.AudienceModeSegment) }, want: []string{"segmentId REQUIRED"}},
			"R45 a refresh wants its lead": {change: func(in *task.Input) {
				byRule(everybody)(in)
				in.ReachAt = new(morning.Add(15*time.Minute - time.Second))
			}, want: []string{"reachAt TOO_SOON"}},
			"R45 exactly the lead is enough": {change: func(in *task.Input) {
				byRule(everybody)(in)
				in.ReachAt = new(morning.Add(15 * time.Minute))
			}},
			"§10.5 without the box a minute is enough": {change: func(in *task.Input) {
				byRule(everybody)(in)
				in.ReachAt, in.RefreshBefore = new(morning.Add(time.Minute)), new(false)
			}},
			"R12 without other subjects there are people only": {change: func(in *task.Input) { in.Subject = new("store") }, want: []string{"subject NOT_ALLOWED"}},
			"R41 the list is of the task's channel": {
				change: func(in *task.Input) { in.UploadID = &foreignUpload(t, b).ID }, want: []string{"uploadId OTHER_CHANNEL"},
			},
			"§9.5 the list is ready": {
				change: func(in *task.Input) { in.UploadID = &uploadIn(t, b, entupload.StatusResolving).ID }, want: []string{"uploadId NOT_READY"},
			},
			"§9.5 a list that failed is no list": {
				change: func(in *task.Input) { in.UploadID = &uploadIn(t, b, entupload.StatusFailed).ID }, want: []string{"uploadId UPLOAD_FAILED"},
			},
			"R4 the channel is switched on": {
				arrange: func(d *ent.Task) { db.Ent.Channel.UpdateOneID(*d.ChannelID).SetEnabled(false).ExecX(b.System) }, want: []string{"channelId DISABLED"},
			},
			"§8.1 the channel works": {
				arrange: func(d *ent.Task) {
					db.Ent.Channel.UpdateOneID(*d.ChannelID).SetState(entchannel.StateAbnormal).SetStateCode("40125").ExecX(b.System)
				},
				want: []string{"channelId ABNORMAL"},
			},
			"R82 the template is still there": {
				arrange: func(d *ent.Task) { db.Ent.Template.UpdateOneID(*d.TemplateID).SetRemovedAt(morning).ExecX(b.System) }, want: []string{"templateId REMOVED"},
			},
			"R83 every parameter is filled in":        {change: func(in *task.Input) { in.Content = in.Content[:1] }, want: []string{"content.date2 REQUIRED"}},
			"R83 no parameter is of another template": {change: func(in *task.Input) { in.Content = append(in.Content, task.Param{Key: "thing9", Text: "x"}) }, want: []string{"content.thing9 UNKNOWN_PARAM"}},
			"§13.3 a fixed text is not too long": {change: func(in *task.Input) {
				in.Content = thing("这一段文字显然超过了二十个汉字的限制所以不能发送")
			}, want: []string{"content.thing1 TOO_LONG"}},
			"R85 unless it may be cut": {change: func(in *task.Input) {
				in.Content = thing("这一段文字显然超过了二十个汉字的限制所以不能发送")
				in.Content[0].Overlong = render.Truncate
			}},
			"§13.3 a value is of its parameter's kind": {change: func(in *task.Input) { in.Content[1].Text = "明天" }, want: []string{"content.date2 INVALID_VALUE"}},
			"R84 a default is, too":                    {change: func(in *task.Input) { in.Content[1].Text = "{{attr.birthday|明天}}" }, want: []string{"content.date2 INVALID_DEFAULT"}},
			"R84 a variable needs no default":          {change: func(in *task.Input) { in.Content = thing("{{attr.nickname}}") }},
			"R83 a scheduled task has no event":        {change: func(in *task.Input) { in.Content = thing("{{event.price}}") }, want: []string{"content.thing1 NO_EVENT"}},
			"R86 an open mode is chosen":               {change: func(in *task.Input) { in.OpenMode = nil }, want: []string{"openMode REQUIRED"}},
			"R87 H5 needs a link":                      {change: func(in *task.Input) { in.OpenMode = new(enttask.OpenModeH5) }, want: []string{"openUrl REQUIRED"}},
			"R87 a link is https":                      {change: func(in *task.Input) { in.OpenMode = new(enttask.OpenModeH5); in.OpenURL = new("http://example.com") }, want: []string{"openUrl INVALID_URL"}},
			"R87 a link needs the channel's web-view":  {change: func(in *task.Input) { in.OpenMode = new(enttask.OpenModeH5); in.OpenURL = new("https://example.com") }, want: []string{"openUrl NO_WEB_VIEW_PAGE"}},
			"R88 a mini program needs a page":          {change: func(in *task.Input) { in.OpenMode = new(enttask.OpenModeMiniProgram) }, want: []string{"openPath REQUIRED"}},
			"R88 a mini program is in channel management": {
				change: func(in *task.Input) {
					in.OpenMode, in.OpenAppID, in.OpenPath = new(enttask.OpenModeMiniProgram), new("wxffffffffffffffff"), new("pages/a")
				},
				want: []string{"openAppId NOT_AUTHORISED"},
			},
			"R88 its own mini program with a page": {
				change: func(in *task.Input) { in.OpenMode, in.OpenPath = new(enttask.OpenModeMiniProgram), new("pages/a?x=1") },
			},
		} {
			t.Run(name, func(t *testing.T) {
				c := b.NewChannel(t) // its own, because some rows break it
				b := &bundle{Team: new(*b.Team), clock: b.clock, tasks: b.tasks, approvals: b.approvals, groups: b.groups, campaigns: b.campaigns, uploads: b.uploads}
				b.Channel, b.Template = c, b.NewTemplate(t, c, factory.Fields...)
				in := b.complete(t, "check "+name)
				if row.change != nil {
					row.change(&in)
				}
				d, err := b.tasks.Create(b.AsMarketer, in)
				require.NoError(t, err)
				if row.arrange != nil {
					row.arrange(d)
				}
				found, err := b.tasks.Examine(b.AsViewer, d.ID)
				require.NoError(t, err)
				_, err = b.tasks.Submit(b.AsMarketer, d.ID)
				if len(row.want) == 0 {
					require.Empty(t, found.Problems)
					require.NoError(t, err)
					return
				}
				require.True(t, fault.Is(err, fault.Invalid))
				require.ElementsMatch(t, row.want, rules(t, err))
				require.ElementsMatch(t, row.want, rules(t, found.Problems.Err()))
				require.Equal(t, enttask.ApprovalStatusNone, b.reload(t, d).ApprovalStatus, "nothing is half submitted")
			})
		}
	})
}

// uploadIn is a list of the team's channel in some state. Because the rows of
// the table make a channel each, it belongs to the channel that the row sets.
func uploadIn(t *testing.T, b *bundle, s entupload.Status) *ent.Upload {
	t.Helper()
	last := b.DB.Ent.Channel.Query().Where(entchannel.ProjectID(b.Project.ID)).Order(ent.Desc(entchannel.FieldID)).FirstX(b.System)
	return b.DB.Ent.Upload.Create().SetProjectID(b.Project.ID).SetChannelID(last.ID).SetCreatorID(b.Marketer.ID).SetFileName("x").SetStatus(s).SaveX(b.System)
}

func foreignUpload(t *testing.T, b *bundle) *ent.Upload {
	t.Helper()
	return b.DB.Ent.Upload.Create().SetProjectID(b.Project.ID).SetChannelID(b.NewChannel(t).ID).SetCreatorID(b.Marketer.ID).SetFileName("x").
		SetStatus(entupload.StatusReady).SaveX(b.System)
}

func TestSubmit(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("a submission is frozen and waits for its approver until the reach time (R50)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d, a := b.submitted(t, "plain", nil)
			require.Equal(t, enttask.ApprovalStatusPending, d.ApprovalStatus)
			require.Equal(t, enttask.RunStatusDraft, d.RunStatus)
			require.WithinDuration(t, morning, *d.SubmittedAt, 0)
			require.Contains(t, string(d.TemplateSnapshot), b.Template.ProviderID)
			require.Contains(t, string(a.Snapshot), "春季大促")
			require.Equal(t, b.Marketer.ID, a.SubmitterID)
			require.WithinDuration(t, morning.Add(time.Hour), *a.ExpiresAt, 0)
			require.WithinDuration(t, morning.Add(time.Hour), *a.DueAt, 0)
		})
		t.Run("one that runs once approved waits 72 hours longer (R50)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			_, a := b.submitted(t, "patient", func(in *task.Input) { in.ApprovalTimeout = new(enttask.ApprovalTimeoutRunOnceApproved) })
			require.WithinDuration(t, morning.Add(73*time.Hour), *a.ExpiresAt, 0)
		})
		t.Run("it is refused where nobody else could approve (§3.1)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			db.Ent.Member.Delete().Where(entmember.AccountID(b.Approver.ID)).ExecX(b.System)
			d, err := b.tasks.Create(b.AsAdmin, b.complete(t, "alone"))
			require.NoError(t, err)
			_, err = b.tasks.Submit(b.AsAdmin, d.ID)
			require.Equal(t, "CONFLICT NO_APPROVER", reason(t, err))
			// The marketer can submit the administrator's own task, whose writer still may not approve it.
			_, err = b.tasks.Submit(b.AsMarketer, d.ID)
			require.Equal(t, "CONFLICT NO_APPROVER", reason(t, err))
			db.Ent.Project.UpdateOne(b.Project).SetSelfApproval(true).ExecX(b.System)
			_, err = b.tasks.Submit(b.AsAdmin, d.ID)
			require.NoError(t, err)
		})
		t.Run("somebody whose account is disabled approves nothing", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			db.Ent.Account.Update().Where(entaccount.IDIn(b.Admin.ID, b.Approver.ID)).SetDisabled(true).ExecX(b.System)
			_, err := b.tasks.Submit(b.AsMarketer, b.draft(t, "disabled").ID)
			require.Equal(t, "CONFLICT NO_APPROVER", reason(t, err))
		})
		t.Run("a submitted task is not submitted again", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d, _ := b.submitted(t, "again", nil)
			_, err := b.tasks.Submit(b.AsMarketer, d.ID)
			require.Equal(t, "CONFLICT IN_APPROVAL", reason(t, err))
		})
		t.Run("its creator takes it back, edits and submits it again (§1.3)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			d, a := b.submitted(t, "back", nil)
			_, other := b.Member(t, "MARKETER")
			_, err := b.tasks.Withdraw(other, d.ID)
			require.Equal(t, "FORBIDDEN NOT_YOURS", reason(t, err))
			d, err = b.tasks.Withdraw(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, enttask.ApprovalStatusWithdrawn, d.ApprovalStatus)
			require.Nil(t, d.SubmittedAt)
			require.Nil(t, db.Ent.Approval.GetX(b.System, a.ID).DueAt)
			d, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{Name: new("back again")})
			require.NoError(t, err)
			_, err = b.tasks.Submit(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Equal(t, 2, db.Ent.Approval.Query().CountX(b.AsMarketer))
		})
	})
}

func TestExamine(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		t.Run("it shows what the first recipients would read", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d := b.draft(t, "samples")
			found, err := b.tasks.Examine(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Empty(t, found.Warnings)
			require.Len(t, found.Samples, 3)
			require.Equal(t, recipient.Sample{Target: factory.OpenID(0), Params: []recipient.SampleParam{
				{Key: "thing1", Label: "活动名称", Value: "春季大促"}, {Key: "date2", Label: "活动时间", Value: "2026年3月8日"},
			}}, found.Samples[0])
		})
		t.Run("a variable in a message to uploaded IDs is allowed, with a warning (R42)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			in := b.complete(t, "variables")
			in.Content[0].Text = "{{attr.nickname}}"
			in.Supplementary = []string{factory.OpenID(99)}
			d, err := b.tasks.Create(b.AsMarketer, in)
			require.NoError(t, err)
			db.Ent.Person.Update().SetStub(false).SetAttributes([]byte(`{"nickname":"小明"}`)).ExecX(b.System)
			found, err := b.tasks.Examine(b.AsMarketer, d.ID)
			require.NoError(t, err)
			require.Empty(t, found.Problems)
			require.Equal(t, "UNKNOWN_USERS_FAIL", found.Warnings[0].Rule)
			require.Equal(t, "小明", found.Samples[0].Params[0].Value)
			require.Equal(t, "UNKNOWN_USER_VARIABLE", found.Samples[3].Reason, "nobody knows the supplementary recipient")
		})
	})
}
