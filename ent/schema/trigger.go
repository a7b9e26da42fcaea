package schema

import (
	"encoding/json"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"
)

// EventBatch is one commit of the event store, the unit in which events are
// matched against triggers: its ID stands in the column batch of its events.
// due_at is NULL when it has been matched, or when no trigger was live.
type EventBatch struct{ ent.Schema }

func (EventBatch) Mixin() []ent.Mixin { return []ent.Mixin{leaseMixin{}} }

func (EventBatch) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").Immutable().Comment("grows with time, so that the events of a batch lie together"),
		field.Int64("project_num").Immutable(),
		field.Int64("from_at").Immutable().Comment("time of its earliest event, in milliseconds"),
		field.Int64("to_at").Immutable().Comment("of its latest"),
		field.Int("count").Immutable(),
		field.JSON("event_nums", []int64{}).Optional().Immutable().SchemaType(map[string]string{dialect.Postgres: "jsonb"}).
			Comment("which event types are among them; NULL: not known"),
		field.Bool("low").Default(false).Immutable().Comment("of an import: after what happens now"),
		field.Time("created_at").Default(wallNow).Immutable(),
	}
}

func (EventBatch) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("low", "due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
		index.Fields("created_at"),
	}
}

func (EventBatch) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// Touch is something that a trigger has in store for a person: to look whether
// B was done, or to send. It goes when its shard is cut, or stays until the shard
// is done where the message needs what it knows.
type Touch struct{ ent.Schema }

func (Touch) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("project_num").Immutable(),
		field.String("task_id").Immutable(),
		field.Int64("person_num").Immutable().Comment("as of the event; merges are followed when it is used"),
		field.Int("kind").Comment("trigger.Kind"),
		field.Time("due_at").Comment("business time"),
		field.Int64("base_at").Comment("when A was done, in milliseconds; of what is to be sent, what the timing counts from"),
		field.Int64("a_num").Immutable().Comment("number of the event A that fired"),
		field.JSON("a_props", json.RawMessage{}).Optional().Immutable().SchemaType(map[string]string{dialect.Postgres: "jsonb"}).
			Comment("its properties, where the message shows any"),
		field.String("reason").Default("").Comment("why it is not to be sent: a gate.Reason"),
		field.Int64("run_num").Optional().Nillable().Comment("the run whose shard it is in"),
		field.Int("seq").Default(0).Comment("that shard's"),
	}
}

func (Touch) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("task_id", "kind", "due_at", "id").StorageKey("touch_pending").Annotations(entsql.IndexWhere("run_num IS NULL")),
		index.Fields("kind", "due_at").StorageKey("touch_next").Annotations(entsql.IndexWhere("run_num IS NULL")),
		index.Fields("run_num", "seq").StorageKey("touch_shard").Annotations(entsql.IndexWhere("run_num IS NOT NULL")),
	}
}

func (Touch) Annotations() []schema.Annotation {
	return []schema.Annotation{machine(), entsql.Table("touches")}
}

// Backtest is a replay of stored events against a trigger, which shows what it
// would have done and sends nothing.
type Backtest struct{ ent.Schema }

func (Backtest) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "bkt"}, stampMixin{}, tenantMixin{view: "outreach.task.view"}, leaseMixin{}}
}

func (Backtest) Fields() []ent.Field {
	return []ent.Field{
		field.String("task_id").Optional().Nillable().Immutable().Annotations(hidden()).Comment("the draft it was asked from"),
		field.JSON("trigger", json.RawMessage{}).Immutable().Annotations(hidden()).Comment("trigger.Definition"),
		field.JSON("audience", json.RawMessage{}).Immutable().Annotations(hidden()).Comment("trigger.Audience"),
		field.Time("ends_at").Optional().Nillable().Immutable().Annotations(hidden()).Comment("the task's end; nothing is sent from then on"),
		field.Int("days").Immutable().Range(1, 90),
		field.Enum("status").NamedValues("Waiting", "WAITING", "Running", "RUNNING", "Done", "DONE", "Failed", "FAILED", "Cancelled", "CANCELLED").Default("WAITING"),
		field.Int64("done").Default(0).Annotations(hidden()).Comment("milliseconds of the period that have been replayed"),
		field.Int64("total").Default(0).Annotations(hidden()),
		field.Int64("events").Default(0).Annotations(entgql.Type("Int64")).Comment("events read so far"),
		field.JSON("result", json.RawMessage{}).Optional().Annotations(hidden()).Comment("trigger.BacktestResult"),
		field.String("failure").Default("").Comment("why it failed: a stable word"),
		field.Text("failure_text").Default(""),
		field.String("creator_id").Immutable(),
		field.Time("started_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

func (Backtest) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("creator", Account.Type).Field("creator_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (Backtest) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
		index.Fields("project_id", "created_at"),
		index.Fields("task_id", "id"),
	}
}

func (Backtest) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("Backtest")}
}

// Preflight is a scheduled task's run rehearsed as of one moment: who would get
// the message, who not and why. It sends nothing.
type Preflight struct{ ent.Schema }

func (Preflight) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "pfl"}, stampMixin{}, tenantMixin{view: "outreach.task.view"}, leaseMixin{}}
}

func (Preflight) Fields() []ent.Field {
	return []ent.Field{
		field.String("task_id").Immutable(),
		field.Int("task_version").Immutable().Annotations(hidden()).Comment("of the task that was rehearsed; an older one is stale"),
		field.Enum("status").NamedValues("Waiting", "WAITING", "Running", "RUNNING", "Done", "DONE", "Failed", "FAILED").Default("WAITING"),
		field.Int("done").Default(0).Comment("candidates decided so far"),
		field.Int("total").Default(0),
		field.JSON("result", json.RawMessage{}).Optional().Annotations(hidden()).Comment("preflight.Result"),
		field.String("failure").Default("").Comment("why it failed: a stable word"),
		field.Text("failure_text").Default(""),
		field.String("creator_id").Immutable(),
		field.Time("started_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

func (Preflight) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("task", Task.Type).Field("task_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("creator", Account.Type).Field("creator_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (Preflight) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
		index.Fields("task_id", "created_at"),
	}
}

func (Preflight) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("Preflight")}
}
