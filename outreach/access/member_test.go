package access_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

func TestAddMember(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		add := func(change func(*access.NewMember)) error {
			in := access.NewMember{Email: " Lin@Example.com ", Name: "Lin", Password: "correct horse", Role: access.Approver, Project: "new shop", TimeZone: "Asia/Shanghai"}
			change(&in)
			return b.AddMember(t.Context(), db, in)
		}
		require.NoError(t, add(func(*access.NewMember) {}))
		token, who, err := b.SignIn(t.Context(), "lin@example.com", "correct horse", "::1", "test")
		require.NoError(t, err)
		s, err := b.Session(t.Context(), token, "")
		require.NoError(t, err)
		require.Equal(t, access.Approver, s.Role)
		require.Equal(t, "new shop", s.Project.Name)

		require.NoError(t, add(func(in *access.NewMember) { in.Password, in.Role = "", access.Marketer }), "again: another role, the same password")
		_, again, err := b.SignIn(t.Context(), "lin@example.com", "correct horse", "::1", "test")
		require.NoError(t, err)
		require.Equal(t, who.ID, again.ID)

		for path, change := range map[string]func(*access.NewMember){
			"email":    func(in *access.NewMember) { in.Email = "nobody" },
			"name":     func(in *access.NewMember) { in.Name = " " },
			"password": func(in *access.NewMember) { in.Password = "short" },
			"role":     func(in *access.NewMember) { in.Role = "KING" },
			"project":  func(in *access.NewMember) { in.Project = "" },
			"timeZone": func(in *access.NewMember) { in.TimeZone = "Mars" },
		} {
			err := add(change)
			require.True(t, fault.Is(err, fault.Invalid), path)
			require.ErrorContains(t, err, path+":")
		}
		require.ErrorContains(t, add(func(in *access.NewMember) { in.Email, in.Password = "new@example.com", "" }), "needs a password")
	})
}
