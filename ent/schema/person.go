package schema

import (
	"encoding/json"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Person is one human of a project, or an entity of another subject (R12). The ID is project.num<<32 | num, where num
// is dense in the project: it is what bitmaps hold.
type Person struct{ ent.Schema }

func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable(),
		field.Int64("project_num").Immutable(),
		field.Bool("stub").Default(false).
			Comment("known only by an uploaded ID: sent to, but neither counted nor selectable (R42)"),
		field.Int64("subject").Default(0).Immutable().Comment("Subject.num; 0 is a human"),
		field.JSON("attributes", json.RawMessage{}).Optional().
			SchemaType(map[string]string{dialect.Postgres: "jsonb"}),
		field.JSON("tags", json.RawMessage{}).Optional().
			SchemaType(map[string]string{dialect.Postgres: "jsonb"}),
		field.Time("created_at").Default(wallNow).Immutable(),
	}
}

// Indexes: few rows are of other subjects, and lists of them must not read all people.
func (Person) Indexes() []ent.Index {
	return []ent.Index{index.Fields("subject", "id").StorageKey("person_of_subject").Annotations(entsql.IndexWhere("subject <> 0"))}
}

func (Person) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// Identity is one ID of a person: (type, value) is unique in the project.
// A WeChat openid has type wx_openid and the value "appid:openid" (spec §12.1).
type Identity struct{ ent.Schema }

func (Identity) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("project_num").Immutable(),
		field.String("type").Immutable(),
		field.String("value").Immutable(),
		field.Int64("person_num"),
		field.Bool("invalid").Default(false).Comment("the channel said there is no such user"),
		field.Time("bound_at").Default(wallNow),
	}
}

func (Identity) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("project_num", "type", "value").Unique(),
		index.Fields("project_num", "person_num", "type", "value"),
	}
}

func (Identity) Annotations() []schema.Annotation {
	return []schema.Annotation{machine(), entsql.Table("identities")}
}

// PersonAlias remembers that a person was merged into another: the ID is the
// loser's, to_id the living winner's. Rows that still carry the loser's number
// belong to the winner; folded_at says that none is left.
type PersonAlias struct{ ent.Schema }

func (PersonAlias) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable(),
		field.Int64("project_num").Immutable(),
		field.Int64("to_id"),
		field.Time("merged_at").Immutable().Comment("machine time"),
		field.Time("folded_at").Optional().Nillable(),
	}
}

func (PersonAlias) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("to_id"),
		index.Fields("project_num", "merged_at"),
		index.Fields("project_num").StorageKey("personalias_unfolded").Annotations(entsql.IndexWhere("folded_at IS NULL")),
	}
}

func (PersonAlias) Annotations() []schema.Annotation {
	return []schema.Annotation{machine(), entsql.Table("person_aliases")}
}

// IdentityConflict is a merge that was not made, because both people hold a
// different ID of one single-valued type (spec §12.1).
type IdentityConflict struct{ ent.Schema }

func (IdentityConflict) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("project_num").Immutable(),
		field.Time("at").Immutable(),
		field.Int64("person_num").Immutable(),
		field.Int64("other_num").Immutable(),
		field.String("type").Immutable().Comment("the ID type whose values differ"),
		field.String("value").Default("").Immutable().Comment("of the person"),
		field.String("other_value").Default("").Immutable(),
		field.String("joined_by").Default("").Immutable().Comment("type:value of the ID that both would share"),
	}
}

func (IdentityConflict) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_num", "at"), index.Fields("project_num", "person_num")}
}

func (IdentityConflict) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// IDType is a kind of ID that people are known by; rows overlay the built-in ones.
type IDType struct{ ent.Schema }

func (IDType) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "idt"}, stampMixin{}, tenantMixin{}}
}

func (IDType) Fields() []ent.Field {
	return []ent.Field{
		field.String("code").NotEmpty().MaxLen(40).Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(60),
		field.Bool("multi").Default(false).Comment("whether a person may hold several"),
		field.Int("priority").Range(1, 1000).Comment("smaller wins"),
		field.Bool("in_mapping").Default(true).Comment("whether it joins people"),
	}
}

func (IDType) Indexes() []ent.Index { return []ent.Index{index.Fields("project_id", "code").Unique()} }

func (IDType) Annotations() []schema.Annotation {
	return []schema.Annotation{machine(), entsql.Table("id_types")}
}

// Subject is a kind of entity that is reached or analysed beside people: a
// store, a car (R12). It declares how it resolves to people.
type Subject struct{ ent.Schema }

func (Subject) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "sub"}, stampMixin{}, tenantMixin{}}
}

func (Subject) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("num").Unique().Immutable().Positive().Annotations(hidden()),
		field.String("code").NotEmpty().MaxLen(40).Immutable(),
		field.String("name").NotEmpty().MaxRuneLen(60),
		field.String("id_type").NotEmpty().MaxLen(40).Immutable().Annotations(unfiltered()).Comment("type of the ID that names one"),
		field.String("resolve_attribute").Default("").MaxRuneLen(128).Annotations(unfiltered()).Comment("attribute that names its person; empty: none"),
		field.String("resolve_id_type").Default("").MaxLen(40).Annotations(unfiltered()).Comment("type of that ID"),
	}
}

func (Subject) Indexes() []ent.Index { return []ent.Index{index.Fields("project_id", "code").Unique()} }

func (Subject) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// WechatSubscription is what is known of a user's authorisations for a template
// (spec §13.6). No row: unknown.
type WechatSubscription struct{ ent.Schema }

func (WechatSubscription) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("project_num").Immutable(),
		field.String("app_id").Immutable(),
		field.String("template_id").Immutable().Comment("WeChat's, priTmplId"),
		field.Int64("person_num"),
		field.String("openid").Immutable(),
		field.Int("remaining").Default(0),
		field.Bool("rejected").Default(false),
		field.Time("updated_at"),
	}
}

func (WechatSubscription) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("project_num", "app_id", "template_id", "openid").Unique(),
		index.Fields("project_num", "person_num"),
	}
}

func (WechatSubscription) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }
