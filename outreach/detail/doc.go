// Package detail keeps detail tables (明细数据): tables that a project defines
// for dated rows about people, such as its orders. A table says which column
// names the person, by which type of ID, and which column is the date; all
// columns are typed properties of the catalogue.
//
// Rows come by import (outreach/dataimport). A row's key is a hash of what it
// says and of how often the same stood before it in its file, so that two equal
// rows of a file are two, and a file that comes again adds nothing.
//
// A table that is deleted is gone at once. Its rows, which nobody can name any
// more, go in small steps afterwards (Sweep).
package detail

import (
	"context"
	"fmt"
	"math"

	"tidings/internal/database"
)

// sweepStep is how many rows one statement deletes.
const sweepStep = 5_000

// Row is a stored row.
type Row struct {
	At        int64 // milliseconds since the epoch
	PersonNum uint32
	Data      []byte // JSON object
}

// newestSQL: project, table, how many.
const newestSQL = `SELECT at, person_num, data FROM detail_rows WHERE project_num = ? AND table_num = ? ORDER BY at DESC LIMIT ?`

// Newest gives a table's newest rows by their date. Its caller has checked who asks.
func (s *Tables) Newest(ctx context.Context, projectNum, tableNum int64, limit int) ([]Row, error) {
	rows, err := s.db.SQL.QueryContext(ctx, s.db.Rebind(newestSQL), projectNum, tableNum, limit)
	if err != nil {
		return nil, fmt.Errorf("read detail rows: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []Row
	for rows.Next() {
		var r Row
		if err := rows.Scan(&r.At, &r.PersonNum, &r.Data); err != nil {
			return nil, fmt.Errorf("read detail rows: %w", err)
		}
		out = append(out, r)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read detail rows: %w", err)
	}
	return out, nil
}

const (
	// nextTableSQL: project, table, project, table. Out: the place of the next table
	// that has rows; it jumps through the key instead of reading the rows.
	nextTableSQL = `SELECT project_num, table_num FROM detail_rows WHERE (project_num, table_num) > (?, ?)
	ORDER BY project_num, table_num LIMIT 1`
	knownSQL = `SELECT count(*) FROM detail_tables WHERE num = ?`
	// sweepSQL: project, table, project, table, how many.
	sweepSQL = `DELETE FROM detail_rows WHERE project_num = ? AND table_num = ? AND key IN (
	SELECT key FROM detail_rows WHERE project_num = ? AND table_num = ? LIMIT ?)`
)

// Sweep deletes the rows of tables that are no more, and tells how many. The
// maintenance calls it; it may stop at any point and goes on the next time.
func Sweep(ctx context.Context, db *database.DB) (int64, error) {
	var deleted int64
	project, table := int64(math.MinInt64), int64(0)
	for {
		rows, err := db.SQL.QueryContext(ctx, db.Rebind(nextTableSQL), project, table)
		if err != nil {
			return deleted, fmt.Errorf("look for detail rows: %w", err)
		}
		found := rows.Next()
		if found {
			err = rows.Scan(&project, &table)
		}
		if cerr := rows.Close(); err == nil {
			err = cerr
		}
		if err == nil {
			err = rows.Err()
		}
		if err != nil || !found {
			return deleted, err
		}
		var known int
		if err := db.SQL.QueryRowContext(ctx, db.Rebind(knownSQL), table).Scan(&known); err != nil {
			return deleted, fmt.Errorf("look for the table: %w", err)
		}
		for known == 0 {
			done, err := db.SQL.ExecContext(ctx, db.Rebind(sweepSQL), project, table, project, table, sweepStep)
			if err != nil {
				return deleted, fmt.Errorf("delete rows of a deleted table: %w", err)
			}
			n, err := done.RowsAffected()
			if deleted += n; err != nil || n < sweepStep {
				break
			}
		}
	}
}
