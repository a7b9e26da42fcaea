// Package migrate is the schema as ent generates it, and the versioned migrations that make it.
package migrate

import "embed"

// Files are the versioned migrations, the same numbers for both databases.
//
//go:embed postgres/*.sql sqlite/*.sql
var Files embed.FS
