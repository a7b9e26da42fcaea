package catalogue_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/factory"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/catalogue"
	"tidings/outreach/event"
)

// A segment that the viewer may not see keeps its subject all the same.
func TestASubjectThatHiddenSegmentsUseStays(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := factory.NewTeam(t, db)
		s := catalogue.New(db, event.NewCatalogue(db))
		subject := db.Ent.Subject.Create().SetProjectID(w.Project.ID).SetNum(w.Project.Num).SetCode("store").SetName("Store").SetIDType("store_id").SaveX(w.System)
		hidden := db.Ent.Segment.Create().SetProjectID(w.Project.ID).SetName("s").SetNameKey("s").SetSubject("store").
			SetCreatorID(w.Admin.ID).SetRoles([]string{"OTHER"}).SaveX(w.System)
		ctx := viewer.With(t.Context(), &viewer.Viewer{
			ProjectID: w.Project.ID, ProjectNum: w.Project.Num, Permissions: map[string]bool{access.DataImport: true, access.SegmentView: true},
		})
		require.ErrorContains(t, s.DeleteSubject(ctx, subject.ID), "segments or tasks")
		db.Ent.Segment.DeleteOne(hidden).ExecX(w.System)
		require.NoError(t, s.DeleteSubject(ctx, subject.ID))
	})
}
