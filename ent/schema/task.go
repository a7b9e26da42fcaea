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

// TaskGroup is a node of the multi-level task groups (spec §2.1).
type TaskGroup struct{ ent.Schema }

func (TaskGroup) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "grp"}, stampMixin{}, tenantMixin{}}
}

func (TaskGroup) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(50).Annotations(entgql.OrderField("NAME")),
		field.String("parent_id").Optional().Nillable().Immutable(),
		field.String("top_id").Default("").Immutable().Comment("the top-level group above; its own ID at the top"),
		field.Int("level").Default(1).Range(1, 4).Immutable(),
		field.Strings("objects").Optional().Comment("descriptor objects of a top-level group: MESSAGE, CANVAS, STRATEGIZER"),
		field.Int("position").Default(0).Annotations(entgql.OrderField("POSITION")),
	}
}

func (TaskGroup) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("children", TaskGroup.Type).Annotations(entsql.OnDelete(entsql.NoAction)).
			From("parent").Field("parent_id").Unique().Immutable(),
	}
}

func (TaskGroup) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "parent_id", "name").Unique(), index.Fields("project_id", "top_id")}
}

func (TaskGroup) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// TaskGroupLink puts a task into one node under one top-level group.
type TaskGroupLink struct{ ent.Schema }

func (TaskGroupLink) Mixin() []ent.Mixin {
	return []ent.Mixin{tenantMixin{view: "outreach.task.view"}}
}

func (TaskGroupLink) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("task_id").Immutable(),
		field.String("top_id").Immutable(),
		field.String("group_id"),
	}
}

func (TaskGroupLink) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("task", Task.Type).Field("task_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("group", TaskGroup.Type).Field("group_id").Unique().Required().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (TaskGroupLink) Indexes() []ent.Index {
	return []ent.Index{index.Fields("task_id", "top_id").Unique(), index.Fields("group_id")}
}

func (TaskGroupLink) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// CampaignGroup sorts campaigns (holiday, routine, …); a flat list (spec §2.2).
type CampaignGroup struct{ ent.Schema }

func (CampaignGroup) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "cgr"}, stampMixin{}, tenantMixin{}}
}

func (CampaignGroup) Fields() []ent.Field {
	return []ent.Field{field.String("name").NotEmpty().MaxRuneLen(50).Annotations(entgql.OrderField("NAME"))}
}

func (CampaignGroup) Edges() []ent.Edge {
	return []ent.Edge{edge.From("campaigns", Campaign.Type).Ref("group")}
}

func (CampaignGroup) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique()}
}

func (CampaignGroup) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Campaign gathers tasks under one goal.
type Campaign struct{ ent.Schema }

func (Campaign) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "cmp"}, stampMixin{}, tenantMixin{}}
}

func (Campaign) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(60).Annotations(entgql.OrderField("NAME")),
		field.String("group_id"),
	}
}

func (Campaign) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("group", CampaignGroup.Type).Field("group_id").Unique().Required().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.From("tasks", Task.Type).Ref("campaign").Annotations(entgql.RelayConnection()),
	}
}

func (Campaign) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique(), index.Fields("group_id")}
}

func (Campaign) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Task is a message-outreach task: who, when, what. Everything but the name may
// be missing while it is a draft; submitting checks the whole.
type Task struct{ ent.Schema }

func (Task) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "tsk"}, stampMixin{}, tenantMixin{view: "outreach.task.view"}, softDeleteMixin{}}
}

func (Task) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(60).Annotations(entgql.OrderField("NAME")),
		field.String("name_key").Annotations(hidden()).Comment("the name trimmed, NFC and case-folded; unique among the living"),
		field.Enum("method").NamedValues("WechatSubscription", "WECHAT_SUBSCRIPTION").Default("WECHAT_SUBSCRIPTION"),
		field.Enum("type").NamedValues("Once", "ONCE", "Repeat", "REPEAT", "DoneA", "DONE_A", "DoneANotB", "DONE_A_NOT_B").Default("ONCE"),
		field.String("subject").Default("user").Annotations(unfiltered()),
		field.String("application_id").Optional().Nillable(),
		field.String("campaign_id").Optional().Nillable(),

		field.Enum("audience_mode").NamedValues("Rule", "RULE", "Segment", "SEGMENT", "Upload", "UPLOAD", "All", "ALL").Default("UPLOAD"),
		field.String("upload_id").Optional().Nillable().Annotations(unfiltered()),
		field.String("segment_id").Optional().Nillable().Comment("the segment chosen, or the task's own"),
		field.JSON("rule", json.RawMessage{}).Optional().Annotations(hidden()).Comment("rule.Node of the task's own segment"),
		field.Bool("listed").Default(true).Annotations(unfiltered()).Comment("whether the task's own segment is in the list (R27)"),
		field.Strings("segment_roles").Optional().Annotations(unfiltered()).Comment("roles that may see the task's own segment (R31)"),
		field.Bool("refresh_before").Default(true).Annotations(unfiltered()).Comment("refresh an on-demand segment before each run (R51)"),
		field.Enum("refresh_failure").NamedValues("SendHeld", "SEND_HELD", "DoNotSend", "DO_NOT_SEND").Default("DO_NOT_SEND").Annotations(unfiltered()).
			Comment("what an on-demand segment's failed refresh means (R56)"),
		field.Strings("supplementary").Optional().Comment("target IDs that join every execution (R32)"),

		field.Time("reach_at").Optional().Nillable().Annotations(entgql.OrderField("REACH_AT")),
		field.JSON("cycle", json.RawMessage{}).Optional().Annotations(hidden()).Comment("schedule.Cycle of a repeating task"),
		field.JSON("trigger", json.RawMessage{}).Optional().Annotations(hidden()).Comment("trigger.Definition of a triggered task"),
		field.Time("starts_at").Optional().Nillable().Annotations(unfiltered()).Comment("from when a repeating or triggered task works"),
		field.Time("ends_at").Optional().Nillable().Annotations(unfiltered()).Comment("when it ends: nothing is sent from then on (R69)"),
		field.JSON("pauses", json.RawMessage{}).Optional().Annotations(hidden()).Comment("trigger.Pauses: when events did not count"),
		field.Int("discarded").Default(0).Annotations(unfiltered()).Comment("pending touches that its end discarded"),
		field.Enum("approval_timeout").NamedValues("Cancel", "CANCEL", "RunOnceApproved", "RUN_ONCE_APPROVED").Default("CANCEL").Annotations(unfiltered()),

		field.String("channel_id").Optional().Nillable(),
		field.Enum("message_class").NamedValues("Normal", "NORMAL", "Urgent", "URGENT", "Notice", "NOTICE").Default("NORMAL"),
		field.String("template_id").Optional().Nillable(),
		field.JSON("template_snapshot", json.RawMessage{}).Optional().Annotations(hidden()).Comment("the template as submitted"),
		field.JSON("content", json.RawMessage{}).Optional().Annotations(hidden()).Comment("render.Content"),
		field.Enum("open_mode").NamedValues("None", "NONE", "H5", "H5", "MiniProgram", "MINI_PROGRAM").Optional().Nillable().Annotations(unfiltered()),
		field.String("open_url").Default("").MaxRuneLen(1000).Annotations(unfiltered()),
		field.String("open_app_id").Default("").MaxLen(32).Annotations(unfiltered()),
		field.String("open_path").Default("").MaxRuneLen(1000).Annotations(unfiltered()),
		field.Bool("global_limit").Default(true).Annotations(unfiltered()),
		field.Bool("resend_unconfirmed").Default(false).Annotations(unfiltered()).
			Comment("send again where the channel never answered; gives up 'nothing twice' for those"),

		field.Enum("approval_status").NamedValues("None", "NONE", "Pending", "PENDING", "Approved", "APPROVED", "Rejected", "REJECTED",
			"Withdrawn", "WITHDRAWN", "Expired", "EXPIRED").Default("NONE"),
		field.Enum("run_status").NamedValues("Draft", "DRAFT", "Waiting", "WAITING", "Running", "RUNNING", "Paused", "PAUSED",
			"Cancelled", "CANCELLED", "Ended", "ENDED", "Abnormal", "ABNORMAL").Default("DRAFT"),
		field.String("status_reason").Default("").Comment("why it was rejected, cancelled or is abnormal: a stable word"),
		field.Text("status_text").Default("").Annotations(unfiltered()).Comment("the same in somebody's words: the approver's, the channel's"),
		field.String("creator_id").Immutable(),
		field.Time("submitted_at").Optional().Nillable(),
		field.Time("approved_at").Optional().Nillable(),
		field.Time("started_at").Optional().Nillable(),
		field.Time("ended_at").Optional().Nillable(),
		field.Int("version").Default(1).Annotations(unfiltered()).Comment("grows with each change; an edit names the one it saw"),
	}
}

func (Task) Edges() []ent.Edge {
	return []ent.Edge{
		to("application", Application.Type, "application_id"),
		to("campaign", Campaign.Type, "campaign_id"),
		to("channel", Channel.Type, "channel_id"),
		to("template", Template.Type, "template_id"),
		to("upload", Upload.Type, "upload_id"),
		// No filter: it would tell of segments that are for other roles (R31).
		edge.To("segment", Segment.Type).Field("segment_id").Unique().Annotations(entsql.OnDelete(entsql.NoAction), entgql.Skip(entgql.SkipWhereInput)),
		edge.To("creator", Account.Type).Field("creator_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.From("runs", Run.Type).Ref("task").Annotations(entgql.RelayConnection()),
		edge.From("approvals", Approval.Type).Ref("task").Annotations(entgql.RelayConnection()),
		edge.From("group_links", TaskGroupLink.Type).Ref("task").Annotations(hidden()),
	}
}

func (Task) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("project_id", "name_key").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")),
		index.Fields("project_id", "created_at"),
		index.Fields("project_id", "run_status", "created_at"),
		index.Fields("project_id", "creator_id"),
		index.Fields("campaign_id"), index.Fields("channel_id"), index.Fields("upload_id"), index.Fields("segment_id"),
		index.Fields("ends_at").Annotations(entsql.IndexWhere("(ends_at IS NOT NULL) AND (ended_at IS NULL)")),
	}
}

func (Task) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Approval is one submission of a task and what became of it (spec §3.3).
type Approval struct{ ent.Schema }

func (Approval) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "apv"}, stampMixin{}, tenantMixin{view: "outreach.task.view"}, leaseMixin{}}
}

func (Approval) Fields() []ent.Field {
	return []ent.Field{
		field.String("task_id").Immutable(),
		field.Enum("status").NamedValues("Pending", "PENDING", "Approved", "APPROVED", "Rejected", "REJECTED",
			"Withdrawn", "WITHDRAWN", "Expired", "EXPIRED").Default("PENDING"),
		field.String("submitter_id").Immutable(),
		field.Time("submitted_at").Immutable().Annotations(entgql.OrderField("SUBMITTED_AT")),
		field.Time("expires_at").Optional().Nillable().Comment("when the time-out rule strikes (R50)"),
		field.String("decider_id").Optional().Nillable(),
		field.Time("decided_at").Optional().Nillable(),
		field.Text("comment").Default(""),
		field.JSON("snapshot", json.RawMessage{}).Optional().Immutable().Annotations(hidden()).Comment("the task as submitted"),
		field.Time("urged_at").Optional().Nillable(),
	}
}

func (Approval) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("task", Task.Type).Field("task_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("submitter", Account.Type).Field("submitter_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("decider", Account.Type).Field("decider_id").Unique().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (Approval) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("project_id", "status", "submitted_at"),
		index.Fields("task_id"),
		index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
	}
}

func (Approval) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Upload is an uploaded list of target IDs (spec §9.5).
type Upload struct{ ent.Schema }

func (Upload) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "upl"}, stampMixin{}, tenantMixin{view: "outreach.task.view"}, leaseMixin{}}
}

func (Upload) Fields() []ent.Field {
	return []ent.Field{
		field.String("file_name").MaxRuneLen(200),
		field.Int64("bytes").Default(0).Annotations(entgql.Type("Int64")),
		field.String("channel_id").Immutable().Comment("whose target IDs these are (R41)"),
		field.Enum("status").NamedValues("Receiving", "RECEIVING", "Resolving", "RESOLVING", "Ready", "READY", "Failed", "FAILED").Default("RECEIVING"),
		field.Int("total").Default(0),
		field.Int("valid").Default(0),
		field.Int("duplicate").Default(0),
		field.Int("invalid").Default(0),
		field.Int("resolved").Default(0).Comment("valid IDs joined to a person so far"),
		field.JSON("bad_lines", json.RawMessage{}).Optional().Annotations(hidden()).Comment("first 100: [{line, value, rule}]"),
		field.Bytes("members").Optional().Annotations(hidden()).Comment("roaring bitmap of person numbers"),
		field.String("failure").Default(""),
		field.String("creator_id").Immutable(),
	}
}

func (Upload) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("channel", Channel.Type).Field("channel_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("creator", Account.Type).Field("creator_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (Upload) Indexes() []ent.Index {
	return []ent.Index{index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")), index.Fields("project_id", "created_at")}
}

func (Upload) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.Type("AudienceUpload")}
}

// UploadChunk is a part of an upload's valid IDs, one a line, until they are joined to people.
type UploadChunk struct{ ent.Schema }

func (UploadChunk) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("upload_id").Immutable(),
		field.Int("seq").Immutable(),
		field.Text("ids").Immutable(),
	}
}

func (UploadChunk) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("upload", Upload.Type).Field("upload_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (UploadChunk) Indexes() []ent.Index {
	return []ent.Index{index.Fields("upload_id", "seq").Unique()}
}

func (UploadChunk) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }
