package graph_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	enttask "tidings/ent/task"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/access"
)

const preflightFields = `{id status stale done total failure failureText createdAt endedAt creator{name} result{
	candidates willSend steps{reason count explanation{zh en}} examined rate seconds startsAt segmentAt samples{target reason content{key label value}}}}`

// rehearse does what a worker does with the preflights that are due.
func (b *bundle) rehearse() {
	b.t.Helper()
	rows, err := due.HandOut(b.sys, b.db, due.Preflights, b.business.Now(), 50, "")
	require.NoError(b.t, err)
	for _, r := range rows {
		require.NoError(b.t, b.preflights.Work(b.sys, r.ID, r.Attempt, nil))
	}
}

func TestPreflightsInTheAPI(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		db.Ent.Channel.UpdateOne(c).SetQPSLimit(2).ExecX(b.sys)
		b.crowd(b.ours, appID, 9, 5)
		marketer, approver := b.tokens[access.Marketer], b.tokens[access.Approver]
		reach := noon.Add(time.Hour).Format(time.RFC3339)
		create := func(name string) string {
			t.Helper()
			a := b.as(marketer, `mutation($in:TaskInput!){createTask(input:$in){id}}`, vars{"in": vars{
				"name": name, "channelId": c.ID, "templateId": tpl.ID, "audienceMode": "RULE", "rule": vips, "openMode": "NONE", "reachAt": reach,
				"content": []any{vars{"key": "thing1", "text": "大促 {{attr.nickname|朋友}}"}}, "supplementary": []any{openID(0), openID(77)},
			}})
			require.Empty(t, a.Errors, a.raw)
			b.work()
			return a.at("createTask.id").(string)
		}
		id := create("preflight")
		show := func(token string) *answer {
			t.Helper()
			a := b.as(token, `query($id:ID!){node(id:$id){...on Task{preflight`+preflightFields+`}}}`, vars{"id": id})
			require.Empty(t, a.Errors, a.raw)
			return a
		}
		require.Nil(t, show(marketer).at("node.preflight"))

		a := b.as(marketer, `mutation($id:ID!){preflightTask(id:$id)`+preflightFields+`}`, vars{"id": id})
		require.Empty(t, a.Errors, a.raw)
		require.Equal(t, "WAITING", a.at("preflightTask.status"))
		require.Nil(t, a.at("preflightTask.result"))
		require.Equal(t, false, a.at("preflightTask.stale"))
		first := a.at("preflightTask.id")
		a = b.as(approver, `mutation($id:ID!){preflightTask(id:$id){id}}`, vars{"id": id})
		require.Equal(t, first, a.at("preflightTask.id"), "one under way is joined")
		b.rehearse()

		a = show(marketer)
		require.Equal(t, "DONE", a.at("node.preflight.status"), a.raw)
		r := "node.preflight.result."
		require.InDelta(t, 6, a.at(r+"candidates"), 0)
		require.InDelta(t, 6, a.at(r+"willSend"), 0)
		require.InDelta(t, 6, a.at(r+"examined"), 0)
		require.InDelta(t, 2, a.at(r+"rate"), 0)
		require.InDelta(t, 3, a.at(r+"seconds"), 0)
		require.Equal(t, reach, a.at(r+"startsAt"))
		require.Equal(t, noon.Format(time.RFC3339), a.at(r+"segmentAt"))
		require.Len(t, a.at(r+"samples"), 5)
		require.Equal(t, "大促 朋友", a.at(r+"samples.0.content.0.value"))
		entries := b.as(b.tokens[access.ProjectAdmin], `{ auditEntries(where: {action: "task.preflight"}) { totalCount } }`, nil)
		require.InDelta(t, 1, entries.at("auditEntries.totalCount"), 0)

		t.Run("what changes the run makes it stale, and reasons are explained", func(t *testing.T) { //nolint:paralleltest // one task
			a := b.as(marketer, `mutation($id:ID!,$in:TaskInput!){updateTask(id:$id,version:1,input:$in){preflight{stale}}}`, vars{
				"id": id, "in": vars{"content": []any{vars{"key": "thing1", "text": "{{attr.nickname}}"}}},
			})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, true, a.at("updateTask.preflight.stale"))
			b.as(marketer, `mutation($id:ID!){preflightTask(id:$id){id}}`, vars{"id": id})
			b.rehearse()
			a = show(marketer)
			require.Equal(t, false, a.at("node.preflight.stale"))
			require.Equal(t, "MISSING_VARIABLE", a.at(r+"steps.0.reason"))
			require.InDelta(t, 6, a.at(r+"steps.0.count"), 0)
			require.NotEmpty(t, a.at(r+"steps.0.explanation.zh"))
			require.Equal(t, "MISSING_VARIABLE", a.at(r+"samples.0.reason"))
			require.InDelta(t, 0, a.at(r+"seconds"), 0)
		})
		t.Run("a submission makes one that approvers see", func(t *testing.T) { //nolint:paralleltest // same
			before := show(approver).at("node.preflight.id")
			a := b.as(marketer, `mutation($id:ID!){submitTask(id:$id){status preflight{id status creator{name}}}}`, vars{"id": id})
			require.Empty(t, a.Errors, a.raw)
			require.NotEqual(t, before, a.at("submitTask.preflight.id"))
			b.rehearse()
			a = show(approver)
			require.Equal(t, "DONE", a.at("node.preflight.status"))
			require.InDelta(t, 6, a.at(r+"candidates"), 0)
			require.Equal(t, false, a.at("node.preflight.stale"))
		})
		t.Run("a list of tasks shows each its own", func(t *testing.T) { //nolint:paralleltest // same
			other := create("other")
			create("none")
			b.as(marketer, `mutation($id:ID!){preflightTask(id:$id){id}}`, vars{"id": other})
			a := b.as(marketer, `{tasks(first:10){edges{node{id preflight{status stale result{candidates}}}}}}`, nil)
			require.Empty(t, a.Errors, a.raw)
			got := map[any]any{}
			for _, e := range a.at("tasks.edges").([]any) {
				node := e.(map[string]any)["node"].(map[string]any)
				if p, has := node["preflight"].(map[string]any); has {
					got[node["id"]] = p["status"]
				}
			}
			require.Equal(t, map[any]any{id: "DONE", other: "WAITING"}, got)
		})
		t.Run("it is for those who may see the audience, in the project", func(t *testing.T) { //nolint:paralleltest // same
			a := b.as(b.stranger, `mutation($id:ID!){preflightTask(id:$id){id}}`, vars{"id": id})
			require.Equal(t, "NOT_FOUND", a.code())
			a = b.as(b.stranger, `query($id:ID!){node(id:$id){id}}`, vars{"id": show(marketer).at("node.preflight.id")})
			require.Equal(t, "NOT_FOUND", a.code())
			one := show(marketer).at("node.preflight.id")
			db.Ent.Task.UpdateOneID(id).SetSegmentRoles([]string{"MARKETER"}).ExecX(b.sys)
			a = b.as(b.tokens[access.Viewer], `query($id:ID!){node(id:$id){...on Preflight{status result{willSend}}}}`, vars{"id": one})
			require.Equal(t, "NO_SEGMENT_PERMISSION", a.Errors[0].Extensions["reason"], a.raw)
			a = b.as(b.tokens[access.Viewer], `mutation($id:ID!){preflightTask(id:$id){id}}`, vars{"id": id})
			require.Equal(t, "NO_SEGMENT_PERMISSION", a.Errors[0].Extensions["reason"], a.raw)
			db.Ent.Task.UpdateOneID(id).SetType(enttask.TypeDoneA).ExecX(b.sys)
			a = b.as(marketer, `mutation($id:ID!){preflightTask(id:$id){id}}`, vars{"id": id})
			require.Equal(t, "CONFLICT", a.code())
			require.Equal(t, "USE_BACKTEST", a.Errors[0].Extensions["reason"])
		})
	})
}
