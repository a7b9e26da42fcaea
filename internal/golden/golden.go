// Package golden compares a test's text with a committed file. Run the test
// with -update to write the file anew, then read the difference before you
// commit it.
package golden

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write golden files anew")

// Equal fails when the file at path, relative to the test's package, does not hold exactly got.
func Equal(t testing.TB, got, path string) {
	t.Helper()
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o750))
		require.NoError(t, os.WriteFile(path, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err, "make it with: go test -run '%s' . -update", t.Name())
	require.Equal(t, string(want), got, "%s is not what the code gives; if the new text is right: go test . -update", path)
}
