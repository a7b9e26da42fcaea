package dataimport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"tidings/ent"
	entimport "tidings/ent/dataimport"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// patience is how long an import may wait for its next byte.
const patience = 24 * time.Hour

// storePart bounds the storing of one part.
const storePart = 30 * time.Second

// OffsetError says that bytes were sent for another place than the next.
type OffsetError struct{ Want int64 }

func (e *OffsetError) Error() string { return fmt.Sprintf("the next byte is %d", e.Want) }

// Find gives an import of the viewer's project. UNAUTHENTICATED, FORBIDDEN (segment.view), NOT_FOUND.
func (s *Imports) Find(ctx context.Context, importID string) (*ent.DataImport, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	return s.DB.Ent.DataImport.Get(ctx, importID)
}

// Append stores bytes of an import's file from an offset on. What arrived before
// the stream broke stays, and the next call goes on there. With the last byte
// that Create announced the work begins; where it announced none, whole says
// that the end of the stream is the end of the file.
//
// UNAUTHENTICATED, FORBIDDEN (data.import), NOT_FOUND, CONFLICT (its status when
// it takes no bytes any more; OFFSET, wrapping *OffsetError), TOO_LARGE.
func (s *Imports) Append(ctx context.Context, importID string, offset int64, from io.Reader, whole bool) (*ent.DataImport, error) {
	if err := access.Require(ctx, access.DataImport); err != nil {
		return nil, err
	}
	now, err := s.DB.Ent.DataImport.Get(ctx, importID)
	if err != nil {
		return nil, err
	}
	if now.Status != entimport.StatusReceiving {
		return nil, over(now)
	}
	if offset != now.Received {
		return nil, wrongOffset(now.Received)
	}
	limit := int64(MaxBytes)
	if now.Size > 0 {
		limit = now.Size
	}
	part := make([]byte, partSize)
	for {
		n, rerr := io.ReadFull(from, part)
		if offset+int64(n) > limit {
			return nil, fault.Errorf(fault.TooLarge, "the file has more than %d bytes", limit)
		}
		if n > 0 {
			if err := s.appendPart(ctx, now, offset, part[:n]); err != nil {
				return nil, err
			}
			offset += int64(n)
		}
		if errors.Is(rerr, io.EOF) || errors.Is(rerr, io.ErrUnexpectedEOF) { // ReadFull's words for the end; see BrokenBody
			break
		}
		if rerr != nil {
			return nil, fault.At("file", "INCOMPLETE", "the file broke off after %d bytes", offset).Wrap(rerr)
		}
	}
	if (now.Size > 0 && offset == now.Size) || (now.Size == 0 && whole) {
		if err := s.begin(ctx, now); err != nil {
			return nil, err
		}
	}
	return s.DB.Ent.DataImport.Get(ctx, importID)
}

// BrokenBody makes a body that ends too early fail with an error of its own,
// because io.ErrUnexpectedEOF is also what a last part that is not full gives.
func BrokenBody(body io.Reader) io.Reader { return brokenBody{body} }

type brokenBody struct{ from io.Reader }

var errBroken = errors.New("the body broke off")

func (b brokenBody) Read(p []byte) (int, error) {
	n, err := b.from.Read(p)
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = errBroken
	}
	return n, err
}

func wrongOffset(want int64) error {
	return fault.Errorf(fault.Conflict, "the next byte is %d", want).Because("OFFSET").Wrap(&OffsetError{Want: want})
}

const (
	// receivedSQL: bytes, import, offset. Only who knows the length may add to it, and
	// the stamp of the last change shows Sweep that somebody is still sending.
	receivedSQL = `UPDATE imports SET received = received + ?, updated_at = %s WHERE id = ? AND status = 'RECEIVING' AND received = ?`
	partSQL     = `INSERT INTO import_chunks (import_id, seq, data) SELECT CAST(? AS varchar), COALESCE(max(seq) + 1, 0), %s FROM import_chunks WHERE import_id = ?`
)

func (s *Imports) appendPart(ctx context.Context, of *ent.DataImport, offset int64, part []byte) error {
	data := "?"
	if s.DB.Postgres() {
		data = "CAST(? AS bytea)"
	}
	// The sender may be gone, its context with it; what it sent counts all the same.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storePart)
	defer cancel()
	return s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		res, err := tx.ExecContext(ctx, s.DB.Rebind(fmt.Sprintf(receivedSQL, s.DB.NowSQL())), len(part), of.ID, offset)
		if err != nil {
			return fmt.Errorf("store length: %w", err)
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			now, err := tx.DataImport.Get(ctx, of.ID)
			if err != nil {
				return fmt.Errorf("read import: %w", err)
			}
			if now.Status != entimport.StatusReceiving {
				return over(now)
			}
			return wrongOffset(now.Received)
		}
		if _, err := tx.ExecContext(ctx, s.DB.Rebind(fmt.Sprintf(partSQL, data)), of.ID, part, of.ID); err != nil {
			return fmt.Errorf("store part of a file: %w", err)
		}
		return nil
	})
}

// begin hands the file to a worker.
func (s *Imports) begin(ctx context.Context, of *ent.DataImport) error {
	err := s.DB.Ent.DataImport.Update().Where(entimport.ID(of.ID), entimport.StatusEQ(entimport.StatusReceiving)).
		SetStatus(entimport.StatusRunning).SetDueAt(s.Clock.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin import: %w", err)
	}
	return nil
}
