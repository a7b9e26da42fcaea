package event_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	entproperty "tidings/ent/property"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/event"
)

func exec(t *testing.T, ctx context.Context, db *database.DB, q string, args ...any) {
	t.Helper()
	_, err := db.SQL.ExecContext(ctx, db.Rebind(q), args...)
	require.NoError(t, err)
}

func count(t *testing.T, ctx context.Context, db *database.DB, from string) (n int) {
	t.Helper()
	require.NoError(t, db.SQL.QueryRowContext(ctx, `SELECT count(*) FROM `+from).Scan(&n))
	return n
}

func TestSweep(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		now := clock.Wall()
		c := event.NewCatalogue(db)
		typ, err := c.Type(w.System, w.Project.ID, "visit")
		require.NoError(t, err)
		hash := `unhex(?)`
		if db.Postgres() {
			hash = `CAST(? AS uuid)`
		}
		for i, days := range []int{0, 6, 8, 300} {
			at := now.AddDate(0, 0, -days)
			exec(t, w.System, db, `INSERT INTO event_seen (hash, seen_at) VALUES (`+hash+`, ?)`, fmt.Sprintf("%032x", i), at.UnixMilli())
			exec(t, w.System, db, `INSERT INTO refused_events (project_num, source_num, received_at, rule) VALUES (?, 1, ?, 'x')`, w.Project.Num, at)
			exec(t, w.System, db, `INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num) VALUES (?, ?, 1, ?, 0, 1, 1)`,
				w.Project.Num, typ.Num, at.UnixMilli())
		}
		require.NoError(t, event.Sweep(w.System, db, now))
		require.Equal(t, []int{2, 3, 4}, []int{count(t, w.System, db, "event_seen"), count(t, w.System, db, "refused_events"), count(t, w.System, db, "events")})
		db.Ent.Project.UpdateOneID(w.Project.ID).SetEventRetentionDays(30).ExecX(w.System)
		judge := db.Ent.Touch.Create().SetProjectNum(w.Project.Num).SetTaskID("tsk").SetPersonNum(1).SetKind(1).SetDueAt(now).
			SetBaseAt(now.AddDate(0, 0, -301).UnixMilli()).SetANum(1).SaveX(w.System)
		require.NoError(t, event.Sweep(w.System, db, now))
		require.Equal(t, 4, count(t, w.System, db, "events"), "what a judgement may ask for stays (R74)")
		db.Ent.Touch.DeleteOne(judge).ExecX(w.System)
		require.NoError(t, event.Sweep(w.System, db, now))
		require.Equal(t, 3, count(t, w.System, db, "events"))
	})
}

// Events lie in the partition of their month, the default one takes what is very old.
func TestPartitions(t *testing.T) {
	t.Parallel()
	db := testdb.Postgres(t)
	ctx := t.Context()
	store := func(at time.Time) {
		t.Helper()
		for range 2 {
			require.NoError(t, db.EnsureEventPartition(ctx, database.Month(at.UnixMilli())))
		}
		require.NoError(t, db.SQLTx(ctx, func(tx *sql.Tx) error {
			return event.Copy(ctx, db, tx, [][]any{{int64(1), int64(1), int64(1), at.UnixMilli(), int64(0), int64(1), int64(1), `{"a":1}`}})
		}))
	}
	store(time.Date(2026, 11, 30, 23, 59, 59, 0, time.UTC))
	store(time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	store(time.Date(1999, 1, 1, 0, 0, 0, 0, time.UTC))
	require.Equal(t, []int{1, 1, 1}, []int{count(t, ctx, db, "events_2026_11"), count(t, ctx, db, "events_2026_12"), count(t, ctx, db, "events_default")})
	// Where the default partition has events of a month already, they stay together.
	exec(t, ctx, db, `INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num) VALUES (1, 1, 1, ?, 0, 1, 1)`,
		time.Date(2020, 1, 5, 0, 0, 0, 0, time.UTC).UnixMilli())
	store(time.Date(2020, 1, 6, 0, 0, 0, 0, time.UTC))
	require.Equal(t, 3, count(t, ctx, db, "events_default"))
}

// The catalogue has its limits; of a name that many learn at once there is one.
func TestTheCatalogueIsBounded(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		f, err := event.NewCatalogue(db).Fitter(w.System, w.Project.ID)
		require.NoError(t, err)
		names := make([]string, event.MaxEventTypes+50)
		props := map[string]int{}
		for i := range names {
			names[i] = fmt.Sprintf("e%04d", i)
		}
		for i := range event.MaxProperties + 50 {
			props[fmt.Sprintf("p%04d", i)] = i
		}
		require.NoError(t, f.LearnTypes(w.System, names))
		require.True(t, f.Full())
		require.NotNil(t, f.Type("e0000"))
		require.Nil(t, f.Type("e1049"))
		object, err := json.Marshal(props)
		require.NoError(t, err)
		_, _, known := f.Fit(event.Attributes, object, false)
		require.False(t, known)
		require.NoError(t, f.Learn(w.System))
		out, notices, known := f.Fit(event.Attributes, object, false)
		require.True(t, known, "what does not fit into the catalogue is stored all the same")
		require.Empty(t, notices)
		require.JSONEq(t, string(object), string(out))
		require.Equal(t, event.MaxEventTypes, db.Ent.EventType.Query().CountX(w.System))
		require.Equal(t, event.MaxProperties, db.Ent.Property.Query().Where(entproperty.ProjectID(w.Project.ID)).CountX(w.System))
	})
}

func TestWriteKeys(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		s := event.NewSources(db)
		row, key, err := s.Create(w.AsAdmin, "  web ", "REALTIME")
		require.NoError(t, err)
		require.Equal(t, []any{"web", key[len(key)-4:]}, []any{row.Name, row.KeyHint})
		require.NotContains(t, row.KeyHash, key)
		found, err := s.ByKey(w.System, key)
		require.NoError(t, err)
		require.Equal(t, event.Source{ID: row.ID, ProjectID: w.Project.ID, Num: row.Num, ProjectNum: w.Project.Num}, *found)
		_, second, err := s.Rotate(w.AsAdmin, row.ID)
		require.NoError(t, err)
		_, err = s.ByKey(w.System, key)
		require.ErrorContains(t, err, "write key", "the old key stops at once")
		_, err = s.ByKey(w.System, second)
		require.NoError(t, err)
		off := false
		_, err = s.Update(w.AsAdmin, row.ID, nil, &off)
		require.NoError(t, err)
		_, err = s.ByKey(w.System, second)
		require.Error(t, err)
		_, _, err = s.Create(w.AsAdmin, "web", "REALTIME")
		require.ErrorContains(t, err, "another event source has this name")
		_, _, err = s.Create(w.AsViewer, "x", "REALTIME")
		require.ErrorContains(t, err, "data.import")
	})
}
