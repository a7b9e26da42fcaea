package graph_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/internal/testdb"
	"tidings/outreach/access"
)

const (
	createChannel = `mutation($in: ChannelInput!) { createChannel(input: $in) { id name appID state qpsLimit targetIdType enabled openTaskCount explanation { zh } } }`
	updateChannel = `mutation($id: ID!, $in: ChannelInput!) { updateChannel(id: $id, input: $in) { id name appID state stateCode enabled qpsLimit openTaskCount } }`
)

func valid(more vars) vars {
	in := vars{"name": "小程序", "appId": appID, "secret": appSecret}
	maps.Copy(in, more)
	return vars{"in": in}
}

func TestChannelCommands(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin := b.tokens[access.ProjectAdmin]
		count := func() int {
			n, err := db.Ent.Channel.Query().Count(b.sys)
			require.NoError(t, err)
			return n
		}
		for _, c := range []struct {
			name string
			in   vars
			want []string
		}{
			{"nothing", vars{"name": "  ", "appId": "", "secret": ""}, []string{"name REQUIRED", "appId REQUIRED", "secret REQUIRED"}},
			{"a long name", vars{"name": strings.Repeat("名", 31)}, []string{"name TOO_LONG"}},
			{"a name of two lines", vars{"name": "a\nb"}, []string{"name INVALID_FORMAT"}},
			{"an AppID of another form", vars{"appId": "wx123"}, []string{"appId INVALID_FORMAT"}},
			{"a secret with spaces inside", vars{"secret": "a b"}, []string{"secret INVALID_FORMAT"}},
			{"an original ID without gh_", vars{"originalId": "abc"}, []string{"originalId INVALID_FORMAT"}},
			{"a limit below and above", vars{"qpsLimit": 100_001}, []string{"qpsLimit OUT_OF_RANGE"}},
			{"pages elsewhere", vars{"h5Page": "https://evil.example.com", "relayPage": "pages/a?b=c"}, []string{"h5Page INVALID_FORMAT", "relayPage INVALID_FORMAT"}},
			{"an AppID that WeChat does not know", vars{"appId": "wxffffffffffffffff"}, []string{"appId UNKNOWN_APP_ID"}},
			{"a wrong secret", vars{"secret": "wrong"}, []string{"secret WRONG_SECRET"}},
		} {
			t.Run("is not created from "+c.name, func(t *testing.T) {
				a := b.as(admin, createChannel, valid(c.in))
				require.Equal(t, "INVALID", a.code(), a.raw)
				require.Equal(t, c.want, a.fields())
				require.Zero(t, count(), "nothing half-saved")
			})
		}
		t.Run("is not created while WeChat does not answer", func(t *testing.T) {
			b.down.Store(true)
			defer b.down.Store(false)
			a := b.as(admin, createChannel, valid(nil))
			require.Equal(t, "UNAVAILABLE", a.code(), a.raw)
			require.Zero(t, count())
		})

		a := b.as(admin, createChannel, valid(vars{"name": " 小程序 ", "secret": appSecret + " ", "qpsLimit": 0}))
		require.Empty(t, a.Errors, a.raw)
		id, ok := a.at("createChannel.id").(string)
		require.True(t, ok)
		require.Equal(t, "小程序", a.at("createChannel.name"))
		require.Equal(t, "READY", a.at("createChannel.state"))
		require.Equal(t, "wx_openid", a.at("createChannel.targetIdType"))

		t.Run("the secret is sealed, bound to its row, and never comes back", func(t *testing.T) {
			row, err := db.Ent.Channel.Get(b.sys, id)
			require.NoError(t, err)
			require.NotContains(t, string(row.Secret), appSecret)
			plain, err := b.box.Open(row.Secret, secret.Place(b.ours.ID, id, "secret"))
			require.NoError(t, err)
			require.Equal(t, appSecret, string(plain))
			_, err = b.box.Open(row.Secret, secret.Place(b.ours.ID, "chn_other", "secret"))
			require.ErrorIs(t, err, secret.ErrSealed)
			require.NotContains(t, a.raw, appSecret)
			require.NotContains(t, b.log.String(), appSecret)
			bad := b.as(admin, fmt.Sprintf("{ node(id: %q) { ... on Channel { secret } } }", id), nil)
			require.Equal(t, "GRAPHQL_VALIDATION_FAILED", bad.code())
			audit := b.as(admin, "{ auditEntries { edges { node { action detail } } } }", nil)
			require.Contains(t, audit.raw, "channel.create")
			require.NotContains(t, audit.raw, appSecret)
		})
		t.Run("a name or an AppID is taken once", func(t *testing.T) {
			require.Equal(t, []string{"name TAKEN", "appId TAKEN"}, b.as(admin, createChannel, valid(nil)).fields())
			require.Empty(t, b.as(b.stranger, createChannel, valid(nil)).Errors, "another project is another matter")
		})
		t.Run("is changed in part; an empty secret leaves it", func(t *testing.T) {
			a := b.as(admin, updateChannel, vars{"id": id, "in": vars{"qpsLimit": 200, "secret": ""}})
			require.Empty(t, a.Errors, a.raw)
			require.InDelta(t, 200, a.at("updateChannel.qpsLimit"), 0)
			require.Equal(t, "小程序", a.at("updateChannel.name"))
			require.True(t, testChannel(t, b, id))
			require.Equal(t, []string{"name REQUIRED"}, b.as(admin, updateChannel, vars{"id": id, "in": vars{"name": ""}}).fields())
			require.Equal(t, []string{"secret WRONG_SECRET"}, b.as(admin, updateChannel, vars{"id": id, "in": vars{"secret": "nope"}}).fields())
			require.True(t, testChannel(t, b, id), "what did not work was not saved")
		})
		t.Run("another AppID needs its own secret, and none is taken after the first send", func(t *testing.T) {
			require.Equal(t, []string{"secret REQUIRED"}, b.as(admin, updateChannel, vars{"id": id, "in": vars{"appId": "wxffffffffffffffff"}}).fields())
			require.NoError(t, db.Ent.Channel.UpdateOneID(id).SetFirstSentAt(noon).Exec(b.sys))
			require.Equal(t, []string{"appId IMMUTABLE"}, b.as(admin, updateChannel, vars{"id": id, "in": vars{"appId": "wxffffffffffffffff", "secret": "x"}}).fields())
			require.Empty(t, b.as(admin, updateChannel, vars{"id": id, "in": vars{"appId": appID}}).Errors, "the same one is no change")
		})
		t.Run("is not turned off or deleted while tasks use it", func(t *testing.T) {
			task, err := db.Ent.Task.Create().SetProjectID(b.ours.ID).SetName("sale").SetNameKey("sale").SetCreatorID(b.people[access.Marketer].ID).
				SetChannelID(id).SetRunStatus(enttask.RunStatusWaiting).Save(b.sys)
			require.NoError(t, err)
			a := b.as(admin, updateChannel, vars{"id": id, "in": vars{"enabled": false}})
			require.Equal(t, "CONFLICT", a.code(), a.raw)
			require.Equal(t, "CHANNEL_IN_USE", a.Errors[0].Extensions["reason"])
			require.Contains(t, a.raw, `"tasks":1`)
			require.InDelta(t, 1, b.as(admin, updateChannel, vars{"id": id, "in": vars{}}).at("updateChannel.openTaskCount"), 0)

			require.NoError(t, db.Ent.Task.UpdateOne(task).SetRunStatus(enttask.RunStatusEnded).Exec(b.sys))
			require.Equal(t, false, b.as(admin, updateChannel, vars{"id": id, "in": vars{"enabled": false}}).at("updateChannel.enabled"))
			require.Equal(t, "CONFLICT", b.as(admin, fmt.Sprintf("mutation { deleteChannel(id: %q) }", id), nil).code(), "an ended task keeps its channel")
		})
		t.Run("without tasks it is deleted, with its templates", func(t *testing.T) {
			b.wechat.PutTemplate(appID, sandbox.Template{ID: "tmpl-1", Title: "活动提醒", Content: "活动名称:{{thing1.DATA}}\n", Type: 2})
			theirs := b.as(b.stranger, "{ channels { edges { node { id } } } }", nil).at("channels.edges.0.node.id")
			require.Empty(t, b.as(b.stranger, fmt.Sprintf("mutation { syncTemplates(channelId: %q) { added } }", theirs), nil).Errors)
			a := b.as(b.stranger, fmt.Sprintf("mutation { deleteChannel(id: %q) }", theirs), nil)
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, fmt.Sprintf("mutation { deleteChannel(id: %q) }", theirs), nil).code())
			require.InDelta(t, 0, b.as(b.stranger, "{ templates { totalCount } }", nil).at("templates.totalCount"), 0)
		})
	})
}

func testChannel(t *testing.T, b *bundle, id string) bool {
	t.Helper()
	a := b.as(b.tokens[access.ProjectAdmin], fmt.Sprintf("mutation { testChannel(id: %q) { ok code explanation { zh en } channel { state stateCode explanation { zh } } } }", id), nil)
	require.Empty(t, a.Errors, a.raw)
	return a.at("testChannel.ok") == true
}

func TestTemplates(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin := b.tokens[access.ProjectAdmin]
		a := b.as(admin, createChannel, valid(nil))
		require.Empty(t, a.Errors, a.raw)
		id, _ := a.at("createChannel.id").(string)
		sync := func(t *testing.T) string {
			t.Helper()
			a := b.as(admin, fmt.Sprintf("mutation { syncTemplates(channelId: %q) { added changed removed channel { templatesSyncedAt } } }", id), nil)
			require.Empty(t, a.Errors, a.raw)
			require.NotNil(t, a.at("syncTemplates.channel.templatesSyncedAt"))
			return fmt.Sprint(a.at("syncTemplates.added"), a.at("syncTemplates.changed"), a.at("syncTemplates.removed"))
		}
		one := sandbox.Template{ID: "tmpl-1", Title: "活动提醒", Content: "活动名称:{{thing1.DATA}}\n活动时间:{{date2.DATA}}\n", Type: 2}
		b.wechat.PutTemplate(appID, one)
		b.wechat.PutTemplate(appID, sandbox.Template{ID: "tmpl-2", Title: "积分到账", Content: "积分:{{number1.DATA}}\n", Type: 3})

		t.Run("R82: new, unchanged, changed, gone and back", func(t *testing.T) {
			require.Equal(t, "2 0 0", sync(t))
			require.Equal(t, "0 0 0", sync(t))
			one.Title = "活动开始提醒"
			b.wechat.PutTemplate(appID, one)
			b.wechat.RemoveTemplate(appID, "tmpl-2")
			require.Equal(t, "0 1 1", sync(t))
			require.Equal(t, "0 0 0", sync(t), "what is gone is gone once")
			a := b.as(admin, `{ templates(where: {removedAtNotNil: true}) { edges { node { providerID title } } } }`, nil)
			require.Equal(t, "tmpl-2", a.at("templates.edges.0.node.providerID"))
			b.wechat.PutTemplate(appID, sandbox.Template{ID: "tmpl-2", Title: "积分到账", Content: "积分:{{number1.DATA}}\n", Type: 3})
			require.Equal(t, "0 1 0", sync(t))
		})
		t.Run("parameters come with the rules of their kinds", func(t *testing.T) {
			a := b.as(b.tokens[access.Viewer], `{ templates(where: {providerID: "tmpl-1"}) { edges { node { title kind fields { key label kind maxLength truncatable enum } } } } }`, nil)
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, "thing1", a.at("templates.edges.0.node.fields.0.key"))
			require.Equal(t, "活动名称", a.at("templates.edges.0.node.fields.0.label"))
			require.InDelta(t, 20, a.at("templates.edges.0.node.fields.0.maxLength"), 0)
			require.Equal(t, true, a.at("templates.edges.0.node.fields.0.truncatable"))
			require.Nil(t, a.at("templates.edges.0.node.fields.1.maxLength"))
			require.Equal(t, false, a.at("templates.edges.0.node.fields.1.truncatable"))
		})
		t.Run("a try-out that fails is noted on the channel, one that nobody answers is not", func(t *testing.T) {
			require.True(t, testChannel(t, b, id))
			b.down.Store(true)
			require.False(t, testChannel(t, b, id))
			b.down.Store(false)
			row, err := db.Ent.Channel.Get(b.sys, id)
			require.NoError(t, err)
			require.Equal(t, "READY", row.State.String())

			sealed, err := b.box.Seal([]byte("no longer right"), secret.Place(b.ours.ID, id, "secret"))
			require.NoError(t, err)
			require.NoError(t, db.Ent.Channel.UpdateOneID(id).SetSecret(sealed).Exec(b.sys))
			require.False(t, testChannel(t, b, id))
			a := b.as(admin, fmt.Sprintf("{ node(id: %q) { ... on Channel { state stateCode explanation { code zh en } } } }", id), nil)
			require.Equal(t, "ABNORMAL", a.at("node.state"), a.raw)
			require.Equal(t, "40125", a.at("node.stateCode"))
			require.Equal(t, "AppSecret 不正确", a.at("node.explanation.zh"))
			failed := b.as(admin, fmt.Sprintf("mutation { syncTemplates(channelId: %q) { added } }", id), nil, header("Accept", graphqlJSON))
			require.Equal(t, []string{"secret WRONG_SECRET"}, failed.fields())
			require.Equal(t, http.StatusOK, failed.status)
		})
	})
}
