package graph_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entproperty "tidings/ent/property"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/dispatch"
	"tidings/outreach/person"
)

// crowd makes n people with an openid of the mini program, those before vips with
// the attribute vip.
func (b *bundle) crowd(p *ent.Project, appID string, n, vips int) []uint32 {
	b.t.Helper()
	require.NoError(b.t, b.db.Ent.Property.Create().SetProjectID(p.ID).SetOwner(entproperty.OwnerAttribute).SetName("vip").
		SetType(entproperty.TypeBoolean).Exec(b.sys))
	values := make([]string, n)
	for i := range values {
		values[i] = person.WechatValue(appID, openID(i))
	}
	nums, err := person.Resolve(b.sys, b.db, p.Num, person.WechatOpenID, values, false)
	require.NoError(b.t, err)
	for _, num := range nums[:vips] {
		require.NoError(b.t, b.db.Ent.Person.UpdateOneID(person.ID(p.Num, num)).SetAttributes([]byte(`{"vip":true}`)).Exec(b.sys))
	}
	return nums
}

var vips = vars{"op": "ATTRIBUTE", "name": "vip", "test": vars{"test": "IS_TRUE"}}

// work does what workers do with what is due.
func (b *bundle) work() {
	b.t.Helper()
	runs := dispatch.New(b.db, b.business, nil)
	for {
		segments, err := due.HandOut(b.sys, b.db, due.Segments, b.business.Now(), 50, "")
		require.NoError(b.t, err)
		for _, r := range segments {
			require.NoError(b.t, b.segments.Compute(b.sys, r.ID, r.Attempt, nil))
		}
		prepared, err := due.HandOut(b.sys, b.db, due.Runs, b.business.Now(), 50, "")
		require.NoError(b.t, err)
		for _, r := range prepared {
			require.NoError(b.t, runs.Prepare(b.sys, r.ID, r.Attempt))
		}
		if len(segments)+len(prepared) == 0 {
			return
		}
	}
}

const createSegment = `mutation($in:SegmentInput!){createSegment(input:$in){id name status size listed subject updateMode roles idType editable creator{name} nextAt}}`

func TestSegments(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		nums := b.crowd(b.ours, appID, 5, 3)
		marketer := b.tokens[access.Marketer]

		a := b.as(marketer, createSegment, vars{"in": vars{"name": "会员", "rule": vips, "channelId": c.ID}})
		require.Empty(t, a.Errors, a.raw)
		id := a.at("createSegment.id").(string)
		require.Equal(t, "COMPUTING", a.at("createSegment.status"))
		require.Equal(t, "wx_openid", a.at("createSegment.idType"))
		require.Equal(t, true, a.at("createSegment.editable"))
		b.work()

		a = b.as(marketer, `query($id:ID!){segments(first:5,where:{nameContains:"会"}){totalCount edges{node{id name status size computedAt trend{at size} reachable rule
			members(first:2){edges{node{number} cursor} pageInfo{hasNextPage endCursor}} usedBy{id} tasks{id} originTask{id} versions(first:5){edges{node{seq cause size tookMs rule}}}}}}
			node(id:$id){... on Segment{name}}}`, vars{"id": id})
		require.Empty(t, a.Errors, a.raw)
		require.InDelta(t, 1, a.at("segments.totalCount"), 0)
		node := "segments.edges.0.node."
		require.Equal(t, "READY", a.at(node+"status"))
		require.InDelta(t, 3, a.at(node+"size"), 0)
		require.InDelta(t, 3, a.at(node+"reachable"), 0)
		require.InDelta(t, 3, a.at(node+"trend.0.size"), 0)
		require.Equal(t, "IS_TRUE", a.at(node+"rule.test.test"))
		require.Equal(t, "SAVE", a.at(node+"versions.edges.0.node.cause"))
		require.Equal(t, fmt.Sprint(nums[0]), a.at(node+"members.edges.0.node.number"))
		require.Equal(t, true, a.at(node+"members.pageInfo.hasNextPage"))
		a = b.as(marketer, `query($id:ID!,$after:Cursor){node(id:$id){... on Segment{members(first:2,after:$after){edges{node{number}} pageInfo{hasNextPage}}}}}`,
			vars{"id": id, "after": a.at(node + "members.pageInfo.endCursor")})
		require.Empty(t, a.Errors, a.raw)
		require.Equal(t, fmt.Sprint(nums[2]), a.at("node.members.edges.0.node.number"))
		require.Equal(t, false, a.at("node.members.pageInfo.hasNextPage"))

		t.Run("a rule that is not whole is refused with its path", func(t *testing.T) { //nolint:paralleltest // one project
			a := b.as(marketer, createSegment, vars{"in": vars{"name": "x", "rule": vars{"op": "AND", "nodes": []any{vips, vars{"op": "TAG", "name": "gone", "test": vars{"test": "IS_NULL"}}}}}})
			require.Equal(t, "INVALID", a.code())
			require.Equal(t, []string{"rule.nodes.1.name NOT_FOUND"}, a.fields())
		})
		t.Run("it is refreshed, changed, used and deleted", func(t *testing.T) { //nolint:paralleltest // one project
			a := b.as(marketer, `mutation($id:ID!){refreshSegment(id:$id){status}}`, vars{"id": id})
			require.Equal(t, "COMPUTING", a.at("refreshSegment.status"))
			a = b.as(marketer, `mutation($id:ID!){refreshSegment(id:$id){status}}`, vars{"id": id})
			require.Equal(t, "COMPUTING", a.Errors[0].Extensions["reason"])
			b.work()
			a = b.as(marketer, `mutation($id:ID!){updateSegment(id:$id,input:{description:"d",channelId:null,updateMode:DAILY}){description channel{id} nextAt rule}}`, vars{"id": id})
			require.Empty(t, a.Errors, a.raw)
			require.Nil(t, a.at("updateSegment.channel"))
			next, err := time.Parse(time.RFC3339, a.at("updateSegment.nextAt").(string))
			require.NoError(t, err)
			require.True(t, noon.Add(18*time.Hour).Equal(next), "06:00 in Shanghai")
			a = b.as(marketer, createSegment, vars{"in": vars{"name": "on it", "rule": vars{"op": "SEGMENT", "segment": id, "in": true}}})
			require.Empty(t, a.Errors, a.raw)
			on := a.at("createSegment.id").(string)
			a = b.as(marketer, `query($id:ID!){node(id:$id){... on Segment{usedBy{id}}}}`, vars{"id": id})
			require.Equal(t, on, a.at("node.usedBy.0.id"))
			require.Equal(t, "SEGMENT_IN_USE", b.as(marketer, `mutation($id:ID!){deleteSegment(id:$id)}`, vars{"id": id}).Errors[0].Extensions["reason"])
			require.Equal(t, on, b.as(marketer, `mutation($id:ID!){deleteSegment(id:$id)}`, vars{"id": on}).at("deleteSegment"))
		})
		t.Run("R30 R36 estimates", func(t *testing.T) { //nolint:paralleltest // one project
			const q = `query($in:EstimateInput!){estimateAudience(input:$in){people reachable authorised approximate tookMs}}`
			a := b.as(marketer, q, vars{"in": vars{"rule": vips, "channelId": c.ID, "templateId": tpl.ID}})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, []any{3.0, 3.0, nil, false}, []any{a.at("estimateAudience.people"), a.at("estimateAudience.reachable"), a.at("estimateAudience.authorised"), a.at("estimateAudience.approximate")})
			a = b.as(marketer, q, vars{"in": vars{"segmentId": id, "channelId": c.ID}})
			require.InDelta(t, 3, a.at("estimateAudience.reachable"), 0)
		})
		t.Run("R30 with progress, on a socket", func(t *testing.T) { //nolint:paralleltest // one project
			s, err := b.dial(t, marketer, nil)
			require.NoError(t, err)
			s.want("connection_ack")
			const q = `subscription($in:EstimateInput!){audienceEstimate(input:$in){done total result{people}}}`
			s.subscribe("1", q, vars{"in": vars{"rule": vips}})
			var last struct {
				Data struct {
					AudienceEstimate struct {
						Done, Total int
						Result      *struct{ People int }
					}
				}
			}
			for last.Data.AudienceEstimate.Result == nil {
				require.NoError(t, json.Unmarshal(s.want("next").Payload, &last))
			}
			require.Equal(t, 3, last.Data.AudienceEstimate.Result.People)
			require.Equal(t, last.Data.AudienceEstimate.Total, last.Data.AudienceEstimate.Done)
			s.want("complete")
			s.subscribe("2", q, vars{"in": vars{"rule": vars{"op": "NOPE"}}})
			f, err := s.next()
			require.NoError(t, err)
			require.Contains(t, string(f.Payload), "rule.op", "what is wrong is refused before it begins")
		})
	})
}

func TestSegmentsAreShownByRole(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		b.crowd(b.ours, appID, 3, 2)
		marketer, viewer, approver := b.tokens[access.Marketer], b.tokens[access.Viewer], b.tokens[access.Approver]
		a := b.as(marketer, createSegment, vars{"in": vars{"name": "给审批人", "rule": vips, "roles": []any{"APPROVER"}}})
		require.Empty(t, a.Errors, a.raw)
		id := a.at("createSegment.id").(string)
		a = b.as(marketer, createSegment, vars{"in": vars{"name": "不同步", "rule": vips, "listed": false}})
		require.Empty(t, a.Errors, a.raw)
		unlisted := a.at("createSegment.id").(string)
		b.work()
		version := b.as(marketer, `query($id:ID!){node(id:$id){... on Segment{versions{edges{node{id}}}}}}`, vars{"id": id}).at("node.versions.edges.0.node.id")

		for role, sees := range map[access.Role]bool{access.Marketer: true, access.Approver: true, access.ProjectAdmin: true, access.Viewer: false} {
			a := b.as(b.tokens[role], `{segments{totalCount edges{node{id}}}}`, nil)
			require.Empty(t, a.Errors)
			a2 := b.as(b.tokens[role], `query($id:ID!){node(id:$id){id}}`, vars{"id": id})
			a3 := b.as(b.tokens[role], `query($id:ID!){node(id:$id){id}}`, vars{"id": version})
			if sees {
				require.InDelta(t, 1, a.at("segments.totalCount"), 0, "R27 R31 %s sees the list only", role)
				require.Empty(t, append(a2.Errors, a3.Errors...))
				continue
			}
			require.InDelta(t, 0, a.at("segments.totalCount"), 0, "R31 %s", role)
			require.Equal(t, []any{"FORBIDDEN", "NO_SEGMENT_PERMISSION"}, []any{a2.code(), a2.Errors[0].Extensions["reason"]})
			require.Equal(t, "NOT_FOUND", a3.code())
		}
		require.Empty(t, b.as(marketer, `query($id:ID!){node(id:$id){id}}`, vars{"id": unlisted}).Errors)
		require.InDelta(t, 0, b.as(marketer, `{segments(where:{listed:false}){totalCount}}`, nil).at("segments.totalCount"), 0, "R27 whatever the filter")

		a = b.as(marketer, `mutation($in:TaskInput!){createTask(input:$in){id segmentID segment{name listed} rule version}}`, vars{"in": vars{
			"name": "双十二", "audienceMode": "RULE", "rule": vips, "segmentRoles": []any{"APPROVER"}, "channelId": c.ID, "templateId": tpl.ID,
		}})
		require.Empty(t, a.Errors, a.raw)
		task := a.at("createTask.id").(string)
		require.Equal(t, "双十二_"+task, a.at("createTask.segment.name"), "R28")
		require.Equal(t, "ATTRIBUTE", a.at("createTask.rule.op"))

		reason := func(a *answer) any {
			t.Helper()
			require.NotEmpty(t, a.Errors, a.raw)
			return a.Errors[0].Extensions["reason"]
		}
		_, other := b.member(b.ours, access.Marketer)
		for name, q := range map[string]string{
			"view":       `query($id:ID!){node(id:$id){id}}`,
			"check":      `query($id:ID!){checkTask(id:$id){ok}}`,
			"edit":       `mutation($id:ID!){updateTask(id:$id,version:1,input:{name:"x"}){id}}`,
			"copy":       `mutation($id:ID!){copyTask(id:$id){id}}`,
			"submit":     `mutation($id:ID!){submitTask(id:$id){id}}`,
			"the rule":   `query($id:ID!){tasks(where:{id:$id}){edges{node{name rule}}}}`,
			"recipients": `query($id:ID!){tasks(first:1,where:{id:$id}){edges{node{deliveries(first:1){edges{node{id}}}}}}}`,
		} {
			require.Equal(t, "NO_SEGMENT_PERMISSION", reason(b.as(other, q, vars{"id": task})), "R31 %s", name)
		}
		require.Equal(t, "GRAPHQL_VALIDATION_FAILED", b.as(viewer, `{tasks(where:{hasSegmentWith:[{nameHasPrefix:"双"}]}){totalCount}}`, nil).code(),
			"R31 nor can its segment be guessed by a filter")
		a = b.as(viewer, `query($id:ID!){tasks(where:{id:$id}){edges{node{name segment{id}}}}}`, vars{"id": task})
		require.Empty(t, a.Errors, "that there is a task is no secret")
		require.Nil(t, a.at("tasks.edges.0.node.segment"))
		require.Empty(t, b.as(approver, `query($id:ID!){node(id:$id){... on Task{rule segment{id}}}}`, vars{"id": task}).Errors)
	})
}

func TestSegmentsOfAnotherProject(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.crowd(b.ours, appID, 3, 3)
		b.crowd(b.theirs, appID, 5, 4)
		c, _ := b.stage(b.theirs)
		a := b.as(b.stranger, createSegment, vars{"in": vars{"name": "s", "rule": vips}})
		require.Empty(t, a.Errors, a.raw)
		theirs := a.at("createSegment.id").(string)
		a = b.as(b.tokens[access.Marketer], createSegment, vars{"in": vars{"name": "s", "rule": vips}})
		require.Empty(t, a.Errors, "names are the project's own")
		ours := a.at("createSegment.id").(string)
		b.work()
		size := `query($id:ID!){node(id:$id){... on Segment{size members{edges{node{number}}} versions{edges{node{id}}}}}}`
		mine, other := b.as(b.tokens[access.Marketer], size, vars{"id": ours}), b.as(b.stranger, size, vars{"id": theirs})
		require.Equal(t, []any{3.0, 4.0}, []any{mine.at("node.size"), other.at("node.size")}, "the same rule and the same IDs, other people")

		admin := b.tokens[access.ProjectAdmin]
		for name, q := range map[string]string{
			"node":    `query($id:ID!){node(id:$id){id}}`,
			"update":  `mutation($id:ID!){updateSegment(id:$id,input:{name:"x"}){id}}`,
			"refresh": `mutation($id:ID!){refreshSegment(id:$id){id}}`,
			"delete":  `mutation($id:ID!){deleteSegment(id:$id)}`,
			"count":   `query($id:ID!){estimateAudience(input:{segmentId:$id}){people}}`,
		} {
			for _, id := range []string{theirs, "seg_00000000000000000000000000"} {
				require.Equal(t, "NOT_FOUND", b.as(admin, q, vars{"id": id}).code(), name)
			}
		}
		require.Equal(t, "NOT_FOUND", b.as(admin, `query($id:ID!){node(id:$id){id}}`, vars{"id": other.at("node.versions.edges.0.node.id")}).code())
		for name, in := range map[string]vars{
			"rule.segment NOT_FOUND": {"name": "x", "rule": vars{"op": "SEGMENT", "segment": theirs, "in": true}},
			"channelId NOT_FOUND":    {"name": "x", "rule": vips, "channelId": c.ID},
		} {
			require.Equal(t, []string{name}, b.as(admin, createSegment, vars{"in": in}).fields())
		}
		a = b.as(admin, `mutation($in:TaskInput!){createTask(input:$in){id}}`, vars{"in": vars{"name": "t", "audienceMode": "SEGMENT", "segmentId": theirs}})
		require.Equal(t, []string{"segmentId NOT_FOUND"}, a.fields())
		require.InDelta(t, 1, b.as(admin, fmt.Sprintf(`{segments(where:{or:[{idIn:[%q]},{not:{id:"x"}}]}){totalCount}}`, theirs), nil).at("segments.totalCount"), 0)
	})
}

func TestAbilitiesOfAProject(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		const q = `{audienceAbilities{once:modes(type:ONCE) done:modes(type:DONE_A) segmentPermission newSegment refresh subjects reasons(type:ONCE){mode reason}}}`
		a := b.as(b.tokens[access.Viewer], q, nil)
		require.Empty(t, a.Errors, a.raw)
		require.Equal(t, []any{"RULE", "SEGMENT", "UPLOAD"}, a.at("audienceAbilities.once"))
		require.Equal(t, []any{"RULE", "SEGMENT", "ALL"}, a.at("audienceAbilities.done"))
		require.Equal(t, []any{map[string]any{"mode": "ALL", "reason": "TRIGGERED_ONLY"}}, a.at("audienceAbilities.reasons"))

		const set = `mutation($in:ProjectSettingsInput!){updateProjectSettings(input:$in){audienceSource multiSubject refreshLead listedDefault eventRetentionDays}}`
		a = b.as(b.tokens[access.Marketer], set, vars{"in": vars{"audienceSource": "NONE"}})
		require.Equal(t, "ADMIN_ONLY", a.Errors[0].Extensions["reason"])
		a = b.as(b.tokens[access.ProjectAdmin], set, vars{"in": vars{"refreshLead": 121}})
		require.Equal(t, []string{"refreshLead OUT_OF_RANGE"}, a.fields(), "R52")
		a = b.as(b.tokens[access.ProjectAdmin], set, vars{"in": vars{"audienceSource": "NONE", "multiSubject": true, "refreshLead": 30}})
		require.Empty(t, a.Errors, a.raw)
		require.InDelta(t, 30, a.at("updateProjectSettings.refreshLead"), 0)
		a = b.as(b.tokens[access.Viewer], q, nil)
		require.Equal(t, map[string]any{
			"once": []any{"UPLOAD"}, "done": []any{"ALL"}, "segmentPermission": false, "newSegment": "NONE", "refresh": false, "subjects": true,
			"reasons": []any{
				map[string]any{"mode": "RULE", "reason": "NO_SEGMENTS"},
				map[string]any{"mode": "SEGMENT", "reason": "NO_SEGMENTS"},
				map[string]any{"mode": "ALL", "reason": "TRIGGERED_ONLY"},
			},
		}, a.at("audienceAbilities"))
		require.Equal(t, "UNAUTHENTICATED", b.as("", q, nil).code())
		a = b.as(b.tokens[access.Viewer], `{ruleSchema}`, nil)
		require.Empty(t, a.Errors, a.raw)
		require.Equal(t, "https://json-schema.org/draft/2020-12/schema", a.at("ruleSchema").(map[string]any)["$schema"])
	})
}

func TestTaskByRuleUntilItSends(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		nums := b.crowd(b.ours, appID, 5, 2)
		marketer := b.tokens[access.Marketer]
		reach := noon.Add(time.Hour)
		a := b.as(marketer, `mutation($in:TaskInput!){createTask(input:$in){id refreshBefore refreshFailure listed segment{status updateMode}}}`, vars{"in": vars{
			"name": "会员日", "audienceMode": "RULE", "rule": vips, "channelId": c.ID, "templateId": tpl.ID, "openMode": "NONE", "reachAt": reach.Format(time.RFC3339),
			"content": []any{vars{"key": "thing1", "text": "会员日"}}, "supplementary": []any{openID(4)},
		}})
		require.Empty(t, a.Errors, a.raw)
		id := a.at("createTask.id").(string)
		require.Equal(t, []any{true, "DO_NOT_SEND", "ON_DEMAND"}, []any{a.at("createTask.refreshBefore"), a.at("createTask.refreshFailure"), a.at("createTask.segment.updateMode")})
		b.work()
		a = b.as(marketer, `query($id:ID!){checkTask(id:$id){ok problems{path rule} samples{target}}}`, vars{"id": id})
		require.Equal(t, true, a.at("checkTask.ok"), a.raw)
		require.Len(t, a.at("checkTask.samples"), 3, "two selected and a supplementary recipient")
		a = b.as(marketer, `mutation($id:ID!){submitTask(id:$id){approval{id}}}`, vars{"id": id})
		require.Empty(t, a.Errors, a.raw)
		a = b.as(b.tokens[access.Approver], `mutation($id:ID!){approve(id:$id){status}}`, vars{"id": a.at("submitTask.approval.id")})
		require.Empty(t, a.Errors, a.raw)

		const runs = `query($id:ID!){node(id:$id){... on Task{runs{edges{node{status plannedAt refreshStartedAt refreshEndedAt refreshResult audienceSize failure}}}}}}`
		require.NoError(t, db.Ent.Person.UpdateOneID(person.ID(b.ours.Num, nums[2])).SetAttributes([]byte(`{"vip":true}`)).Exec(b.sys))
		b.business.Set(reach.Add(-15 * time.Minute))
		b.work()
		a = b.as(marketer, runs, vars{"id": id})
		run := a.at("node.runs.edges.0.node").(map[string]any)
		require.Equal(t, []any{"WAITING", "READY", 0.0, ""}, []any{run["status"], run["refreshResult"], run["audienceSize"], run["failure"]}, "§1.5")
		for field, want := range map[string]time.Time{"plannedAt": reach, "refreshStartedAt": reach.Add(-15 * time.Minute), "refreshEndedAt": reach.Add(-15 * time.Minute)} {
			at, err := time.Parse(time.RFC3339, run[field].(string))
			require.NoError(t, err)
			require.True(t, want.Equal(at), "R51 %s is %s", field, at)
		}
		b.business.Set(reach)
		b.work()
		a = b.as(marketer, runs, vars{"id": id})
		require.Equal(t, "SENDING", a.at("node.runs.edges.0.node.status"))
		require.InDelta(t, 4, a.at("node.runs.edges.0.node.audienceSize"), 0)
	})
}
