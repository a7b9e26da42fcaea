// Package frontend hands the built console to the server. The console itself
// is the React application in this folder; `make build` builds it into dist,
// which becomes part of the binary.
package frontend

import (
	"embed"
	"io/fs"
)

// The folder always exists, because dist/.gitkeep is committed: Go builds
// before, and without, Node.
//
//go:embed all:dist
var dist embed.FS

// Dist is the built console; without a build it holds no index.html.
func Dist() fs.FS {
	sub, err := fs.Sub(dist, "dist")
	if err != nil {
		panic("frontend: " + err.Error()) // "dist" is a valid path, which is all that Sub checks
	}
	return sub
}

// Built tells whether a console is inside this binary.
func Built() bool {
	_, err := fs.Stat(Dist(), "index.html")
	return err == nil
}
