package access

import (
	"context"

	"tidings/outreach/fault"
)

// Credentials are what a request brought along: not looked at yet. A door puts
// them into the context; Resolve turns them into a session when one is needed,
// and again whenever something long-lived wants to know whether it still holds.
type Credentials struct {
	Token     string // of the cookie; empty when there was none
	ProjectID string // empty: the person's first project
	IP        string
	RequestID string
}

type credentialsKey struct{}

// WithCredentials puts them into the context.
func WithCredentials(ctx context.Context, c Credentials) context.Context {
	return context.WithValue(ctx, credentialsKey{}, c)
}

// CredentialsFrom gives those of ctx; empty ones where there are none.
func CredentialsFrom(ctx context.Context) Credentials {
	c, _ := ctx.Value(credentialsKey{}).(Credentials)
	return c
}

// Resolve puts the session of the context's credentials, and its viewer, into
// the context. Errors as of Session; UNAUTHENTICATED too when there was no token.
func (s *Service) Resolve(ctx context.Context) (context.Context, error) {
	return s.resolve(ctx, true)
}

// Recheck is Resolve for something that runs on by itself, such as a
// subscription: it does not count as a use of the session.
func (s *Service) Recheck(ctx context.Context) (context.Context, error) {
	return s.resolve(ctx, false)
}

func (s *Service) resolve(ctx context.Context, used bool) (context.Context, error) {
	c := CredentialsFrom(ctx)
	if c.Token == "" {
		return nil, fault.Errorf(fault.Unauthenticated, "sign in first")
	}
	found, err := s.session(ctx, c.Token, c.ProjectID, used)
	if err != nil {
		return nil, err
	}
	found.Viewer.IP, found.Viewer.RequestID = c.IP, c.RequestID
	return With(ctx, found), nil
}
