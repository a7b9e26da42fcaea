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

// Run is one execution of a task (子任务): its frozen audience, its shards, its end.
type Run struct{ ent.Schema }

func (Run) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "run"}, stampMixin{}, tenantMixin{view: "outreach.task.view"}, leaseMixin{}}
}

func (Run) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("num").Unique().Immutable().Positive().Annotations(hidden()).Comment("time-sortable number; what delivery rows carry"),
		field.String("task_id").Immutable(),
		field.Enum("kind").NamedValues("Scheduled", "SCHEDULED", "Resend", "RESEND", "Triggered", "TRIGGERED").Default("SCHEDULED"),
		field.String("origin_id").Optional().Nillable().Immutable().Annotations(hidden()).Comment("the run whose recipients a resend repeats"),
		field.JSON("selection", json.RawMessage{}).Optional().Immutable().Annotations(hidden()).Comment("which of them"),
		field.String("slot").Optional().Nillable().Immutable().Annotations(hidden()).
			Comment("which point of a repeating task, or which day of a triggered one: there is one run for each"),
		field.Int("next_seq").Default(1).Annotations(hidden()).Comment("the next shard's seq in a triggered run"),
		field.Time("planned_at").Immutable().Annotations(entgql.OrderField("PLANNED_AT")),
		field.Time("run_at").Immutable().Annotations(hidden()).Comment("partition key of its deliveries; never changes"),
		field.Enum("status").NamedValues("Waiting", "WAITING", "Refreshing", "REFRESHING", "Preparing", "PREPARING", "Sending", "SENDING", "Done", "DONE",
			"Failed", "FAILED", "Skipped", "SKIPPED", "Cancelled", "CANCELLED").Default("WAITING"),
		field.Time("refresh_started_at").Optional().Nillable().Annotations(unfiltered()),
		field.Time("refresh_ended_at").Optional().Nillable().Annotations(unfiltered()),
		field.String("refresh_result").Default("").Annotations(unfiltered()).Comment("READY, FAILED, HELD (sent with the data held); empty: no refresh"),
		field.String("segment_version_id").Optional().Nillable().Annotations(hidden()).Comment("the version whose people it is for"),
		field.Int("audience_size").Default(0),
		field.JSON("plan", json.RawMessage{}).Optional().Annotations(hidden()).Comment("what to send, frozen: dispatch.Plan"),
		field.String("failure").Default("").Comment("why it failed: a stable word"),
		field.Text("failure_text").Default("").Annotations(unfiltered()),
		field.Time("started_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

func (Run) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("task", Task.Type).Field("task_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (Run) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("task_id", "planned_at"),
		index.Fields("task_id", "slot").Unique(),
		index.Fields("status"),
		index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
	}
}

func (Run) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection()}
}

// Shard is a slice of a run's audience, the unit that one worker holds. A retry
// shard holds people whose delivery was put off; its counts are differences
// against the shard that claimed them first, so sums over a run are right.
type Shard struct{ ent.Schema }

func (Shard) Mixin() []ent.Mixin { return []ent.Mixin{leaseMixin{}} }

func (Shard) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("project_num").Immutable(),
		field.Int64("run_num").Immutable(),
		field.String("task_id").Immutable(),
		field.String("channel_id").Immutable(),
		field.Int("class").Immutable().Comment("0 notice, 1 urgent, 2 normal"),
		field.Bool("retry").Default(false).Immutable(),
		field.Int("try").Default(1).Immutable().Comment("which claim of its people this is; 1 unless retry"),
		field.Int("seq").Default(0).Immutable().Comment("the seq of its deliveries; 0 but in triggered runs"),
		field.Bool("touch").Default(false).Immutable().Comment("whether its touches know something that its messages or outcomes need"),
		field.Int("size").Immutable(),
		field.Bytes("slice").Optional().Comment("roaring bitmap of person numbers; dropped when done"),
		field.Int("cursor").Default(0).Comment("how many of the slice were claimed"),
		field.Bool("done").Default(false),
		field.Int("sending").Default(0), field.Int("sent").Default(0), field.Int("failed").Default(0),
		field.Int("not_sent").Default(0), field.Int("unconfirmed").Default(0), field.Int("deferred").Default(0),
	}
}

func (Shard) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("run_num"),
		index.Fields("task_id"),
		index.Fields("run_num", "due_at", "id").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
		index.Fields("lease_until").Annotations(entsql.IndexWhere("lease_until IS NOT NULL")),
	}
}

func (Shard) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// ShardReason counts a shard's outcomes that are not "sent" by their reason or
// code, so that funnels and filters never scan the deliveries.
type ShardReason struct{ ent.Schema }

func (ShardReason) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("shard_id").Immutable(),
		field.Int64("run_num").Immutable(),
		field.String("task_id").Immutable(),
		field.Int("status").Immutable(),
		field.String("reason").Immutable(),
		field.Int("count").Default(0),
	}
}

func (ShardReason) Indexes() []ent.Index {
	return []ent.Index{index.Fields("shard_id", "status", "reason").Unique(), index.Fields("task_id"), index.Fields("run_num")}
}

func (ShardReason) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// Delivery is what became of one candidate of one run. Its key is (run_at,
// run_num, person_num, seq): run_at first, because PostgreSQL keeps the table in
// monthly partitions, made by hand-written migrations. ent wants one ID column;
// within a run the person's number is one, and rows are only read by run.
type Delivery struct{ ent.Schema }

func (Delivery) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id").StorageKey("person_num"),
		field.Time("run_at").Immutable(),
		field.Int64("run_num").Immutable(),
		field.Int("seq").Default(0).Immutable(),
		field.Int64("project_num").Immutable(),
		field.String("target").Default("").Comment("the ID sent to, without the appid; empty when there is none"),
		field.Int("status").Comment("delivery.Status"),
		field.String("reason").Default("").Comment("gate reason of NOT_SENT and DEFERRED, or the channel's code"),
		field.String("text").Default("").Comment("the channel's words"),
		field.String("message_id").Default("").Comment("the channel's message ID"),
		field.Int("tries").Default(1).Comment("how often it was claimed for a call"),
		field.Text("content").Default("").Comment("JSON of the rendered parameters where they differ by person"),
		field.Time("claimed_at"),
		field.Time("settled_at").Optional().Nillable().Comment("when the outcome became known"),
	}
}

func (Delivery) Annotations() []schema.Annotation {
	return []schema.Annotation{machine(), entsql.Skip(), entsql.Table("deliveries")}
}
