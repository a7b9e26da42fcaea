package graph_test

import (
	"encoding/csv"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entshard "tidings/ent/shard"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/person"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		w := b.world(b.ours, appID)
		b.record(
			w.run, 7, row{person: 1, status: delivery.Sent}, row{person: 2, status: delivery.Sent}, row{person: 3, status: delivery.Sending},
			row{person: 4, status: delivery.Failed, reason: "43101"}, row{person: 5, status: delivery.Failed, reason: "43101"},
			row{person: 6, status: delivery.NotSent, reason: "NO_TARGET_ID"}, row{person: 8, status: delivery.Unconfirmed, reason: "TIMEOUT"},
		)
		b.record(w.run, 0, row{person: 9, status: delivery.Deferred, reason: "-1"}, row{person: 10, status: delivery.NotSent, reason: "DUPLICATE"})
		// A retry shard holds the deferred one; what it claims are differences.
		_, err := db.Ent.Shard.Create().SetProjectNum(b.ours.Num).SetRunNum(w.run.Num).SetTaskID(w.task.ID).SetChannelID("chn").SetClass(2).
			SetRetry(true).SetSize(1).Save(b.sys)
		require.NoError(t, err)
		quiet := b.task(w, "quiet")

		q := `{ tasks(first: 5, orderBy: {direction: ASC, field: CREATED_AT}) { edges { node { id progress { total waiting sending sent failed notSent unconfirmed deferred rate
			reasons { status reason count explanation { zh en } } } runs { edges { node { progress { total sent } } } } } } } }`
		a := b.as(b.tokens[access.Viewer], q, nil)
		require.Empty(t, a.Errors, a.raw)
		p, ok := a.at("tasks.edges.0.node.progress").(map[string]any)
		require.True(t, ok)
		for name, want := range map[string]float64{
			"total": 16, "waiting": 7, "sending": 1, "sent": 2, "failed": 2, "notSent": 2, "unconfirmed": 1, "deferred": 1, "rate": 0,
		} {
			require.InDelta(t, want, p[name], 0, name)
		}
		require.InDelta(t, 2, a.at("tasks.edges.0.node.progress.reasons.0.count"), 0)
		require.Equal(t, "43101", a.at("tasks.edges.0.node.progress.reasons.0.reason"))
		require.Equal(t, "FAILED", a.at("tasks.edges.0.node.progress.reasons.0.status"))
		require.NotEmpty(t, a.at("tasks.edges.0.node.progress.reasons.0.explanation.zh"))
		require.InDelta(t, 16, a.at("tasks.edges.0.node.runs.edges.0.node.progress.total"), 0)
		require.Equal(t, quiet.ID, a.at("tasks.edges.1.node.id"))
		require.InDelta(t, 0, a.at("tasks.edges.1.node.progress.total"), 0)
	})
}

const deliveriesQuery = `query($id: ID!, $first: Int, $last: Int, $after: Cursor, $before: Cursor, $where: DeliveryWhereInput) { node(id: $id) { ... on Task {
	deliveries(first: $first, last: $last, after: $after, before: $before, where: $where) { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
	edges { node { id person target status reason text tries claimedAt settledAt explanation { zh en } content { key label value } run { id } task { id } } } } } } }`

func TestDeliveries(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		w := b.world(b.ours, appID)
		older := b.run(w.task, noon.Add(-time.Hour))
		personal := `[{"Key":"thing1","Value":"=亲爱的"},{"Key":"number2","Value":"5"}]`
		b.record(w.run, 0, row{person: 1, status: delivery.Sent, content: personal}, row{person: 2, status: delivery.Failed, reason: "43101"},
			row{person: 3, status: delivery.NotSent, reason: "NO_TARGET_ID"}, row{person: 70_000, status: delivery.Unconfirmed, reason: "TIMEOUT"})
		b.record(older, 3, row{person: 1, status: delivery.Sent}, row{person: 2, status: delivery.Failed, reason: "43101"}, row{person: 5, status: delivery.Failed, reason: "40003"})
		ask := func(t *testing.T, v vars) *answer {
			t.Helper()
			v["id"] = w.task.ID
			a := b.as(b.tokens[access.Viewer], deliveriesQuery, v)
			return a
		}
		people := func(t *testing.T, a *answer) []string {
			t.Helper()
			require.Empty(t, a.Errors, a.raw)
			out := []string{}
			for _, e := range a.at("node.deliveries.edges").([]any) { //nolint:forcetypeassert // checked by the schema
				n := e.(map[string]any)["node"].(map[string]any) //nolint:forcetypeassert // same
				of := "new"
				if n["run"].(map[string]any)["id"] == older.ID { //nolint:forcetypeassert // same
					of = "old"
				}
				out = append(out, fmt.Sprint(of, n["person"]))
			}
			return out
		}
		all := []string{"new1", "new2", "new3", "new70000", "old1", "old2", "old5"}

		t.Run("the newest run first, people by number", func(t *testing.T) {
			a := ask(t, vars{})
			require.Equal(t, all, people(t, a))
			require.InDelta(t, 7, a.at("node.deliveries.totalCount"), 0)
			require.Equal(t, false, a.at("node.deliveries.pageInfo.hasNextPage"))
		})
		t.Run("pages forwards and backwards meet at every cut", func(t *testing.T) {
			for size := 1; size <= 8; size++ {
				var forth, back []string
				v := vars{"first": size}
				for {
					a := ask(t, v)
					forth = append(forth, people(t, a)...)
					if a.at("node.deliveries.pageInfo.hasNextPage") != true {
						break
					}
					v = vars{"first": size, "after": a.at("node.deliveries.pageInfo.endCursor")}
				}
				require.Equal(t, all, forth, size)
				v = vars{"last": size}
				for {
					a := ask(t, v)
					back = append(people(t, a), back...)
					if a.at("node.deliveries.pageInfo.hasPreviousPage") != true {
						break
					}
					v = vars{"last": size, "before": a.at("node.deliveries.pageInfo.startCursor")}
				}
				require.Equal(t, all, back, size)
			}
		})
		t.Run("between two cursors", func(t *testing.T) {
			a := ask(t, vars{"first": 1})
			z := ask(t, vars{"last": 2})
			between := ask(t, vars{"after": a.at("node.deliveries.pageInfo.endCursor"), "before": z.at("node.deliveries.pageInfo.startCursor")})
			require.Equal(t, all[1:5], people(t, between))
		})
		for _, c := range []struct {
			name  string
			where vars
			want  []string
		}{
			{"by status", vars{"statusIn": []string{"FAILED"}}, []string{"new2", "old2", "old5"}},
			{"by several", vars{"statusIn": []string{"SENT", "UNCONFIRMED"}}, []string{"new1", "new70000", "old1"}},
			{"by reason", vars{"reasonIn": []string{"43101"}}, []string{"new2", "old2"}},
			{"by a reason of what is not final", vars{"reasonIn": []string{"TIMEOUT"}}, []string{"new70000"}},
			{"by both", vars{"statusIn": []string{"FAILED"}, "reasonIn": []string{"40003", "NO_TARGET_ID"}}, []string{"old5"}},
			{"by both that exclude each other", vars{"statusIn": []string{"SENT"}, "reasonIn": []string{"43101"}}, []string{}},
			{"by none of the reasons", vars{"reasonIn": []string{"x'; DROP TABLE deliveries; --"}}, []string{}},
			{"by run", vars{"runID": older.ID}, []string{"old1", "old2", "old5"}},
			{"by run and status", vars{"runID": older.ID, "statusIn": []string{"NOT_SENT"}}, []string{}},
		} {
			t.Run("filters "+c.name+", and counts the same", func(t *testing.T) {
				a := ask(t, vars{"where": c.where})
				require.Equal(t, c.want, people(t, a))
				require.InDelta(t, len(c.want), a.at("node.deliveries.totalCount"), 0)
			})
		}
		t.Run("finds a target ID through its person", func(t *testing.T) {
			require.NoError(t, db.Ent.Identity.Create().SetProjectNum(b.ours.Num).SetType(person.WechatOpenID).SetValue(person.WechatValue(appID, openID(2))).
				SetPersonNum(2).Exec(b.sys))
			a := ask(t, vars{"where": vars{"target": openID(2)}})
			require.Equal(t, []string{"new2", "old2"}, people(t, a))
			require.InDelta(t, 2, a.at("node.deliveries.totalCount"), 0)
			require.Empty(t, people(t, ask(t, vars{"where": vars{"target": openID(3)}})))
		})
		t.Run("says what was sent and why not, label by label", func(t *testing.T) {
			a := ask(t, vars{})
			require.Equal(t, "活动名称", a.at("node.deliveries.edges.0.node.content.0.label"))
			require.Equal(t, "=亲爱的", a.at("node.deliveries.edges.0.node.content.0.value"), "what differs by person is on the row")
			require.Equal(t, "春节活动", a.at("node.deliveries.edges.1.node.content.0.value"), "what does not follows from the plan")
			require.Empty(t, a.at("node.deliveries.edges.2.node.content"), "nothing was made for who was held")
			require.Nil(t, a.at("node.deliveries.edges.0.node.explanation"))
			require.NotEmpty(t, a.at("node.deliveries.edges.1.node.explanation.zh"))
			require.Equal(t, "70000", a.at("node.deliveries.edges.3.node.person"), "a 64-bit number is a string")
			require.Equal(t, w.task.ID, a.at("node.deliveries.edges.3.node.task.id"))
		})
		t.Run("each is a node by its ID", func(t *testing.T) {
			one := ask(t, vars{"first": 1}).at("node.deliveries.edges.0.node.id")
			a := b.as(b.tokens[access.Viewer], "query($id: ID!) { node(id: $id) { id ... on Delivery { status target run { id } task { id } } } }", vars{"id": one})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, one, a.at("node.id"))
			require.Equal(t, "SENT", a.at("node.status"))
		})
		t.Run("a cursor of somewhere else is INVALID", func(t *testing.T) {
			tasks := b.as(b.tokens[access.Viewer], "{ tasks { edges { cursor } } }", nil)
			require.Equal(t, "INVALID", ask(t, vars{"after": tasks.at("tasks.edges.0.cursor")}).code())
			require.Equal(t, "INVALID", ask(t, vars{"first": 1, "last": 1}).code())
		})
		t.Run("a run without what is asked for is not read", func(t *testing.T) {
			// Only the totals know that there are none: the rows say otherwise here.
			_, err := db.Ent.Shard.Update().Where(entshard.RunNum(older.Num)).SetFailed(0).Save(b.sys)
			require.NoError(t, err)
			require.Equal(t, []string{"new2"}, people(t, ask(t, vars{"where": vars{"statusIn": []string{"FAILED"}}})))
		})
	})
}

func TestExport(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		w := b.world(b.ours, appID)
		rows := []row{{person: 1, status: delivery.Failed, reason: "43101", content: `[{"Key":"thing1","Value":"=1+1"}]`}}
		for i := 2; i <= 2_300; i++ {
			rows = append(rows, row{person: i, status: delivery.Sent})
		}
		b.record(w.run, 0, rows...)
		get := func(t *testing.T, token, query string) (reply, string) {
			t.Helper()
			req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+"/export/deliveries?"+query, nil)
			require.NoError(t, err)
			req.AddCookie(cookie(token))
			resp, err := http.DefaultClient.Do(req)
			require.NoError(t, err)
			defer resp.Body.Close() //nolint:errcheck // read below
			raw, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			return reply{resp.StatusCode, resp.Header}, string(raw)
		}
		t.Run("holds everybody once, over many pages", func(t *testing.T) {
			resp, body := get(t, b.tokens[access.Marketer], "task="+w.task.ID+"&locale=en-US")
			require.Equal(t, http.StatusOK, resp.StatusCode, body)
			require.True(t, strings.HasPrefix(body, "\ufeffDelivery,Run,"), "%.40q", body)
			require.Contains(t, resp.Header.Get("Content-Disposition"), "attachment")
			lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
			require.NoError(t, err)
			require.Len(t, lines, 2_301)
			seen := map[string]bool{}
			for _, l := range lines[1:] {
				seen[l[3]] = true
			}
			require.Len(t, seen, 2_300)
			require.Equal(t, "2026-11-22 12:00:00", lines[1][2], "times are in the project's zone")
		})
		t.Run("the header is in the viewer's language, and no cell is a formula", func(t *testing.T) {
			_, body := get(t, b.tokens[access.ProjectAdmin], "task="+w.task.ID+"&run="+w.run.ID+"&status=FAILED,NOT_SENT")
			lines, err := csv.NewReader(strings.NewReader(body)).ReadAll()
			require.NoError(t, err)
			require.Len(t, lines, 2)
			require.Contains(t, lines[0], "发送目标ID")
			require.Contains(t, lines[1], "发送失败")
			require.NotContains(t, body, ",=")
		})
		t.Run("is refused to who may only look, and of what is not theirs", func(t *testing.T) {
			for _, role := range []access.Role{access.Viewer, access.Approver} {
				resp, body := get(t, b.tokens[role], "task="+w.task.ID)
				require.Equal(t, http.StatusForbidden, resp.StatusCode, body)
			}
			for _, q := range []string{"", "task=tsk_x", "task=" + w.task.ID} {
				resp, _ := get(t, b.stranger, q)
				require.Equal(t, http.StatusNotFound, resp.StatusCode, q)
			}
			theirs := b.world(b.theirs, appID)
			resp, _ := get(t, b.tokens[access.Marketer], "task="+w.task.ID+"&run="+theirs.run.ID)
			require.Equal(t, http.StatusNotFound, resp.StatusCode)
			resp, _ = get(t, b.tokens[access.Marketer], "task="+w.task.ID+"&status=NONSENSE")
			require.Equal(t, http.StatusUnprocessableEntity, resp.StatusCode)
		})
		t.Run("every export is in the audit log", func(t *testing.T) {
			a := b.as(b.tokens[access.ProjectAdmin], `{ auditEntries(where: {action: "delivery.export"}) { totalCount edges { node { objectID actorName ip } } } }`, nil)
			require.Empty(t, a.Errors, a.raw)
			require.InDelta(t, 2, a.at("auditEntries.totalCount"), 0)
			require.Equal(t, w.task.ID, a.at("auditEntries.edges.0.node.objectID"))
			require.NotEmpty(t, a.at("auditEntries.edges.0.node.ip"))
		})
	})
}
