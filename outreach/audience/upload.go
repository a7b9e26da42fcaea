package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path"
	"strings"
	"time"
	"unicode"

	"tidings/ent"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/audience/list"
	"tidings/outreach/fault"
)

// Deps is what Uploads needs.
type Deps struct {
	DB    *database.DB
	Clock clock.Clock
	Log   *slog.Logger
}

// Uploads takes lists of target IDs and joins them to people.
type Uploads struct {
	db       *database.DB
	clock    clock.Clock
	log      *slog.Logger
	maxBytes int64
	maxRows  int
}

// NewUploads makes the service; one serves the whole process.
func NewUploads(d Deps) *Uploads {
	return &Uploads{db: d.DB, clock: d.Clock, log: d.Log, maxBytes: list.MaxBytes, maxRows: list.MaxRows}
}

// Meta says what a list is: whose target IDs it holds (R41) and its name.
type Meta struct {
	ChannelID string
	FileName  string
}

// Receive reads a list from the stream and keeps its valid IDs. The upload it
// gives back is RESOLVING: a worker joins the IDs to people (Resolve).
//
// It needs outreach.task.create. NOT_FOUND when the project has no such channel;
// otherwise the refusals of list.Parse, which leave nothing behind, as does a sender
// that goes away.
func (u *Uploads) Receive(ctx context.Context, from io.Reader, meta Meta) (*ent.Upload, error) {
	if err := access.RequireAny(ctx, access.TaskCreate, access.TaskEdit); err != nil {
		return nil, err
	}
	channel, err := u.db.Ent.Channel.Get(ctx, meta.ChannelID)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no channel %q", meta.ChannelID).Because("CHANNEL")
	}
	if err != nil {
		return nil, fmt.Errorf("load channel: %w", err)
	}
	s := &sink{u: u, ctx: ctx, channelID: channel.ID, fileName: fileName(meta.FileName)}
	report, err := list.Parse(from, list.Limits{AppID: channel.AppID, MaxBytes: u.maxBytes, MaxRows: u.maxRows}, s.take)
	if err == nil {
		var done *ent.Upload
		if done, err = s.finish(report); err == nil {
			return done, nil
		}
	}
	if dropErr := s.drop(); dropErr != nil { //nolint:contextcheck // the sender may be gone, its context with it
		u.log.WarnContext(ctx, "a refused upload stays until it is swept", "upload", s.id, "error", dropErr)
	}
	return nil, err
}

// sink stores what list.Parse hands over, each chunk in a short transaction of its own.
type sink struct {
	u         *Uploads
	ctx       context.Context //nolint:containedctx // lives for one call of Receive
	channelID string
	fileName  string
	id        string // empty until something was stored
	chunks    int
	valid     int
}

func (s *sink) take(ids []string) error {
	id := s.id
	err := s.u.db.Tx(s.ctx, func(ctx context.Context, tx *ent.Tx) error {
		if s.chunks == 0 {
			up, err := tx.Upload.Create().SetChannelID(s.channelID).SetFileName(s.fileName).
				SetCreatorID(viewer.From(ctx).AccountID).SetProjectID(viewer.From(ctx).ProjectID).Save(ctx)
			if err != nil {
				return fmt.Errorf("store upload: %w", err)
			}
			id = up.ID
		}
		if err := tx.UploadChunk.Create().SetUploadID(id).SetSeq(s.chunks).SetIds(strings.Join(ids, "\n")).Exec(ctx); err != nil {
			return fmt.Errorf("store part of an upload: %w", err)
		}
		// The stamp of the last change shows Sweep that somebody is still sending.
		if err := tx.Upload.UpdateOneID(id).SetValid(s.valid + len(ids)).Exec(ctx); err != nil {
			return fmt.Errorf("store progress: %w", err)
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.id, s.chunks, s.valid = id, s.chunks+1, s.valid+len(ids)
	return nil
}

func (s *sink) finish(r list.Report) (*ent.Upload, error) {
	bad, err := json.Marshal(r.BadLines)
	if err != nil {
		return nil, fmt.Errorf("encode bad lines: %w", err)
	}
	var done *ent.Upload
	err = s.u.db.Tx(s.ctx, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.Upload.Update().
			Where(entupload.ID(s.id), entupload.StatusEQ(entupload.StatusReceiving)).
			SetBytes(r.Bytes).SetTotal(r.Total).SetValid(r.Valid).SetDuplicate(r.Duplicate).SetInvalid(r.Invalid).
			SetBadLines(bad).SetStatus(entupload.StatusResolving).SetDueAt(s.u.clock.Now()).Save(ctx)
		if err != nil {
			return fmt.Errorf("finish upload: %w", err)
		}
		if n == 0 {
			return errors.New("the upload was swept while it arrived")
		}
		if done, err = tx.Upload.Get(ctx, s.id); err != nil {
			return fmt.Errorf("load upload: %w", err)
		}
		return access.Audit(ctx, tx, "upload.create", s.id, s.fileName,
			map[string]any{"channel": s.channelID, "total": r.Total, "valid": r.Valid})
	})
	if err != nil {
		return nil, err
	}
	return done.Unwrap(), nil
}

// drop removes what was stored, even when the sender is gone.
func (s *sink) drop() error {
	if s.id == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), 10*time.Second)
	defer cancel()
	return s.u.db.Ent.Upload.DeleteOneID(s.id).Exec(ctx)
}

// fileName makes a name from outside harmless: its last part, without control
// characters, at most 200 characters.
func fileName(name string) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == unicode.ReplacementChar {
			return -1
		}
		return r
	}, name)
	name = strings.TrimSpace(name)
	if name == "" || name == "." || name == "/" {
		return "upload.csv"
	}
	if r := []rune(name); len(r) > 200 {
		name = string(r[:200])
	}
	return name
}
