package schema

import (
	"encoding/json"

	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Person is one human of a project. The ID is project.num<<32 | num, where num
// is dense in the project: it is what bitmaps hold.
type Person struct{ ent.Schema }

func (Person) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable(),
		field.Int64("project_num").Immutable(),
		field.Bool("stub").Default(false).
			Comment("known only by an uploaded ID: sent to, but neither counted nor selectable (R42)"),
		field.JSON("attributes", json.RawMessage{}).Optional().
			SchemaType(map[string]string{dialect.Postgres: "jsonb"}),
		field.Time("created_at").Default(wallNow).Immutable(),
	}
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
