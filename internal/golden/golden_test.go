package golden_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/golden"
)

func TestEqual(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "page.txt")
	require.NoError(t, os.WriteFile(path, []byte("as it was\n"), 0o600))

	golden.Equal(t, "as it was\n", path)

	fake := &quiet{TB: t}
	func() {
		defer func() { _ = recover() }()
		golden.Equal(fake, "otherwise\n", path)
	}()
	require.True(t, fake.failed, "another text fails the test")
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "as it was\n", string(content), "and leaves the file alone")
}

// quiet takes a failure without failing the test around it.
type quiet struct {
	testing.TB
	failed bool
}

func (*quiet) Helper()               {}
func (*quiet) Errorf(string, ...any) {}
func (q *quiet) FailNow()            { q.failed = true; panic("test ended") }
