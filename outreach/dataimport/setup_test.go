package dataimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	entidentity "tidings/ent/identity"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/catalogue"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

var projectNum atomic.Int64

// bundle is a project that files are imported into.
type bundle struct {
	t       testing.TB
	db      *database.DB
	imports *Imports
	sys     context.Context //nolint:containedctx // lives for one test
	admin   context.Context //nolint:containedctx // lives for one test
	project *ent.Project
}

func setup(t testing.TB, db *database.DB) *bundle {
	t.Helper()
	b := &bundle{t: t, db: db, sys: viewer.System(t.Context())}
	learned := event.NewCatalogue(db)
	b.imports = New(Deps{
		DB: db, Clock: clock.NewFake(noon), Catalogue: catalogue.New(db, learned), Learned: learned,
		People: person.NewResolver(db), Log: slog.New(slog.DiscardHandler),
	})
	b.another()
	return b
}

// another goes on in another project of the same store.
func (b *bundle) another() {
	b.t.Helper()
	var err error
	b.project, err = b.db.Ent.Project.Create().SetName("shop").SetNum(projectNum.Add(1)).SetTimeZone("Asia/Shanghai").Save(b.sys)
	require.NoError(b.t, err)
	b.admin = b.as(access.DataImport, access.SegmentView)
}

func (b *bundle) as(permissions ...string) context.Context {
	v := &viewer.Viewer{ProjectID: b.project.ID, ProjectNum: b.project.Num, Permissions: map[string]bool{}}
	for _, p := range permissions {
		v.Permissions[p] = true
	}
	return viewer.With(b.t.Context(), v)
}

// table makes a detail table whose rows are dated by day and name a user_id.
func (b *bundle) table(name string) *ent.DetailTable {
	b.t.Helper()
	table, err := b.db.Ent.DetailTable.Create().SetProjectID(b.project.ID).SetNum(projectNum.Add(1)).SetName(name).SetIDType(person.UserID).
		SetPersonColumn("user").SetDateColumn("date").Save(b.sys)
	require.NoError(b.t, err)
	for column, kind := range map[string]kind{"user": "TEXT", "date": "DATE", "amount": "NUMBER", "note": "TEXT"} {
		require.NoError(b.t, b.db.Ent.Property.Create().SetProjectID(b.project.ID).SetOwner("TABLE").SetOwnerID(table.ID).
			SetName(column).SetType(kind).Exec(b.sys))
	}
	return table
}

// send begins an import and sends its file; it is RUNNING then.
func (b *bundle) send(in Input, file string) *ent.DataImport {
	b.t.Helper()
	in.Size = int64(len(file))
	begun, err := b.imports.Create(b.admin, in)
	require.NoError(b.t, err)
	now, err := b.imports.Append(b.admin, begun.ID, 0, strings.NewReader(file), true)
	require.NoError(b.t, err)
	require.Equal(b.t, entimport.StatusRunning, now.Status)
	require.Equal(b.t, int64(len(file)), now.Received)
	require.NotNil(b.t, now.DueAt)
	return now
}

// take gives the import to a worker under the next attempt.
func (b *bundle) take(importID string) int {
	b.t.Helper()
	now, err := b.db.Ent.DataImport.UpdateOneID(importID).AddAttempt(1).Save(b.sys)
	require.NoError(b.t, err)
	return now.Attempt
}

// run imports a file to its end.
func (b *bundle) run(in Input, file string) *ent.DataImport {
	b.t.Helper()
	begun := b.send(in, file)
	return b.work(begun.ID)
}

func (b *bundle) work(importID string) *ent.DataImport {
	b.t.Helper()
	require.NoError(b.t, b.imports.Work(b.t.Context(), importID, b.take(importID), nil))
	now, err := b.db.Ent.DataImport.Get(b.sys, importID)
	require.NoError(b.t, err)
	require.Equal(b.t, now.Rows, now.Stored+now.Duplicate+now.Refused, "every row counts once")
	return now
}

// errorsOf gives the refused rows as "row field RULE value".
func (b *bundle) errorsOf(importID string) []string {
	b.t.Helper()
	rows, err := b.db.Ent.ImportError.Query().Order(ent.Asc("row")).All(b.sys)
	require.NoError(b.t, err)
	var out []string
	for _, r := range rows {
		if r.ImportID == importID {
			out = append(out, fmt.Sprintf("%d %s %s %s", r.Row, r.Field, r.Rule, r.Value))
		}
	}
	return out
}

// personOf finds whom an ID names.
func (b *bundle) personOf(idType, value string) *ent.Person {
	b.t.Helper()
	id, err := b.db.Ent.Identity.Query().Where(entidentity.ProjectNum(b.project.Num), entidentity.Type(idType), entidentity.Value(value)).Only(b.sys)
	require.NoError(b.t, err, value)
	p, err := b.db.Ent.Person.Get(b.sys, person.ID(b.project.Num, uint32(id.PersonNum))) //nolint:gosec // a test's
	require.NoError(b.t, err)
	return p
}

func (b *bundle) count(query string, args ...any) int {
	b.t.Helper()
	var n int
	require.NoError(b.t, b.db.SQL.QueryRowContext(b.sys, b.db.Rebind(query), args...).Scan(&n))
	return n
}

func (b *bundle) types(owner string, ownerID string) map[string]string {
	b.t.Helper()
	out := map[string]string{}
	rows, err := b.db.Ent.Property.Query().All(b.sys)
	require.NoError(b.t, err)
	for _, p := range rows {
		if p.ProjectID == b.project.ID && p.Owner.String() == owner && p.OwnerID == ownerID {
			out[p.Name] = p.Type.String()
		}
	}
	return out
}

func object(t testing.TB, raw []byte) map[string]any {
	t.Helper()
	var out map[string]any
	require.NoError(t, json.Unmarshal(raw, &out))
	return out
}

// cut gives a text in pieces and then breaks.
type cut struct {
	rest string
	err  error
}

var errCut = errors.New("the line was cut")

func (c *cut) Read(p []byte) (int, error) {
	if c.rest == "" {
		return 0, c.err
	}
	n := copy(p, c.rest)
	c.rest = c.rest[n:]
	return n, nil
}
