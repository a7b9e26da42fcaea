package database_test

import (
	"context"
	"io/fs"
	"path"
	"testing"

	atlas "ariga.io/atlas/sql/migrate"
	atlasschema "ariga.io/atlas/sql/schema"
	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/schema"
	"github.com/stretchr/testify/require"

	"tidings/ent/migrate"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/internal/testdb"
)

func TestBothDatabasesHaveTheSameMigrations(t *testing.T) {
	t.Parallel()
	names := map[string][]string{}
	for _, dir := range []string{"postgres", "sqlite"} {
		files, err := fs.Glob(migrate.Files, dir+"/*.sql")
		require.NoError(t, err)
		for _, f := range files {
			names[dir] = append(names[dir], path.Base(f))
		}
	}
	require.NotEmpty(t, names["postgres"])
	require.Equal(t, names["postgres"], names["sqlite"])
}

// What the migrations make is what ent/schema says; foreign keys are ours.
func TestTheMigrationsMakeTheSchema(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		var drift []string
		m, err := schema.NewMigrate(entsql.OpenDB(db.Dialect, db.SQL), schema.WithDropColumn(true), schema.WithDropIndex(true),
			schema.WithDiffHook(func(next schema.Differ) schema.Differ {
				return schema.DiffFunc(func(current, desired *atlasschema.Schema) ([]atlasschema.Change, error) {
					for _, s := range []*atlasschema.Schema{current, desired} {
						for _, tbl := range s.Tables {
							tbl.ForeignKeys = nil
						}
					}
					return next.Diff(current, desired)
				})
			}),
			schema.WithApplyHook(func(schema.Applier) schema.Applier {
				return schema.ApplyFunc(func(_ context.Context, _ dialect.ExecQuerier, plan *atlas.Plan) error {
					for _, c := range plan.Changes {
						drift = append(drift, c.Cmd)
					}
					return nil
				})
			}))
		require.NoError(t, err)
		require.NoError(t, m.Create(context.Background(), migrate.Tables...))
		require.Empty(t, drift, "ent/schema changed: make migration name=…")
	})
}

func TestASchemaThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		require.NoError(t, db.Check(ctx))
		set := func(q string, args ...any) {
			t.Helper()
			_, err := db.SQL.ExecContext(ctx, db.Rebind(q), args...)
			require.NoError(t, err)
		}
		set(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (?, ?)`, 9999, true)
		require.NoError(t, db.Check(ctx), "newer, and its migrations say that we may use it")
		set(`UPDATE settings SET value = ? WHERE id = ?`, "9999", "schema_min_reader")
		require.ErrorIs(t, db.Check(ctx), database.ErrSchema)
		require.ErrorContains(t, db.Check(ctx), "newer release")
		set(`DELETE FROM goose_db_version WHERE version_id > 0`)
		require.ErrorIs(t, db.Check(ctx), database.ErrSchema)
		require.ErrorContains(t, db.Check(ctx), "tidings migrate")
	})
}

// A row cannot point into another project, whatever the code above forgets.
func TestForeignKeysStayInsideTheProject(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := viewer.System(context.Background())
		one, err := db.Ent.Project.Create().SetName("one").SetNum(1).Save(ctx)
		require.NoError(t, err)
		two, err := db.Ent.Project.Create().SetName("two").SetNum(2).Save(ctx)
		require.NoError(t, err)
		group, err := db.Ent.CampaignGroup.Create().SetProjectID(one.ID).SetName("holiday").Save(ctx)
		require.NoError(t, err)
		require.NoError(t, db.Ent.Campaign.Create().SetProjectID(one.ID).SetName(id.New("x")).SetGroupID(group.ID).Exec(ctx))
		require.Error(t, db.Ent.Campaign.Create().SetProjectID(two.ID).SetName(id.New("x")).SetGroupID(group.ID).Exec(ctx))
	})
}

func TestListsAndValues(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := context.Background()
		from, args := db.Values("u", database.Column{Name: "n", Values: []int64{1, 2, 3}},
			database.Column{Name: "s", Values: []string{"a", `b"c`, "会"}})
		rows, err := db.SQL.QueryContext(ctx, db.Rebind("SELECT n, s FROM "+from+" WHERE "+db.In("n")+" ORDER BY n"), append(args, db.List([]int64{2, 3, 9}))...)
		require.NoError(t, err)
		defer func() { _ = rows.Close() }()
		got := map[int64]string{}
		for rows.Next() {
			var n int64
			var s string
			require.NoError(t, rows.Scan(&n, &s))
			got[n] = s
		}
		require.NoError(t, rows.Err())
		require.Equal(t, map[int64]string{2: `b"c`, 3: "会"}, got)
	})
}
