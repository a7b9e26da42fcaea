package compile

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	"tidings/ent/property"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/audience/rule"
)

// human is a row of persons; behaviour a row of events or detail_rows; identity a row of identities.
type human struct {
	num         uint32
	subject     int64
	stub        bool
	attrs, tags string // JSON; empty: null
}

type behaviour struct {
	name string // of the event or table
	num  uint32
	at   int64
	data string // JSON; empty: null
}

type identity struct {
	num        uint32
	typ, value string
	invalid    bool
}

// project is a project of the store.
type project struct {
	db    *database.DB
	ent   *ent.Project
	scope Scope
	nums  map[string]int64 // of events, and of tables after "table "
}

var counter = make(chan int64, 1)

func init() { counter <- 1 }

// next gives numbers that nothing else in this process has.
func next() int64 {
	n := <-counter
	counter <- n + 1
	return n
}

func newProject(t *testing.T, db *database.DB, zone string, now time.Time) *project {
	t.Helper()
	ctx := viewer.System(context.Background())
	p, err := db.Ent.Project.Create().SetName("shop").SetNum(next()).SetTimeZone(zone).Save(ctx)
	require.NoError(t, err)
	loc, err := time.LoadLocation(zone)
	require.NoError(t, err)
	return &project{db: db, ent: p, scope: Scope{ProjectID: p.ID, ProjectNum: p.Num, Zone: loc, Now: now}, nums: map[string]int64{}}
}

// learn puts names into the catalogue: properties by "ATTRIBUTE", "TAG", an event's or "table …" name.
func (p *project) learn(t *testing.T, types map[string]map[string]rule.Type) {
	t.Helper()
	ctx := viewer.System(context.Background())
	for owner, names := range types {
		kind, id := property.OwnerAttribute, ""
		switch table, isTable := strings.CutPrefix(owner, "table "); {
		case owner == "ATTRIBUTE":
		case owner == "TAG":
			kind = property.OwnerTag
		case isTable:
			row, err := p.db.Ent.DetailTable.Create().SetProjectID(p.ent.ID).SetName(table).SetNum(next()).SetIDType("user_id").
				SetPersonColumn("customer").SetDateColumn("date").Save(ctx)
			require.NoError(t, err)
			kind, id, p.nums[owner] = property.OwnerTable, row.ID, row.Num
		default:
			row, err := p.db.Ent.EventType.Create().SetProjectID(p.ent.ID).SetName(owner).SetNum(next()).Save(ctx)
			require.NoError(t, err)
			kind, id, p.nums[owner] = property.OwnerEvent, row.ID, row.Num
		}
		for name, typ := range names {
			require.NoError(t, p.db.Ent.Property.Create().SetProjectID(p.ent.ID).SetOwner(kind).SetOwnerID(id).SetName(name).
				SetType(property.Type(typ)).Exec(ctx))
		}
	}
}

// insert writes rows of a table, a thousand at a time.
func (p *project) insert(t *testing.T, into string, rows [][]any) {
	t.Helper()
	for len(rows) > 0 {
		part := rows[:min(len(rows), 1000)]
		rows = rows[len(part):]
		one := "(" + strings.TrimSuffix(strings.Repeat("?, ", len(part[0])), ", ") + ")"
		var args []any
		for _, r := range part {
			args = append(args, r...)
		}
		_, err := p.db.SQL.ExecContext(context.Background(),
			p.db.Rebind("INSERT INTO "+into+" VALUES "+strings.TrimSuffix(strings.Repeat(one+", ", len(part)), ", ")), args...)
		require.NoError(t, err)
	}
}

func jsonOrNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func (p *project) people(t *testing.T, people []human) {
	t.Helper()
	var rows [][]any
	for _, h := range people {
		rows = append(rows, []any{p.scope.ProjectNum<<32 | int64(h.num), p.scope.ProjectNum, h.stub, h.subject, jsonOrNull(h.attrs), jsonOrNull(h.tags), p.scope.Now})
	}
	p.insert(t, "persons (id, project_num, stub, subject, attributes, tags, created_at)", rows)
}

func (p *project) events(t *testing.T, events []behaviour) {
	t.Helper()
	var rows [][]any
	for i, b := range events {
		rows = append(rows, []any{p.scope.ProjectNum, p.nums[b.name], int64(b.num), b.at, b.at, int64(i), 1, jsonOrNull(b.data)})
	}
	p.insert(t, "events (project_num, event_num, person_num, at, received_at, num, source_num, props)", rows)
}

func (p *project) rows(t *testing.T, details []behaviour) {
	t.Helper()
	var rows [][]any
	for i, b := range details {
		key := any([]byte(fmt.Sprintf("%016x", i)))
		if p.db.Postgres() {
			key = fmt.Sprintf("00000000-0000-0000-0000-%012x", i)
		}
		data := b.data
		if data == "" {
			data = "{}"
		}
		rows = append(rows, []any{p.scope.ProjectNum, p.nums["table "+b.name], key, int64(b.num), b.at, data})
	}
	p.insert(t, "detail_rows (project_num, table_num, key, person_num, at, data)", rows)
}

func (p *project) identities(t *testing.T, ids []identity) {
	t.Helper()
	var rows [][]any
	for _, i := range ids {
		rows = append(rows, []any{p.scope.ProjectNum, i.typ, i.value, int64(i.num), i.invalid, p.scope.Now})
	}
	p.insert(t, "identities (project_num, type, value, person_num, invalid, bound_at)", rows)
}

// merge makes an alias.
func (p *project) merge(t *testing.T, loser, winner uint32, folded bool) {
	t.Helper()
	var at any
	if folded {
		at = p.scope.Now
	}
	base := p.scope.ProjectNum << 32
	p.insert(t, "person_aliases (id, project_num, to_id, merged_at, folded_at)", [][]any{{base | int64(loser), p.scope.ProjectNum, base | int64(winner), p.scope.Now, at}})
}
