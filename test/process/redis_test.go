package process_test

import (
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/stretchr/testify/require"
)

// redisServer is a Redis that belongs to one test, which may flush and kill it.
type redisServer struct {
	t       testing.TB
	path    string
	port    string
	program *program
}

func startRedis(t testing.TB) *redisServer {
	t.Helper()
	r := &redisServer{t: t}
	for _, name := range []string{"redis-server", "valkey-server"} {
		if path, err := exec.LookPath(name); err == nil {
			r.path = path
			break
		}
	}
	if r.path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("neither redis-server nor valkey-server was found")
		}
		t.Skip("neither redis-server nor valkey-server was found")
	}
	for range 5 { // somebody else may take the port before the server does
		r.port = freePort(t)
		if r.start() {
			return r
		}
	}
	t.Fatal("no Redis came up")
	return nil
}

// start runs a Redis that remembers nothing, again at the same address.
func (r *redisServer) start() bool {
	r.t.Helper()
	r.program = start(r.t, "redis", r.path, nil, "--port", r.port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", r.t.TempDir())
	up := false
	eventually(r.t, 10*time.Second, closely, "Redis answers", func() bool {
		conn, err := net.DialTimeout("tcp", "127.0.0.1:"+r.port, time.Second)
		if err == nil {
			up = true
			_ = conn.Close()
		}
		return up || !r.program.running()
	})
	return up && r.program.running()
}

func (r *redisServer) url() string { return "redis://127.0.0.1:" + r.port + "/0" }

// flush forgets everything.
func (r *redisServer) flush() {
	r.t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + r.port})
	defer func() { _ = client.Close() }()
	require.NoError(r.t, client.FlushAll(r.t.Context()).Err())
}

// freePort is a port nobody listened on a moment ago.
func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer func() { _ = l.Close() }()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
}

// waiting is how many jobs wait in the longest queue.
func (r *redisServer) waiting() int {
	r.t.Helper()
	client := redis.NewClient(&redis.Options{Addr: "127.0.0.1:" + r.port})
	defer func() { _ = client.Close() }()
	longest := int64(0)
	for _, queue := range []string{"notice", "urgent", "normal", "trigger", "segment", "metric", "maintenance"} {
		n, err := client.LLen(r.t.Context(), "asynq:{"+queue+"}:pending").Result()
		require.NoError(r.t, err)
		longest = max(longest, n)
	}
	return int(longest)
}
