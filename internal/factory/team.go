package factory

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entmember "tidings/ent/member"
	enttemplate "tidings/ent/template"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/render"
)

// Team is a project with somebody in every role: what the commands' tests need,
// where World is what the workers' do.
type Team struct {
	DB       *database.DB
	Project  *ent.Project
	Admin    *ent.Account
	Marketer *ent.Account
	Approver *ent.Account
	Viewer   *ent.Account
	Channel  *ent.Channel
	Template *ent.Template
	// System is a context that may see everything.
	System context.Context //nolint:containedctx // lives for one test
	// AsAdmin and the others are contexts of the people above.
	AsAdmin, AsMarketer, AsApprover, AsViewer context.Context //nolint:containedctx // same
}

// Fields are those of the team's template.
var Fields = []render.Field{
	{Key: "thing1", Label: "活动名称", Kind: "thing"},
	{Key: "date2", Label: "活动时间", Kind: "date"},
}

var counter atomic.Int64

// NewTeam makes a team; several in one database are strangers to each other.
func NewTeam(t testing.TB, db *database.DB) *Team {
	t.Helper()
	n := <-projectNum
	projectNum <- n + 1
	w := &Team{DB: db, System: viewer.System(t.Context())}
	var err error
	w.Project, err = db.Ent.Project.Create().SetName(fmt.Sprintf("project %d", n)).SetNum(n).Save(w.System)
	require.NoError(t, err)
	w.Admin, w.AsAdmin = w.Member(t, access.ProjectAdmin)
	w.Marketer, w.AsMarketer = w.Member(t, access.Marketer)
	w.Approver, w.AsApprover = w.Member(t, access.Approver)
	w.Viewer, w.AsViewer = w.Member(t, access.Viewer)
	w.Channel = w.NewChannel(t)
	w.Template = w.NewTemplate(t, w.Channel, Fields...)
	return w
}

// Member makes an account with a role in the project, and its context.
func (w *Team) Member(t testing.TB, role access.Role) (*ent.Account, context.Context) {
	t.Helper()
	n := counter.Add(1)
	a, err := w.DB.Ent.Account.Create().SetEmail(fmt.Sprintf("m%d@example.org", n)).SetName(fmt.Sprintf("%s %d", role, n)).
		SetPasswordHash("-").Save(w.System)
	require.NoError(t, err)
	require.NoError(t, w.DB.Ent.Member.Create().SetProjectID(w.Project.ID).SetAccountID(a.ID).SetRole(entmember.Role(role)).Exec(w.System))
	keys := map[string]bool{}
	for _, k := range role.Permissions() {
		keys[k] = true
	}
	return a, viewer.With(t.Context(), &viewer.Viewer{
		ProjectID: w.Project.ID, ProjectNum: w.Project.Num, AccountID: a.ID, Name: a.Name, Role: string(role), Permissions: keys,
	})
}

// NewChannel makes a working channel.
func (w *Team) NewChannel(t testing.TB) *ent.Channel {
	t.Helper()
	n := counter.Add(1)
	c, err := w.DB.Ent.Channel.Create().SetProjectID(w.Project.ID).SetName(fmt.Sprintf("channel %d", n)).
		SetAppID(fmt.Sprintf("wx%016x", n)).SetState(entchannel.StateReady).Save(w.System)
	require.NoError(t, err)
	return c
}

// NewTemplate makes a template of the channel.
func (w *Team) NewTemplate(t testing.TB, c *ent.Channel, fields ...render.Field) *ent.Template {
	t.Helper()
	text, err := json.Marshal(fields)
	require.NoError(t, err)
	tpl, err := w.DB.Ent.Template.Create().SetProjectID(w.Project.ID).SetChannelID(c.ID).SetProviderID(fmt.Sprintf("tmpl-%d", counter.Add(1))).
		SetTitle("活动提醒").SetKind(enttemplate.KindOneTime).SetFields(text).Save(w.System)
	require.NoError(t, err)
	return tpl
}

// OpenID makes the n-th of a series of valid openids.
func OpenID(n int) string { return fmt.Sprintf("o%027d", n) }
