// Package factory makes rows for tests: a project with all it takes to send.
package factory

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	enttemplate "tidings/ent/template"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

// World is a project that can send.
type World struct {
	DB       *database.DB
	Project  *ent.Project
	Account  *ent.Account
	Channel  *ent.Channel
	Template *ent.Template
	Now      time.Time
}

// AppID is the channel's.
const AppID = "wx0123456789abcdef"

var projectNum = make(chan int64, 1)

func init() { projectNum <- 1 }

// New makes a project with a channel of the given limit and a template of two parameters.
func New(t testing.TB, db *database.DB, qps int) (context.Context, *World) {
	t.Helper()
	ctx := viewer.System(context.Background())
	num := <-projectNum
	projectNum <- num + 1
	w := &World{DB: db, Now: time.Date(2026, 11, 22, 3, 0, 0, 0, time.UTC)}
	var err error
	w.Project, err = db.Ent.Project.Create().SetName("shop").SetNum(num).Save(ctx)
	require.NoError(t, err)
	w.Account, err = db.Ent.Account.Create().SetEmail(id.New("m") + "@example.com").SetName("Mei").SetPasswordHash("-").Save(ctx)
	require.NoError(t, err)
	w.Channel, err = db.Ent.Channel.Create().SetProjectID(w.Project.ID).SetName("mini").SetAppID(AppID).SetQPSLimit(qps).Save(ctx)
	require.NoError(t, err)
	fields, err := json.Marshal([]render.Field{{Key: "thing1", Label: "活动", Kind: "thing"}, {Key: "number2", Label: "积分", Kind: "number"}})
	require.NoError(t, err)
	w.Template, err = db.Ent.Template.Create().SetProjectID(w.Project.ID).SetChannelID(w.Channel.ID).SetProviderID("tmpl-1").
		SetTitle("积分到账").SetKind(enttemplate.KindOneTime).SetFields(fields).Save(ctx)
	require.NoError(t, err)
	return ctx, w
}

// OpenIDs are n made-up openids.
func OpenIDs(n int) []string {
	out := make([]string, n)
	for i := range out {
		out[i] = fmt.Sprintf("o%027d", i)
	}
	return out
}

// Upload makes a resolved upload of the given openids.
func (w *World) Upload(t testing.TB, openIDs []string) *ent.Upload {
	t.Helper()
	ctx := viewer.System(context.Background())
	values := make([]string, len(openIDs))
	for i, o := range openIDs {
		values[i] = person.WechatValue(AppID, o)
	}
	nums, err := person.Resolve(ctx, w.DB, w.Project.Num, person.WechatOpenID, values, true)
	require.NoError(t, err)
	members, err := roaring.BitmapOf(nums...).ToBytes()
	require.NoError(t, err)
	up, err := w.DB.Ent.Upload.Create().SetProjectID(w.Project.ID).SetFileName("list.csv").SetChannelID(w.Channel.ID).SetCreatorID(w.Account.ID).
		SetStatus(entupload.StatusReady).SetTotal(len(openIDs)).SetValid(len(openIDs)).SetMembers(members).Save(ctx)
	require.NoError(t, err)
	return up
}

// Task makes an approved task that waits for its time, with its run.
func (w *World) Task(t testing.TB, up *ent.Upload, reachAt time.Time, change ...func(*ent.TaskCreate)) (*ent.Task, *ent.Run) {
	t.Helper()
	ctx := viewer.System(context.Background())
	content, err := json.Marshal(render.Content{Params: []render.ParamContent{
		{Key: "thing1", Parts: []render.Part{{Text: "会员日"}}}, {Key: "number2", Parts: []render.Part{{Text: "100"}}},
	}})
	require.NoError(t, err)
	name := id.New("task")
	c := w.DB.Ent.Task.Create().SetProjectID(w.Project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.Account.ID).
		SetAudienceMode(enttask.AudienceModeUpload).SetUploadID(up.ID).SetReachAt(reachAt).SetChannelID(w.Channel.ID).SetTemplateID(w.Template.ID).
		SetContent(content).SetOpenMode(enttask.OpenModeNone).SetApprovalStatus(enttask.ApprovalStatusApproved).SetRunStatus(enttask.RunStatusWaiting)
	for _, f := range change {
		f(c)
	}
	task, err := c.Save(ctx)
	require.NoError(t, err)
	run, err := w.DB.Ent.Run.Create().SetProjectID(w.Project.ID).SetNum(id.Num()).SetTaskID(task.ID).SetKind(entrun.KindScheduled).
		SetPlannedAt(reachAt).SetRunAt(reachAt).SetDueAt(reachAt).Save(ctx)
	require.NoError(t, err)
	return task, run
}
