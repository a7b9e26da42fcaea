package graph_test

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entproperty "tidings/ent/property"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
)

const (
	whenFields = `id version status startsAt endsAt comingPoints(first:2)
		cycle{kind every weekdays monthDays times start end}
		trigger{a{events{event where} mode n from to} b{events{event where} wait{value unit}} timing{kind days hours minutes at time weekday} recheckAudience}`
	createWhen = `mutation($in:TaskInput!){createTask(input:$in){` + whenFields + `}}`
	updateWhen = `mutation($id:ID!,$v:Int!,$in:TaskInput!){updateTask(id:$id,version:$v,input:$in){` + whenFields + `}}`
	taskWhen   = `query($id:ID!){node(id:$id){...on Task{name ` + whenFields + `}}}`
)

// weekly is Mondays and Fridays at two times; noon of the tests is a Sunday.
func weekly() vars {
	return vars{"kind": "WEEKDAYS", "weekdays": []any{"MONDAY", "FRIDAY"}, "times": []any{"18:30", "10:00"}, "start": "2026-11-22T00:00:00+08:00", "end": "2026-12-31T23:59:59+08:00"}
}

// abandoned is a cart over 100 that is not paid for within 20 minutes.
func abandoned() vars {
	return vars{
		"a": vars{
			"events": []any{vars{"event": "add_to_cart", "where": vars{"op": "PROPERTY", "name": "amount", "test": vars{"test": "GT", "values": []any{100}}}}},
			"mode":   "EVERY", "n": 1, "from": "2026-11-23T00:00:00+08:00", "to": "2026-12-01T00:00:00+08:00",
		},
		"b":      vars{"events": []any{vars{"event": "pay"}}, "wait": vars{"value": 20, "unit": "MINUTE"}},
		"timing": vars{"kind": "TIME_OF_DAY", "days": 0, "time": "10:00"},
	}
}

func TestRepeatingAndTriggeredTasks(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		c, tpl := b.stage(b.ours)
		for i, name := range []string{"add_to_cart", "pay"} {
			e, err := db.Ent.EventType.Create().SetProjectID(b.ours.ID).SetName(name).SetNum(b.ours.Num*100 + int64(i)).Save(b.sys)
			require.NoError(t, err)
			require.NoError(t, db.Ent.Property.Create().SetProjectID(b.ours.ID).SetOwner(entproperty.OwnerEvent).SetOwnerID(e.ID).
				SetName("amount").SetType(entproperty.TypeNumber).Exec(b.sys))
		}
		marketer, viewer := b.tokens[access.Marketer], b.tokens[access.Viewer]
		complete := func(name string, more vars) vars {
			in := vars{
				"name": name, "channelId": c.ID, "templateId": tpl.ID, "openMode": "NONE",
				"content": []any{vars{"key": "thing1", "text": "大促", "overlong": "TRUNCATE"}},
			}
			for k, v := range more {
				in[k] = v
			}
			return in
		}

		at := func(want string, got any) {
			t.Helper()
			text, _ := got.(string)
			instant, err := time.Parse(time.RFC3339, text)
			require.NoError(t, err)
			require.Equal(t, want, instant.UTC().Format(time.RFC3339))
		}

		t.Run("a repeating task is saved, previewed and submitted (R57, R58)", func(t *testing.T) { //nolint:paralleltest // one project
			a := b.as(marketer, createWhen, vars{"in": complete("weekly", vars{"type": "REPEAT", "cycle": weekly(), "uploadId": b.upload(c.ID, "openid\n"+openID(1))})})
			require.Empty(t, a.Errors)
			require.Equal(t, map[string]any{
				"kind": "WEEKDAYS", "every": nil, "weekdays": []any{"MONDAY", "FRIDAY"}, "monthDays": []any{}, "times": []any{"18:30", "10:00"},
				"start": "2026-11-21T16:00:00Z", "end": "2026-12-31T15:59:59Z",
			}, a.at("createTask.cycle"))
			require.Equal(t, []any{"2026-11-23T02:00:00Z", "2026-11-23T10:30:00Z"}, a.at("createTask.comingPoints"))
			id := a.at("createTask.id")

			a = b.as(viewer, `query($c:CycleInput!){schedulePreview(cycle:$c){points total problems{path rule}}}`, vars{"c": weekly()})
			require.Empty(t, a.Errors)
			require.Len(t, a.at("schedulePreview.points"), 5)
			require.InDelta(t, 22, a.at("schedulePreview.total"), 0, "two times on six Mondays and five Fridays")

			a = b.as(marketer, `mutation($id:ID!){submitTask(id:$id){status startsAt endsAt}}`, vars{"id": id})
			require.Empty(t, a.Errors)
			require.Equal(t, "IN_APPROVAL", a.at("submitTask.status"))
			at("2026-11-21T16:00:00Z", a.at("submitTask.startsAt"))
			at("2026-12-31T15:59:59Z", a.at("submitTask.endsAt"))
		})

		t.Run("a triggered task for everybody is saved, previewed and submitted (R43, R48, R69, R74)", func(t *testing.T) { //nolint:paralleltest // one project
			a := b.as(marketer, createWhen, vars{"in": complete("abandoned", vars{"type": "DONE_A_NOT_B", "trigger": abandoned(), "audienceMode": "ALL"})})
			require.Empty(t, a.Errors)
			require.Equal(t, map[string]any{
				"a": map[string]any{
					"events": []any{map[string]any{"event": "add_to_cart", "where": map[string]any{
						"op": "PROPERTY", "name": "amount", "test": map[string]any{"test": "GT", "values": []any{100.0}},
					}}},
					"mode": "EVERY", "n": 1.0, "from": "2026-11-22T16:00:00Z", "to": "2026-11-30T16:00:00Z",
				},
				"b":      map[string]any{"events": []any{map[string]any{"event": "pay", "where": nil}}, "wait": map[string]any{"value": 20.0, "unit": "MINUTE"}},
				"timing": map[string]any{"kind": "TIME_OF_DAY", "days": 0.0, "hours": nil, "minutes": nil, "at": nil, "time": "10:00", "weekday": nil}, "recheckAudience": false,
			}, a.at("createTask.trigger"))
			require.Equal(t, []any{}, a.at("createTask.comingPoints"))
			id := a.at("createTask.id")

			const preview = `query($type:TaskType!,$t:TriggerInput!,$end:Time){triggerPreview(type:$type,trigger:$t,endsAt:$end){
				defaultEnd example{doneAt judgedAt sentAt tooLate} problems{path rule params}}}`
			a = b.as(viewer, preview, vars{"type": "DONE_A_NOT_B", "t": abandoned()})
			require.Empty(t, a.Errors)
			require.Equal(t, map[string]any{
				"defaultEnd": "2026-12-01T16:21:00Z", "problems": []any{},
				"example": map[string]any{"doneAt": "2026-11-22T16:00:00Z", "judgedAt": "2026-11-22T16:20:00Z", "sentAt": "2026-11-23T02:00:00Z", "tooLate": false},
			}, a.at("triggerPreview"))
			a = b.as(viewer, preview, vars{"type": "DONE_A", "t": vars{"a": vars{"events": []any{vars{"event": "add_to_cart", "where": vars{"op": "XOR"}}}}}})
			require.Empty(t, a.Errors, "what is wrong is part of the answer")
			require.Equal(t, "trigger.a.events.0.where.op", a.at("triggerPreview.problems.0.path"))
			require.Nil(t, a.at("triggerPreview.defaultEnd"))
			require.Equal(t, "UNAUTHENTICATED", b.as("", preview, vars{"type": "DONE_A", "t": vars{}}).code())

			a = b.as(marketer, `mutation($id:ID!){submitTask(id:$id){status startsAt endsAt approval{expiresAt}}}`, vars{"id": id})
			require.Empty(t, a.Errors)
			at("2026-12-01T16:21:00Z", a.at("submitTask.endsAt"))             // the default
			at("2026-11-30T16:00:00Z", a.at("submitTask.approval.expiresAt")) // with A's window
		})

		t.Run("bad input is refused at its path, and nothing is half saved (R57, R61)", func(t *testing.T) { //nolint:paralleltest // one project
			a := b.as(marketer, createWhen, vars{"in": complete("untouched", nil)})
			require.Empty(t, a.Errors)
			id := a.at("createTask.id")
			update := func(more vars) *answer {
				more["name"] = "half saved"
				return b.as(marketer, updateWhen, vars{"id": id, "v": 1, "in": more})
			}
			events := func(where any) vars {
				return vars{"trigger": vars{"a": vars{"events": []any{vars{"event": "pay", "where": where}}}}}
			}
			for _, row := range []struct {
				in   vars
				want []string
			}{
				{vars{"trigger": vars{"a": vars{"events": []any{vars{"event": "a\x00b"}}}}}, []string{"trigger.a.events.0.event INVALID_FORMAT"}},
				{events(vars{"op": "NAND"}), []string{"trigger.a.events.0.where.op UNKNOWN"}},
				{events("amount > 100"), []string{"trigger.a.events.0.where INVALID_VALUE"}},
				{events([]any{}), []string{"trigger.a.events.0.where INVALID_VALUE"}},
				{events(vars{"op": "PROPERTY", "name": "amount", "tset": vars{}}), []string{"trigger.a.events.0.where.test REQUIRED", "trigger.a.events.0.where.tset NOT_ALLOWED"}},
				{events(vars{"op": "PROPERTY", "name": "amount", "test": vars{"test": "ABOUT", "values": []any{1}}}), []string{"trigger.a.events.0.where.test.test UNKNOWN"}},
				{vars{"trigger": vars{"a": vars{"from": "0000-01-01T00:00:00+14:00"}}}, []string{"trigger.a.from INVALID_VALUE"}},
				{vars{"cycle": vars{"times": []any{strings.Repeat("x", 9000)}}}, []string{"cycle TOO_LONG"}},
			} {
				a := update(row.in)
				require.Equal(t, "INVALID", a.code(), a.raw)
				require.Equal(t, row.want, a.fields())
			}
			a = update(events(vars{"op": "PROPERTY", "name": "amount", "test": vars{"test": "IN", "values": []any{"\x00"}}}))
			require.Contains(t, []string{"", "INVALID"}, a.code(), "kept as unfinished, or no text that can be stored: %s", a.raw)
			a = b.as(marketer, createWhen, vars{"in": complete("untouched too", nil)})
			id = a.at("createTask.id")
			// What GraphQL itself knows of the form never reaches the product.
			for _, in := range []vars{
				{"cycle": vars{"evry": 1}}, {"cycle": vars{"kind": "YEARS"}}, {"trigger": vars{"a": vars{"n": "three"}}}, {"trigger": "x"}, {"endsAt": "tomorrow"},
			} {
				a := update(in)
				require.NotEmpty(t, a.Errors)
				require.NotEqual(t, "INTERNAL", a.code(), a.raw)
			}
			a = b.as(marketer, taskWhen, vars{"id": id})
			require.Equal(t, "untouched too", a.at("node.name"))
			require.InDelta(t, 1, a.at("node.version"), 0)
			require.Nil(t, a.at("node.trigger"))
			require.Nil(t, a.at("node.cycle"))

			a = b.as(marketer, updateWhen, vars{"id": id, "v": 1, "in": vars{"type": "DONE_A", "audienceMode": "UPLOAD", "trigger": abandoned(), "endsAt": "2026-11-25T00:00:00Z"}})
			require.Empty(t, a.Errors)
			a = b.as(marketer, `mutation($id:ID!){submitTask(id:$id){id}}`, vars{"id": id})
			require.Equal(t, "INVALID", a.code())
			require.ElementsMatch(t, []string{"audienceMode SCHEDULED_ONLY", "endsAt BEFORE_WINDOW_END"}, a.fields(), "a draft of done A keeps its B unused (R39, R69)")
			a = b.as(marketer, updateWhen, vars{"id": id, "v": 2, "in": vars{"trigger": nil}})
			require.Empty(t, a.Errors)
			require.Nil(t, a.at("updateTask.trigger"), "null clears")
			at("2026-11-25T00:00:00Z", a.at("updateTask.endsAt")) // what is not named stays
		})

		t.Run("conditions that are not whole are kept and shown, and stop the submission (§1.3b, R61)", func(t *testing.T) { //nolint:paralleltest // one project
			half := abandoned()
			half["a"].(vars)["events"] = []any{vars{"event": ""}, vars{"event": "pay", "where": vars{"op": "PROPERTY", "name": "amount"}}}
			a := b.as(marketer, createWhen, vars{"in": complete("in the middle", vars{"type": "DONE_A_NOT_B", "trigger": half, "audienceMode": "ALL"})})
			require.Empty(t, a.Errors)
			require.Equal(t, map[string]any{"op": "PROPERTY", "name": "amount"}, a.at("createTask.trigger.a.events.1.where"))
			id := a.at("createTask.id")
			want := []string{"trigger.a.events.0.event REQUIRED", "trigger.a.events.1.where.test REQUIRED"}
			require.Equal(t, want, b.as(marketer, `mutation($id:ID!){submitTask(id:$id){id}}`, vars{"id": id}).fields())
			a = b.as(viewer, `query($id:ID!){checkTask(id:$id){problems{path rule}}}`, vars{"id": id})
			require.Equal(t, "trigger.a.events.0.event", a.at("checkTask.problems.0.path"))
		})

		t.Run("a page of tasks asks for their coming points, 1 to 50 of each", func(t *testing.T) { //nolint:paralleltest // one project
			a := b.as(viewer, `{tasks(first:10){edges{node{name comingPoints(first:51)}}}}`, nil)
			require.Equal(t, []string{"first OUT_OF_RANGE"}, a.fields()[:1])
			a = b.as(viewer, `query($c:CycleInput!){schedulePreview(cycle:$c,first:0){total}}`, vars{"c": weekly()})
			require.Equal(t, []string{"first OUT_OF_RANGE"}, a.fields())
		})

		t.Run("the grace of judgements is 0 to 300 seconds (§10.2)", func(t *testing.T) { //nolint:paralleltest // one project
			const set = `mutation($s:Int){updateProjectSettings(input:{judgeGrace:$s}){judgeGrace}}`
			admin := b.tokens[access.ProjectAdmin]
			require.InDelta(t, 300, b.as(admin, set, vars{"s": 300}).at("updateProjectSettings.judgeGrace"), 0)
			require.Equal(t, []string{"judgeGrace OUT_OF_RANGE"}, b.as(admin, set, vars{"s": 301}).fields())
			require.Equal(t, "FORBIDDEN", b.as(marketer, set, vars{"s": 1}).code())
		})
		require.NotContains(t, b.log.String(), "level=ERROR")
	})
}
