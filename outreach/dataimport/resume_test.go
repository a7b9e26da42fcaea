package dataimport

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entimport "tidings/ent/dataimport"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

func TestAnUploadThatBreaksOffGoesOn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		var file strings.Builder
		file.WriteString("user,name\n")
		for i := range 200_000 {
			fmt.Fprintf(&file, "u%06d,name of %d\n", i%50, i)
		}
		text := file.String()
		in := people()
		in.Size = int64(len(text))
		begun, err := b.imports.Create(b.admin, in)
		require.NoError(t, err)
		half := len(text) / 2
		_, err = b.imports.Append(b.admin, begun.ID, 0, &cut{text[:half], errCut}, false)
		require.True(t, fault.Is(err, fault.Invalid), "%v", err)
		now, err := b.imports.Find(b.admin, begun.ID)
		require.NoError(t, err)
		require.Equal(t, int64(half), now.Received, "what arrived stays")
		require.Equal(t, entimport.StatusReceiving, now.Status)
		for _, offset := range []int64{0, now.Received - 1, now.Received + 1} {
			_, err = b.imports.Append(b.admin, begun.ID, offset, strings.NewReader("x"), false)
			wrong, ok := errors.AsType[*OffsetError](err)
			require.True(t, ok, "%v", err)
			require.Equal(t, now.Received, wrong.Want)
		}
		_, err = b.imports.Append(b.admin, begun.ID, now.Received, strings.NewReader(text[half:]+"more"), false)
		require.True(t, fault.Is(err, fault.TooLarge), "%v", err)
		now, err = b.imports.Find(b.admin, begun.ID)
		require.NoError(t, err)
		now, err = b.imports.Append(b.admin, begun.ID, now.Received, strings.NewReader(text[now.Received:]), false)
		require.NoError(t, err)
		require.Equal(t, entimport.StatusRunning, now.Status)
		_, err = b.imports.Append(b.admin, begun.ID, now.Received, strings.NewReader("x"), false)
		require.True(t, fault.Is(err, fault.Conflict), "%v", err)
		if db.Postgres() {
			return // the rest is the same
		}
		done := b.work(begun.ID)
		require.Equal(t, 200_000, done.Stored)
		require.Equal(t, "name of 199999", object(t, b.personOf(person.UserID, "u000049").Attributes)["name"])
	})
}

// killing is a worker that is killed: it works until a batch was stored, or until
// just before, and is never heard of again.
func (b *bundle) kill(importID string, after int) {
	b.t.Helper()
	ctx, cancel := context.WithCancel(b.t.Context())
	defer cancel()
	before, err := b.db.Ent.DataImport.Get(b.sys, importID)
	require.NoError(b.t, err)
	stopping := make(chan struct{})
	go func() {
		defer cancel()
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for range tick.C {
			if ctx.Err() != nil {
				return
			}
			now, err := b.db.Ent.DataImport.Get(b.sys, importID)
			if err != nil || now.Rows >= before.Rows+after || now.Status != entimport.StatusRunning {
				return
			}
		}
	}()
	err = b.imports.Work(ctx, importID, b.take(importID), stopping)
	if err != nil {
		require.Error(b.t, ctx.Err(), "%v", err)
	}
}

// Real purchases, of which some are the same: whatever happens on the way, the
// store holds each once.
func TestAKilledImportLosesAndDoublesNothing(t *testing.T) {
	t.Parallel()
	file, lines := purchasesFile(t)
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		b.imports.batch = 300
		table := b.table("orders")
		for _, c := range []struct {
			in   Input
			held string
		}{
			{Input{Kind: entimport.KindRows, TableID: table.ID, Mapping: Mapping{PersonColumn: "customer_id"}}, `SELECT count(*) FROM detail_rows WHERE project_num = ?`},
			{Input{Kind: entimport.KindEvents, Mapping: Mapping{PersonColumn: "customer_id", IDType: person.UserID, Event: "purchase", TimeColumn: "date"}}, `SELECT count(*) FROM events WHERE project_num = ?`},
		} {
			begun := b.send(c.in, file)
			for range 4 {
				b.kill(begun.ID, 900)
			}
			now, err := db.Ent.DataImport.Get(b.sys, begun.ID)
			require.NoError(t, err)
			require.Equal(t, now.Stored, b.count(c.held, b.project.Num), "what is counted is what is stored")
			// A worker that woke up after it was replaced writes nothing.
			old := b.take(begun.ID)
			b.take(begun.ID)
			require.ErrorIs(t, b.imports.Work(t.Context(), begun.ID, old, nil), ErrLost)
			done := b.work(begun.ID)
			require.Equal(t, []int{lines, lines, 0, 0}, []int{done.Rows, done.Stored, done.Duplicate, done.Refused})
			require.Equal(t, lines, b.count(c.held, b.project.Num))
			again := b.run(c.in, file)
			require.Equal(t, []int{0, lines}, []int{again.Stored, again.Duplicate})
			require.Equal(t, lines, b.count(c.held, b.project.Num))
		}
	})
}

// purchasesFile is the beginning of the real data of the rules' tests.
func purchasesFile(t testing.TB) (text string, lines int) {
	t.Helper()
	f, err := os.Open("../audience/compile/testdata/purchases.csv.gz")
	require.NoError(t, err)
	defer func() { _ = f.Close() }()
	z, err := gzip.NewReader(f)
	require.NoError(t, err)
	raw, err := io.ReadAll(z)
	require.NoError(t, err)
	all := strings.SplitAfter(string(raw), "\n")
	lines = 8_000
	return strings.Join(all[:lines+1], ""), lines
}

func TestACancelledImportStops(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		begun := b.send(people(), "user,name\nu1,a\n")
		attempt := b.take(begun.ID)
		cancelled, err := b.imports.Cancel(b.admin, begun.ID)
		require.NoError(t, err)
		require.Equal(t, entimport.StatusCancelled, cancelled.Status)
		require.NotNil(t, cancelled.EndedAt)
		require.NoError(t, b.imports.Work(t.Context(), begun.ID, attempt, nil))
		require.Zero(t, b.count(`SELECT count(*) FROM persons`))
		require.Zero(t, b.count(`SELECT count(*) FROM import_chunks`))
		_, err = b.imports.Cancel(b.admin, begun.ID)
		require.True(t, fault.Is(err, fault.Conflict))
	})
}

func TestAStoppedWorkerLeavesTheRestToOthers(t *testing.T) {
	t.Parallel()
	db := testdb.New(t)
	b := setup(t, db)
	begun := b.send(people(), "user,name\nu1,a\n")
	stopping := make(chan struct{})
	close(stopping)
	require.NoError(t, b.imports.Work(t.Context(), begun.ID, b.take(begun.ID), stopping))
	require.Equal(t, 1, b.work(begun.ID).Stored)
}

func TestAFileThatNeverCameIsSweptAway(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		in := people()
		in.Size = 100
		begun, err := b.imports.Create(b.admin, in)
		require.NoError(t, err)
		_, err = b.imports.Append(b.admin, begun.ID, 0, strings.NewReader("user,name\n"), false)
		require.NoError(t, err)
		require.NoError(t, b.imports.Sweep(b.sys))
		require.Equal(t, 1, b.count(`SELECT count(*) FROM import_chunks`), "it may still come")
		_, err = db.SQL.ExecContext(b.sys, db.Rebind(`UPDATE imports SET updated_at = ?`), noon.AddDate(-1, 0, 0))
		require.NoError(t, err)
		require.NoError(t, b.imports.Sweep(b.sys))
		now, err := db.Ent.DataImport.Get(b.sys, begun.ID)
		require.NoError(t, err)
		require.Equal(t, "ABANDONED", now.Failure)
		require.Zero(t, b.count(`SELECT count(*) FROM import_chunks`))
	})
}
