package graph

import (
	"context"
	"strings"
	"testing"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/person"
)

// explaining keeps the plan of what is queried.
type explaining struct {
	dialect.Driver
	db   *database.DB
	plan strings.Builder
}

func (e *explaining) Query(ctx context.Context, query string, args, v any) error {
	word := "EXPLAIN "
	if !e.db.Postgres() {
		word += "QUERY PLAN "
	}
	var rows entsql.Rows
	if err := e.Driver.Query(ctx, word+query, args, &rows); err != nil {
		return err
	}
	for rows.Next() {
		var a, b, c int
		var line string
		into := []any{&a, &b, &c, &line}
		if e.db.Postgres() {
			into = into[3:]
		}
		if err := rows.Scan(into...); err != nil {
			return err
		}
		e.plan.WriteString(line + "\n")
	}
	if err := rows.Close(); err != nil {
		return err
	}
	return e.Driver.Query(ctx, query, args, v)
}

// A list of another subject's entities reads its own index: there may be millions
// of people around them.
func TestEntitiesAreReadFromTheirIndex(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := viewer.System(t.Context())
		_, err := db.SQL.ExecContext(ctx, `INSERT INTO persons (id, project_num, stub, subject, created_at)
			WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 20000)
			SELECT 4294967296 + n, 1, false, CASE WHEN n <= 50 THEN 7 ELSE 0 END, CURRENT_TIMESTAMP FROM s`)
		require.NoError(t, err)
		spy := &explaining{Driver: entsql.OpenDB(db.Dialect, db.SQL), db: db}
		r := &Resolver{DB: &database.DB{Ent: ent.NewClient(ent.Driver(spy)), SQL: db.SQL, Dialect: db.Dialect}}
		for range 2 { // also when the database has counted
			found, err := r.newest(1, person.ID(2, 0), 7).Limit(20).All(ctx)
			require.NoError(t, err)
			require.Len(t, found, 20)
			require.Equal(t, person.ID(1, 50), found[0].ID)
			require.Contains(t, spy.plan.String(), "person_of_subject")
			require.NotContains(t, spy.plan.String(), "TEMP B-TREE")
			spy.plan.Reset()
			_, err = db.SQL.ExecContext(ctx, "ANALYZE persons")
			require.NoError(t, err)
		}
		found, err := r.newest(1, person.ID(2, 0), 0).Limit(20).All(ctx)
		require.NoError(t, err)
		require.Equal(t, person.ID(1, 20000), found[0].ID)
	})
}
