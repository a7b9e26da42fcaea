package graph_test

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	enttemplate "tidings/ent/template"
	entupload "tidings/ent/upload"
	"tidings/internal/id"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/render"
)

// world is one of everything in a project.
type world struct {
	project  *ent.Project
	channel  *ent.Channel
	template *ent.Template
	group    *ent.TaskGroup
	campaign *ent.Campaign
	app      *ent.Application
	upload   *ent.Upload
	task     *ent.Task
	run      *ent.Run
	approval *ent.Approval
	audit    *ent.AuditEntry
}

func (b *bundle) world(p *ent.Project, appID string) *world {
	b.t.Helper()
	t, c, w := b.t, b.db.Ent, &world{project: p}
	var err error
	creator := b.people["PROJECT_ADMIN"]
	w.app, err = c.Application.Create().SetProjectID(p.ID).SetName("app").Save(b.sys)
	require.NoError(t, err)
	w.channel, err = c.Channel.Create().SetProjectID(p.ID).SetName("mini").SetAppID(appID).SetSecret([]byte("sealed")).Save(b.sys)
	require.NoError(t, err)
	fields, err := json.Marshal(planFields)
	require.NoError(t, err)
	w.template, err = c.Template.Create().SetProjectID(p.ID).SetChannelID(w.channel.ID).SetProviderID("tmpl").SetTitle("活动提醒").
		SetKind(enttemplate.KindOneTime).SetFields(fields).Save(b.sys)
	require.NoError(t, err)
	w.group, err = c.TaskGroup.Create().SetProjectID(p.ID).SetName("group").Save(b.sys)
	require.NoError(t, err)
	campaigns, err := c.CampaignGroup.Create().SetProjectID(p.ID).SetName("holiday").Save(b.sys)
	require.NoError(t, err)
	w.campaign, err = c.Campaign.Create().SetProjectID(p.ID).SetName("spring").SetGroupID(campaigns.ID).Save(b.sys)
	require.NoError(t, err)
	w.upload, err = c.Upload.Create().SetProjectID(p.ID).SetFileName("ids.csv").SetChannelID(w.channel.ID).SetCreatorID(creator.ID).
		SetStatus(entupload.StatusReady).Save(b.sys)
	require.NoError(t, err)
	w.task = b.task(w, "task")
	w.run = b.run(w.task, noon)
	w.approval, err = c.Approval.Create().SetProjectID(p.ID).SetTaskID(w.task.ID).SetSubmitterID(creator.ID).SetSubmittedAt(noon).Save(b.sys)
	require.NoError(t, err)
	w.audit, err = c.AuditEntry.Create().SetProjectID(p.ID).SetAction("task.create").Save(b.sys)
	require.NoError(t, err)
	return w
}

func (b *bundle) task(w *world, name string) *ent.Task {
	b.t.Helper()
	task, err := b.db.Ent.Task.Create().SetProjectID(w.project.ID).SetName(name).SetNameKey(name).SetCreatorID(b.people["PROJECT_ADMIN"].ID).
		SetChannelID(w.channel.ID).SetTemplateID(w.template.ID).SetRunStatus(enttask.RunStatusRunning).
		SetApprovalStatus(enttask.ApprovalStatusApproved).Save(b.sys)
	require.NoError(b.t, err)
	return task
}

var planFields = []render.Field{{Key: "thing1", Label: "活动名称", Kind: "thing"}, {Key: "number2", Label: "积分", Kind: "number"}}

func (b *bundle) run(task *ent.Task, at time.Time) *ent.Run {
	b.t.Helper()
	plan, err := json.Marshal(dispatch.Plan{Fields: planFields, Content: render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: []render.Part{{Text: "春节活动"}}}, {Key: "number2", Parts: []render.Part{{Text: "88"}}},
	}}})
	require.NoError(b.t, err)
	run, err := b.db.Ent.Run.Create().SetProjectID(task.ProjectID).SetTaskID(task.ID).SetNum(id.Num()).SetPlannedAt(at).SetRunAt(at).
		SetStatus(entrun.StatusSending).SetPlan(plan).Save(b.sys)
	require.NoError(b.t, err)
	return run
}

// row is a delivery to be.
type row struct {
	person  int
	status  delivery.Status
	reason  string
	content string
}

func openID(person int) string { return fmt.Sprintf("o%027d", person) }

// record writes deliveries and the shard that counts them, of which waiting more are to come.
func (b *bundle) record(run *ent.Run, waiting int, rows ...row) {
	b.t.Helper()
	p, err := b.db.Ent.Project.Get(b.sys, run.ProjectID)
	require.NoError(b.t, err)
	counts, reasons := map[delivery.Status]int{}, map[row]int{}
	insert := b.db.Rebind(`INSERT INTO deliveries (run_at, run_num, person_num, project_num, claimed_at, settled_at, status, target, reason, content)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`)
	for _, r := range rows {
		_, err = b.db.SQL.ExecContext(b.sys, insert, run.RunAt, run.Num, r.person, p.Num, noon, noon, int(r.status), openID(r.person), r.reason, r.content)
		require.NoError(b.t, err)
		counts[r.status]++
		if r.status == delivery.Failed || r.status == delivery.NotSent {
			reasons[row{status: r.status, reason: r.reason}]++
		}
	}
	shard, err := b.db.Ent.Shard.Create().SetProjectNum(p.Num).SetRunNum(run.Num).SetTaskID(run.TaskID).SetChannelID("chn").SetClass(2).
		SetSize(len(rows) + waiting).SetCursor(len(rows)).SetSending(counts[delivery.Sending]).SetSent(counts[delivery.Sent]).
		SetFailed(counts[delivery.Failed]).SetNotSent(counts[delivery.NotSent]).SetUnconfirmed(counts[delivery.Unconfirmed]).
		SetDeferred(counts[delivery.Deferred]).Save(b.sys)
	require.NoError(b.t, err)
	for r, n := range reasons {
		require.NoError(b.t, b.db.Ent.ShardReason.Create().SetShardID(shard.ID).SetRunNum(run.Num).SetTaskID(run.TaskID).
			SetStatus(int(r.status)).SetReason(r.reason).SetCount(n).Exec(b.sys))
	}
}
