package task_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/fault"
	"tidings/outreach/task"
)

func TestGroups(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		t.Run("only administrators make groups (R17)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			_, err := b.groups.Create(b.AsMarketer, "x", nil, nil)
			require.True(t, fault.Is(err, fault.Forbidden))
			_, err = b.groups.Create(b.AsAdmin, " x ", nil, nil)
			require.NoError(t, err)
		})
		t.Run("five top-level groups for each object, three levels below (§2.1)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			for _, name := range []string{"a", "b", "c", "d"} {
				_, err := b.groups.Create(b.AsAdmin, name, nil, []string{"MESSAGE"})
				require.NoError(t, err)
			}
			g, err := b.groups.Create(b.AsAdmin, "e", nil, []string{"CANVAS", "MESSAGE"})
			require.NoError(t, err)
			_, err = b.groups.Create(b.AsAdmin, "f", nil, []string{"MESSAGE", "CANVAS"})
			require.Equal(t, []string{"objects TOO_MANY"}, rules(t, err))
			_, err = b.groups.Create(b.AsAdmin, "f", nil, []string{"CANVAS"})
			require.NoError(t, err, "another object has room")
			_, err = b.groups.Create(b.AsAdmin, "g", nil, []string{"SMS"})
			require.Equal(t, []string{"objects INVALID_VALUE"}, rules(t, err))
			for range 3 {
				g, err = b.groups.Create(b.AsAdmin, "below", &g.ID, nil)
				require.NoError(t, err)
			}
			require.Equal(t, 4, g.Level)
			_, err = b.groups.Create(b.AsAdmin, "below", &g.ID, []string{"MESSAGE"})
			require.Equal(t, []string{"objects NOT_ALLOWED", "parentId TOO_DEEP"}, rules(t, err))
			shown, err := b.groups.MessageGroups(b.AsViewer)
			require.NoError(t, err)
			require.Len(t, shown, 8, "those of the canvas alone are not shown (R15)")
		})
		t.Run("names are one to fifty characters, unique among siblings (§2.1)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			top, err := b.groups.Create(b.AsAdmin, "Dept", nil, nil)
			require.NoError(t, err)
			_, err = b.groups.Create(b.AsAdmin, "dept", nil, nil)
			require.Equal(t, "CONFLICT NAME_TAKEN", reason(t, err))
			child, err := b.groups.Create(b.AsAdmin, "dept", &top.ID, nil)
			require.NoError(t, err)
			other, err := b.groups.Create(b.AsAdmin, strings.Repeat("组", 50), &top.ID, nil)
			require.NoError(t, err)
			_, err = b.groups.Create(b.AsAdmin, strings.Repeat("组", 51), &top.ID, nil)
			require.Equal(t, []string{"name TOO_LONG"}, rules(t, err))
			_, err = b.groups.Rename(b.AsAdmin, other.ID, "DEPT")
			require.Equal(t, "CONFLICT NAME_TAKEN", reason(t, err))
			_, err = b.groups.Rename(b.AsAdmin, child.ID, "DEPT")
			require.NoError(t, err, "its own name")
		})
		t.Run("of many who take a name or the last place at once one gets it", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			errs := make([]error, 6)
			var wg sync.WaitGroup
			for i := range errs {
				wg.Go(func() { _, errs[i] = b.groups.Create(b.AsAdmin, "top", nil, nil) })
			}
			wg.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				}
			}
			require.Equal(t, 1, won)
		})
		t.Run("a group is deleted when no task is in it or below, drafts included (R18)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			top, err := b.groups.Create(b.AsAdmin, "top", nil, nil)
			require.NoError(t, err)
			mid, err := b.groups.Create(b.AsAdmin, "mid", &top.ID, nil)
			require.NoError(t, err)
			low, err := b.groups.Create(b.AsAdmin, "low", &mid.ID, nil)
			require.NoError(t, err)
			d, err := b.tasks.Create(b.AsMarketer, task.Input{Name: new("draft"), GroupIDs: []string{low.ID}})
			require.NoError(t, err)
			counts, err := b.groups.TaskCounts(b.AsViewer, []string{top.ID, mid.ID, low.ID})
			require.NoError(t, err)
			require.Equal(t, map[string]int{top.ID: 1, mid.ID: 1, low.ID: 1}, counts)
			err = b.groups.Delete(b.AsAdmin, top.ID)
			require.Equal(t, "CONFLICT HAS_TASKS", reason(t, err))
			require.ErrorContains(t, err, "1 task")
			require.NoError(t, b.tasks.Delete(b.AsMarketer, d.ID))
			require.NoError(t, b.groups.Delete(b.AsAdmin, mid.ID))
			left, err := b.groups.MessageGroups(b.AsViewer)
			require.NoError(t, err)
			require.Len(t, left, 1)
		})
		t.Run("a task is in one group under each top-level group (R14, R15, §2.1)", func(t *testing.T) {
			t.Parallel()
			b := setup(t, db)
			dept, err := b.groups.Create(b.AsAdmin, "dept", nil, nil)
			require.NoError(t, err)
			sales, err := b.groups.Create(b.AsAdmin, "sales", &dept.ID, nil)
			require.NoError(t, err)
			brand, err := b.groups.Create(b.AsAdmin, "brand", nil, nil)
			require.NoError(t, err)
			canvas, err := b.groups.Create(b.AsAdmin, "canvas", nil, []string{"CANVAS"})
			require.NoError(t, err)
			_, err = b.tasks.Create(b.AsMarketer, task.Input{Name: new("two"), GroupIDs: []string{dept.ID, sales.ID}})
			require.Equal(t, []string{"groupIds ONE_PER_TOP"}, rules(t, err))
			_, err = b.tasks.Create(b.AsMarketer, task.Input{Name: new("foreign"), GroupIDs: []string{canvas.ID}})
			require.Equal(t, []string{"groupIds OTHER_OBJECT"}, rules(t, err))
			d, err := b.tasks.Create(b.AsMarketer, task.Input{Name: new("both"), GroupIDs: []string{sales.ID, brand.ID, sales.ID}})
			require.NoError(t, err)
			d, err = b.tasks.Update(b.AsMarketer, d.ID, d.Version, task.Input{GroupIDs: []string{}, Given: func(f string) bool { return f == "groupIds" }})
			require.NoError(t, err)
			of, err := b.groups.OfTasks(b.AsMarketer, []string{d.ID})
			require.NoError(t, err)
			require.Empty(t, of[d.ID])
		})
		t.Run("another project's group is not found", func(t *testing.T) {
			t.Parallel()
			b, other := setup(t, db), setup(t, db)
			g, err := b.groups.Create(b.AsAdmin, "mine", nil, nil)
			require.NoError(t, err)
			require.True(t, fault.Is(second(other.groups.Rename(other.AsAdmin, g.ID, "x")), fault.NotFound))
			require.True(t, fault.Is(other.groups.Delete(other.AsAdmin, g.ID), fault.NotFound))
			_, err = other.groups.Create(other.AsAdmin, "child", &g.ID, nil)
			require.Equal(t, []string{"parentId NOT_FOUND"}, rules(t, err))
		})
	})
}

func TestCampaigns(t *testing.T) {
	t.Parallel()

	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		g, err := b.campaigns.CreateGroup(b.AsMarketer, "holidays")
		require.NoError(t, err)
		c, err := b.campaigns.Create(b.AsMarketer, "双十一", g.ID)
		require.NoError(t, err)

		t.Run("names are unique in the project", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			_, err := b.campaigns.CreateGroup(b.AsMarketer, " holidays ")
			require.Equal(t, "CONFLICT NAME_TAKEN", reason(t, err))
			_, err = b.campaigns.Create(b.AsMarketer, "双十一", g.ID)
			require.Equal(t, "CONFLICT NAME_TAKEN", reason(t, err))
			_, err = b.campaigns.Create(b.AsMarketer, "", g.ID)
			require.Equal(t, []string{"name REQUIRED"}, rules(t, err))
		})
		t.Run("name and group can change (§2.2)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			routine, err := b.campaigns.CreateGroup(b.AsMarketer, "routine")
			require.NoError(t, err)
			moved, err := b.campaigns.Update(b.AsMarketer, c.ID, new("双十二"), &routine.ID)
			require.NoError(t, err)
			require.Equal(t, "双十二", moved.Name)
			require.Equal(t, routine.ID, moved.GroupID)
			require.Equal(t, "CONFLICT HAS_CAMPAIGNS", reason(t, b.campaigns.DeleteGroup(b.AsMarketer, routine.ID)))
			_, err = b.campaigns.RenameGroup(b.AsMarketer, routine.ID, "weekly")
			require.NoError(t, err)
			require.NoError(t, b.campaigns.DeleteGroup(b.AsMarketer, g.ID))
		})
		t.Run("one with tasks cannot be deleted (R19, R20, §2.2)", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			d, err := b.tasks.Create(b.AsMarketer, task.Input{Name: new("t"), CampaignID: &c.ID})
			require.NoError(t, err)
			counts, err := b.campaigns.TaskCounts(b.AsViewer, []string{c.ID})
			require.NoError(t, err)
			require.Equal(t, 1, counts[c.ID])
			require.Equal(t, "CONFLICT HAS_TASKS", reason(t, b.campaigns.Delete(b.AsMarketer, c.ID)))
			require.NoError(t, b.tasks.Delete(b.AsMarketer, d.ID))
			require.NoError(t, b.campaigns.Delete(b.AsMarketer, c.ID))
		})
		t.Run("another project's are not found, and permission is needed", func(t *testing.T) { //nolint:paralleltest // one project, one thing after the other
			mine, err := b.campaigns.CreateGroup(b.AsMarketer, "mine")
			require.NoError(t, err)
			other := setup(t, db)
			_, err = other.campaigns.Create(other.AsMarketer, "x", mine.ID)
			require.Equal(t, []string{"groupId NOT_FOUND"}, rules(t, err))
			require.True(t, fault.Is(second(other.campaigns.RenameGroup(other.AsMarketer, mine.ID, "x")), fault.NotFound))
			require.True(t, fault.Is(other.campaigns.DeleteGroup(other.AsMarketer, mine.ID), fault.NotFound))
			require.True(t, fault.Is(second(b.campaigns.CreateGroup(b.AsApprover, "x")), fault.Forbidden))
		})
	})
}
