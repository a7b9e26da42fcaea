package schema

import (
	"encoding/json"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// Application is the analytics application that receives a task's behaviour data (R21).
type Application struct{ ent.Schema }

func (Application) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "app"}, stampMixin{}, tenantMixin{}}
}

func (Application) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(60).Annotations(entgql.OrderField("NAME")),
		field.Bool("preferred").Default(false).Comment("chosen for new tasks"),
	}
}

func (Application) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique()}
}

func (Application) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Channel is a way to reach people: here one WeChat mini program (spec §8.1).
type Channel struct{ ent.Schema }

func (Channel) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "chn"}, stampMixin{}, tenantMixin{view: "channel.wechat_mp.view"}}
}

func (Channel) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(30).Annotations(entgql.OrderField("NAME")),
		field.Enum("kind").NamedValues("WechatMiniProgram", "WECHAT_MINI_PROGRAM").Default("WECHAT_MINI_PROGRAM"),
		field.String("app_id").NotEmpty().MaxLen(32),
		field.Bytes("secret").Optional().Sensitive().Annotations(hidden()).Comment("sealed with TIDINGS_SECRET_KEY"),
		field.String("original_id").Default("").MaxLen(32).Comment("gh_…, matches callbacks"),
		field.Int("qps_limit").Default(50).Range(0, 100_000).Comment("messages a second over all workers; 0 is unlimited"),
		field.Enum("program_state").NamedValues("Formal", "FORMAL", "Trial", "TRIAL", "Developer", "DEVELOPER").Default("FORMAL"),
		field.Enum("lang").NamedValues("ZhCN", "ZH_CN", "ZhHK", "ZH_HK", "ZhTW", "ZH_TW", "EnUS", "EN_US").Default("ZH_CN"),
		field.String("h5_page").Default("").MaxRuneLen(200).Comment("web-view host page for H5 links"),
		field.String("relay_page").Default("").MaxRuneLen(200).Comment("page that jumps to other mini programs"),
		field.Bool("enabled").Default(true),
		field.Enum("state").NamedValues("Unchecked", "UNCHECKED", "Ready", "READY", "Abnormal", "ABNORMAL").Default("UNCHECKED").
			Comment("what the last contact with the provider showed"),
		field.String("state_code").Default(""),
		field.String("state_text").Default(""),
		field.Time("checked_at").Optional().Nillable(),
		field.Time("paused_until").Optional().Nillable().Comment("nothing is handed out before (45009)"),
		field.Time("templates_synced_at").Optional().Nillable(),
		field.Time("first_sent_at").Optional().Nillable().Comment("the AppID is immutable from here on"),
	}
}

func (Channel) Edges() []ent.Edge {
	return []ent.Edge{edge.From("templates", Template.Type).Ref("channel").Annotations(entgql.RelayConnection())}
}

func (Channel) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique(), index.Fields("project_id", "app_id").Unique()}
}

func (Channel) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Template is a message template as the provider keeps it; ours is a copy.
type Template struct{ ent.Schema }

func (Template) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "tpl"}, stampMixin{}, tenantMixin{view: "channel.wechat_mp.view"}}
}

func (Template) Fields() []ent.Field {
	return []ent.Field{
		field.String("channel_id").Immutable(),
		field.String("provider_id").Immutable().NotEmpty().Comment("WeChat's priTmplId"),
		field.String("title").Annotations(entgql.OrderField("TITLE")),
		field.Text("content").Default("").Annotations(unfiltered()),
		field.Text("example").Default("").Annotations(unfiltered()),
		field.Enum("kind").NamedValues("OneTime", "ONE_TIME", "LongTerm", "LONG_TERM"),
		field.JSON("fields", json.RawMessage{}).Annotations(hidden()).Comment("[]wechat.Field"),
		field.Time("removed_at").Optional().Nillable().Comment("no longer listed by the provider"),
		field.Time("synced_at").Default(wallNow),
	}
}

func (Template) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("channel", Channel.Type).Field("channel_id").Unique().Required().Immutable().
			Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (Template) Indexes() []ent.Index {
	return []ent.Index{index.Fields("channel_id", "provider_id").Unique()}
}

func (Template) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}
