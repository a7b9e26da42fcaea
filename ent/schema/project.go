package schema

import (
	"context"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"tidings/ent/intercept"
	"tidings/ent/viewer"
)

// Project is the unit of isolation: nothing crosses it.
type Project struct{ ent.Schema }

func (Project) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{prefix: "prj"}, stampMixin{}} }

func (Project) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(60).Annotations(entgql.OrderField("NAME")),
		field.Int64("num").Unique().Immutable().Positive().Max(1<<31 - 1).Annotations(hidden()).
			Comment("short number of the project; the upper half of person IDs"),
		field.Int64("next_person").Default(1).Annotations(hidden()).
			Comment("first person number not handed out yet"),
		field.String("time_zone").Default("Asia/Shanghai").Comment("IANA name; calendar windows and times of day are in it"),
		field.Enum("audience_source").NamedValues("CDP", "CDP", "Finder", "FINDER", "None", "NONE").Default("CDP").
			Comment("which sibling products there are: spec section 0"),
		field.Bool("multi_subject").Default(false),
		field.Bool("self_approval").Default(false).Comment("whether a submitter may approve their own task"),
		field.Bool("listed_default").Default(true).Comment("default of 同步到CDP分群列表 (R29)"),
		field.Int("event_retention_days").Default(0).NonNegative().Comment("how long events are kept; 0 is for ever"),
		field.Int("live_triggers").Default(0).Annotations(hidden()).Comment("triggered tasks that count events now; 0: batches of events need no matching"),
		field.Int64("triggers_rev").Default(0).Annotations(hidden()).Comment("grows with every change of one of them"),
		field.Int("judge_grace").Default(0).Range(0, 300).Comment("seconds that a judgement of A, not B waits for late events (§10.2)"),
		field.Int("refresh_lead").Default(15).Range(5, 120).Comment("minutes between a segment refresh and its run (R52)"),
	}
}

// Interceptors let a viewer see their own project only.
func (Project) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		v := viewer.From(ctx)
		switch {
		case v == nil:
			return errNoViewer
		case v.System:
			return nil
		}
		q.WhereP(func(s *sql.Selector) { s.Where(sql.EQ(s.C("id"), v.ProjectID)) })
		return nil
	})}
}

func (Project) Annotations() []schema.Annotation { return []schema.Annotation{} }

// Account is somebody who signs in; a member of one or more projects.
type Account struct{ ent.Schema }

func (Account) Mixin() []ent.Mixin { return []ent.Mixin{idMixin{prefix: "usr"}, stampMixin{}} }

func (Account) Fields() []ent.Field {
	return []ent.Field{
		field.String("email").NotEmpty().MaxLen(254).Unique().Comment("lower case"),
		field.String("name").NotEmpty().MaxRuneLen(60).Annotations(entgql.OrderField("NAME")),
		field.String("password_hash").Sensitive().Annotations(hidden()),
		field.Bool("tenant_admin").Default(false).Comment("may do everything in every project"),
		field.String("locale").Default("zh-CN"),
		field.Bool("disabled").Default(false),
	}
}

// Interceptors show a viewer whom their project knows: its members, whoever
// wrote one of its tasks, and the administrators above all projects.
func (Account) Interceptors() []ent.Interceptor {
	return []ent.Interceptor{intercept.TraverseFunc(func(ctx context.Context, q intercept.Query) error {
		v := viewer.From(ctx)
		switch {
		case v == nil:
			return errNoViewer
		case v.System:
			return nil
		}
		q.WhereP(func(s *sql.Selector) {
			members, tasks := sql.Table("members"), sql.Table("tasks")
			s.Where(sql.Or(
				sql.EQ(s.C("tenant_admin"), true),
				sql.In(s.C("id"), sql.Select(members.C("account_id")).From(members).Where(sql.EQ(members.C("project_id"), v.ProjectID))),
				sql.Exists(sql.Select(tasks.C("id")).From(tasks).Where(sql.And(
					sql.EQ(tasks.C("project_id"), v.ProjectID), sql.ColumnsEQ(tasks.C("creator_id"), s.C("id"))))),
			))
		})
		return nil
	})}
}

func (Account) Annotations() []schema.Annotation { return []schema.Annotation{} }

// Member joins an account to a project with a built-in role (spec §11.2b).
type Member struct{ ent.Schema }

func (Member) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "mbr"}, stampMixin{}, tenantMixin{}}
}

func (Member) Fields() []ent.Field {
	return []ent.Field{
		field.String("account_id").Immutable().Annotations(unfiltered()),
		field.Enum("role").NamedValues("ProjectAdmin", "PROJECT_ADMIN", "Marketer", "MARKETER", "Approver", "APPROVER", "Viewer", "VIEWER").
			Annotations(entgql.OrderField("ROLE")),
	}
}

func (Member) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (Member) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "account_id").Unique(), index.Fields("account_id")}
}

func (Member) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Session is a signed-in browser. Its ID is the SHA-256 of the cookie's token.
type Session struct{ ent.Schema }

func (Session) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().NotEmpty(),
		field.String("account_id").Immutable(),
		field.Time("created_at").Default(wallNow).Immutable(),
		field.Time("seen_at").Default(wallNow),
		field.Time("expires_at"),
		field.String("ip").Default(""),
		field.String("user_agent").Default("").MaxRuneLen(400),
	}
}

func (Session) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("account", Account.Type).Field("account_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (Session) Indexes() []ent.Index { return []ent.Index{index.Fields("expires_at")} }

func (Session) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// LoginAttempt counts failed sign-ins of one key (an e-mail or an address).
type LoginAttempt struct{ ent.Schema }

func (LoginAttempt) Fields() []ent.Field {
	return []ent.Field{
		field.String("id").Immutable().NotEmpty().Comment("SHA-256 of what is limited"),
		field.Int("failures").Default(0),
		field.Time("since").Default(wallNow),
	}
}

func (LoginAttempt) Indexes() []ent.Index { return []ent.Index{index.Fields("since")} }

func (LoginAttempt) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// Setting is a value that all processes share, such as the business clock's offset.
type Setting struct{ ent.Schema }

func (Setting) Fields() []ent.Field {
	return []ent.Field{field.String("id").Immutable().NotEmpty(), field.Text("value")}
}

func (Setting) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// AuditEntry is one command somebody gave (spec §11.3); never changed.
type AuditEntry struct{ ent.Schema }

func (AuditEntry) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "aud"}, tenantMixin{view: "audit.view"}}
}

func (AuditEntry) Fields() []ent.Field {
	return []ent.Field{
		field.Time("at").Default(wallNow).Immutable().Annotations(entgql.OrderField("AT")),
		field.String("actor_id").Immutable().Default(""),
		field.String("actor_name").Immutable().Default(""),
		field.String("action").Immutable().Comment("verb, such as task.submit"),
		field.String("object_id").Immutable().Default(""),
		field.String("object_name").Immutable().Default(""),
		field.JSON("detail", map[string]any{}).Optional().Immutable().Annotations(entgql.Type("Map")),
		field.String("ip").Immutable().Default(""),
		field.String("request_id").Immutable().Default(""),
	}
}

func (AuditEntry) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "at"), index.Fields("project_id", "object_id", "at")}
}

func (AuditEntry) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField("auditEntries")}
}
