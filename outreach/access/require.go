package access

import (
	"context"

	"tidings/ent/viewer"
	"tidings/outreach/fault"
)

// Require gives nil when the viewer of ctx holds the permission, otherwise
// UNAUTHENTICATED (nobody is signed in) or FORBIDDEN. Every command begins with it.
func Require(ctx context.Context, permission string) error {
	v := viewer.From(ctx)
	if v == nil {
		return fault.Errorf(fault.Unauthenticated, "sign in first")
	}
	if !v.Can(permission) {
		return fault.Errorf(fault.Forbidden, "this needs the permission %s", permission).Because(permission)
	}
	return nil
}

// RequireAny is Require for a command that any of several permissions allows.
func RequireAny(ctx context.Context, permissions ...string) error {
	var err error
	for _, p := range permissions {
		if err = Require(ctx, p); err == nil {
			return nil
		}
	}
	return err
}

// RequireSignedIn is Require for what every member of the project may do.
func RequireSignedIn(ctx context.Context) error {
	if viewer.From(ctx) == nil {
		return fault.Errorf(fault.Unauthenticated, "sign in first")
	}
	return nil
}
