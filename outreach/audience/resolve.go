package audience

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entupload "tidings/ent/upload"
	entuploadchunk "tidings/ent/uploadchunk"
	"tidings/ent/viewer"
	"tidings/outreach/person"
)

// ErrLost says that somebody else holds the upload by now; what was done stays
// done and is theirs to finish.
var ErrLost = errors.New("the upload was handed to somebody else")

// leaseFor is how long a worker may be silent before its upload is handed out
// again; each chunk renews it.
const leaseFor = 20 * time.Second

// progressSQL renews the lease and tells how far the work is; no row means the
// lease was lost. In: IDs done, upload, attempt, status. The longer count stays:
// a second attempt runs through what the first did already.
const progressSQL = `UPDATE uploads SET resolved = CASE WHEN resolved > ? THEN resolved ELSE ? END, lease_until = %s
	WHERE id = ? AND attempt = ? AND status = ?`

// Resolve joins an upload's IDs to people and makes it READY. A worker calls it
// with the attempt under which it took the row; it renews the lease while it
// works. Nothing is lost when it stops half way: IDs that have their person
// already are only looked up again.
func (u *Uploads) Resolve(ctx context.Context, uploadID string, attempt int) error {
	ctx = viewer.System(ctx)
	up, err := u.db.Ent.Upload.Query().Where(entupload.ID(uploadID)).WithChannel().WithProject().Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load upload: %w", err)
	}
	if up.Status != entupload.StatusResolving {
		return nil
	}
	if up.Attempt != attempt {
		return ErrLost
	}
	members := roaring.New()
	done := 0
	for seq := 0; ; seq++ {
		part, err := u.db.Ent.UploadChunk.Query().Where(entuploadchunk.UploadID(uploadID), entuploadchunk.Seq(seq)).Only(ctx)
		if ent.IsNotFound(err) {
			break
		}
		if err != nil {
			return fmt.Errorf("load part of an upload: %w", err)
		}
		ids := strings.Split(part.Ids, "\n")
		for i, id := range ids {
			ids[i] = person.WechatValue(up.Edges.Channel.AppID, id)
		}
		nums, err := person.Resolve(ctx, u.db, up.Edges.Project.Num, person.WechatOpenID, ids, true)
		if err != nil {
			return fmt.Errorf("resolve upload: %w", err)
		}
		members.AddMany(nums)
		done += len(ids)
		if err := u.progress(ctx, uploadID, attempt, done); err != nil {
			return err
		}
	}
	return u.ready(ctx, up, attempt, members, done)
}

func (u *Uploads) progress(ctx context.Context, uploadID string, attempt, done int) error {
	q := u.db.Rebind(fmt.Sprintf(progressSQL, u.db.LaterSQL(leaseFor)))
	res, err := u.db.SQL.ExecContext(ctx, q, done, done, uploadID, attempt, entupload.StatusResolving)
	if err != nil {
		return fmt.Errorf("store progress: %w", err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(ErrLost, err)
	}
	return nil
}

// ready ends the work: the bitmap replaces the IDs, which the people hold now.
func (u *Uploads) ready(ctx context.Context, up *ent.Upload, attempt int, members *roaring.Bitmap, done int) error {
	if done != up.Valid {
		return fmt.Errorf("upload %s has %d IDs instead of %d", up.ID, done, up.Valid)
	}
	members.RunOptimize()
	bitmap, err := members.ToBytes()
	if err != nil {
		return fmt.Errorf("encode members: %w", err)
	}
	return u.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		n, err := tx.Upload.Update().
			Where(entupload.ID(up.ID), entupload.Attempt(attempt), entupload.StatusEQ(entupload.StatusResolving)).
			SetStatus(entupload.StatusReady).SetResolved(done).SetMembers(bitmap).
			ClearDueAt().ClearLeaseUntil().SetLeaseOwner("").Save(ctx)
		if err != nil {
			return fmt.Errorf("finish upload: %w", err)
		}
		if n == 0 {
			return ErrLost
		}
		if _, err := tx.UploadChunk.Delete().Where(entuploadchunk.UploadID(up.ID)).Exec(ctx); err != nil {
			return fmt.Errorf("delete parts: %w", err)
		}
		return nil
	})
}

// staleAfter is how long an upload may arrive without a new chunk.
const staleAfter = time.Hour

// Sweep removes uploads that a killed process left half received, and tells how
// many. The maintenance job calls it; now is machine time.
func (u *Uploads) Sweep(ctx context.Context, now time.Time) (int, error) {
	ctx = viewer.System(ctx)
	n, err := u.db.Ent.Upload.Delete().
		Where(entupload.StatusEQ(entupload.StatusReceiving), entupload.UpdatedAtLT(now.Add(-staleAfter))).Exec(ctx)
	if err != nil {
		return 0, fmt.Errorf("sweep uploads: %w", err)
	}
	return n, nil
}
