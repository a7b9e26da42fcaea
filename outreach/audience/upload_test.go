package audience_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/stretchr/testify/require"

	"tidings/ent"
	entupload "tidings/ent/upload"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

func newUploads(db *database.DB) *audience.Uploads {
	return audience.NewUploads(audience.Deps{DB: db, Clock: clock.NewFake(time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)), Log: slog.New(slog.DiscardHandler)})
}

// list is a CSV of n IDs from the first-th on.
func list(first, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintln(&b, factory.OpenID(first+i))
	}
	return b.String()
}

func TestReceive(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		uploads := newUploads(db)
		meta := audience.Meta{ChannelID: w.Channel.ID, FileName: `C:\lists\三月.csv`}
		left := func(t *testing.T) {
			t.Helper()
			require.Zero(t, db.Ent.Upload.Query().Where(entupload.StatusEQ(entupload.StatusReceiving)).CountX(w.System))
		}

		t.Run("the issue's list: 300 lines, 20 duplicates, 10 invalid (R38, R41, §9.5)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			up, err := uploads.Receive(w.AsMarketer, strings.NewReader("openid\n"+list(0, 270)+list(0, 20)+strings.Repeat("bad\n", 10)), meta)
			require.NoError(t, err)
			require.Equal(t, []int{300, 270, 20, 10}, []int{up.Total, up.Valid, up.Duplicate, up.Invalid})
			require.Equal(t, "三月.csv", up.FileName)
			require.Equal(t, entupload.StatusResolving, up.Status)
			require.NotNil(t, up.DueAt)
			require.Equal(t, w.Project.ID, up.ProjectID)
			require.Equal(t, w.Marketer.ID, up.CreatorID)

			require.NoError(t, uploads.Resolve(t.Context(), up.ID, up.Attempt))
			up = db.Ent.Upload.GetX(w.System, up.ID)
			require.Equal(t, entupload.StatusReady, up.Status)
			require.Equal(t, 270, up.Resolved)
			require.Nil(t, up.DueAt)
			members := roaring.New()
			require.NoError(t, members.UnmarshalBinary(up.Members))
			require.Equal(t, uint64(270), members.GetCardinality())
			require.Zero(t, db.Ent.UploadChunk.Query().CountX(w.System))
			p := db.Ent.Person.GetX(w.System, person.ID(w.Project.Num, members.Minimum()))
			require.True(t, p.Stub, "unknown IDs are sent to, but not counted (R42)")
			require.NoError(t, uploads.Resolve(t.Context(), up.ID, up.Attempt), "a second time does nothing")
		})
		t.Run("a list of several chunks that is resolved again after a crash half way", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			up, err := uploads.Receive(w.AsMarketer, strings.NewReader(list(1000, 12_000)), meta)
			require.NoError(t, err)
			require.Equal(t, 3, db.Ent.UploadChunk.Query().CountX(w.System))
			_, err = person.Resolve(w.System, db, w.Project.Num, person.WechatOpenID, []string{person.WechatValue(w.Channel.AppID, factory.OpenID(1000))}, true)
			require.NoError(t, err)
			require.ErrorIs(t, uploads.Resolve(t.Context(), up.ID, up.Attempt+1), audience.ErrLost)
			db.Ent.Upload.UpdateOneID(up.ID).SetAttempt(7).SetResolved(5000).ExecX(w.System)
			require.NoError(t, uploads.Resolve(t.Context(), up.ID, 7))
			up = db.Ent.Upload.GetX(w.System, up.ID)
			members := roaring.New()
			require.NoError(t, members.UnmarshalBinary(up.Members))
			require.Equal(t, uint64(12_000), members.GetCardinality())
			require.Equal(t, 12_000, up.Resolved)
		})
		t.Run("a refused list leaves nothing, also after some chunks were stored", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			before := db.Ent.Upload.Query().CountX(w.System)
			_, err := uploads.Receive(w.AsMarketer, strings.NewReader(list(0, 6000)+"\x00"), meta)
			require.True(t, fault.Is(err, fault.Invalid))
			_, err = uploads.Receive(w.AsMarketer, strings.NewReader("bad\n"), meta)
			require.True(t, fault.Is(err, fault.Invalid))
			require.Equal(t, before, db.Ent.Upload.Query().CountX(w.System))
			require.Zero(t, db.Ent.UploadChunk.Query().CountX(w.System))
		})
		t.Run("a sender that goes away leaves nothing", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := uploads.Receive(w.AsMarketer, iotest.TimeoutReader(strings.NewReader(list(0, 60_000))), meta)
			require.ErrorIs(t, err, iotest.ErrTimeout)
			left(t)
		})
		t.Run("another project's channel is not found", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := uploads.Receive(factory.NewTeam(t, db).AsMarketer, strings.NewReader(list(0, 1)), meta)
			require.True(t, fault.Is(err, fault.NotFound))
		})
		t.Run("who may not write tasks may not upload", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := uploads.Receive(w.AsViewer, strings.NewReader(list(0, 1)), meta)
			require.True(t, fault.Is(err, fault.Forbidden))
			_, err = uploads.Receive(t.Context(), strings.NewReader(list(0, 1)), meta)
			require.True(t, fault.Is(err, fault.Unauthenticated))
		})
		t.Run("what a killed process left is swept, what is arriving is not", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			now := clock.Wall()
			make := func(at time.Time) *ent.Upload {
				return db.Ent.Upload.Create().SetProjectID(w.Project.ID).SetChannelID(w.Channel.ID).SetCreatorID(w.Marketer.ID).
					SetFileName("x").SetUpdatedAt(at).SaveX(w.System)
			}
			old, fresh := make(now.Add(-2*time.Hour)), make(now)
			db.Ent.UploadChunk.Create().SetUploadID(old.ID).SetSeq(0).SetIds("x").ExecX(w.System)
			n, err := uploads.Sweep(t.Context(), now)
			require.NoError(t, err)
			require.Equal(t, 1, n)
			require.False(t, db.Ent.Upload.Query().Where(entupload.ID(old.ID)).ExistX(w.System))
			require.True(t, db.Ent.Upload.Query().Where(entupload.ID(fresh.ID)).ExistX(w.System))
		})
	})
}
