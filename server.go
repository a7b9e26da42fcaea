// Command tidings is the whole application: the server, its workers and their
// tools. It turns the command line into settings and hands over to internal/app.
package main

import (
	"os"

	"tidings/internal/app"
)

// version is set by the linker for releases.
var version = "dev"

func main() { os.Exit(app.Main(version, os.Args[1:], os.Environ(), os.Stdin, os.Stdout, os.Stderr)) }
