package trigger

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/testdb"
)

func TestStandingIsCountedSoFar(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		ctx := viewer.System(t.Context())
		first := time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
		for i := range 5 {
			require.NoError(t, db.Ent.Touch.Create().SetProjectNum(1).SetTaskID("tsk_standing").SetPersonNum(1).SetKind(int(Judge)).
				SetDueAt(first.Add(time.Duration(4-i)*time.Hour)).SetBaseAt(0).SetANum(1).Exec(ctx))
		}
		require.NoError(t, db.Ent.Touch.Create().SetProjectNum(1).SetTaskID("tsk_standing").SetPersonNum(1).SetKind(int(Send)).
			SetDueAt(first.Add(time.Minute)).SetBaseAt(0).SetANum(1).Exec(ctx))
		for most, want := range map[int]int{2: 3, 4: 5, 5: 5} {
			s, err := standingOf(ctx, db, "tsk_standing", most)
			require.NoError(t, err)
			require.Equal(t, want, s.Judging, "one more than %d stands for any number above", most)
			require.Equal(t, 1, s.Pending)
			require.True(t, s.NextAt.Equal(first), s.NextAt)
		}
	})
}
