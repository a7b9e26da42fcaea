// Package viewer says on whose behalf a piece of work runs: which project it may
// see and what it may do there. ent's privacy reads it on every query, so code
// that forgot to say who asks gets an error, not another project's rows.
//
// It is a leaf beside the schema, because the schema's mixins need it; the rules
// of who may do what are in outreach/access.
package viewer

import "context"

// Viewer is who asks. The zero value may see nothing.
type Viewer struct {
	// System is the application itself: workers, migrations, sign-in. It sees every project.
	System bool
	// ProjectID and ProjectNum name the one project that the viewer works in.
	ProjectID  string
	ProjectNum int64
	// AccountID and Name are of the signed-in person, empty for the system.
	AccountID string
	Name      string
	// Role is the viewer's in the project, in the API's words; segments are shown by it (R31).
	Role string
	// Permissions are the keys of spec §11.1 that the viewer holds in the project.
	Permissions map[string]bool
	// IP and RequestID are written to the audit log.
	IP, RequestID string
}

// Can tells whether the viewer holds a permission key. The system can do everything.
func (v *Viewer) Can(permission string) bool {
	return v != nil && (v.System || v.Permissions[permission])
}

type key struct{}

// With puts the viewer into the context.
func With(ctx context.Context, v *Viewer) context.Context { return context.WithValue(ctx, key{}, v) }

// From gives the viewer, or nil where nobody was named.
func From(ctx context.Context) *Viewer {
	v, _ := ctx.Value(key{}).(*Viewer)
	return v
}

// System is a context in which the application itself acts.
func System(ctx context.Context) context.Context { return With(ctx, &Viewer{System: true}) }
