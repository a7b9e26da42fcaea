package dataimport

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"

	"tidings/internal/database"
)

// parts reads an import's file as one stream, one part at a time.
type parts struct {
	ctx      context.Context //nolint:containedctx // lives as long as the work on one import
	db       *database.DB
	importID string
	seq      int
	rest     []byte
}

// partsFrom begins at an offset of the file.
func partsFrom(ctx context.Context, db *database.DB, importID string, offset int64) (*parts, error) {
	p := &parts{ctx: ctx, db: db, importID: importID}
	if offset == 0 {
		return p, nil
	}
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(`SELECT seq, length(data) FROM import_chunks WHERE import_id = ? ORDER BY seq`), importID)
	if err != nil {
		return nil, fmt.Errorf("find the place in a file: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var n int64
		if err := rows.Scan(&p.seq, &n); err != nil {
			return nil, fmt.Errorf("find the place in a file: %w", err)
		}
		if offset < n {
			_ = rows.Close()
			if err := p.load(); err != nil {
				return nil, err
			}
			p.rest = p.rest[offset:]
			return p, nil
		}
		offset -= n
		p.seq++
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("find the place in a file: %w", err)
	}
	return p, nil
}

// load reads the next part; io.EOF behind the last.
func (p *parts) load() error {
	err := p.db.SQL.QueryRowContext(p.ctx, p.db.Rebind(`SELECT data FROM import_chunks WHERE import_id = ? AND seq = ?`), p.importID, p.seq).Scan(&p.rest)
	if errors.Is(err, sql.ErrNoRows) {
		return io.EOF
	}
	if err != nil {
		return fmt.Errorf("read part of a file: %w", err)
	}
	p.seq++
	return nil
}

func (p *parts) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if err := p.load(); err != nil {
			return 0, err
		}
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}
