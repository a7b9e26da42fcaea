package schema

import (
	"encoding/json"

	"entgo.io/contrib/entgql"
	"entgo.io/ent"
	"entgo.io/ent/dialect/entsql"
	"entgo.io/ent/dialect/sql"
	"entgo.io/ent/dialect/sql/sqljson"
	"entgo.io/ent/schema"
	"entgo.io/ent/schema/edge"
	"entgo.io/ent/schema/field"
	"entgo.io/ent/schema/index"

	"tidings/ent/viewer"
)

// Segment is a named set of people given by a rule (spec §9.1). due_at is when
// it is computed next.
type Segment struct{ ent.Schema }

// visibleSegments leaves what 分群授权给 shows the viewer (R31): segments without
// roles (NULL), those with the viewer's, their own; administrators see all.
// audience.Visible is the same rule for a loaded segment.
func visibleSegments(v *viewer.Viewer, s *sql.Selector) {
	if p := visible(v, s); p != nil {
		s.Where(p)
	}
}

// versionsOfVisible leaves the versions of those segments.
func versionsOfVisible(v *viewer.Viewer, s *sql.Selector) {
	segments := sql.Dialect(s.Dialect()).Select("id").From(sql.Table("segments"))
	if p := visible(v, segments); p != nil {
		s.Where(sql.In(s.C("segment_id"), segments.Where(p)))
	}
}

func visible(v *viewer.Viewer, s *sql.Selector) *sql.Predicate {
	if v.Can("role.manage") {
		return nil
	}
	roles := s.C("roles")
	return sql.Or(sql.IsNull(roles), sql.EQ(s.C("creator_id"), v.AccountID), sqljson.ValueContains(roles, v.Role))
}

func (Segment) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "seg"}, stampMixin{}, tenantMixin{view: "segment.view", narrow: visibleSegments}, softDeleteMixin{}, leaseMixin{}}
}

func (Segment) Fields() []ent.Field {
	return []ent.Field{
		field.String("name").NotEmpty().MaxRuneLen(100).Annotations(entgql.OrderField("NAME")),
		field.String("name_key").Annotations(hidden()).Comment("the name trimmed, NFC and case-folded; unique among the living"),
		field.Text("description").Default("").MaxLen(2000).Annotations(unfiltered()),
		field.String("subject").Default("user").Immutable(),
		field.String("id_type").Default("").Comment("send-target ID type; empty: OneID"),
		field.String("channel_id").Optional().Nillable().Annotations(unfiltered()).Comment("whose target IDs are counted"),
		field.JSON("rule", json.RawMessage{}).Optional().Annotations(hidden()).Comment("rule.Node"),
		field.Enum("update_mode").NamedValues("OnDemand", "ON_DEMAND", "Daily", "DAILY").Default("ON_DEMAND"),
		field.String("daily_at").Default("06:00").MaxLen(5).Annotations(unfiltered()).Comment("HH:MM in the project's zone"),
		field.Bool("listed").Default(true).Comment("同步到CDP分群列表: in the list and reusable"),
		field.String("origin_task_id").Optional().Nillable().Immutable().Comment("the task that made it"),
		field.Strings("roles").Optional().Annotations(unfiltered()).Comment("分群授权给: roles that may see it; empty: all with segment.view"),
		field.Enum("status").NamedValues("Empty", "EMPTY", "Computing", "COMPUTING", "Ready", "READY", "Failed", "FAILED").Default("EMPTY").
			Comment("of the last computation"),
		field.String("failure").Default("").Annotations(unfiltered()).Comment("why the last one failed: a stable word"),
		field.Text("failure_text").Default("").Annotations(unfiltered()),
		field.Int("size").Default(0).Annotations(entgql.OrderField("SIZE")).Comment("people in the newest ready version"),
		field.Time("computed_at").Optional().Nillable().Annotations(entgql.OrderField("COMPUTED_AT")),
		field.Int("next_seq").Default(1).Annotations(hidden()),
		field.String("cause").Default("").Annotations(hidden()).Comment("what the computation that is due is for: SegmentVersion.cause"),
		field.String("creator_id").Immutable(),
	}
}

func (Segment) Edges() []ent.Edge {
	return []ent.Edge{
		to("channel", Channel.Type, "channel_id"),
		edge.To("creator", Account.Type).Field("creator_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.From("versions", SegmentVersion.Type).Ref("segment").Annotations(entgql.RelayConnection()),
	}
}

func (Segment) Indexes() []ent.Index {
	return []ent.Index{
		index.Fields("project_id", "name_key").Unique().Annotations(entsql.IndexWhere("deleted_at IS NULL")),
		index.Fields("project_id", "created_at"),
		index.Fields("origin_task_id"),
		index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")),
	}
}

func (Segment) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// SegmentVersion is one computation of a segment. It never changes.
type SegmentVersion struct{ ent.Schema }

func (SegmentVersion) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "sgv"}, tenantMixin{view: "segment.view", narrow: versionsOfVisible}}
}

func (SegmentVersion) Fields() []ent.Field {
	return []ent.Field{
		field.String("segment_id").Immutable(),
		field.Int("seq").Immutable().Annotations(entgql.OrderField("SEQ")),
		field.Enum("status").NamedValues("Ready", "READY", "Failed", "FAILED").Immutable(),
		field.Enum("cause").NamedValues("Save", "SAVE", "Manual", "MANUAL", "Daily", "DAILY", "Run", "RUN").Immutable(),
		field.Int("size").Default(0).Immutable(),
		field.Bytes("members").Optional().Annotations(hidden()).Comment("roaring bitmap of person numbers; dropped with age, the row stays"),
		field.JSON("rule", json.RawMessage{}).Optional().Immutable().Annotations(hidden()).Comment("the rule it was computed from"),
		field.String("failure").Default("").Immutable(),
		field.Text("failure_text").Default("").Immutable().Annotations(unfiltered()),
		field.Time("started_at").Immutable().Comment("business time; what dynamic windows were resolved against"),
		field.Time("computed_at").Immutable().Annotations(entgql.OrderField("COMPUTED_AT")),
		field.Int("took_ms").Default(0).Immutable().Annotations(unfiltered()),
	}
}

func (SegmentVersion) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("segment", Segment.Type).Field("segment_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (SegmentVersion) Indexes() []ent.Index {
	return []ent.Index{index.Fields("segment_id", "seq").Unique()}
}

func (SegmentVersion) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection()}
}
