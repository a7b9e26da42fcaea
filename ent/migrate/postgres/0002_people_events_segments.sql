-- +goose Up
-- modify "persons" table
ALTER TABLE "persons" ADD COLUMN "subject" bigint NOT NULL DEFAULT 0, ADD COLUMN "tags" jsonb NULL;
-- modify "projects" table
ALTER TABLE "projects" ADD COLUMN "listed_default" boolean NOT NULL DEFAULT true, ADD COLUMN "event_retention_days" bigint NOT NULL DEFAULT 0;
-- modify "runs" table
ALTER TABLE "runs" ADD COLUMN "refresh_started_at" timestamptz NULL, ADD COLUMN "refresh_ended_at" timestamptz NULL, ADD COLUMN "refresh_result" character varying NOT NULL DEFAULT '', ADD COLUMN "segment_version_id" character varying NULL;
-- modify "tasks" table
ALTER TABLE "tasks" ADD COLUMN "rule" jsonb NULL, ADD COLUMN "listed" boolean NOT NULL DEFAULT true, ADD COLUMN "segment_roles" jsonb NULL, ADD COLUMN "refresh_before" boolean NOT NULL DEFAULT true, ADD COLUMN "refresh_failure" character varying NOT NULL DEFAULT 'DO_NOT_SEND', ADD COLUMN "segment_id" character varying NULL;
-- create index "task_segment_id" to table: "tasks"
CREATE INDEX "task_segment_id" ON "tasks" ("segment_id");
-- create "imports" table
CREATE TABLE "imports" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "kind" character varying NOT NULL, "file_name" character varying NOT NULL DEFAULT '', "mapping" jsonb NULL, "status" character varying NOT NULL DEFAULT 'RECEIVING', "size" bigint NOT NULL DEFAULT 0, "received" bigint NOT NULL DEFAULT 0, "consumed" bigint NOT NULL DEFAULT 0, "rows" bigint NOT NULL DEFAULT 0, "stored" bigint NOT NULL DEFAULT 0, "duplicate" bigint NOT NULL DEFAULT 0, "refused" bigint NOT NULL DEFAULT 0, "failure" character varying NOT NULL DEFAULT '', "failure_text" text NOT NULL DEFAULT '', "ended_at" timestamptz NULL, "project_id" character varying NOT NULL, "table_id" character varying NULL, "source_id" character varying NULL, "creator_id" character varying NULL, PRIMARY KEY ("id"));
-- create index "dataimport_due_at" to table: "imports"
CREATE INDEX "dataimport_due_at" ON "imports" ("due_at") WHERE (due_at IS NOT NULL);
-- create index "dataimport_project_id_created_at" to table: "imports"
CREATE INDEX "dataimport_project_id_created_at" ON "imports" ("project_id", "created_at");
-- create index "dataimport_project_id_id" to table: "imports"
CREATE UNIQUE INDEX "dataimport_project_id_id" ON "imports" ("project_id", "id");
-- create "detail_tables" table
CREATE TABLE "detail_tables" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "num" bigint NOT NULL, "name" character varying NOT NULL, "display_name" character varying NOT NULL DEFAULT '', "description" character varying NOT NULL DEFAULT '', "kind" character varying NOT NULL DEFAULT 'OFFLINE_DAILY', "id_type" character varying NOT NULL, "person_column" character varying NOT NULL, "date_column" character varying NOT NULL, "rows" bigint NOT NULL DEFAULT 0, "imported_at" timestamptz NULL, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "detail_tables_num_key" to table: "detail_tables"
CREATE UNIQUE INDEX "detail_tables_num_key" ON "detail_tables" ("num");
-- create index "detailtable_project_id_id" to table: "detail_tables"
CREATE UNIQUE INDEX "detailtable_project_id_id" ON "detail_tables" ("project_id", "id");
-- create index "detailtable_project_id_name" to table: "detail_tables"
CREATE UNIQUE INDEX "detailtable_project_id_name" ON "detail_tables" ("project_id", "name");
-- create "event_sources" table
CREATE TABLE "event_sources" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "num" bigint NOT NULL, "name" character varying NOT NULL, "kind" character varying NOT NULL DEFAULT 'REALTIME', "key_hash" character varying NOT NULL, "key_hint" character varying NOT NULL DEFAULT '', "enabled" boolean NOT NULL DEFAULT true, "last_event_at" timestamptz NULL, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "event_sources_key_hash_key" to table: "event_sources"
CREATE UNIQUE INDEX "event_sources_key_hash_key" ON "event_sources" ("key_hash");
-- create index "event_sources_num_key" to table: "event_sources"
CREATE UNIQUE INDEX "event_sources_num_key" ON "event_sources" ("num");
-- create index "eventsource_project_id_id" to table: "event_sources"
CREATE UNIQUE INDEX "eventsource_project_id_id" ON "event_sources" ("project_id", "id");
-- create index "eventsource_project_id_name" to table: "event_sources"
CREATE UNIQUE INDEX "eventsource_project_id_name" ON "event_sources" ("project_id", "name");
-- create "event_types" table
CREATE TABLE "event_types" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "num" bigint NOT NULL, "name" character varying NOT NULL, "display_name" character varying NOT NULL DEFAULT '', "description" character varying NOT NULL DEFAULT '', "enabled" boolean NOT NULL DEFAULT true, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "event_types_num_key" to table: "event_types"
CREATE UNIQUE INDEX "event_types_num_key" ON "event_types" ("num");
-- create index "eventtype_project_id_id" to table: "event_types"
CREATE UNIQUE INDEX "eventtype_project_id_id" ON "event_types" ("project_id", "id");
-- create index "eventtype_project_id_name" to table: "event_types"
CREATE UNIQUE INDEX "eventtype_project_id_name" ON "event_types" ("project_id", "name");
-- create "id_types" table
CREATE TABLE "id_types" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "code" character varying NOT NULL, "name" character varying NOT NULL, "multi" boolean NOT NULL DEFAULT false, "priority" bigint NOT NULL, "in_mapping" boolean NOT NULL DEFAULT true, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "idtype_project_id_code" to table: "id_types"
CREATE UNIQUE INDEX "idtype_project_id_code" ON "id_types" ("project_id", "code");
-- create index "idtype_project_id_id" to table: "id_types"
CREATE UNIQUE INDEX "idtype_project_id_id" ON "id_types" ("project_id", "id");
-- create "identity_conflicts" table
CREATE TABLE "identity_conflicts" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "project_num" bigint NOT NULL, "at" timestamptz NOT NULL, "person_num" bigint NOT NULL, "other_num" bigint NOT NULL, "type" character varying NOT NULL, "value" character varying NOT NULL DEFAULT '', "other_value" character varying NOT NULL DEFAULT '', "joined_by" character varying NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "identityconflict_project_num_at" to table: "identity_conflicts"
CREATE INDEX "identityconflict_project_num_at" ON "identity_conflicts" ("project_num", "at");
-- create index "identityconflict_project_num_person_num" to table: "identity_conflicts"
CREATE INDEX "identityconflict_project_num_person_num" ON "identity_conflicts" ("project_num", "person_num");
-- create "import_chunks" table
CREATE TABLE "import_chunks" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "seq" bigint NOT NULL, "data" bytea NOT NULL, "import_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "importchunk_import_id_seq" to table: "import_chunks"
CREATE UNIQUE INDEX "importchunk_import_id_seq" ON "import_chunks" ("import_id", "seq");
-- create "import_errors" table
CREATE TABLE "import_errors" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "row" bigint NOT NULL, "field" character varying NOT NULL DEFAULT '', "rule" character varying NOT NULL, "value" text NOT NULL DEFAULT '', "import_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "importerror_import_id_row_field" to table: "import_errors"
CREATE UNIQUE INDEX "importerror_import_id_row_field" ON "import_errors" ("import_id", "row", "field");
-- create "person_aliases" table
CREATE TABLE "person_aliases" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "project_num" bigint NOT NULL, "to_id" bigint NOT NULL, "merged_at" timestamptz NOT NULL, "folded_at" timestamptz NULL, PRIMARY KEY ("id"));
-- create index "personalias_project_num_merged_at" to table: "person_aliases"
CREATE INDEX "personalias_project_num_merged_at" ON "person_aliases" ("project_num", "merged_at");
-- create index "personalias_to_id" to table: "person_aliases"
CREATE INDEX "personalias_to_id" ON "person_aliases" ("to_id");
-- create index "personalias_unfolded" to table: "person_aliases"
CREATE INDEX "personalias_unfolded" ON "person_aliases" ("project_num") WHERE (folded_at IS NULL);
-- create "properties" table
CREATE TABLE "properties" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "owner" character varying NOT NULL, "owner_id" character varying NOT NULL DEFAULT '', "name" character varying NOT NULL, "display_name" character varying NOT NULL DEFAULT '', "description" character varying NOT NULL DEFAULT '', "type" character varying NOT NULL, "enabled" boolean NOT NULL DEFAULT true, "conflicts" bigint NOT NULL DEFAULT 0, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "property_project_id_id" to table: "properties"
CREATE UNIQUE INDEX "property_project_id_id" ON "properties" ("project_id", "id");
-- create index "property_project_id_owner_owner_id_name" to table: "properties"
CREATE UNIQUE INDEX "property_project_id_owner_owner_id_name" ON "properties" ("project_id", "owner", "owner_id", "name");
-- create "refused_events" table
CREATE TABLE "refused_events" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "project_num" bigint NOT NULL, "source_num" bigint NOT NULL, "received_at" timestamptz NOT NULL, "rule" character varying NOT NULL, "field" character varying NOT NULL DEFAULT '', "message" text NOT NULL DEFAULT '', "body" text NOT NULL DEFAULT '', PRIMARY KEY ("id"));
-- create index "refusedevent_project_num_received_at" to table: "refused_events"
CREATE INDEX "refusedevent_project_num_received_at" ON "refused_events" ("project_num", "received_at");
-- create "segments" table
CREATE TABLE "segments" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "deleted_at" timestamptz NULL, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "name" character varying NOT NULL, "name_key" character varying NOT NULL, "description" character varying NOT NULL DEFAULT '', "subject" character varying NOT NULL DEFAULT 'user', "id_type" character varying NOT NULL DEFAULT '', "rule" jsonb NULL, "update_mode" character varying NOT NULL DEFAULT 'ON_DEMAND', "daily_at" character varying NOT NULL DEFAULT '06:00', "listed" boolean NOT NULL DEFAULT true, "origin_task_id" character varying NULL, "roles" jsonb NULL, "status" character varying NOT NULL DEFAULT 'EMPTY', "failure" character varying NOT NULL DEFAULT '', "failure_text" text NOT NULL DEFAULT '', "size" bigint NOT NULL DEFAULT 0, "computed_at" timestamptz NULL, "next_seq" bigint NOT NULL DEFAULT 1, "cause" character varying NOT NULL DEFAULT '', "project_id" character varying NOT NULL, "channel_id" character varying NULL, "creator_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "segment_due_at" to table: "segments"
CREATE INDEX "segment_due_at" ON "segments" ("due_at") WHERE (due_at IS NOT NULL);
-- create index "segment_origin_task_id" to table: "segments"
CREATE INDEX "segment_origin_task_id" ON "segments" ("origin_task_id");
-- create index "segment_project_id_created_at" to table: "segments"
CREATE INDEX "segment_project_id_created_at" ON "segments" ("project_id", "created_at");
-- create index "segment_project_id_id" to table: "segments"
CREATE UNIQUE INDEX "segment_project_id_id" ON "segments" ("project_id", "id");
-- create index "segment_project_id_name_key" to table: "segments"
CREATE UNIQUE INDEX "segment_project_id_name_key" ON "segments" ("project_id", "name_key") WHERE (deleted_at IS NULL);
-- create "segment_versions" table
CREATE TABLE "segment_versions" ("id" character varying NOT NULL, "seq" bigint NOT NULL, "status" character varying NOT NULL, "cause" character varying NOT NULL, "size" bigint NOT NULL DEFAULT 0, "members" bytea NULL, "rule" jsonb NULL, "failure" character varying NOT NULL DEFAULT '', "failure_text" text NOT NULL DEFAULT '', "started_at" timestamptz NOT NULL, "computed_at" timestamptz NOT NULL, "took_ms" bigint NOT NULL DEFAULT 0, "project_id" character varying NOT NULL, "segment_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "segmentversion_project_id_id" to table: "segment_versions"
CREATE UNIQUE INDEX "segmentversion_project_id_id" ON "segment_versions" ("project_id", "id");
-- create index "segmentversion_segment_id_seq" to table: "segment_versions"
CREATE UNIQUE INDEX "segmentversion_segment_id_seq" ON "segment_versions" ("segment_id", "seq");
-- create "subjects" table
CREATE TABLE "subjects" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "num" bigint NOT NULL, "code" character varying NOT NULL, "name" character varying NOT NULL, "id_type" character varying NOT NULL, "resolve_attribute" character varying NOT NULL DEFAULT '', "resolve_id_type" character varying NOT NULL DEFAULT '', "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "subject_project_id_code" to table: "subjects"
CREATE UNIQUE INDEX "subject_project_id_code" ON "subjects" ("project_id", "code");
-- create index "subject_project_id_id" to table: "subjects"
CREATE UNIQUE INDEX "subject_project_id_id" ON "subjects" ("project_id", "id");
-- create index "subjects_num_key" to table: "subjects"
CREATE UNIQUE INDEX "subjects_num_key" ON "subjects" ("num");
-- create "wechat_subscriptions" table
CREATE TABLE "wechat_subscriptions" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "project_num" bigint NOT NULL, "app_id" character varying NOT NULL, "template_id" character varying NOT NULL, "person_num" bigint NOT NULL, "openid" character varying NOT NULL, "remaining" bigint NOT NULL DEFAULT 0, "rejected" boolean NOT NULL DEFAULT false, "updated_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "wechatsubscription_project_num_app_id_template_id_openid" to table: "wechat_subscriptions"
CREATE UNIQUE INDEX "wechatsubscription_project_num_app_id_template_id_openid" ON "wechat_subscriptions" ("project_num", "app_id", "template_id", "openid");
-- create index "wechatsubscription_project_num_person_num" to table: "wechat_subscriptions"
CREATE INDEX "wechatsubscription_project_num_person_num" ON "wechat_subscriptions" ("project_num", "person_num");

ALTER TABLE "imports" ADD CONSTRAINT "imports_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "imports" ADD CONSTRAINT "imports_detail_tables_table" FOREIGN KEY ("project_id", "table_id") REFERENCES "detail_tables" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "imports" ADD CONSTRAINT "imports_event_sources_source" FOREIGN KEY ("project_id", "source_id") REFERENCES "event_sources" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "imports" ADD CONSTRAINT "imports_accounts_creator" FOREIGN KEY ("creator_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;
ALTER TABLE "detail_tables" ADD CONSTRAINT "detail_tables_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "event_sources" ADD CONSTRAINT "event_sources_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "event_types" ADD CONSTRAINT "event_types_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "id_types" ADD CONSTRAINT "id_types_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "import_chunks" ADD CONSTRAINT "import_chunks_imports_data_import" FOREIGN KEY ("import_id") REFERENCES "imports" ("id") ON DELETE CASCADE;
ALTER TABLE "import_errors" ADD CONSTRAINT "import_errors_imports_data_import" FOREIGN KEY ("import_id") REFERENCES "imports" ("id") ON DELETE CASCADE;
ALTER TABLE "properties" ADD CONSTRAINT "properties_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "segments" ADD CONSTRAINT "segments_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "segments" ADD CONSTRAINT "segments_channels_channel" FOREIGN KEY ("project_id", "channel_id") REFERENCES "channels" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "segments" ADD CONSTRAINT "segments_accounts_creator" FOREIGN KEY ("creator_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;
ALTER TABLE "segment_versions" ADD CONSTRAINT "segment_versions_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "segment_versions" ADD CONSTRAINT "segment_versions_segments_segment" FOREIGN KEY ("project_id", "segment_id") REFERENCES "segments" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "subjects" ADD CONSTRAINT "subjects_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;

ALTER TABLE "tasks" ADD CONSTRAINT "tasks_segments_segment" FOREIGN KEY ("project_id", "segment_id") REFERENCES "segments" ("project_id", "id") ON DELETE NO ACTION;
-- behaviour: by month of "at", which is milliseconds since the epoch
CREATE TABLE "events" (
  "project_num" bigint NOT NULL, "event_num" bigint NOT NULL, "person_num" bigint NOT NULL, "at" bigint NOT NULL,
  "received_at" bigint NOT NULL, "num" bigint NOT NULL, "source_num" bigint NOT NULL, "props" jsonb NULL
) PARTITION BY RANGE ("at");
CREATE INDEX "events_event_at" ON "events" ("project_num", "event_num", "at") INCLUDE ("person_num");
CREATE INDEX "events_person_at" ON "events" ("project_num", "person_num", "at");
CREATE TABLE "events_default" PARTITION OF "events" DEFAULT;
-- which messages were taken: a hash of project and message ID, for some days
CREATE TABLE "event_seen" ("hash" uuid NOT NULL PRIMARY KEY, "seen_at" bigint NOT NULL);
CREATE INDEX "event_seen_at" ON "event_seen" USING brin ("seen_at");
CREATE TABLE "detail_rows" (
  "project_num" bigint NOT NULL, "table_num" bigint NOT NULL, "key" uuid NOT NULL, "person_num" bigint NOT NULL, "at" bigint NOT NULL, "data" jsonb NOT NULL,
  PRIMARY KEY ("project_num", "table_num", "key")
);
CREATE INDEX "detail_rows_at" ON "detail_rows" ("project_num", "table_num", "at") INCLUDE ("person_num");
CREATE INDEX "detail_rows_person" ON "detail_rows" ("project_num", "person_num", "table_num", "at");
-- people are searched by the beginning of an ID: in byte order the index answers, whatever the database's own order is
ALTER TABLE "identities" ALTER COLUMN "value" TYPE character varying COLLATE "C";
UPDATE "settings" SET "value" = '2' WHERE "id" = 'schema_min_reader';

-- +goose Down
ALTER TABLE "tasks" DROP CONSTRAINT "tasks_segments_segment";
ALTER TABLE "identities" ALTER COLUMN "value" TYPE character varying;
DROP TABLE "detail_rows";
DROP TABLE "event_seen";
DROP TABLE "events";
-- reverse: create index "wechatsubscription_project_num_person_num" to table: "wechat_subscriptions"
DROP INDEX "wechatsubscription_project_num_person_num";
-- reverse: create index "wechatsubscription_project_num_app_id_template_id_openid" to table: "wechat_subscriptions"
DROP INDEX "wechatsubscription_project_num_app_id_template_id_openid";
-- reverse: create "wechat_subscriptions" table
DROP TABLE "wechat_subscriptions";
-- reverse: create index "subjects_num_key" to table: "subjects"
DROP INDEX "subjects_num_key";
-- reverse: create index "subject_project_id_id" to table: "subjects"
DROP INDEX "subject_project_id_id";
-- reverse: create index "subject_project_id_code" to table: "subjects"
DROP INDEX "subject_project_id_code";
-- reverse: create "subjects" table
DROP TABLE "subjects";
-- reverse: create index "segmentversion_segment_id_seq" to table: "segment_versions"
DROP INDEX "segmentversion_segment_id_seq";
-- reverse: create index "segmentversion_project_id_id" to table: "segment_versions"
DROP INDEX "segmentversion_project_id_id";
-- reverse: create "segment_versions" table
DROP TABLE "segment_versions";
-- reverse: create index "segment_project_id_name_key" to table: "segments"
DROP INDEX "segment_project_id_name_key";
-- reverse: create index "segment_project_id_id" to table: "segments"
DROP INDEX "segment_project_id_id";
-- reverse: create index "segment_project_id_created_at" to table: "segments"
DROP INDEX "segment_project_id_created_at";
-- reverse: create index "segment_origin_task_id" to table: "segments"
DROP INDEX "segment_origin_task_id";
-- reverse: create index "segment_due_at" to table: "segments"
DROP INDEX "segment_due_at";
-- reverse: create "segments" table
DROP TABLE "segments";
-- reverse: create index "refusedevent_project_num_received_at" to table: "refused_events"
DROP INDEX "refusedevent_project_num_received_at";
-- reverse: create "refused_events" table
DROP TABLE "refused_events";
-- reverse: create index "property_project_id_owner_owner_id_name" to table: "properties"
DROP INDEX "property_project_id_owner_owner_id_name";
-- reverse: create index "property_project_id_id" to table: "properties"
DROP INDEX "property_project_id_id";
-- reverse: create "properties" table
DROP TABLE "properties";
-- reverse: create index "personalias_unfolded" to table: "person_aliases"
DROP INDEX "personalias_unfolded";
-- reverse: create index "personalias_to_id" to table: "person_aliases"
DROP INDEX "personalias_to_id";
-- reverse: create index "personalias_project_num_merged_at" to table: "person_aliases"
DROP INDEX "personalias_project_num_merged_at";
-- reverse: create "person_aliases" table
DROP TABLE "person_aliases";
-- reverse: create index "importerror_import_id_row_field" to table: "import_errors"
DROP INDEX "importerror_import_id_row_field";
-- reverse: create "import_errors" table
DROP TABLE "import_errors";
-- reverse: create index "importchunk_import_id_seq" to table: "import_chunks"
DROP INDEX "importchunk_import_id_seq";
-- reverse: create "import_chunks" table
DROP TABLE "import_chunks";
-- reverse: create index "identityconflict_project_num_person_num" to table: "identity_conflicts"
DROP INDEX "identityconflict_project_num_person_num";
-- reverse: create index "identityconflict_project_num_at" to table: "identity_conflicts"
DROP INDEX "identityconflict_project_num_at";
-- reverse: create "identity_conflicts" table
DROP TABLE "identity_conflicts";
-- reverse: create index "idtype_project_id_id" to table: "id_types"
DROP INDEX "idtype_project_id_id";
-- reverse: create index "idtype_project_id_code" to table: "id_types"
DROP INDEX "idtype_project_id_code";
-- reverse: create "id_types" table
DROP TABLE "id_types";
-- reverse: create index "eventtype_project_id_name" to table: "event_types"
DROP INDEX "eventtype_project_id_name";
-- reverse: create index "eventtype_project_id_id" to table: "event_types"
DROP INDEX "eventtype_project_id_id";
-- reverse: create index "event_types_num_key" to table: "event_types"
DROP INDEX "event_types_num_key";
-- reverse: create "event_types" table
DROP TABLE "event_types";
-- reverse: create index "eventsource_project_id_name" to table: "event_sources"
DROP INDEX "eventsource_project_id_name";
-- reverse: create index "eventsource_project_id_id" to table: "event_sources"
DROP INDEX "eventsource_project_id_id";
-- reverse: create index "event_sources_num_key" to table: "event_sources"
DROP INDEX "event_sources_num_key";
-- reverse: create index "event_sources_key_hash_key" to table: "event_sources"
DROP INDEX "event_sources_key_hash_key";
-- reverse: create "event_sources" table
DROP TABLE "event_sources";
-- reverse: create index "detailtable_project_id_name" to table: "detail_tables"
DROP INDEX "detailtable_project_id_name";
-- reverse: create index "detailtable_project_id_id" to table: "detail_tables"
DROP INDEX "detailtable_project_id_id";
-- reverse: create index "detail_tables_num_key" to table: "detail_tables"
DROP INDEX "detail_tables_num_key";
-- reverse: create "detail_tables" table
DROP TABLE "detail_tables";
-- reverse: create index "dataimport_project_id_id" to table: "imports"
DROP INDEX "dataimport_project_id_id";
-- reverse: create index "dataimport_project_id_created_at" to table: "imports"
DROP INDEX "dataimport_project_id_created_at";
-- reverse: create index "dataimport_due_at" to table: "imports"
DROP INDEX "dataimport_due_at";
-- reverse: create "imports" table
DROP TABLE "imports";
-- reverse: create index "task_segment_id" to table: "tasks"
DROP INDEX "task_segment_id";
-- reverse: modify "tasks" table
ALTER TABLE "tasks" DROP COLUMN "segment_id", DROP COLUMN "refresh_failure", DROP COLUMN "refresh_before", DROP COLUMN "segment_roles", DROP COLUMN "listed", DROP COLUMN "rule";
-- reverse: modify "runs" table
ALTER TABLE "runs" DROP COLUMN "segment_version_id", DROP COLUMN "refresh_result", DROP COLUMN "refresh_ended_at", DROP COLUMN "refresh_started_at";
-- reverse: modify "projects" table
ALTER TABLE "projects" DROP COLUMN "event_retention_days", DROP COLUMN "listed_default";
-- reverse: modify "persons" table
ALTER TABLE "persons" DROP COLUMN "tags", DROP COLUMN "subject";
