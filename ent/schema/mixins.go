// Package schema describes the store. It imports nothing of ours but two
// leaves, the identifiers and the viewer: generated code imports this package,
// so a domain import here would be a cycle.
package schema

import (
	"context"
	"errors"
	"fmt"
	"time"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
	"entgo.io/ent/schema/mixin"

	gen "tidings/ent"
	"tidings/ent/hook"
	"tidings/ent/intercept"
	"tidings/ent/privacy"
	"tidings/ent/viewer"
	"tidings/internal/id"
)

// errNoViewer is a bug in the caller: some code forgot to say who asks.
var errNoViewer = errors.New("store: no viewer in context")

// idMixin gives a prefixed, sortable identifier; see internal/id.
type idMixin struct {
	mixin.Schema
	prefix string
}

func (m idMixin) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").DefaultFunc(func() string { return id.New(m.prefix) }).Immutable().NotEmpty().MaxLen(40),
	}
}

// wallNow is the default of time stamps; both databases keep microseconds.
func wallNow() time.Time { return time.Now().UTC().Truncate(time.Microsecond) } //nolint:forbidigo // a stamp's default, not a rule

// stampMixin records when a row was made and last changed.
type stampMixin struct{ mixin.Schema }

func (stampMixin) Fields() []ent.Field {
	return []ent.Field{
		field.Time("created_at").Default(wallNow).Immutable().Annotations(entgql.OrderField("CREATED_AT")),
		field.Time("updated_at").Default(wallNow).UpdateDefault(wallNow).Annotations(entgql.OrderField("UPDATED_AT")),
	}
}

// tenantMixin puts a row into a project: reads are filtered to the viewer's
// project and need the permission `view` where one is named, creations are
// stamped, updates and deletions are narrowed. What may be written by whom is
// decided by the commands in outreach, not here.
type tenantMixin struct {
	mixin.Schema
	view string
	// narrow hides further rows from the viewer; nil hides none.
	narrow func(*viewer.Viewer, *sql.Selector)
}

func (tenantMixin) Fields() []ent.Field {
	return []ent.Field{field.String("project_id").Immutable().MaxLen(40).Annotations(hidden())}
}

func (tenantMixin) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("project", Project.Type).Field("project_id").Unique().Required().Immutable().
			Annotations(hidden(), entsql.OnDelete(entsql.NoAction)),
	}
}

func (tenantMixin) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "id").Unique()}
}

func (m tenantMixin) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{
		intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
			v := viewer.From(ctx)
			switch {
			case v == nil:
				return errNoViewer
			case v.System:
				return nil
			case m.view != "" && !v.Can(m.view):
				return privacy.Denyf("needs %s", m.view)
			}
			q.WhereP(func(s *sql.Selector) {
				s.Where(sql.EQ(s.C("project_id"), v.ProjectID))
				if m.narrow != nil {
					m.narrow(v, s)
				}
			})
			return nil
		}),
	}
}

func (tenantMixin) Hooks() []ent.Hook {
	return []ent.Hook{func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			v := viewer.From(ctx)
			if v == nil {
				return nil, errNoViewer
			}
			if v.System {
				return next.Mutate(ctx, m)
			}
			if m.Op().Is(ent.OpCreate) {
				mx, ok := m.(interface{ SetProjectID(string) })
				if !ok {
					return nil, fmt.Errorf("store: %T has no project", m)
				}
				mx.SetProjectID(v.ProjectID)
				return next.Mutate(ctx, m)
			}
			mx, ok := m.(interface{ WhereP(...func(*sql.Selector)) })
			if !ok {
				return nil, fmt.Errorf("store: %T cannot be narrowed", m)
			}
			mx.WhereP(func(s *sql.Selector) { s.Where(sql.EQ(s.C("project_id"), v.ProjectID)) })
			return next.Mutate(ctx, m)
		})
	}}
}

// softDeleteMixin hides deleted rows instead of removing them.
type softDeleteMixin struct{ mixin.Schema }

type withDeletedKey struct{}

// WithDeleted lets queries see rows that were deleted.
func WithDeleted(ctx context.Context) context.Context {
	return context.WithValue(ctx, withDeletedKey{}, true)
}

func withDeleted(ctx context.Context) bool {
	on, _ := ctx.Value(withDeletedKey{}).(bool)
	return on
}

func (softDeleteMixin) Fields() []ent.Field {
	return []ent.Field{field.Time("deleted_at").Optional().Nillable().Annotations(hidden())}
}

func (softDeleteMixin) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{
		intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
			if !withDeleted(ctx) {
				q.WhereP(sql.FieldIsNull("deleted_at"))
			}
			return nil
		}),
	}
}

func (softDeleteMixin) Hooks() []ent.Hook {
	return []ent.Hook{hook.On(func(next ent.Mutator) ent.Mutator {
		return ent.MutateFunc(func(ctx context.Context, m ent.Mutation) (ent.Value, error) {
			if withDeleted(ctx) {
				return next.Mutate(ctx, m)
			}
			mx, ok := m.(interface {
				SetOp(ent.Op)
				Client() *gen.Client
				SetDeletedAt(time.Time)
				WhereP(...func(*sql.Selector))
			})
			if !ok {
				return nil, fmt.Errorf("store: %T cannot be deleted softly", m)
			}
			mx.WhereP(sql.FieldIsNull("deleted_at"))
			mx.SetOp(ent.OpUpdate)
			mx.SetDeletedAt(wallNow())
			return mx.Client().Mutate(ctx, m)
		})
	}, ent.OpDeleteOne|ent.OpDelete)}
}

// leaseMixin makes a row a piece of work that one worker holds at a time
// (DESIGN §4). due_at is business time, NULL when nothing is to do; lease_until
// is machine time by the database's clock. attempt grows with every hand-out
// and fences what an earlier holder still writes.
type leaseMixin struct{ mixin.Schema }

func (leaseMixin) Fields() []ent.Field {
	return []ent.Field{
		field.Time("due_at").Optional().Nillable().Annotations(hidden()),
		field.Int("attempt").Default(0).Annotations(hidden()),
		field.String("lease_owner").Default("").Annotations(hidden()),
		field.Time("lease_until").Optional().Nillable().Annotations(hidden()),
	}
}

// hidden keeps a field or edge out of the API.
func hidden() schema.Annotation { return entgql.Skip(entgql.SkipAll) }

// unfiltered keeps a field out of where-inputs only.
func unfiltered() schema.Annotation { return entgql.Skip(entgql.SkipWhereInput) }

// machine keeps a whole table out of the API; its doors are hand-written.
func machine() schema.Annotation { return entgql.Skip(entgql.SkipAll) }

// to is an edge over a plain column of the row. In the database it is a foreign
// key over (project_id, column), so a row can never point into another project;
// the migrations say so where ent cannot.
func to(name string, t any, column string) ent.Edge {
	return edge.To(name, t).Field(column).Unique().Annotations(entsql.OnDelete(entsql.NoAction))
}
