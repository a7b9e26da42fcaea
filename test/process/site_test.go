package process_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
)

// startup is how long a process may take until it works.
const startup = 30 * time.Second

// site is a running Tidings in demo mode: one process, or a server with workers
// on PostgreSQL and a Redis of its own.
type site struct {
	t       testing.TB
	server  *program
	base    string // the server's address
	env     []string
	redis   *redisServer // nil in one process
	db      *database.DB // nil in one process
	address string       // the database's; empty in one process
	workers int
}

// secretKey is for tests; it protects nothing.
var secretKey = "TIDINGS_SECRET_KEY=" + base64.StdEncoding.EncodeToString([]byte(strings.Repeat("k", 32)))

// oneProcess starts `tidings all` on a data folder, with what is in it.
func oneProcess(t testing.TB, dir string) *site {
	t.Helper()
	s := &site{t: t, env: []string{"TIDINGS_DEMO=1", "TIDINGS_ADDR=127.0.0.1:0", "TIDINGS_DATA_DIR=" + dir}}
	s.server = tidings(t, "all", s.env, "all")
	s.ready()
	return s
}

// manyProcesses starts a server beside PostgreSQL and Redis; workers come with worker.
func manyProcesses(t testing.TB) *site {
	t.Helper()
	url := testdb.PostgresURL(t)
	s := &site{t: t, redis: startRedis(t), address: url}
	db, err := database.OpenPostgres(t.Context(), url, 4)
	require.NoError(t, err)
	t.Cleanup(func() { _ = db.Close() })
	s.db = db
	s.env = []string{"TIDINGS_DEMO=1", secretKey, "TIDINGS_DATABASE_URL=" + url, "TIDINGS_REDIS_URL=" + s.redis.url(), "TIDINGS_DATA_DIR=" + t.TempDir()}
	s.server = tidings(t, "serve", append(s.env, "TIDINGS_ADDR=127.0.0.1:0"), "serve")
	s.ready()
	return s
}

// ready waits until the server says where it is and answers there.
func (s *site) ready() {
	s.t.Helper()
	s.base = "http://" + s.server.says(startup, `msg=started address=(\S+)`)[1]
	eventually(s.t, startup, closely, "the server is ready", func() bool { return s.status("/readyz") == http.StatusOK })
}

func (s *site) status(path string) int {
	resp, err := http.Get(s.base + path)
	if err != nil {
		return 0
	}
	_ = resp.Body.Close()
	return resp.StatusCode
}
