package access

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	"tidings/ent/member"
	"tidings/ent/project"
	"tidings/ent/session"
	"tidings/ent/viewer"
	"tidings/internal/secret"
	"tidings/outreach/fault"
)

// LongestSession is how long a session lasts at most, counted from the sign-in.
const LongestSession = 7 * 24 * time.Hour

// A session's life, on machine time.
const (
	idleLife     = 12 * time.Hour // since its last use
	absoluteLife = LongestSession
	seenEvery    = time.Minute // its last use is written down so often at most
)

// endOf tells when a session that began at one instant and was used at another ends.
func endOf(began, used time.Time) time.Time {
	idle, absolute := used.Add(idleLife), began.Add(absoluteLife)
	if idle.Before(absolute) {
		return idle
	}
	return absolute
}

// Session is a signed-in person in one of their projects.
type Session struct {
	Account *ent.Account
	Project *ent.Project
	Role    Role
	Viewer  *viewer.Viewer
	// ExpiresAt is when the session ends if it is not used again.
	ExpiresAt time.Time
}

type sessionKey struct{}

// With puts the session and its viewer into the context.
func With(ctx context.Context, s *Session) context.Context {
	return viewer.With(context.WithValue(ctx, sessionKey{}, s), s.Viewer)
}

// From gives the session of ctx, or nil where nobody is signed in.
func From(ctx context.Context) *Session {
	s, _ := ctx.Value(sessionKey{}).(*Session)
	return s
}

// Session resolves a cookie's token to a person in a project: the one named, or
// their first where none is named. Everything is read from the database, so it
// holds at this moment.
//
// UNAUTHENTICATED when the token is unknown, the session has ended or the
// account is disabled; NOT_FOUND when the project is not one of theirs; FORBIDDEN
// with reason NO_PROJECT when they are in none.
func (s *Service) Session(ctx context.Context, token, projectID string) (*Session, error) {
	return s.session(ctx, token, projectID, true)
}

func (s *Service) session(ctx context.Context, token, projectID string, used bool) (*Session, error) {
	ctx = viewer.System(ctx)
	now := s.now()
	row, err := s.store.Session.Query().Where(session.ID(secret.HashToken(token)), session.ExpiresAtGT(now)).WithAccount().Only(ctx)
	if ent.IsNotFound(err) || (err == nil && row.Edges.Account.Disabled) {
		return nil, fault.Errorf(fault.Unauthenticated, "the session has ended; sign in again").Because("SESSION_ENDED")
	}
	if err != nil {
		return nil, fmt.Errorf("find session: %w", err)
	}
	if used {
		if err = s.touch(ctx, row, now); err != nil {
			return nil, err
		}
	}
	who := row.Edges.Account
	in, role, err := s.membership(ctx, who, projectID)
	if err != nil {
		return nil, err
	}
	return &Session{
		Account: who, Project: in, Role: role, ExpiresAt: row.ExpiresAt,
		Viewer: &viewer.Viewer{
			ProjectID: in.ID, ProjectNum: in.Num, AccountID: who.ID, Name: who.Name, Role: string(role), Permissions: role.set(),
		},
	}, nil
}

// touch lengthens a session that is used. Two requests at once write the same.
func (s *Service) touch(ctx context.Context, row *ent.Session, now time.Time) error {
	if now.Sub(row.SeenAt) < seenEvery {
		return nil
	}
	row.SeenAt, row.ExpiresAt = now, endOf(row.CreatedAt, now)
	err := s.store.Session.Update().Where(session.ID(row.ID)).SetSeenAt(row.SeenAt).SetExpiresAt(row.ExpiresAt).Exec(ctx)
	if err != nil {
		return fmt.Errorf("lengthen session: %w", err)
	}
	return nil
}

func (s *Service) membership(ctx context.Context, who *ent.Account, projectID string) (*ent.Project, Role, error) {
	notTheirs := func() error {
		if projectID == "" {
			return fault.Errorf(fault.Forbidden, "you are in no project").Because("NO_PROJECT")
		}
		return fault.Errorf(fault.NotFound, "there is no project %q", projectID).Because("PROJECT")
	}
	if who.TenantAdmin {
		q := s.store.Project.Query().Order(project.ByCreatedAt(), project.ByID())
		if projectID != "" {
			q.Where(project.ID(projectID))
		}
		in, err := q.First(ctx)
		if ent.IsNotFound(err) {
			return nil, "", notTheirs()
		}
		if err != nil {
			return nil, "", fmt.Errorf("find project: %w", err)
		}
		return in, TenantAdmin, nil
	}
	q := s.store.Member.Query().Where(member.AccountID(who.ID)).Order(member.ByCreatedAt(), member.ByID()).WithProject()
	if projectID != "" {
		q.Where(member.ProjectID(projectID))
	}
	m, err := q.First(ctx)
	if ent.IsNotFound(err) {
		return nil, "", notTheirs()
	}
	if err != nil {
		return nil, "", fmt.Errorf("find membership: %w", err)
	}
	return m.Edges.Project, Role(m.Role), nil
}

// Projects lists the projects that an account may work in, by name.
func (s *Service) Projects(ctx context.Context, who *ent.Account) ([]*ent.Project, error) {
	ctx = viewer.System(ctx)
	q := s.store.Project.Query().Order(project.ByName(), project.ByID())
	if !who.TenantAdmin {
		ids, err := s.store.Member.Query().Where(member.AccountID(who.ID)).Select(member.FieldProjectID).Strings(ctx)
		if err != nil {
			return nil, fmt.Errorf("list memberships: %w", err)
		}
		q.Where(project.IDIn(ids...))
	}
	all, err := q.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return all, nil
}

// Locales are the languages of the console.
var Locales = []string{"zh-CN", "en-US"}

// SetLocale changes the language of the signed-in person.
func (s *Service) SetLocale(ctx context.Context, locale string) (*ent.Account, error) {
	who := From(ctx)
	if who == nil {
		return nil, RequireSignedIn(ctx)
	}
	known := false
	for _, l := range Locales {
		known = known || l == locale
	}
	if !known {
		return nil, fault.At("locale", "UNKNOWN", "the language is one of %v", Locales)
	}
	changed, err := s.store.Account.UpdateOneID(who.Account.ID).SetLocale(locale).Save(viewer.System(ctx))
	if err != nil {
		return nil, fmt.Errorf("set language: %w", err)
	}
	return changed, nil
}
