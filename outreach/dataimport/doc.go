// Package dataimport takes CSV files with people, tags, detail rows and events.
//
//	Create ─▶ RECEIVING ─Append…─▶ all bytes there ─▶ RUNNING ─(due)─▶ Work ─▶ DONE | FAILED
//	                └────────────── Cancel ───────────────┴───────────────▶ CANCELLED
//
// A file's bytes wait in the database in parts. Each part is stored with the new
// length in one transaction, so an upload that broke off goes on where Create's
// answer, or a refused Append, says it is.
//
// A worker reads the parts as one stream in bounded memory and takes rows some
// thousand at a time: it finds the people first, and then stores the rows, what
// was refused, the counts and the position in one transaction, fenced by its
// attempt. Whoever takes over goes on from the position. (Events are stored by
// outreach/event, which knows each by its message ID; the position follows.)
//
// A row is taken whole or refused with its number, the column and the rule. Rows
// are the same when they say the same: the n-th row of a file that says a thing
// is the n-th row of every file that says it, so a file that comes again adds
// nothing, and two equal rows of one file are two. To know n after a take-over the worker reads
// the part before again without storing it. It remembers a 64-bit hash of each
// distinct row, 8 to 16 bytes in a table that doubles: at most some 200 MB while
// it grows for the ten million rows that a file may have.
package dataimport

import (
	"log/slog"

	entimport "tidings/ent/dataimport"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/catalogue"
	"tidings/outreach/event"
	"tidings/outreach/person"
)

// The limits of a file.
const (
	MaxBytes   = 2 << 30
	MaxRows    = 10_000_000
	MaxColumns = 500
	// MaxRow is the most bytes of one row.
	MaxRow = 64 << 10
	// maxErrors is how many rows that were refused are kept with their reason; the others are counted.
	maxErrors = 100_000
	// partSize is how many bytes a stored part has at most.
	partSize = 1 << 20
)

// Deps is what Imports needs.
type Deps struct {
	DB        *database.DB
	Clock     clock.Clock
	Catalogue *catalogue.Service
	Learned   *event.Catalogue
	People    *person.Resolver
	Log       *slog.Logger
}

// Imports holds the commands on imports, and does their work.
type Imports struct {
	Deps
	batch int // rows of one transaction
}

// New makes the service.
func New(d Deps) *Imports { return &Imports{Deps: d, batch: 2_000} }

// open are the statuses of an import that is not over.
var open = []entimport.Status{entimport.StatusReceiving, entimport.StatusRunning}
