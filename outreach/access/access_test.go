package access_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	entmember "tidings/ent/member"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/secret"
	"tidings/internal/testdb"
	"tidings/outreach/access"
	"tidings/outreach/fault"
)

// hasher serves all tests: making one costs a hash.
var hasher = sync.OnceValues(secret.NewPasswords)

var noon = time.Date(2026, 11, 22, 4, 0, 0, 0, time.UTC)

const password = "tidings 通知"

// testBundle is a service with one account in one project.
type testBundle struct {
	*access.Service
	db      *database.DB
	wall    *clock.Fake
	sys     context.Context //nolint:containedctx // lives for one test
	account *ent.Account
	project *ent.Project
}

func setup(t *testing.T, db *database.DB) *testBundle {
	t.Helper()
	passwords, err := hasher()
	require.NoError(t, err)
	b := &testBundle{db: db, wall: clock.NewFake(noon), sys: viewer.System(t.Context())}
	b.Service = access.New(access.Deps{Store: db.Ent, Passwords: passwords, Now: b.wall.Now, Log: slog.New(slog.DiscardHandler)})
	hash, err := passwords.Hash(t.Context(), password)
	require.NoError(t, err)
	b.account, err = db.Ent.Account.Create().SetEmail("mei@example.com").SetName("Mei").SetPasswordHash(hash).Save(b.sys)
	require.NoError(t, err)
	b.project, err = db.Ent.Project.Create().SetName("shop").SetNum(1).Save(b.sys)
	require.NoError(t, err)
	require.NoError(t, db.Ent.Member.Create().SetProjectID(b.project.ID).SetAccountID(b.account.ID).SetRole(entmember.RoleMarketer).Exec(b.sys))
	return b
}

func TestSignIn(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ctx := t.Context()
		attempt := func(email, pw, ip string) error {
			_, _, err := b.SignIn(ctx, email, pw, ip, "test")
			return err
		}

		token, who, err := b.SignIn(ctx, " MEI@example.com ", password, "192.0.2.1", strings.Repeat("é", 500)+"\x00")
		require.NoError(t, err, "case and spaces of the e-mail do not matter")
		require.Equal(t, b.account.ID, who.ID)
		kept, err := db.Ent.Session.Query().Only(b.sys)
		require.NoError(t, err)
		require.NotContains(t, kept.ID, token, "only the token's hash is stored")
		require.LessOrEqual(t, len(kept.UserAgent), 400)

		unknown, wrong := attempt("nobody@example.com", password, "192.0.2.2"), attempt("mei@example.com", "wrong", "192.0.2.2")
		require.True(t, fault.Is(unknown, fault.Unauthenticated))
		require.Equal(t, unknown.Error(), wrong.Error(), "an unknown e-mail reads like a wrong password")
		require.True(t, fault.Is(attempt("", "", "192.0.2.2"), fault.Invalid))
		require.True(t, fault.Is(attempt("mei@example.com", strings.Repeat("x", 100_000), "192.0.2.3"), fault.Unauthenticated))

		require.NoError(t, db.Ent.Account.UpdateOne(b.account).SetDisabled(true).Exec(b.sys))
		require.Equal(t, wrong.Error(), attempt("mei@example.com", password, "192.0.2.4").Error(), "so does a disabled account")
	})
}

func TestTooManyFailuresLockOut(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		attempt := func(email, pw, ip string) error {
			_, _, err := b.SignIn(t.Context(), email, pw, ip, "test")
			return err
		}
		for range 5 {
			require.True(t, fault.Is(attempt("mei@example.com", "wrong", "192.0.2.1"), fault.Unauthenticated))
		}
		b.wall.Advance(time.Minute)
		var limited *fault.Error
		require.ErrorAs(t, attempt("mei@example.com", password, "192.0.2.1"), &limited, "even the right password has to wait")
		require.Equal(t, fault.Limited, limited.Code)
		require.Equal(t, 14*time.Minute, limited.RetryAfter)
		require.NoError(t, attempt("mei@example.com", password, "192.0.2.9"), "the person elsewhere is not locked out by it")
		b.wall.Advance(14 * time.Minute)
		require.NoError(t, attempt("mei@example.com", password, "192.0.2.1"))

		t.Run("an unknown e-mail is locked out alike", func(t *testing.T) {
			for range 5 {
				require.True(t, fault.Is(attempt("nobody@example.com", "wrong", "192.0.2.5"), fault.Unauthenticated))
			}
			require.True(t, fault.Is(attempt("nobody@example.com", "wrong", "192.0.2.5"), fault.Limited))
		})
		t.Run("tries at the same moment do not outrun the limit", func(t *testing.T) {
			var wg sync.WaitGroup
			var mu sync.Mutex
			looked := 0
			for range 30 {
				wg.Go(func() {
					if err := attempt("mei@example.com", "wrong", "192.0.2.6"); fault.Is(err, fault.Unauthenticated) {
						mu.Lock()
						looked++
						mu.Unlock()
					}
				})
			}
			wg.Wait()
			require.Equal(t, 5, looked)
		})
		t.Run("one address that tries many e-mails is stopped, and a success does not free it", func(t *testing.T) {
			limited := 0
			for i := range 60 {
				email := strings.Repeat("x", i+1) + "@example.com"
				if i%10 == 9 {
					email = "mei@example.com"
					_ = attempt(email, password, "192.0.2.7")
					continue
				}
				if fault.Is(attempt(email, "wrong", "192.0.2.7"), fault.Limited) {
					limited++
				}
			}
			require.Positive(t, limited)
		})
	})
}

func TestSession(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ctx := t.Context()
		signIn := func(t *testing.T) string {
			t.Helper()
			token, _, err := b.SignIn(ctx, "mei@example.com", password, "192.0.2.1", "test")
			require.NoError(t, err)
			return token
		}
		ended := func(t *testing.T, token string) {
			t.Helper()
			_, err := b.Session(ctx, token, "")
			require.True(t, fault.Is(err, fault.Unauthenticated), "%v", err)
		}

		t.Run("gives the viewer of the first project with the role's permissions", func(t *testing.T) {
			s, err := b.Session(ctx, signIn(t), "")
			require.NoError(t, err)
			require.Equal(t, access.Marketer, s.Role)
			require.Equal(t, b.project.ID, s.Viewer.ProjectID)
			require.True(t, s.Viewer.Can(access.TaskCreate))
			require.False(t, s.Viewer.Can(access.TaskApprove))
			require.False(t, s.Viewer.System)
		})
		t.Run("a project that is not theirs reads like one that is not there", func(t *testing.T) {
			other, err := db.Ent.Project.Create().SetName("other").SetNum(2).Save(b.sys) //nolint:contextcheck // the system prepares, the person asks
			require.NoError(t, err)
			_, foreign := b.Session(ctx, signIn(t), other.ID)
			_, missing := b.Session(ctx, signIn(t), "prj_missing")
			require.True(t, fault.Is(foreign, fault.NotFound))
			require.Equal(t, strings.ReplaceAll(foreign.Error(), other.ID, "prj_missing"), missing.Error())
		})
		t.Run("ends 12 hours after its last use", func(t *testing.T) {
			token := signIn(t)
			for range 3 {
				b.wall.Advance(11 * time.Hour)
				_, err := b.Session(ctx, token, "")
				require.NoError(t, err)
			}
			b.wall.Advance(12 * time.Hour)
			ended(t, token)
		})
		t.Run("ends after 7 days however much it is used", func(t *testing.T) {
			token := signIn(t)
			for range 7*3 - 1 {
				b.wall.Advance(8 * time.Hour)
				_, err := b.Session(ctx, token, "")
				require.NoError(t, err)
			}
			b.wall.Advance(8 * time.Hour)
			ended(t, token)
		})
		t.Run("watching is no use: what only looks on does not lengthen it", func(t *testing.T) {
			token := signIn(t)
			watching := access.WithCredentials(ctx, access.Credentials{Token: token})
			for range 11 {
				b.wall.Advance(time.Hour)
				_, err := b.Recheck(watching)
				require.NoError(t, err)
			}
			b.wall.Advance(time.Hour)
			ended(t, token)
		})
		t.Run("ends with signing out, for this browser only", func(t *testing.T) {
			one, other := signIn(t), signIn(t)
			require.NoError(t, b.SignOut(ctx, one))
			require.NoError(t, b.SignOut(ctx, one), "twice is no error")
			ended(t, one)
			_, err := b.Session(ctx, other, "")
			require.NoError(t, err)
		})
		t.Run("a role that was taken away is gone at once, and so is an account", func(t *testing.T) {
			token := signIn(t)
			_, err := db.Ent.Member.Update().Where(entmember.AccountID(b.account.ID)).SetRole(entmember.RoleViewer).Save(b.sys) //nolint:contextcheck // the system prepares, the person asks
			require.NoError(t, err)
			s, err := b.Session(ctx, token, "")
			require.NoError(t, err)
			require.False(t, s.Viewer.Can(access.TaskCreate))
			_, err = db.Ent.Member.Delete().Where(entmember.AccountID(b.account.ID)).Exec(b.sys) //nolint:contextcheck // the system prepares, the person asks
			require.NoError(t, err)
			_, err = b.Session(ctx, token, "")
			require.True(t, fault.Is(err, fault.Forbidden))
			require.NoError(t, db.Ent.Account.UpdateOne(b.account).SetDisabled(true).Exec(b.sys)) //nolint:contextcheck // the system prepares, the person asks
			ended(t, token)
		})
		t.Run("made-up tokens are none", func(t *testing.T) {
			for _, token := range []string{"", "ses_", "ses_" + strings.Repeat("A", 43), strings.Repeat("x", 100_000), "\x00'; DROP TABLE sessions"} {
				ended(t, token)
			}
		})
	})
}

func TestRequire(t *testing.T) {
	t.Parallel()
	require.True(t, fault.Is(access.Require(t.Context(), access.TaskView), fault.Unauthenticated))
	as := func(keys ...string) context.Context {
		v := &viewer.Viewer{Permissions: map[string]bool{}}
		for _, k := range keys {
			v.Permissions[k] = true
		}
		return viewer.With(t.Context(), v)
	}
	require.True(t, fault.Is(access.Require(as(), access.TaskView), fault.Forbidden))
	require.NoError(t, access.Require(as(access.TaskView), access.TaskView))
	require.NoError(t, access.Require(viewer.System(t.Context()), access.RoleManage))
	require.NoError(t, access.RequireAny(as(access.TaskEdit), access.TaskCreate, access.TaskEdit))
	require.True(t, fault.Is(access.RequireAny(as(), access.TaskCreate, access.TaskEdit), fault.Forbidden))
}

// The table of spec §11.2b, as what each role must not be able to do.
func TestRoles(t *testing.T) {
	t.Parallel()
	for role, not := range map[access.Role][]string{
		access.Marketer: {access.TaskApprove, access.ChannelManage, access.GroupManage, access.RoleManage, access.AuditView, access.ApprovalFlow, access.FrequencyRules},
		access.Approver: {access.TaskCreate, access.TaskEdit, access.TaskDelete, access.TaskOperate, access.ChannelManage, access.DetailAdvanced, access.AuditView},
		access.Viewer:   {access.TaskCreate, access.TaskEdit, access.TaskOperate, access.TaskApprove, access.ChannelManage, access.SegmentEdit, access.CampaignManage, access.DetailAdvanced},
	} {
		keys := role.Permissions()
		require.Contains(t, keys, access.TaskView, role)
		for _, k := range not {
			require.NotContains(t, keys, k, role)
		}
	}
	require.Equal(t, access.TenantAdmin.Permissions(), access.ProjectAdmin.Permissions())
	require.Empty(t, access.Role("NONE").Permissions())
}

func TestAudit(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		b := setup(t, db)
		ctx := viewer.With(t.Context(), &viewer.Viewer{
			ProjectID: b.project.ID, AccountID: b.account.ID, Name: "Mei", IP: "192.0.2.1", RequestID: "request-1",
			Permissions: map[string]bool{access.AuditView: true},
		})
		require.NoError(t, db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			return access.Audit(ctx, tx, "task.submit", "tsk_1", "sale", map[string]any{"n": 1})
		}))
		require.NoError(t, db.Tx(b.sys, func(ctx context.Context, tx *ent.Tx) error {
			return access.AuditSystem(ctx, tx, b.project.ID, "approval.expire", "tsk_1", "sale", nil)
		}))
		entries, err := db.Ent.AuditEntry.Query().Order(ent.Asc("at", "id")).All(ctx)
		require.NoError(t, err)
		require.Len(t, entries, 2)
		require.Equal(t, "Mei", entries[0].ActorName)
		require.Equal(t, "192.0.2.1", entries[0].IP)
		require.Equal(t, "request-1", entries[0].RequestID)
		require.Equal(t, "system", entries[1].ActorName)

		stop := fault.Errorf(fault.Conflict, "changed my mind")
		require.Error(t, db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			require.NoError(t, access.Audit(ctx, tx, "task.submit", "tsk_2", "x", nil))
			return stop
		}))
		n, err := db.Ent.AuditEntry.Query().Count(ctx)
		require.NoError(t, err)
		require.Equal(t, 2, n, "what was not done is not logged")
	})
}
