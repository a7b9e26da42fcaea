package process_test

import (
	"database/sql"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/id"
	"tidings/internal/testdb"
)

// emptySchema is a PostgreSQL schema without a table, and a way to look into it.
func emptySchema(t *testing.T) (address string, db *sql.DB) {
	t.Helper()
	_ = testdb.PostgresURL(t) // skips, or fails, where there is no server
	u, err := url.Parse(os.Getenv("TEST_DATABASE_URL"))
	require.NoError(t, err)
	schema := "t_" + strings.TrimPrefix(id.New("x"), "x_")
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	db, err = sql.Open("postgres", u.String())
	require.NoError(t, err)
	_, err = db.ExecContext(t.Context(), "CREATE SCHEMA "+schema)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _ = db.Exec("DROP SCHEMA " + schema + " CASCADE")
		_ = db.Close()
	})
	return u.String(), db
}

func TestSchemaThatDoesNotFitIsRefused(t *testing.T) {
	t.Parallel()
	address, db := emptySchema(t)
	redis := startRedis(t)
	env := []string{secretKey, "TIDINGS_ADDR=127.0.0.1:0", "TIDINGS_DATABASE_URL=" + address, "TIDINGS_REDIS_URL=" + redis.url(), "TIDINGS_DATA_DIR=" + t.TempDir()}
	serve := func(name string) *program { return tidings(t, name, env, "serve") }
	starts := func(name string) {
		t.Helper()
		p := serve(name)
		s := &site{t: t, server: p}
		s.ready()
		require.Equal(t, http.StatusNotFound, s.status("/sandbox/wechat/messages"), "outside demo mode there is no sandbox")
		p.terminate(startup)
	}
	migrate := func() string {
		t.Helper()
		p := tidings(t, "migrate", env, "migrate")
		eventually(t, startup, closely, "the migration ends", func() bool { return !p.running() })
		require.Equal(t, 0, p.cmd.ProcessState.ExitCode(), "%s", p.out.String())
		return p.out.String()
	}
	exec := func(text string) {
		t.Helper()
		_, err := db.ExecContext(t.Context(), text)
		require.NoError(t, err)
	}

	for _, command := range []string{"serve", "worker"} {
		require.Contains(t, tidings(t, command+" on nothing", env, command).fails(startup), "run `tidings migrate`", "an empty database is too old")
	}
	require.Contains(t, migrate(), "Applied")
	require.Contains(t, migrate(), "up to date", "migrating twice changes nothing")
	starts("serve on its own schema")

	// A newer release has migrated, and says since when programs can read its schema.
	exec(`INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	exec(`INSERT INTO settings (id, value) VALUES ('schema_min_reader', '1') ON CONFLICT (id) DO UPDATE SET value = excluded.value`)
	starts("serve on a newer schema that it can read")
	exec(`UPDATE settings SET value = '9999' WHERE id = 'schema_min_reader'`)
	require.Contains(t, serve("serve on a newer schema").fails(startup), "start a newer release")
}
