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

// EventSource is where behaviour comes from: it holds a write key, and says
// whether its data arrives as it happens or once a day (spec §12.2).
type EventSource struct{ ent.Schema }

func (EventSource) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "src"}, stampMixin{}, tenantMixin{view: "segment.view"}}
}

func (EventSource) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("num").Unique().Immutable().Positive().Annotations(hidden()).Comment("what event rows carry"),
		field.String("name").NotEmpty().MaxRuneLen(60).Annotations(entgql.OrderField("NAME")),
		field.Enum("kind").NamedValues("Realtime", "REALTIME", "OfflineDaily", "OFFLINE_DAILY").Default("REALTIME"),
		field.String("key_hash").Unique().Sensitive().Annotations(hidden()).Comment("SHA-256 of the write key, hex"),
		field.String("key_hint").Default("").Annotations(unfiltered()).Comment("the key's last four characters"),
		field.Bool("enabled").Default(true),
		field.Time("last_event_at").Optional().Nillable().Annotations(unfiltered()),
	}
}

func (EventSource) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique()}
}

func (EventSource) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// EventType is an event the project has seen, learned from the data.
type EventType struct{ ent.Schema }

func (EventType) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "evt"}, stampMixin{}, tenantMixin{view: "segment.view"}}
}

func (EventType) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("num").Unique().Immutable().Positive().Annotations(hidden()).Comment("what event rows carry"),
		field.String("name").NotEmpty().MaxRuneLen(200).Immutable().Annotations(entgql.OrderField("NAME")).Comment("as sent; the stable key in rules"),
		field.String("display_name").Default("").MaxRuneLen(100).Comment("for people; empty: the name"),
		field.Text("description").Default("").MaxLen(2000).Annotations(unfiltered()),
		field.Bool("enabled").Default(true).Comment("a disabled event is refused and cannot be picked"),
	}
}

func (EventType) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique()}
}

func (EventType) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// Property is a named value of people, events or detail rows, learned from the
// data or declared.
type Property struct{ ent.Schema }

func (Property) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "prp"}, stampMixin{}, tenantMixin{view: "segment.view"}}
}

func (Property) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("owner").NamedValues("Attribute", "ATTRIBUTE", "Tag", "TAG", "Event", "EVENT", "Table", "TABLE").Immutable(),
		field.String("owner_id").Default("").Immutable().Comment("the event type or detail table; empty for people's"),
		field.String("name").NotEmpty().MaxRuneLen(128).Immutable().Annotations(entgql.OrderField("NAME")).Comment("the stable key in rules and data"),
		field.String("display_name").Default("").MaxRuneLen(100),
		field.Text("description").Default("").MaxLen(2000).Annotations(unfiltered()),
		field.Enum("type").NamedValues("Text", "TEXT", "Number", "NUMBER", "Boolean", "BOOLEAN", "Date", "DATE",
			"Datetime", "DATETIME", "List", "LIST", "Object", "OBJECT"),
		field.Bool("enabled").Default(true).Comment("a disabled one is stored no more and cannot be picked"),
		field.Int("conflicts").Default(0).Annotations(unfiltered()).Comment("values that did not fit the type so far"),
	}
}

func (Property) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "owner", "owner_id", "name").Unique()}
}

func (Property) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// DetailTable is a user-defined table of dated rows about people (明细数据). Its
// columns are properties with owner TABLE.
type DetailTable struct{ ent.Schema }

func (DetailTable) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "tbl"}, stampMixin{}, tenantMixin{view: "segment.view"}}
}

func (DetailTable) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("num").Unique().Immutable().Positive().Annotations(hidden()).Comment("what its rows carry"),
		field.String("name").NotEmpty().MaxRuneLen(60).Immutable().Annotations(entgql.OrderField("NAME")).Comment("the stable key in rules"),
		field.String("display_name").Default("").MaxRuneLen(100),
		field.Text("description").Default("").MaxLen(2000).Annotations(unfiltered()),
		field.Enum("kind").NamedValues("Realtime", "REALTIME", "OfflineDaily", "OFFLINE_DAILY").Default("OFFLINE_DAILY"),
		field.String("id_type").Immutable().Annotations(unfiltered()).Comment("type of the ID in the person column"),
		field.String("person_column").Immutable().Annotations(unfiltered()),
		field.String("date_column").Immutable().Annotations(unfiltered()),
		field.Int("rows").Default(0).Annotations(unfiltered()).Comment("stored so far"),
		field.Time("imported_at").Optional().Nillable().Annotations(unfiltered()),
	}
}

func (DetailTable) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_id", "name").Unique()}
}

func (DetailTable) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField()}
}

// DataImport is a CSV file on its way into people, tags, detail rows or events.
type DataImport struct{ ent.Schema }

func (DataImport) Mixin() []ent.Mixin {
	return []ent.Mixin{idMixin{prefix: "imp"}, stampMixin{}, tenantMixin{view: "segment.view"}, leaseMixin{}}
}

func (DataImport) Fields() []ent.Field {
	return []ent.Field{
		field.Enum("kind").NamedValues("People", "PEOPLE", "Tags", "TAGS", "Rows", "ROWS", "Events", "EVENTS").Immutable(),
		field.String("table_id").Optional().Nillable().Immutable(),
		field.String("source_id").Optional().Nillable().Immutable().Annotations(unfiltered()),
		field.String("file_name").Default("").MaxRuneLen(200),
		field.JSON("mapping", json.RawMessage{}).Optional().Annotations(hidden()).Comment("which column is what"),
		field.Enum("status").NamedValues("Receiving", "RECEIVING", "Running", "RUNNING", "Done", "DONE", "Failed", "FAILED",
			"Cancelled", "CANCELLED").Default("RECEIVING"),
		field.Int64("size").Default(0).Annotations(entgql.Type("Int64"), unfiltered()).Comment("bytes of the file, when the sender said so"),
		field.Int64("received").Default(0).Annotations(entgql.Type("Int64"), unfiltered()).Comment("bytes that arrived"),
		field.Int64("consumed").Default(0).Annotations(entgql.Type("Int64"), unfiltered()).Comment("bytes whose rows are stored or refused"),
		field.Int("rows").Default(0).Annotations(unfiltered()),
		field.Int("stored").Default(0).Annotations(unfiltered()),
		field.Int("duplicate").Default(0).Annotations(unfiltered()),
		field.Int("refused").Default(0).Annotations(unfiltered()),
		field.String("failure").Default("").Annotations(unfiltered()),
		field.Text("failure_text").Default("").Annotations(unfiltered()),
		field.String("creator_id").Optional().Nillable().Immutable(),
		field.Time("ended_at").Optional().Nillable(),
	}
}

func (DataImport) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("table", DetailTable.Type).Field("table_id").Unique().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("source", EventSource.Type).Field("source_id").Unique().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
		edge.To("creator", Account.Type).Field("creator_id").Unique().Immutable().Annotations(entsql.OnDelete(entsql.NoAction)),
	}
}

func (DataImport) Indexes() []ent.Index {
	return []ent.Index{index.Fields("due_at").Annotations(entsql.IndexWhere("due_at IS NOT NULL")), index.Fields("project_id", "created_at")}
}

func (DataImport) Annotations() []schema.Annotation {
	return []schema.Annotation{entgql.RelayConnection(), entgql.QueryField("imports"), entsql.Table("imports")}
}

// ImportChunk is a part of an import's file until its rows are stored.
type ImportChunk struct{ ent.Schema }

func (ImportChunk) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("import_id").Immutable(),
		field.Int("seq").Immutable(),
		field.Bytes("data").Immutable(),
	}
}

func (ImportChunk) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("data_import", DataImport.Type).Field("import_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (ImportChunk) Indexes() []ent.Index {
	return []ent.Index{index.Fields("import_id", "seq").Unique()}
}

func (ImportChunk) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// ImportError is a row of an import that was not taken, and why.
type ImportError struct{ ent.Schema }

func (ImportError) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.String("import_id").Immutable(),
		field.Int("row").Immutable().Comment("1 is the first row below the header"),
		field.String("field").Default("").Immutable().Comment("the column"),
		field.String("rule").Immutable(),
		field.Text("value").Default("").Immutable(),
	}
}

func (ImportError) Edges() []ent.Edge {
	return []ent.Edge{
		edge.To("data_import", DataImport.Type).Field("import_id").Unique().Required().Immutable().Annotations(entsql.OnDelete(entsql.Cascade)),
	}
}

func (ImportError) Indexes() []ent.Index {
	return []ent.Index{index.Fields("import_id", "row", "field").Unique()}
}

func (ImportError) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }

// RefusedEvent is an event that was not taken, and why: the dead letters.
type RefusedEvent struct{ ent.Schema }

func (RefusedEvent) Fields() []ent.Field {
	return []ent.Field{
		field.Int64("id"),
		field.Int64("project_num").Immutable(),
		field.Int64("source_num").Immutable(),
		field.Time("received_at").Immutable(),
		field.String("rule").Immutable(),
		field.String("field").Default("").Immutable(),
		field.Text("message").Default("").Immutable(),
		field.Text("body").Default("").Immutable().Comment("its first 4 KB"),
	}
}

func (RefusedEvent) Indexes() []ent.Index {
	return []ent.Index{index.Fields("project_num", "received_at")}
}

func (RefusedEvent) Annotations() []schema.Annotation { return []schema.Annotation{machine()} }
