// Command gen writes the reference page of the settings. It is run by
// `go generate` from the root of the repository.
package main

import (
	"fmt"
	"os"

	"tidings/internal/config"
)

func main() {
	const page = "docs/configuration.md"
	if err := os.MkdirAll("docs", 0o750); err != nil {
		fail(err)
	}
	if err := os.WriteFile(page, []byte(config.Reference()), 0o644); err != nil { //nolint:gosec // a page to read
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, "configuration page:", err)
	os.Exit(1)
}
