package graph_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entmember "tidings/ent/member"
	enttemplate "tidings/ent/template"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/audience"
)

// stage is what a task needs: a channel that works and a template.
func (b *bundle) stage(p *ent.Project) (*ent.Channel, *ent.Template) {
	b.t.Helper()
	c, err := b.db.Ent.Channel.Create().SetProjectID(p.ID).SetName("mini").SetAppID(appID).SetState(entchannel.StateReady).Save(b.sys)
	require.NoError(b.t, err)
	tpl, err := b.db.Ent.Template.Create().SetProjectID(p.ID).SetChannelID(c.ID).SetProviderID("tmpl-1").SetTitle("活动提醒").
		SetKind(enttemplate.KindOneTime).SetFields([]byte(`[{"key":"thing1","label":"活动","kind":"thing"}]`)).Save(b.sys)
	require.NoError(b.t, err)
	return c, tpl
}

// upload makes a list of our administrator's that is ready, as the door for files does.
func (b *bundle) upload(channelID, csv string) string {
	b.t.Helper()
	keys := map[string]bool{}
	for _, k := range access.ProjectAdmin.Permissions() {
		keys[k] = true
	}
	ctx := viewer.With(b.t.Context(), &viewer.Viewer{
		ProjectID: b.ours.ID, ProjectNum: b.ours.Num, AccountID: b.people[access.ProjectAdmin].ID, Permissions: keys,
	})
	up, err := b.uploads.Receive(ctx, strings.NewReader(csv), audience.Meta{ChannelID: channelID, FileName: "list.csv"})
	require.NoError(b.t, err)
	require.NoError(b.t, b.uploads.Resolve(ctx, up.ID, up.Attempt))
	return up.ID
}

func TestTaskFromDraftToApproval(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		marketer, approver := b.tokens[access.Marketer], b.tokens[access.Approver]

		csv := []string{"openid"}
		for i := range 20 {
			csv = append(csv, openID(i))
		}
		list := b.upload(c.ID, strings.Join(append(csv, openID(0), "bad"), "\n"))
		a := b.as(marketer, `query($id:ID!){upload(id:$id){status total valid duplicate invalid resolved badLines{line value rule}}}`, vars{"id": list})
		require.Empty(t, a.Errors)
		require.Equal(t, map[string]any{
			"status": "READY", "total": 22.0, "valid": 20.0, "duplicate": 1.0, "invalid": 1.0, "resolved": 20.0,
			"badLines": []any{map[string]any{"line": 22.0, "value": openID(0), "rule": "DUPLICATE"}, map[string]any{"line": 23.0, "value": "bad", "rule": "INVALID_ID"}},
		}, a.at("upload"))

		group := b.as(b.tokens[access.ProjectAdmin], `mutation{createTaskGroup(name:"dept", objects:[MESSAGE]){id}}`, nil).at("createTaskGroup.id")
		a = b.as(marketer, `mutation($in:TaskInput!){createTask(input:$in){id version status operations groups{name} content{params{key text overlong}} approval{id}}}`, vars{"in": vars{
			"name": "双十一", "channelId": c.ID, "templateId": tpl.ID, "uploadId": list, "openMode": "NONE", "groupIds": []any{group},
			"content": []any{vars{"key": "thing1", "text": "大促 {{attr.nickname|朋友}}", "overlong": "TRUNCATE"}},
		}})
		require.Empty(t, a.Errors)
		id := a.at("createTask.id").(string)
		require.Equal(t, "DRAFT", a.at("createTask.status"))
		require.Equal(t, []any{"VIEW", "EDIT", "COPY", "DELETE", "SUBMIT"}, a.at("createTask.operations"))
		require.Equal(t, "dept", a.at("createTask.groups.0.name"))
		require.Equal(t, map[string]any{"key": "thing1", "text": "大促 {{attr.nickname|朋友}}", "overlong": "TRUNCATE"}, a.at("createTask.content.params.0"))

		t.Run("a check tells what is missing, a submission the same by field", func(t *testing.T) { //nolint:paralleltest // one task, one thing after the other
			a := b.as(marketer, `query($id:ID!){checkTask(id:$id){ok problems{path rule params} samples{target reason content{label value}}}}`, vars{"id": id})
			require.Empty(t, a.Errors)
			require.Equal(t, false, a.at("checkTask.ok"))
			require.Equal(t, "reachAt", a.at("checkTask.problems.0.path"))
			require.Equal(t, map[string]any{"warning": true}, a.at("checkTask.problems.1.params"))
			require.Equal(t, "UNKNOWN_USER_VARIABLE", a.at("checkTask.samples.0.reason"))
			a = b.as(marketer, `mutation($id:ID!){submitTask(id:$id){id}}`, vars{"id": id})
			require.Equal(t, "INVALID", a.code())
			require.Equal(t, []string{"reachAt REQUIRED"}, a.fields())
		})

		a = b.as(marketer, `mutation($id:ID!,$at:Time){updateTask(id:$id,version:1,input:{reachAt:$at, resendUnconfirmed:null}){version reachAt templateID}}`,
			vars{"id": id, "at": noon.Add(time.Hour).Format(time.RFC3339)})
		require.Empty(t, a.Errors)
		require.Equal(t, tpl.ID, a.at("updateTask.templateID"), "what is not named stays")
		a = b.as(marketer, `mutation($id:ID!){updateTask(id:$id,version:1,input:{name:"x"}){id}}`, vars{"id": id})
		require.Equal(t, "CONFLICT", a.code())
		require.Equal(t, "VERSION", a.Errors[0].Extensions["reason"])

		a = b.as(marketer, `mutation($id:ID!){submitTask(id:$id){status operations approval{id canDecide whyNot submitter{name}}}}`, vars{"id": id})
		require.Empty(t, a.Errors)
		require.Equal(t, "IN_APPROVAL", a.at("submitTask.status"))
		require.Equal(t, []any{"VIEW", "COPY", "WITHDRAW", "URGE"}, a.at("submitTask.operations"))
		require.Equal(t, "FORBIDDEN", a.at("submitTask.approval.whyNot"))
		apv := a.at("submitTask.approval.id").(string)

		t.Run("the inbox tells who may decide", func(t *testing.T) { //nolint:paralleltest // one task, one thing after the other
			a := b.as(approver, `{approvals(where:{status:PENDING}){totalCount edges{node{id canDecide whyNot task{name status operations}}}}}`, nil)
			require.Empty(t, a.Errors)
			require.Equal(t, true, a.at("approvals.edges.0.node.canDecide"))
			require.Equal(t, []any{"VIEW", "APPROVE", "REJECT"}, a.at("approvals.edges.0.node.task.operations"))
		})
		t.Run("deciding is for those who may", func(t *testing.T) { //nolint:paralleltest // one task, one thing after the other
			require.Equal(t, "FORBIDDEN", b.as(marketer, `mutation($id:ID!){approve(id:$id){id}}`, vars{"id": apv}).code())
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, `mutation($id:ID!){approve(id:$id){id}}`, vars{"id": apv}).code())
			require.Equal(t, "UNAUTHENTICATED", b.as("", `mutation($id:ID!){approve(id:$id){id}}`, vars{"id": apv}).code())
			a := b.as(approver, `mutation($id:ID!){reject(id:$id,comment:" "){id}}`, vars{"id": apv})
			require.Equal(t, []string{"comment REQUIRED"}, a.fields())
			a = b.as(marketer, `mutation($id:ID!){urgeApproval(taskId:$id){urgedAt}}`, vars{"id": id})
			require.Empty(t, a.Errors)
			a = b.as(marketer, `mutation($id:ID!){urgeApproval(taskId:$id){urgedAt}}`, vars{"id": id})
			require.Equal(t, "LIMITED", a.code())
			require.InDelta(t, 600, a.Errors[0].Extensions["retryAfter"], 1)
		})

		a = b.as(approver, `mutation($id:ID!){approve(id:$id){status comment decider{name} task{status operations}}}`, vars{"id": apv})
		require.Empty(t, a.Errors)
		require.Equal(t, "RUNNING", a.at("approve.task.status"))
		for _, m := range []struct{ mutation, status string }{{"pauseTask", "PAUSED"}, {"resumeTask", "RUNNING"}, {"cancelTask", "CANCELLED"}} {
			a = b.as(marketer, `mutation($id:ID!){`+m.mutation+`(id:$id){status}}`, vars{"id": id})
			require.Empty(t, a.Errors)
			require.Equal(t, m.status, a.at(m.mutation+".status"))
		}
		a = b.as(marketer, `mutation($id:ID!){copyTask(id:$id){id name uploadID}}`, vars{"id": id})
		require.Equal(t, "双十一_copy", a.at("copyTask.name"))
		a = b.as(marketer, `mutation($id:ID!){deleteTask(id:$id)}`, vars{"id": a.at("copyTask.id")})
		require.Empty(t, a.Errors)
		for _, m := range []string{"retryTask(id:$id){id}", "resend(input:{taskId:$id,statusIn:[FAILED]}){id}", "withdrawTask(id:$id){id}"} {
			require.Equal(t, "CONFLICT", b.as(b.tokens[access.Marketer], `mutation($id:ID!){`+m+`}`, vars{"id": id}).code(), m)
		}
	})
}

// TestForeignTask: whatever another project's people name of ours is not there.
func TestForeignTask(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		admin := b.tokens[access.ProjectAdmin]
		list := b.upload(c.ID, openID(1))
		group := b.as(admin, `mutation{createTaskGroup(name:"g"){id}}`, nil).at("createTaskGroup.id")
		cgr := b.as(admin, `mutation{createCampaignGroup(name:"g"){id}}`, nil).at("createCampaignGroup.id")
		cmp := b.as(admin, `mutation($g:ID!){createCampaign(name:"c",groupId:$g){id taskCount}}`, vars{"g": cgr}).at("createCampaign.id")
		task := b.as(admin, `mutation{createTask(input:{name:"ours"}){id}}`, nil).at("createTask.id")

		for path, value := range map[string]any{
			"channelId": c.ID, "templateId": tpl.ID, "uploadId": list, "campaignId": cmp, "groupIds": []any{group},
		} {
			a := b.as(b.stranger, `mutation($in:TaskInput!){createTask(input:$in){id}}`, vars{"in": vars{"name": "thief", path: value}})
			require.Equal(t, []string{path + " NOT_FOUND"}, a.fields())
		}
		for _, m := range []string{
			`updateTask(id:$id,version:1,input:{name:"x"}){id}`, `submitTask(id:$id){id}`, `withdrawTask(id:$id){id}`, `pauseTask(id:$id){id}`,
			`resumeTask(id:$id){id}`, `cancelTask(id:$id){id}`, `retryTask(id:$id){id}`, `copyTask(id:$id){id}`, `deleteTask(id:$id)`,
			`resend(input:{taskId:$id,statusIn:[FAILED]}){id}`, `urgeApproval(taskId:$id){id}`,
		} {
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, `mutation($id:ID!){`+m+`}`, vars{"id": task}).code(), m)
		}
		for _, m := range []struct {
			text string
			id   any
		}{
			{`renameTaskGroup(id:$id,name:"x"){id}`, group},
			{`deleteTaskGroup(id:$id)`, group},
			{`renameCampaignGroup(id:$id,name:"x"){id}`, cgr},
			{`deleteCampaignGroup(id:$id)`, cgr},
			{`updateCampaign(id:$id,name:"x"){id}`, cmp},
			{`deleteCampaign(id:$id)`, cmp},
		} {
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, `mutation($id:ID!){`+m.text+`}`, vars{"id": m.id}).code(), m.text)
		}
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, `query($id:ID!){upload(id:$id){id}}`, vars{"id": list}).code())
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, `query($id:ID!){checkTask(id:$id){ok}}`, vars{"id": task}).code())
		a := b.as(admin, `{messageGroups{id taskCount} campaigns{edges{node{taskCount}}} tasks{edges{node{name groups{id}}}}}`, nil)
		require.Empty(t, a.Errors)
		require.Equal(t, "ours", a.at("tasks.edges.0.node.name"))
	})
}

func TestSelfApproval(t *testing.T) {
	t.Parallel()

	b := setup(t, testdb.New(t))
	c, tpl := b.stage(b.ours)
	admin := b.tokens[access.ProjectAdmin]
	list := b.upload(c.ID, openID(1))
	a := b.as(admin, `mutation($in:TaskInput!){createTask(input:$in){id}}`, vars{"in": vars{
		"name": "mine", "channelId": c.ID, "templateId": tpl.ID, "uploadId": list, "openMode": "NONE",
		"reachAt": noon.Add(time.Hour), "content": []any{vars{"key": "thing1", "text": "x"}},
	}})
	id := a.at("createTask.id")
	a = b.as(admin, `mutation($id:ID!){submitTask(id:$id){approval{id canDecide whyNot}}}`, vars{"id": id})
	require.Equal(t, "SELF_APPROVAL", a.at("submitTask.approval.whyNot"))
	a = b.as(admin, `mutation($id:ID!){approve(id:$id){id}}`, vars{"id": a.at("submitTask.approval.id")})
	require.Equal(t, "FORBIDDEN", a.code())
	require.Equal(t, "SELF_APPROVAL", a.Errors[0].Extensions["reason"])

	_, err := b.db.Ent.Member.Delete().Where(entmember.RoleIn(entmember.RoleApprover)).Exec(b.sys)
	require.NoError(t, err)
	copied := b.as(admin, `mutation($id:ID!){copyTask(id:$id){id version}}`, vars{"id": id}).at("copyTask.id")
	b.as(admin, `mutation($id:ID!,$u:ID!){updateTask(id:$id,version:1,input:{uploadId:$u}){id}}`, vars{"id": copied, "u": list})
	a = b.as(admin, `mutation($id:ID!){submitTask(id:$id){id}}`, vars{"id": copied})
	require.Equal(t, "NO_APPROVER", a.Errors[0].Extensions["reason"])
}
