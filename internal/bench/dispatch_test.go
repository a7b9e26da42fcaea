package bench_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/app"
	"tidings/internal/testdb"
	"tidings/internal/testredis"
)

// asProgram makes the test's binary the program: a measurement starts the
// program again for each of its processes.
const asProgram = "BENCH_TEST_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		os.Exit(app.Main("test", os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr))
	}
	os.Exit(m.Run())
}

func TestDispatchIsMeasuredOnRealParts(t *testing.T) {
	t.Parallel()
	cmd := exec.CommandContext(t.Context(), os.Args[0], "bench", "dispatch", "-n", "500", "-runs", "1", "-conns", "8")
	cmd.Env = append(cmd.Environ(), asProgram+"=1", "TIDINGS_DATABASE_URL="+testdb.PostgresURL(t), "TIDINGS_REDIS_URL="+testredis.RealURL(t))
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	require.NoError(t, cmd.Run(), "%s", &errs)
	last := regexp.MustCompile(`\nbench dispatch rate=\d+ baseline=\d+ ratio=\d+\.\d+ p50_ms=\d+\.\d p99_ms=\d+\.\d rss_mb=\d+\n$`)
	require.Regexp(t, last, out.String())
	require.Contains(t, out.String(), "\nbench dispatch/client rate=")
	require.Contains(t, out.String(), "\nbench dispatch/personal rate=")
}
