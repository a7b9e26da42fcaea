package graph_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/detail"
	"tidings/outreach/person"
)

const createImport = `mutation($in: ImportInput!) { createImport(input: $in) { id status resumeAt errorReport } }`

// file imports a CSV to its end, in the name of somebody.
func (b *bundle) file(token string, p *ent.Project, input vars, text string) string {
	b.t.Helper()
	input["fileName"], input["size"] = "file.csv", len(text)
	a := b.as(token, createImport, vars{"in": input})
	require.Empty(b.t, a.Errors, a.raw)
	importID := a.at("createImport.id").(string)
	ctx := viewer.With(b.t.Context(), &viewer.Viewer{ProjectID: p.ID, ProjectNum: p.Num, Permissions: map[string]bool{access.DataImport: true, access.SegmentView: true}})
	_, err := b.imports.Append(ctx, importID, 0, strings.NewReader(text), false)
	require.NoError(b.t, err)
	now, err := b.db.Ent.DataImport.UpdateOneID(importID).AddAttempt(1).Save(b.sys)
	require.NoError(b.t, err)
	require.NoError(b.t, b.imports.Work(b.t.Context(), importID, now.Attempt, nil))
	return importID
}

func peopleFile() vars {
	return vars{"kind": "PEOPLE", "mapping": vars{"personColumn": "user", "idType": "user_id"}}
}

func purchaseFile() vars {
	return vars{"kind": "EVENTS", "mapping": vars{"personColumn": "user", "idType": "user_id", "event": "purchase", "timeColumn": "at"}}
}

const findPeople = `query($search: String, $after: Cursor, $first: Int! = 20) { people(search: $search, after: $after, first: $first) {
	edges { node { id number label stub subject attributes { name type value } tags { name value } identities { type typeName value } } }
	pageInfo { hasNextPage endCursor } } }`

func TestPeopleOfAProject(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin, marketer := b.tokens[access.ProjectAdmin], b.tokens[access.Marketer]
		b.file(admin, b.ours, peopleFile(), "user,name,age\nu001,Li Mei,31\nu002,,5\nu003,Wang,7\n")
		b.file(b.stranger, b.theirs, peopleFile(), "user,name,age\nu001,Stranger,9\n")
		labels := func(a *answer) []string {
			require.Empty(t, a.Errors, a.raw)
			out := []string{}
			for _, e := range a.at("people.edges").([]any) {
				out = append(out, e.(map[string]any)["node"].(map[string]any)["label"].(string))
			}
			return out
		}
		t.Run("the newest come first, page by page", func(t *testing.T) { //nolint:paralleltest // one store
			a := b.as(marketer, findPeople, vars{"first": 2})
			require.Equal(t, []string{"Wang", "u002"}, labels(a))
			require.Equal(t, true, a.at("people.pageInfo.hasNextPage"))
			a = b.as(marketer, findPeople, vars{"first": 2, "after": a.at("people.pageInfo.endCursor")})
			require.Equal(t, []string{"Li Mei"}, labels(a))
			require.Equal(t, false, a.at("people.pageInfo.hasNextPage"))
			require.Equal(t, []any{map[string]any{"name": "age", "type": "NUMBER", "value": 31.0}, map[string]any{"name": "name", "type": "TEXT", "value": "Li Mei"}},
				a.at("people.edges.0.node.attributes"))
			require.Equal(t, []any{map[string]any{"type": "user_id", "typeName": "用户 ID", "value": "u001"}}, a.at("people.edges.0.node.identities"))
			require.Equal(t, "INVALID", b.as(marketer, findPeople, vars{"first": 201}).code())
			require.Equal(t, "INVALID", b.as(marketer, findPeople, vars{"after": "psn_x"}).code())
		})
		t.Run("search finds an ID, its beginning, and a number; each in the own project only", func(t *testing.T) { //nolint:paralleltest // one store
			require.Equal(t, []string{"Li Mei"}, labels(b.as(marketer, findPeople, vars{"search": " u001 "})))
			require.Equal(t, []string{"Stranger"}, labels(b.as(b.stranger, findPeople, vars{"search": "u001"})))
			require.Equal(t, []string{"Li Mei", "u002", "Wang"}, labels(b.as(marketer, findPeople, vars{"search": "u00"})))
			require.Empty(t, labels(b.as(marketer, findPeople, vars{"search": "u0"})), "two characters are too few")
			require.Empty(t, labels(b.as(marketer, findPeople, vars{"search": "%"})))
			found := b.as(marketer, findPeople, vars{"search": "u003"})
			require.Equal(t, []string{"Wang"}, labels(b.as(marketer, findPeople, vars{"search": found.at("people.edges.0.node.number")})))
			require.Equal(t, []string{"Wang"}, labels(b.as(marketer, findPeople, vars{"search": found.at("people.edges.0.node.id")})))
			require.Equal(t, "INVALID", b.as(marketer, findPeople, vars{"search": "u00", "after": found.at("people.edges.0.node.id")}).code())
			require.Equal(t, "NOT_FOUND", b.as(marketer, `{ people(subject: "car") { edges { node { id } } } }`, nil).code())
		})
		t.Run("a person is a node of the own project", func(t *testing.T) { //nolint:paralleltest // one store
			q := `query($id: ID!) { node(id: $id) { ... on Person { label } } }`
			ours := b.as(marketer, findPeople, vars{"search": "u001"}).at("people.edges.0.node.id")
			require.Equal(t, "Li Mei", b.as(marketer, q, vars{"id": ours}).at("node.label"))
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, q, vars{"id": ours}).code())
			for _, bad := range []string{"psn_", "psn_0", "psn_zzzzzzzzzzzzz", ours.(string) + "0"} {
				require.Equal(t, "NOT_FOUND", b.as(marketer, q, vars{"id": bad}).code(), bad)
			}
		})
		t.Run("attributes and tags are changed by hand by who may import", func(t *testing.T) { //nolint:paralleltest // one store
			q := `mutation($id: ID!, $a: JSON, $t: JSON) { updatePerson(id: $id, attributes: $a, tags: $t) { label attributes { name value } tags { name displayName type value } } }`
			who := b.as(marketer, findPeople, vars{"search": "u003"}).at("people.edges.0.node.id")
			require.Equal(t, "FORBIDDEN", b.as(marketer, q, vars{"id": who}).code())
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, q, vars{"id": who, "a": vars{"name": "x"}}).code())
			a := b.as(admin, q, vars{"id": who, "a": vars{"nickname": "W", "name": nil}, "t": vars{"level": "gold"}})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, "W", a.at("updatePerson.label"))
			require.Equal(t, []any{map[string]any{"name": "level", "displayName": "level", "type": "TEXT", "value": "gold"}}, a.at("updatePerson.tags"))
			a = b.as(admin, q, vars{"id": who, "a": vars{"age": "old"}})
			require.Equal(t, []string{"attributes.age TYPE_CONFLICT"}, a.fields())
			entries := b.as(admin, `{ auditEntries(where: {action: "person.update"}) { totalCount } }`, nil)
			require.InDelta(t, 1, entries.at("auditEntries.totalCount"), 0)
		})
	})
}

func TestAPersonsPage(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin, viewerToken := b.tokens[access.ProjectAdmin], b.tokens[access.Viewer]
		var events strings.Builder
		events.WriteString("user,at,amount\n")
		for day := 1; day <= 5; day++ {
			fmt.Fprintf(&events, "u1,2026-11-0%d 10:00:00,%d\nu1,2026-11-0%d 10:00:00,%d\n", day, day, day, day+10)
		}
		b.file(admin, b.ours, purchaseFile(), events.String()+"u2,2026-11-01 10:00:00,1\n")
		b.file(b.stranger, b.theirs, purchaseFile(), events.String())
		people := b.as(viewerToken, findPeople, vars{"search": "u1"})
		who := people.at("people.edges.0.node.id")
		num := int64(b.count(`SELECT person_num FROM identities WHERE project_num = ? AND value = 'u1'`, b.ours.Num))

		t.Run("events come newest first, page by page", func(t *testing.T) { //nolint:paralleltest // one store
			q := `query($id: ID!, $after: Cursor, $event: String) { node(id: $id) { ... on Person { events(first: 4, after: $after, event: $event) {
				edges { node { at event source properties } } pageInfo { hasNextPage endCursor } } } } }`
			var amounts []float64
			var after any
			for range 3 {
				a := b.as(viewerToken, q, vars{"id": who, "after": after})
				require.Empty(t, a.Errors, a.raw)
				for _, e := range a.at("node.events.edges").([]any) {
					node := e.(map[string]any)["node"].(map[string]any)
					require.Equal(t, []any{"purchase", "CSV"}, []any{node["event"], node["source"]})
					amounts = append(amounts, node["properties"].(map[string]any)["amount"].(float64))
				}
				after = a.at("node.events.pageInfo.endCursor")
			}
			require.Len(t, amounts, 10)
			require.ElementsMatch(t, []float64{5, 15}, amounts[:2])
			require.ElementsMatch(t, []float64{1, 11}, amounts[8:])
			require.Empty(t, b.as(viewerToken, q, vars{"id": who, "event": "visit"}).at("node.events.edges"))
			require.Len(t, b.as(viewerToken, q, vars{"id": who, "event": "purchase"}).at("node.events.edges"), 4)
			require.Equal(t, "INVALID", b.as(viewerToken, q, vars{"id": who, "after": "x"}).code())
		})
		t.Run("messages, received and not, with their reasons", func(t *testing.T) { //nolint:paralleltest // one store
			w := b.world(b.ours, appID)
			for i := range 3 {
				run := b.run(w.task, noon.AddDate(0, 0, -i))
				status, reason := delivery.Sent, ""
				if i == 1 {
					status, reason = delivery.NotSent, "TASK_NOT_RUNNING"
				}
				b.record(run, 0, row{person: int(num), status: status, reason: reason}, row{person: int(num) + 1000, status: delivery.Sent})
			}
			q := `query($id: ID!, $in: [DeliveryStatus!], $after: Cursor) { node(id: $id) { ... on Person { deliveries(first: 2, statusIn: $in, after: $after) {
				edges { node { id status reason explanation { zh } task { id } run { plannedAt } profile { id label } } } pageInfo { hasNextPage endCursor } } } } }`
			a := b.as(viewerToken, q, vars{"id": who})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, []any{"SENT", "NOT_SENT", true}, []any{
				a.at("node.deliveries.edges.0.node.status"), a.at("node.deliveries.edges.1.node.status"), a.at("node.deliveries.pageInfo.hasNextPage"),
			})
			require.NotEmpty(t, a.at("node.deliveries.edges.1.node.explanation.zh"))
			require.Equal(t, who, a.at("node.deliveries.edges.0.node.profile.id"))
			a = b.as(viewerToken, q, vars{"id": who, "after": a.at("node.deliveries.pageInfo.endCursor")})
			require.Len(t, a.at("node.deliveries.edges"), 1)
			require.Equal(t, false, a.at("node.deliveries.pageInfo.hasNextPage"))
			a = b.as(viewerToken, q, vars{"id": who, "in": []string{"NOT_SENT"}})
			require.Len(t, a.at("node.deliveries.edges"), 1)
			require.Equal(t, "INVALID", b.as(b.tokens[access.Viewer], q, vars{"id": who, "after": "dlv_x"}).code())
		})
		t.Run("segments of the list that hold the person, as far as they may be seen (R31)", func(t *testing.T) { //nolint:paralleltest // one store
			members, err := roaring.BitmapOf(uint32(num)).ToBytes() //nolint:gosec // a test's
			require.NoError(t, err)
			for name, c := range map[string]struct {
				listed bool
				roles  []string
			}{"buyers": {true, nil}, "hidden": {false, nil}, "for admins": {true, []string{"PROJECT_ADMIN"}}} {
				create := db.Ent.Segment.Create().SetProjectID(b.ours.ID).SetName(name).SetNameKey(name).SetListed(c.listed).
					SetStatus(entsegment.StatusReady).SetCreatorID(b.people[access.ProjectAdmin].ID)
				if c.roles != nil {
					create.SetRoles(c.roles)
				}
				s, err := create.Save(b.sys)
				require.NoError(t, err)
				require.NoError(t, db.Ent.SegmentVersion.Create().SetProjectID(b.ours.ID).SetSegmentID(s.ID).SetSeq(1).SetStatus("READY").SetCause("SAVE").
					SetSize(1).SetMembers(members).SetStartedAt(noon).SetComputedAt(noon).Exec(b.sys))
			}
			q := `query($id: ID!) { node(id: $id) { ... on Person { segments { name } } } }`
			require.Equal(t, []any{map[string]any{"name": "buyers"}}, b.as(viewerToken, q, vars{"id": who}).at("node.segments"))
			require.Len(t, b.as(admin, q, vars{"id": who}).at("node.segments"), 2)
		})
		t.Run("a merged person is found under both IDs, with what both did", func(t *testing.T) { //nolint:paralleltest // one store
			other := int64(b.count(`SELECT person_num FROM identities WHERE project_num = ? AND value = 'u2'`, b.ours.Num))
			old := b.as(viewerToken, findPeople, vars{"search": "u2"}).at("people.edges.0.node.id")
			types, err := person.ReadTypes(t.Context(), db, b.ours.Num)
			require.NoError(t, err)
			_, err = db.SQL.Exec(db.Rebind(`UPDATE identities SET type = 'device_id' WHERE project_num = ? AND value = 'u2'`), b.ours.Num)
			require.NoError(t, err)
			require.NoError(t, person.Merge(t.Context(), db, b.ours.Num, types, uint32(num), uint32(other), person.Key{Type: "device_id", Value: "u2"})) //nolint:gosec // a test's
			q := `query($id: ID!) { node(id: $id) { ... on Person { id mergedFrom identities { value } events { edges { node { at } } } conflicts { other type } } } }`
			a := b.as(viewerToken, q, vars{"id": old})
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, who, a.at("node.id"))
			require.Equal(t, []any{fmt.Sprint(other)}, a.at("node.mergedFrom"))
			require.Len(t, a.at("node.identities"), 2)
			require.Len(t, a.at("node.events.edges"), 11)
			require.NoError(t, db.Ent.IdentityConflict.Create().SetProjectNum(b.ours.Num).SetAt(clock.Wall()).SetPersonNum(7).SetOtherNum(num).
				SetType("phone").SetValue("1").SetOtherValue("2").Exec(b.sys))
			require.Equal(t, []any{map[string]any{"other": "7", "type": "phone"}}, b.as(viewerToken, q, vars{"id": who}).at("node.conflicts"))
		})
	})
}

func (b *bundle) count(query string, args ...any) int {
	b.t.Helper()
	var n int
	require.NoError(b.t, b.db.SQL.QueryRowContext(b.sys, b.db.Rebind(query), args...).Scan(&n))
	return n
}

func TestIDTypesAndSubjects(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin, marketer := b.tokens[access.ProjectAdmin], b.tokens[access.Marketer]
		save := `mutation($code: String!, $p: Int!) { saveIdType(code: $code, name: "Card", multi: false, priority: $p, inMapping: true) { code name builtIn priority } }`
		require.Equal(t, "FORBIDDEN", b.as(marketer, save, vars{"code": "card", "p": 9}).code())
		require.Equal(t, []string{"code INVALID_FORMAT", "priority OUT_OF_RANGE"}, b.as(admin, save, vars{"code": "Card!", "p": 0}).fields())
		require.Equal(t, "card", b.as(admin, save, vars{"code": "card", "p": 9}).at("saveIdType.code"))
		a := b.as(admin, save, vars{"code": "phone", "p": 1})
		require.Equal(t, []any{"Card", true, 1.0}, []any{a.at("saveIdType.name"), a.at("saveIdType.builtIn"), a.at("saveIdType.priority")})
		a = b.as(marketer, `{ idTypes { code builtIn } }`, nil)
		require.Len(t, a.at("idTypes"), 7)
		require.Len(t, b.as(b.stranger, `{ idTypes { code } }`, nil).at("idTypes"), 6, "another project has its own")

		create := `mutation($in: SubjectInput!) { createSubject(input: $in) { id code name idType resolveAttribute } }`
		store := vars{"code": "store", "name": "Store", "idType": "card", "resolveAttribute": "owner", "resolveIdType": "phone"}
		a = b.as(admin, create, vars{"in": store})
		require.Equal(t, "MULTI_SUBJECT", a.Errors[0].Extensions["reason"], "R12: without the capability there are people only")
		require.NoError(t, db.Ent.Project.Update().SetMultiSubject(true).Exec(b.sys))
		a = b.as(admin, create, vars{"in": vars{"code": "user", "name": "", "idType": "x", "resolveAttribute": "owner"}})
		require.Equal(t, []string{"input.code NAME_TAKEN", "input.name REQUIRED", "input.idType UNKNOWN", "input.resolveIdType REQUIRED"}, a.fields())
		a = b.as(admin, create, vars{"in": store})
		require.Empty(t, a.Errors, a.raw)
		storeID := a.at("createSubject.id")
		require.Equal(t, []string{"input.idType OF_SUBJECT"}, b.as(admin, create, vars{"in": store}).fields(), "one subject's IDs are of one type")
		require.Equal(t, "plate", b.as(admin, save, vars{"code": "plate", "p": 10}).at("saveIdType.code"))
		again := vars{"code": "store", "name": "Store", "idType": "plate"}
		require.Equal(t, []string{"input.code NAME_TAKEN"}, b.as(admin, create, vars{"in": again}).fields())
		for _, of := range []string{"user_id", "phone", "wx_openid"} {
			require.Equal(t, []string{"input.idType OF_PEOPLE"}, b.as(admin, create, vars{"in": vars{"code": "x", "name": "X", "idType": of}}).fields())
		}
		b.file(admin, b.ours, vars{"kind": "PEOPLE", "mapping": vars{"personColumn": "id", "idType": "plate"}}, "id,brand\np1,a\n")
		require.Equal(t, []string{"input.idType OF_PEOPLE"}, b.as(admin, create, vars{"in": vars{"code": "car", "name": "Car", "idType": "plate"}}).fields(), "people hold one")
		update := `mutation($id: ID!, $in: SubjectInput!) { updateSubject(id: $id, input: $in) { name } }`
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, update, vars{"id": storeID, "in": vars{"name": "mine"}}).code())
		require.Equal(t, []string{"input.code IMMUTABLE"}, b.as(admin, update, vars{"id": storeID, "in": vars{"name": "Shop", "code": "shop"}}).fields())
		require.Equal(t, "Shop", b.as(admin, update, vars{"id": storeID, "in": vars{"name": "Shop"}}).at("updateSubject.name"))

		in := vars{"kind": "PEOPLE", "mapping": vars{"personColumn": "id", "idType": "card"}}
		b.file(admin, b.ours, in, "id,city,owner\nc1,Shanghai,13800138000\n")
		q := `{ people(subject: "store") { edges { node { label subject attributes { name value } } } } }`
		a = b.as(marketer, q, nil)
		require.Equal(t, []any{"c1", "store"}, []any{a.at("people.edges.0.node.label"), a.at("people.edges.0.node.subject")}, a.raw)
		require.Len(t, b.as(marketer, findPeople, nil).at("people.edges"), 1, "a store is no user")

		s, err := db.Ent.Segment.Create().SetProjectID(b.ours.ID).SetName("s").SetNameKey("s").SetSubject("store").SetCreatorID(b.people[access.ProjectAdmin].ID).Save(b.sys)
		require.NoError(t, err)
		remove := `mutation($id: ID!) { deleteSubject(id: $id) }`
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, remove, vars{"id": storeID}).code())
		require.Equal(t, "IN_USE", b.as(admin, remove, vars{"id": storeID}).Errors[0].Extensions["reason"])
		require.NoError(t, db.Ent.Segment.DeleteOne(s).Exec(b.sys))
		require.Equal(t, storeID, b.as(admin, remove, vars{"id": storeID}).at("deleteSubject"))
	})
}

func TestDataOfAProject(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin, marketer := b.tokens[access.ProjectAdmin], b.tokens[access.Marketer]
		b.file(admin, b.ours, purchaseFile(), "user,at,amount,city\nu1,2026-11-21 10:00:00,1,Shanghai\nu2,2026-11-21 23:59:59,2,Shanghai\nu2,2026-11-22 00:00:00,3,Beijing\nu2,x,3,Beijing\n")
		types := `{ eventTypes { edges { node { id name displayName enabled lastAt counts { day count } properties { id name type enabled conflicts } } } } }`

		t.Run("event types with their properties and counts by day of the project's zone", func(t *testing.T) { //nolint:paralleltest // one store
			a := b.as(marketer, types, nil)
			require.Empty(t, a.Errors, a.raw)
			require.Equal(t, "2026-11-21T16:00:00Z", a.at("eventTypes.edges.0.node.lastAt"))
			counts := a.at("eventTypes.edges.0.node.counts").([]any)
			require.Len(t, counts, 30)
			require.Equal(t, []any{map[string]any{"day": "2026-11-21", "count": 2.0}, map[string]any{"day": "2026-11-22", "count": 1.0}}, counts[28:])
			require.Len(t, a.at("eventTypes.edges.0.node.properties"), 2)
			require.Empty(t, b.as(b.stranger, types, nil).at("eventTypes.edges"))
		})
		t.Run("types and properties are changed by who may import", func(t *testing.T) { //nolint:paralleltest // one store
			a := b.as(admin, types, nil)
			event, amount := a.at("eventTypes.edges.0.node.id"), a.at("eventTypes.edges.0.node.properties.0.id")
			q := `mutation($id: ID!) { updateEventType(id: $id, displayName: "购买", enabled: false) { displayName enabled } }`
			require.Equal(t, "FORBIDDEN", b.as(marketer, q, vars{"id": event}).code())
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, q, vars{"id": event}).code())
			require.Equal(t, "购买", b.as(admin, q, vars{"id": event}).at("updateEventType.displayName"))
			q = `mutation($id: ID!, $in: PropertyInput!) { updateProperty(id: $id, input: $in) { type displayName enabled } }`
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, q, vars{"id": amount, "in": vars{}}).code())
			require.Equal(t, "TEXT", b.as(admin, q, vars{"id": amount, "in": vars{"type": "TEXT", "displayName": "金额"}}).at("updateProperty.type"))
			q = `mutation($o: PropertyOwner!, $id: ID, $n: String!) { createProperty(owner: $o, ownerId: $id, name: $n, type: NUMBER) { id } }`
			require.Empty(t, b.as(admin, q, vars{"o": "EVENT", "id": event, "n": "coupon"}).Errors)
			require.Equal(t, []string{"name NAME_TAKEN"}, b.as(admin, q, vars{"o": "EVENT", "id": event, "n": "coupon"}).fields())
			require.Equal(t, []string{"ownerId NOT_FOUND"}, b.as(b.stranger, q, vars{"o": "EVENT", "id": event, "n": "coupon"}).fields())
			require.Equal(t, []string{"name INVALID_FORMAT", "ownerId NOT_ALLOWED"}, b.as(admin, q, vars{"o": "TAG", "id": event, "n": `a"b`}).fields())
		})
		t.Run("values are suggested from the data", func(t *testing.T) { //nolint:paralleltest // one store
			event := b.as(admin, types, nil).at("eventTypes.edges.0.node.id")
			q := `query($id: ID, $s: String) { suggestValues(owner: EVENT, ownerId: $id, name: "city", search: $s) { value count } }`
			require.Equal(t, []any{map[string]any{"value": "Shanghai", "count": 2.0}, map[string]any{"value": "Beijing", "count": 1.0}},
				b.as(marketer, q, vars{"id": event}).at("suggestValues"))
			require.Len(t, b.as(marketer, q, vars{"id": event, "s": "bei"}).at("suggestValues"), 1)
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, q, vars{"id": event}).code())
			require.Empty(t, b.as(marketer, `{ recentEvents { event } }`, nil).Errors)
		})
		t.Run("sources show their key once", func(t *testing.T) { //nolint:paralleltest // one store
			q := `mutation { createEventSource(name: "shop", kind: REALTIME) { writeKey source { id keyHint enabled } } }`
			require.Equal(t, "FORBIDDEN", b.as(marketer, q, nil).code())
			a := b.as(admin, q, nil)
			key, source := a.at("createEventSource.writeKey").(string), a.at("createEventSource.source.id")
			require.True(t, strings.HasSuffix(key, a.at("createEventSource.source.keyHint").(string)))
			require.Equal(t, []string{"name NAME_TAKEN"}, b.as(admin, q, nil).fields())
			rotate := `mutation($id: ID!) { rotateWriteKey(id: $id) { writeKey } }`
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, rotate, vars{"id": source}).code())
			require.NotEqual(t, key, b.as(admin, rotate, vars{"id": source}).at("rotateWriteKey.writeKey"))
			require.NotContains(t, b.as(admin, `{ eventSources { edges { node { id name keyHint kind } } } }`, nil).raw, key)
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, `mutation($id: ID!) { updateEventSource(id: $id, enabled: false) { id } }`, vars{"id": source}).code())
		})
		t.Run("refused events are paged", func(t *testing.T) { //nolint:paralleltest // one store
			for i := range 3 {
				require.NoError(t, db.Ent.RefusedEvent.Create().SetProjectNum(b.ours.Num).SetSourceNum(1).SetReceivedAt(noon).SetRule("JSON").SetBody(fmt.Sprint(i)).Exec(b.sys))
			}
			q := `query($after: Cursor) { refusedEvents(rule: "JSON", first: 2, after: $after) { edges { node { id body source } } pageInfo { hasNextPage endCursor } } }`
			a := b.as(marketer, q, nil)
			require.Equal(t, []any{"2", true}, []any{a.at("refusedEvents.edges.0.node.body"), a.at("refusedEvents.pageInfo.hasNextPage")}, a.raw)
			a = b.as(marketer, q, vars{"after": a.at("refusedEvents.pageInfo.endCursor")})
			require.Len(t, a.at("refusedEvents.edges"), 1)
			require.Empty(t, b.as(b.stranger, q, nil).at("refusedEvents.edges"))
		})
		t.Run("imports tell how far they are, and report what was refused", func(t *testing.T) { //nolint:paralleltest // one store
			bad := b.file(admin, b.ours, peopleFile(), "user,age\nu1,5\nu2,=x\n")
			q := `query($id: ID!) { node(id: $id) { ... on DataImport { status rows stored refused resumeAt errorReport errors { row field rule value } creator { id } } } }`
			a := b.as(marketer, q, vars{"id": bad})
			require.Equal(t, []any{"DONE", 2.0, 2.0}, []any{a.at("node.status"), a.at("node.rows"), a.at("node.stored")}, a.raw)
			number := peopleFile()
			number["mapping"].(vars)["columns"] = []vars{{"header": "n", "name": "n", "type": "NUMBER"}}
			bad = b.file(admin, b.ours, number, "user,n\nu1,5\nu2,=1+1\n")
			a = b.as(marketer, q, vars{"id": bad})
			require.Equal(t, []any{map[string]any{"row": 2.0, "field": "n", "rule": "NUMBER", "value": "=1+1"}}, a.at("node.errors"))
			path := a.at("node.errorReport").(string)
			get := func(token, path string) *answer {
				req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.server.URL+path, nil)
				require.NoError(t, err)
				return b.do(token, req)
			}
			require.Equal(t, "\ufeffRow,Column,Rule,Value\r\n2,n,NUMBER,'=1+1\r\n", get(admin, path+"?locale=en-US").raw, "a spreadsheet does not run it")
			require.Equal(t, 403, get(marketer, path).status)
			require.Equal(t, 404, get(b.stranger, path).status)
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, q, vars{"id": bad}).code())
			require.Equal(t, "NOT_FOUND", b.as(b.stranger, `mutation($id: ID!) { cancelImport(id: $id) { id } }`, vars{"id": bad}).code())
			require.Equal(t, "FORBIDDEN", b.as(marketer, createImport, vars{"in": vars{"kind": "PEOPLE", "fileName": "x", "size": 1, "mapping": vars{"personColumn": "a", "idType": "phone"}}}).code())
			list := b.as(marketer, `{ imports { totalCount edges { node { kind source { name } } } } }`, nil)
			require.InDelta(t, 3, list.at("imports.totalCount"), 0)
		})
	})
}

func TestDetailTables(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin, marketer := b.tokens[access.ProjectAdmin], b.tokens[access.Marketer]
		create := `mutation($in: DetailTableInput!) { createDetailTable(input: $in) { id name kind columns { name type } } }`
		in := vars{
			"name": "orders", "idType": "user_id", "personColumn": "user", "dateColumn": "day", "displayName": "订单",
			"columns": []vars{{"name": "day", "type": "DATE"}, {"name": "amount", "type": "NUMBER"}},
		}
		require.Equal(t, "FORBIDDEN", b.as(marketer, create, vars{"in": in}).code())
		a := b.as(admin, create, vars{"in": vars{"name": "1 x", "idType": "card", "personColumn": "a", "dateColumn": "a", "columns": []vars{{"name": "o", "type": "OBJECT"}}}})
		require.Equal(t, []string{"input.name INVALID_FORMAT", "input.idType UNKNOWN", "input.dateColumn DUPLICATE", "input.columns.0.type INVALID_VALUE", "input.columns.1.type INVALID_VALUE"}, a.fields())
		a = b.as(admin, create, vars{"in": in})
		require.Empty(t, a.Errors, a.raw)
		table := a.at("createDetailTable.id").(string)
		require.Equal(t, []any{map[string]any{"name": "day", "type": "DATE"}, map[string]any{"name": "amount", "type": "NUMBER"}, map[string]any{"name": "user", "type": "TEXT"}},
			a.at("createDetailTable.columns"))
		require.Equal(t, []string{"input.name NAME_TAKEN"}, b.as(admin, create, vars{"in": in}).fields())

		update := `mutation($id: ID!, $in: DetailTableInput!) { updateDetailTable(id: $id, input: $in) { displayName kind columns { name type } } }`
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, update, vars{"id": table, "in": vars{"displayName": "mine"}}).code())
		require.Equal(t, []string{"input.dateColumn IMMUTABLE"}, b.as(admin, update, vars{"id": table, "in": vars{"dateColumn": "x"}}).fields())
		a = b.as(admin, update, vars{"id": table, "in": vars{"kind": "REALTIME", "columns": []vars{{"name": "note", "type": "TEXT"}, {"name": "amount", "type": "TEXT"}}}})
		require.Equal(t, []any{"订单", "REALTIME"}, []any{a.at("updateDetailTable.displayName"), a.at("updateDetailTable.kind")}, a.raw)
		require.Len(t, a.at("updateDetailTable.columns"), 4)

		b.file(admin, b.ours, vars{"kind": "ROWS", "tableId": table, "mapping": vars{"personColumn": "", "idType": "user_id"}}, "user,day,amount\nu1,2026-11-20,1\nu2,2026-11-21,2\n")
		q := `query($id: ID!) { node(id: $id) { ... on DetailTable { rows importedAt sample(first: 1) { at personId data } } } }`
		a = b.as(marketer, q, vars{"id": table})
		require.Empty(t, a.Errors, a.raw)
		require.Equal(t, []any{2.0, "2026-11-20T16:00:00Z"}, []any{a.at("node.rows"), a.at("node.sample.0.at")})
		require.Equal(t, map[string]any{"user": "u2", "day": "2026-11-21", "amount": "2"}, a.at("node.sample.0.data"))
		require.Equal(t, b.as(marketer, findPeople, vars{"search": "u2"}).at("people.edges.0.node.id"), a.at("node.sample.0.personId"))
	})
}

func TestADetailTableIsDeletedWhenNothingNeedsIt(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		admin := b.tokens[access.ProjectAdmin]
		a := b.as(admin, `mutation { createDetailTable(input: {name: "orders", idType: "user_id", personColumn: "user", dateColumn: "day"}) { id } }`, nil)
		table := a.at("createDetailTable.id")
		b.file(admin, b.ours, vars{"kind": "ROWS", "tableId": table, "mapping": vars{"personColumn": "", "idType": "user_id"}}, "user,day\nu1,2026-11-20\nu2,2026-11-21\n")
		remove := `mutation($id: ID!) { deleteDetailTable(id: $id) }`
		s, err := db.Ent.Segment.Create().SetProjectID(b.ours.ID).SetName("s").SetNameKey("s").SetCreatorID(b.people[access.ProjectAdmin].ID).
			SetRule([]byte(`{"op":"AND","nodes":[{"op":"ROWS","table":"orders","did":true}]}`)).Save(b.sys)
		require.NoError(t, err)
		require.Equal(t, "NOT_FOUND", b.as(b.stranger, remove, vars{"id": table}).code())
		require.Equal(t, "FORBIDDEN", b.as(b.tokens[access.Marketer], remove, vars{"id": table}).code())
		require.Equal(t, "IN_USE", b.as(admin, remove, vars{"id": table}).Errors[0].Extensions["reason"])
		require.NoError(t, db.Ent.Segment.DeleteOne(s).Exec(b.sys))
		open := b.as(admin, createImport, vars{"in": vars{"kind": "ROWS", "tableId": table, "fileName": "x", "size": 9, "mapping": vars{"personColumn": "", "idType": "user_id"}}})
		require.Equal(t, "IMPORTING", b.as(admin, remove, vars{"id": table}).Errors[0].Extensions["reason"])
		require.Equal(t, "CANCELLED", b.as(admin, `mutation($id: ID!) { cancelImport(id: $id) { status } }`, vars{"id": open.at("createImport.id")}).at("cancelImport.status"))
		require.Equal(t, table, b.as(admin, remove, vars{"id": table}).at("deleteDetailTable"))
		require.Equal(t, 2, b.count(`SELECT count(*) FROM detail_rows`))
		require.Zero(t, b.count(`SELECT count(*) FROM properties WHERE owner = 'TABLE'`))
		require.Len(t, b.as(admin, `{ imports { edges { node { id table { id } } } } }`, nil).at("imports.edges"), 2, "what was imported is history")
		n, err := detail.Sweep(t.Context(), db)
		require.NoError(t, err)
		require.EqualValues(t, 2, n)
		require.Zero(t, b.count(`SELECT count(*) FROM detail_rows`))
	})
}
