// Package testdb gives every test a database of its own, with the versioned
// migrations applied: a copy of a SQLite file in about two milliseconds, a
// PostgreSQL schema in some tens. What failed stays, and its address is printed.
package testdb

import (
	"context"
	"database/sql"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent/migrate"
	"tidings/internal/database"
	"tidings/internal/id"
)

// Zone is the time zone of test sessions: an odd one, so that code which
// forgets to say which zone it means gives wrong answers.
const Zone = "America/St_Johns"

// Each runs the test on both databases, side by side. Without
// TEST_DATABASE_URL the PostgreSQL half is skipped; with CI set it fails.
func Each(t *testing.T, run func(t *testing.T, db *database.DB)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		run(t, New(t))
	})
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		run(t, Postgres(t))
	})
}

var template struct {
	once sync.Once
	file []byte
	err  error
}

// New is an empty SQLite database.
func New(t testing.TB) *database.DB {
	t.Helper()
	template.once.Do(func() { template.file, template.err = makeTemplate() })
	require.NoError(t, template.err)
	path := filepath.Join(t.TempDir(), "test.db")
	require.NoError(t, os.WriteFile(path, template.file, 0o600))
	db, err := database.OpenSQLite(context.Background(), path)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func makeTemplate() ([]byte, error) {
	dir, err := os.MkdirTemp("", "tidings-testdb")
	if err != nil {
		return nil, fmt.Errorf("make directory: %w", err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	path := filepath.Join(dir, "template.db")
	ctx := context.Background()
	db, err := database.OpenSQLite(ctx, path)
	if err != nil {
		return nil, err
	}
	if _, err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	if _, err := db.SQL.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)"); err != nil {
		return nil, fmt.Errorf("checkpoint: %w", err)
	}
	if err := db.Close(); err != nil {
		return nil, fmt.Errorf("close template: %w", err)
	}
	return os.ReadFile(path)
}

// Postgres is an empty PostgreSQL schema of the server at TEST_DATABASE_URL.
func Postgres(t testing.TB) *database.DB {
	t.Helper()
	dsn := PostgresURL(t)
	db, err := database.OpenPostgres(context.Background(), dsn, 12)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// PostgresURL makes a migrated schema and gives a URL that leads into it, for
// processes that a test starts.
func PostgresURL(t testing.TB) string {
	t.Helper()
	base := os.Getenv("TEST_DATABASE_URL") //nolint:forbidigo // tests learn of their servers this way
	if base == "" {
		if os.Getenv("CI") != "" { //nolint:forbidigo // same
			t.Fatal("TEST_DATABASE_URL is not set")
		}
		t.Skip("TEST_DATABASE_URL is not set; `make test` starts a PostgreSQL")
	}
	admin, err := sql.Open("postgres", base)
	require.NoError(t, err)
	admin.SetMaxOpenConns(1)
	schema := "t_" + strings.TrimPrefix(id.New("x"), "x_")
	up, err := upSQL()
	require.NoError(t, err)
	_, err = admin.ExecContext(context.Background(), "CREATE SCHEMA "+schema+"; SET search_path = "+schema+"; "+up)
	require.NoError(t, err)
	u, err := url.Parse(base)
	require.NoError(t, err)
	q := u.Query()
	q.Set("search_path", schema)
	q.Set("timezone", Zone)
	u.RawQuery = q.Encode()
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("the test's database stays: %s", u)
		} else {
			_, _ = admin.ExecContext(context.Background(), "DROP SCHEMA "+schema+" CASCADE")
		}
		_ = admin.Close()
	})
	return u.String()
}

var upSQL = sync.OnceValues(func() (string, error) {
	var b strings.Builder
	files, err := fs.Glob(migrate.Files, "postgres/*.sql")
	if err != nil {
		return "", fmt.Errorf("list migrations: %w", err)
	}
	// The version table is goose's own; a schema that has it passes database.Check.
	b.WriteString(`CREATE TABLE goose_db_version (id serial PRIMARY KEY, version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp DEFAULT now());
		INSERT INTO goose_db_version (version_id, is_applied) VALUES (0, true);`)
	for i, f := range files {
		text, err := migrate.Files.ReadFile(f)
		if err != nil {
			return "", fmt.Errorf("read migration: %w", err)
		}
		up, _, _ := strings.Cut(string(text), "-- +goose Down")
		b.WriteString(up)
		fmt.Fprintf(&b, "\nINSERT INTO goose_db_version (version_id, is_applied) VALUES (%d, true);\n", i+1)
	}
	return b.String(), nil
})
