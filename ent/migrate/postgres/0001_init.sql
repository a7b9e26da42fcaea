-- +goose Up
-- create "accounts" table
CREATE TABLE "accounts" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "email" character varying NOT NULL, "name" character varying NOT NULL, "password_hash" character varying NOT NULL, "tenant_admin" boolean NOT NULL DEFAULT false, "locale" character varying NOT NULL DEFAULT 'zh-CN', "disabled" boolean NOT NULL DEFAULT false, PRIMARY KEY ("id"));
-- create index "accounts_email_key" to table: "accounts"
CREATE UNIQUE INDEX "accounts_email_key" ON "accounts" ("email");
-- create "applications" table
CREATE TABLE "applications" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "preferred" boolean NOT NULL DEFAULT false, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "application_project_id_id" to table: "applications"
CREATE UNIQUE INDEX "application_project_id_id" ON "applications" ("project_id", "id");
-- create index "application_project_id_name" to table: "applications"
CREATE UNIQUE INDEX "application_project_id_name" ON "applications" ("project_id", "name");
-- create "approvals" table
CREATE TABLE "approvals" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "status" character varying NOT NULL DEFAULT 'PENDING', "submitted_at" timestamptz NOT NULL, "expires_at" timestamptz NULL, "decided_at" timestamptz NULL, "comment" text NOT NULL DEFAULT '', "snapshot" jsonb NULL, "urged_at" timestamptz NULL, "project_id" character varying NOT NULL, "task_id" character varying NOT NULL, "submitter_id" character varying NOT NULL, "decider_id" character varying NULL, PRIMARY KEY ("id"));
-- create index "approval_due_at" to table: "approvals"
CREATE INDEX "approval_due_at" ON "approvals" ("due_at") WHERE (due_at IS NOT NULL);
-- create index "approval_project_id_id" to table: "approvals"
CREATE UNIQUE INDEX "approval_project_id_id" ON "approvals" ("project_id", "id");
-- create index "approval_project_id_status_submitted_at" to table: "approvals"
CREATE INDEX "approval_project_id_status_submitted_at" ON "approvals" ("project_id", "status", "submitted_at");
-- create index "approval_task_id" to table: "approvals"
CREATE INDEX "approval_task_id" ON "approvals" ("task_id");
-- create "audit_entries" table
CREATE TABLE "audit_entries" ("id" character varying NOT NULL, "at" timestamptz NOT NULL, "actor_id" character varying NOT NULL DEFAULT '', "actor_name" character varying NOT NULL DEFAULT '', "action" character varying NOT NULL, "object_id" character varying NOT NULL DEFAULT '', "object_name" character varying NOT NULL DEFAULT '', "detail" jsonb NULL, "ip" character varying NOT NULL DEFAULT '', "request_id" character varying NOT NULL DEFAULT '', "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "auditentry_project_id_at" to table: "audit_entries"
CREATE INDEX "auditentry_project_id_at" ON "audit_entries" ("project_id", "at");
-- create index "auditentry_project_id_id" to table: "audit_entries"
CREATE UNIQUE INDEX "auditentry_project_id_id" ON "audit_entries" ("project_id", "id");
-- create index "auditentry_project_id_object_id_at" to table: "audit_entries"
CREATE INDEX "auditentry_project_id_object_id_at" ON "audit_entries" ("project_id", "object_id", "at");
-- create "campaigns" table
CREATE TABLE "campaigns" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "project_id" character varying NOT NULL, "group_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "campaign_group_id" to table: "campaigns"
CREATE INDEX "campaign_group_id" ON "campaigns" ("group_id");
-- create index "campaign_project_id_id" to table: "campaigns"
CREATE UNIQUE INDEX "campaign_project_id_id" ON "campaigns" ("project_id", "id");
-- create index "campaign_project_id_name" to table: "campaigns"
CREATE UNIQUE INDEX "campaign_project_id_name" ON "campaigns" ("project_id", "name");
-- create "campaign_groups" table
CREATE TABLE "campaign_groups" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "campaigngroup_project_id_id" to table: "campaign_groups"
CREATE UNIQUE INDEX "campaigngroup_project_id_id" ON "campaign_groups" ("project_id", "id");
-- create index "campaigngroup_project_id_name" to table: "campaign_groups"
CREATE UNIQUE INDEX "campaigngroup_project_id_name" ON "campaign_groups" ("project_id", "name");
-- create "channels" table
CREATE TABLE "channels" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "kind" character varying NOT NULL DEFAULT 'WECHAT_MINI_PROGRAM', "app_id" character varying NOT NULL, "secret" bytea NULL, "original_id" character varying NOT NULL DEFAULT '', "qps_limit" bigint NOT NULL DEFAULT 50, "program_state" character varying NOT NULL DEFAULT 'FORMAL', "lang" character varying NOT NULL DEFAULT 'ZH_CN', "h5_page" character varying NOT NULL DEFAULT '', "relay_page" character varying NOT NULL DEFAULT '', "enabled" boolean NOT NULL DEFAULT true, "state" character varying NOT NULL DEFAULT 'UNCHECKED', "state_code" character varying NOT NULL DEFAULT '', "state_text" character varying NOT NULL DEFAULT '', "checked_at" timestamptz NULL, "paused_until" timestamptz NULL, "templates_synced_at" timestamptz NULL, "first_sent_at" timestamptz NULL, "project_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "channel_project_id_app_id" to table: "channels"
CREATE UNIQUE INDEX "channel_project_id_app_id" ON "channels" ("project_id", "app_id");
-- create index "channel_project_id_id" to table: "channels"
CREATE UNIQUE INDEX "channel_project_id_id" ON "channels" ("project_id", "id");
-- create index "channel_project_id_name" to table: "channels"
CREATE UNIQUE INDEX "channel_project_id_name" ON "channels" ("project_id", "name");
-- create "identities" table
CREATE TABLE "identities" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "project_num" bigint NOT NULL, "type" character varying NOT NULL, "value" character varying NOT NULL, "person_num" bigint NOT NULL, "invalid" boolean NOT NULL DEFAULT false, "bound_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "identity_project_num_person_num_type_value" to table: "identities"
CREATE INDEX "identity_project_num_person_num_type_value" ON "identities" ("project_num", "person_num", "type", "value");
-- create index "identity_project_num_type_value" to table: "identities"
CREATE UNIQUE INDEX "identity_project_num_type_value" ON "identities" ("project_num", "type", "value");
-- create "login_attempts" table
CREATE TABLE "login_attempts" ("id" character varying NOT NULL, "failures" bigint NOT NULL DEFAULT 0, "since" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create index "loginattempt_since" to table: "login_attempts"
CREATE INDEX "loginattempt_since" ON "login_attempts" ("since");
-- create "members" table
CREATE TABLE "members" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "role" character varying NOT NULL, "project_id" character varying NOT NULL, "account_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "member_account_id" to table: "members"
CREATE INDEX "member_account_id" ON "members" ("account_id");
-- create index "member_project_id_account_id" to table: "members"
CREATE UNIQUE INDEX "member_project_id_account_id" ON "members" ("project_id", "account_id");
-- create index "member_project_id_id" to table: "members"
CREATE UNIQUE INDEX "member_project_id_id" ON "members" ("project_id", "id");
-- create "persons" table
CREATE TABLE "persons" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "project_num" bigint NOT NULL, "stub" boolean NOT NULL DEFAULT false, "attributes" jsonb NULL, "created_at" timestamptz NOT NULL, PRIMARY KEY ("id"));
-- create "projects" table
CREATE TABLE "projects" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "num" bigint NOT NULL, "next_person" bigint NOT NULL DEFAULT 1, "time_zone" character varying NOT NULL DEFAULT 'Asia/Shanghai', "audience_source" character varying NOT NULL DEFAULT 'CDP', "multi_subject" boolean NOT NULL DEFAULT false, "self_approval" boolean NOT NULL DEFAULT false, "refresh_lead" bigint NOT NULL DEFAULT 15, PRIMARY KEY ("id"));
-- create index "projects_num_key" to table: "projects"
CREATE UNIQUE INDEX "projects_num_key" ON "projects" ("num");
-- create "runs" table
CREATE TABLE "runs" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "num" bigint NOT NULL, "kind" character varying NOT NULL DEFAULT 'SCHEDULED', "origin_id" character varying NULL, "selection" jsonb NULL, "planned_at" timestamptz NOT NULL, "run_at" timestamptz NOT NULL, "status" character varying NOT NULL DEFAULT 'WAITING', "audience_size" bigint NOT NULL DEFAULT 0, "plan" jsonb NULL, "failure" character varying NOT NULL DEFAULT '', "failure_text" text NOT NULL DEFAULT '', "started_at" timestamptz NULL, "ended_at" timestamptz NULL, "project_id" character varying NOT NULL, "task_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "run_due_at" to table: "runs"
CREATE INDEX "run_due_at" ON "runs" ("due_at") WHERE (due_at IS NOT NULL);
-- create index "run_project_id_id" to table: "runs"
CREATE UNIQUE INDEX "run_project_id_id" ON "runs" ("project_id", "id");
-- create index "run_status" to table: "runs"
CREATE INDEX "run_status" ON "runs" ("status");
-- create index "run_task_id_planned_at" to table: "runs"
CREATE INDEX "run_task_id_planned_at" ON "runs" ("task_id", "planned_at");
-- create index "runs_num_key" to table: "runs"
CREATE UNIQUE INDEX "runs_num_key" ON "runs" ("num");
-- create "sessions" table
CREATE TABLE "sessions" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "seen_at" timestamptz NOT NULL, "expires_at" timestamptz NOT NULL, "ip" character varying NOT NULL DEFAULT '', "user_agent" character varying NOT NULL DEFAULT '', "account_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "session_expires_at" to table: "sessions"
CREATE INDEX "session_expires_at" ON "sessions" ("expires_at");
-- create "settings" table
CREATE TABLE "settings" ("id" character varying NOT NULL, "value" text NOT NULL, PRIMARY KEY ("id"));
-- create "shards" table
CREATE TABLE "shards" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "project_num" bigint NOT NULL, "run_num" bigint NOT NULL, "task_id" character varying NOT NULL, "channel_id" character varying NOT NULL, "class" bigint NOT NULL, "retry" boolean NOT NULL DEFAULT false, "try" bigint NOT NULL DEFAULT 1, "size" bigint NOT NULL, "slice" bytea NULL, "cursor" bigint NOT NULL DEFAULT 0, "done" boolean NOT NULL DEFAULT false, "sending" bigint NOT NULL DEFAULT 0, "sent" bigint NOT NULL DEFAULT 0, "failed" bigint NOT NULL DEFAULT 0, "not_sent" bigint NOT NULL DEFAULT 0, "unconfirmed" bigint NOT NULL DEFAULT 0, "deferred" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "shard_run_num_due_at_id" to table: "shards"
CREATE INDEX "shard_run_num_due_at_id" ON "shards" ("run_num", "due_at", "id") WHERE (due_at IS NOT NULL);
-- create index "shard_lease_until" to table: "shards"
CREATE INDEX "shard_lease_until" ON "shards" ("lease_until") WHERE (lease_until IS NOT NULL);
-- create index "shard_run_num" to table: "shards"
CREATE INDEX "shard_run_num" ON "shards" ("run_num");
-- create index "shard_task_id" to table: "shards"
CREATE INDEX "shard_task_id" ON "shards" ("task_id");
-- create "shard_reasons" table
CREATE TABLE "shard_reasons" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "shard_id" bigint NOT NULL, "run_num" bigint NOT NULL, "task_id" character varying NOT NULL, "status" bigint NOT NULL, "reason" character varying NOT NULL, "count" bigint NOT NULL DEFAULT 0, PRIMARY KEY ("id"));
-- create index "shardreason_run_num" to table: "shard_reasons"
CREATE INDEX "shardreason_run_num" ON "shard_reasons" ("run_num");
-- create index "shardreason_shard_id_status_reason" to table: "shard_reasons"
CREATE UNIQUE INDEX "shardreason_shard_id_status_reason" ON "shard_reasons" ("shard_id", "status", "reason");
-- create index "shardreason_task_id" to table: "shard_reasons"
CREATE INDEX "shardreason_task_id" ON "shard_reasons" ("task_id");
-- create "tasks" table
CREATE TABLE "tasks" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "deleted_at" timestamptz NULL, "name" character varying NOT NULL, "name_key" character varying NOT NULL, "method" character varying NOT NULL DEFAULT 'WECHAT_SUBSCRIPTION', "type" character varying NOT NULL DEFAULT 'ONCE', "subject" character varying NOT NULL DEFAULT 'user', "audience_mode" character varying NOT NULL DEFAULT 'UPLOAD', "supplementary" jsonb NULL, "reach_at" timestamptz NULL, "approval_timeout" character varying NOT NULL DEFAULT 'CANCEL', "message_class" character varying NOT NULL DEFAULT 'NORMAL', "template_snapshot" jsonb NULL, "content" jsonb NULL, "open_mode" character varying NULL, "open_url" character varying NOT NULL DEFAULT '', "open_app_id" character varying NOT NULL DEFAULT '', "open_path" character varying NOT NULL DEFAULT '', "global_limit" boolean NOT NULL DEFAULT true, "resend_unconfirmed" boolean NOT NULL DEFAULT false, "approval_status" character varying NOT NULL DEFAULT 'NONE', "run_status" character varying NOT NULL DEFAULT 'DRAFT', "status_reason" character varying NOT NULL DEFAULT '', "status_text" text NOT NULL DEFAULT '', "submitted_at" timestamptz NULL, "approved_at" timestamptz NULL, "started_at" timestamptz NULL, "ended_at" timestamptz NULL, "version" bigint NOT NULL DEFAULT 1, "project_id" character varying NOT NULL, "application_id" character varying NULL, "campaign_id" character varying NULL, "channel_id" character varying NULL, "template_id" character varying NULL, "upload_id" character varying NULL, "creator_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "task_project_id_creator_id" to table: "tasks"
CREATE INDEX "task_project_id_creator_id" ON "tasks" ("project_id", "creator_id");
-- create index "task_campaign_id" to table: "tasks"
CREATE INDEX "task_campaign_id" ON "tasks" ("campaign_id");
-- create index "task_channel_id" to table: "tasks"
CREATE INDEX "task_channel_id" ON "tasks" ("channel_id");
-- create index "task_project_id_created_at" to table: "tasks"
CREATE INDEX "task_project_id_created_at" ON "tasks" ("project_id", "created_at");
-- create index "task_project_id_id" to table: "tasks"
CREATE UNIQUE INDEX "task_project_id_id" ON "tasks" ("project_id", "id");
-- create index "task_project_id_name_key" to table: "tasks"
CREATE UNIQUE INDEX "task_project_id_name_key" ON "tasks" ("project_id", "name_key") WHERE (deleted_at IS NULL);
-- create index "task_project_id_run_status_created_at" to table: "tasks"
CREATE INDEX "task_project_id_run_status_created_at" ON "tasks" ("project_id", "run_status", "created_at");
-- create index "task_upload_id" to table: "tasks"
CREATE INDEX "task_upload_id" ON "tasks" ("upload_id");
-- create "task_groups" table
CREATE TABLE "task_groups" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "name" character varying NOT NULL, "top_id" character varying NOT NULL DEFAULT '', "level" bigint NOT NULL DEFAULT 1, "objects" jsonb NULL, "position" bigint NOT NULL DEFAULT 0, "project_id" character varying NOT NULL, "parent_id" character varying NULL, PRIMARY KEY ("id"));
-- create index "taskgroup_project_id_id" to table: "task_groups"
CREATE UNIQUE INDEX "taskgroup_project_id_id" ON "task_groups" ("project_id", "id");
-- create index "taskgroup_project_id_parent_id_name" to table: "task_groups"
CREATE UNIQUE INDEX "taskgroup_project_id_parent_id_name" ON "task_groups" ("project_id", "parent_id", "name");
-- create index "taskgroup_project_id_top_id" to table: "task_groups"
CREATE INDEX "taskgroup_project_id_top_id" ON "task_groups" ("project_id", "top_id");
-- create "task_group_links" table
CREATE TABLE "task_group_links" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "top_id" character varying NOT NULL, "project_id" character varying NOT NULL, "task_id" character varying NOT NULL, "group_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "taskgrouplink_group_id" to table: "task_group_links"
CREATE INDEX "taskgrouplink_group_id" ON "task_group_links" ("group_id");
-- create index "taskgrouplink_project_id_id" to table: "task_group_links"
CREATE UNIQUE INDEX "taskgrouplink_project_id_id" ON "task_group_links" ("project_id", "id");
-- create index "taskgrouplink_task_id_top_id" to table: "task_group_links"
CREATE UNIQUE INDEX "taskgrouplink_task_id_top_id" ON "task_group_links" ("task_id", "top_id");
-- create "templates" table
CREATE TABLE "templates" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "provider_id" character varying NOT NULL, "title" character varying NOT NULL, "content" text NOT NULL DEFAULT '', "example" text NOT NULL DEFAULT '', "kind" character varying NOT NULL, "fields" jsonb NOT NULL, "removed_at" timestamptz NULL, "synced_at" timestamptz NOT NULL, "project_id" character varying NOT NULL, "channel_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "template_channel_id_provider_id" to table: "templates"
CREATE UNIQUE INDEX "template_channel_id_provider_id" ON "templates" ("channel_id", "provider_id");
-- create index "template_project_id_id" to table: "templates"
CREATE UNIQUE INDEX "template_project_id_id" ON "templates" ("project_id", "id");
-- create "uploads" table
CREATE TABLE "uploads" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "file_name" character varying NOT NULL, "bytes" bigint NOT NULL DEFAULT 0, "status" character varying NOT NULL DEFAULT 'RECEIVING', "total" bigint NOT NULL DEFAULT 0, "valid" bigint NOT NULL DEFAULT 0, "duplicate" bigint NOT NULL DEFAULT 0, "invalid" bigint NOT NULL DEFAULT 0, "resolved" bigint NOT NULL DEFAULT 0, "bad_lines" jsonb NULL, "members" bytea NULL, "failure" character varying NOT NULL DEFAULT '', "project_id" character varying NOT NULL, "channel_id" character varying NOT NULL, "creator_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "upload_due_at" to table: "uploads"
CREATE INDEX "upload_due_at" ON "uploads" ("due_at") WHERE (due_at IS NOT NULL);
-- create index "upload_project_id_created_at" to table: "uploads"
CREATE INDEX "upload_project_id_created_at" ON "uploads" ("project_id", "created_at");
-- create index "upload_project_id_id" to table: "uploads"
CREATE UNIQUE INDEX "upload_project_id_id" ON "uploads" ("project_id", "id");
-- create "upload_chunks" table
CREATE TABLE "upload_chunks" ("id" bigint NOT NULL GENERATED BY DEFAULT AS IDENTITY, "seq" bigint NOT NULL, "ids" text NOT NULL, "upload_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "uploadchunk_upload_id_seq" to table: "upload_chunks"
CREATE UNIQUE INDEX "uploadchunk_upload_id_seq" ON "upload_chunks" ("upload_id", "seq");

ALTER TABLE "applications" ADD CONSTRAINT "applications_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_tasks_task" FOREIGN KEY ("project_id", "task_id") REFERENCES "tasks" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_accounts_submitter" FOREIGN KEY ("submitter_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;
ALTER TABLE "approvals" ADD CONSTRAINT "approvals_accounts_decider" FOREIGN KEY ("decider_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;
ALTER TABLE "audit_entries" ADD CONSTRAINT "audit_entries_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "campaigns" ADD CONSTRAINT "campaigns_campaign_groups_group" FOREIGN KEY ("project_id", "group_id") REFERENCES "campaign_groups" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "campaign_groups" ADD CONSTRAINT "campaign_groups_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "channels" ADD CONSTRAINT "channels_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "members" ADD CONSTRAINT "members_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "members" ADD CONSTRAINT "members_accounts_account" FOREIGN KEY ("account_id") REFERENCES "accounts" ("id") ON DELETE CASCADE;
ALTER TABLE "runs" ADD CONSTRAINT "runs_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "runs" ADD CONSTRAINT "runs_tasks_task" FOREIGN KEY ("project_id", "task_id") REFERENCES "tasks" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "sessions" ADD CONSTRAINT "sessions_accounts_account" FOREIGN KEY ("account_id") REFERENCES "accounts" ("id") ON DELETE CASCADE;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_applications_application" FOREIGN KEY ("project_id", "application_id") REFERENCES "applications" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_campaigns_campaign" FOREIGN KEY ("project_id", "campaign_id") REFERENCES "campaigns" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_channels_channel" FOREIGN KEY ("project_id", "channel_id") REFERENCES "channels" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_templates_template" FOREIGN KEY ("project_id", "template_id") REFERENCES "templates" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_uploads_upload" FOREIGN KEY ("project_id", "upload_id") REFERENCES "uploads" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "tasks" ADD CONSTRAINT "tasks_accounts_creator" FOREIGN KEY ("creator_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;
ALTER TABLE "task_groups" ADD CONSTRAINT "task_groups_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "task_groups" ADD CONSTRAINT "task_groups_task_groups_children" FOREIGN KEY ("project_id", "parent_id") REFERENCES "task_groups" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "task_group_links" ADD CONSTRAINT "task_group_links_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "task_group_links" ADD CONSTRAINT "task_group_links_tasks_task" FOREIGN KEY ("project_id", "task_id") REFERENCES "tasks" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "task_group_links" ADD CONSTRAINT "task_group_links_task_groups_group" FOREIGN KEY ("project_id", "group_id") REFERENCES "task_groups" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "templates" ADD CONSTRAINT "templates_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "templates" ADD CONSTRAINT "templates_channels_channel" FOREIGN KEY ("project_id", "channel_id") REFERENCES "channels" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_channels_channel" FOREIGN KEY ("project_id", "channel_id") REFERENCES "channels" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "uploads" ADD CONSTRAINT "uploads_accounts_creator" FOREIGN KEY ("creator_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;
ALTER TABLE "upload_chunks" ADD CONSTRAINT "upload_chunks_uploads_upload" FOREIGN KEY ("upload_id") REFERENCES "uploads" ("id") ON DELETE CASCADE;
-- what became of every candidate, in monthly partitions; see ent/schema Delivery
CREATE TABLE "deliveries" (
  "run_at" timestamptz NOT NULL, "run_num" bigint NOT NULL, "person_num" bigint NOT NULL, "project_num" bigint NOT NULL,
  "claimed_at" timestamptz NOT NULL, "settled_at" timestamptz NULL,
  "seq" integer NOT NULL DEFAULT 0, "status" smallint NOT NULL, "tries" smallint NOT NULL DEFAULT 1,
  "target" character varying NOT NULL DEFAULT '', "reason" character varying NOT NULL DEFAULT '', "text" character varying NOT NULL DEFAULT '',
  "message_id" character varying NOT NULL DEFAULT '', "content" text NOT NULL DEFAULT '',
  PRIMARY KEY ("run_at", "run_num", "person_num", "seq")
) PARTITION BY RANGE ("run_at");
CREATE TABLE "deliveries_default" PARTITION OF "deliveries" DEFAULT;
-- the oldest program (by the newest migration it knows) that may use this schema
INSERT INTO "settings" ("id", "value") VALUES ('schema_min_reader', '1'), ('clock_offset_us', '0');

-- +goose Down
DROP TABLE "deliveries";
-- reverse: create index "uploadchunk_upload_id_seq" to table: "upload_chunks"
DROP INDEX "uploadchunk_upload_id_seq";
-- reverse: create "upload_chunks" table
DROP TABLE "upload_chunks";
-- reverse: create index "upload_project_id_id" to table: "uploads"
DROP INDEX "upload_project_id_id";
-- reverse: create index "upload_project_id_created_at" to table: "uploads"
DROP INDEX "upload_project_id_created_at";
-- reverse: create index "upload_due_at" to table: "uploads"
DROP INDEX "upload_due_at";
-- reverse: create "uploads" table
DROP TABLE "uploads";
-- reverse: create index "template_project_id_id" to table: "templates"
DROP INDEX "template_project_id_id";
-- reverse: create index "template_channel_id_provider_id" to table: "templates"
DROP INDEX "template_channel_id_provider_id";
-- reverse: create "templates" table
DROP TABLE "templates";
-- reverse: create index "taskgrouplink_task_id_top_id" to table: "task_group_links"
DROP INDEX "taskgrouplink_task_id_top_id";
-- reverse: create index "taskgrouplink_project_id_id" to table: "task_group_links"
DROP INDEX "taskgrouplink_project_id_id";
-- reverse: create index "taskgrouplink_group_id" to table: "task_group_links"
DROP INDEX "taskgrouplink_group_id";
-- reverse: create "task_group_links" table
DROP TABLE "task_group_links";
-- reverse: create index "taskgroup_project_id_top_id" to table: "task_groups"
DROP INDEX "taskgroup_project_id_top_id";
-- reverse: create index "taskgroup_project_id_parent_id_name" to table: "task_groups"
DROP INDEX "taskgroup_project_id_parent_id_name";
-- reverse: create index "taskgroup_project_id_id" to table: "task_groups"
DROP INDEX "taskgroup_project_id_id";
-- reverse: create "task_groups" table
DROP TABLE "task_groups";
-- reverse: create index "task_upload_id" to table: "tasks"
DROP INDEX "task_upload_id";
-- reverse: create index "task_project_id_run_status_created_at" to table: "tasks"
DROP INDEX "task_project_id_run_status_created_at";
-- reverse: create index "task_project_id_name_key" to table: "tasks"
DROP INDEX "task_project_id_name_key";
-- reverse: create index "task_project_id_id" to table: "tasks"
DROP INDEX "task_project_id_id";
-- reverse: create index "task_project_id_created_at" to table: "tasks"
DROP INDEX "task_project_id_created_at";
-- reverse: create index "task_channel_id" to table: "tasks"
DROP INDEX "task_channel_id";
-- reverse: create index "task_campaign_id" to table: "tasks"
DROP INDEX "task_campaign_id";
-- reverse: create index "task_project_id_creator_id" to table: "tasks"
DROP INDEX "task_project_id_creator_id";
-- reverse: create "tasks" table
DROP TABLE "tasks";
-- reverse: create index "shardreason_task_id" to table: "shard_reasons"
DROP INDEX "shardreason_task_id";
-- reverse: create index "shardreason_shard_id_status_reason" to table: "shard_reasons"
DROP INDEX "shardreason_shard_id_status_reason";
-- reverse: create index "shardreason_run_num" to table: "shard_reasons"
DROP INDEX "shardreason_run_num";
-- reverse: create "shard_reasons" table
DROP TABLE "shard_reasons";
-- reverse: create index "shard_task_id" to table: "shards"
DROP INDEX "shard_task_id";
-- reverse: create index "shard_run_num" to table: "shards"
DROP INDEX "shard_run_num";
-- reverse: create index "shard_lease_until" to table: "shards"
DROP INDEX "shard_lease_until";
-- reverse: create index "shard_run_num_due_at_id" to table: "shards"
DROP INDEX "shard_run_num_due_at_id";
-- reverse: create "shards" table
DROP TABLE "shards";
-- reverse: create "settings" table
DROP TABLE "settings";
-- reverse: create index "session_expires_at" to table: "sessions"
DROP INDEX "session_expires_at";
-- reverse: create "sessions" table
DROP TABLE "sessions";
-- reverse: create index "runs_num_key" to table: "runs"
DROP INDEX "runs_num_key";
-- reverse: create index "run_task_id_planned_at" to table: "runs"
DROP INDEX "run_task_id_planned_at";
-- reverse: create index "run_status" to table: "runs"
DROP INDEX "run_status";
-- reverse: create index "run_project_id_id" to table: "runs"
DROP INDEX "run_project_id_id";
-- reverse: create index "run_due_at" to table: "runs"
DROP INDEX "run_due_at";
-- reverse: create "runs" table
DROP TABLE "runs";
-- reverse: create index "projects_num_key" to table: "projects"
DROP INDEX "projects_num_key";
-- reverse: create "projects" table
DROP TABLE "projects";
-- reverse: create "persons" table
DROP TABLE "persons";
-- reverse: create index "member_project_id_id" to table: "members"
DROP INDEX "member_project_id_id";
-- reverse: create index "member_project_id_account_id" to table: "members"
DROP INDEX "member_project_id_account_id";
-- reverse: create index "member_account_id" to table: "members"
DROP INDEX "member_account_id";
-- reverse: create "members" table
DROP TABLE "members";
-- reverse: create index "loginattempt_since" to table: "login_attempts"
DROP INDEX "loginattempt_since";
-- reverse: create "login_attempts" table
DROP TABLE "login_attempts";
-- reverse: create index "identity_project_num_type_value" to table: "identities"
DROP INDEX "identity_project_num_type_value";
-- reverse: create index "identity_project_num_person_num_type_value" to table: "identities"
DROP INDEX "identity_project_num_person_num_type_value";
-- reverse: create "identities" table
DROP TABLE "identities";
-- reverse: create index "channel_project_id_name" to table: "channels"
DROP INDEX "channel_project_id_name";
-- reverse: create index "channel_project_id_id" to table: "channels"
DROP INDEX "channel_project_id_id";
-- reverse: create index "channel_project_id_app_id" to table: "channels"
DROP INDEX "channel_project_id_app_id";
-- reverse: create "channels" table
DROP TABLE "channels";
-- reverse: create index "campaigngroup_project_id_name" to table: "campaign_groups"
DROP INDEX "campaigngroup_project_id_name";
-- reverse: create index "campaigngroup_project_id_id" to table: "campaign_groups"
DROP INDEX "campaigngroup_project_id_id";
-- reverse: create "campaign_groups" table
DROP TABLE "campaign_groups";
-- reverse: create index "campaign_project_id_name" to table: "campaigns"
DROP INDEX "campaign_project_id_name";
-- reverse: create index "campaign_project_id_id" to table: "campaigns"
DROP INDEX "campaign_project_id_id";
-- reverse: create index "campaign_group_id" to table: "campaigns"
DROP INDEX "campaign_group_id";
-- reverse: create "campaigns" table
DROP TABLE "campaigns";
-- reverse: create index "auditentry_project_id_object_id_at" to table: "audit_entries"
DROP INDEX "auditentry_project_id_object_id_at";
-- reverse: create index "auditentry_project_id_id" to table: "audit_entries"
DROP INDEX "auditentry_project_id_id";
-- reverse: create index "auditentry_project_id_at" to table: "audit_entries"
DROP INDEX "auditentry_project_id_at";
-- reverse: create "audit_entries" table
DROP TABLE "audit_entries";
-- reverse: create index "approval_task_id" to table: "approvals"
DROP INDEX "approval_task_id";
-- reverse: create index "approval_project_id_status_submitted_at" to table: "approvals"
DROP INDEX "approval_project_id_status_submitted_at";
-- reverse: create index "approval_project_id_id" to table: "approvals"
DROP INDEX "approval_project_id_id";
-- reverse: create index "approval_due_at" to table: "approvals"
DROP INDEX "approval_due_at";
-- reverse: create "approvals" table
DROP TABLE "approvals";
-- reverse: create index "application_project_id_name" to table: "applications"
DROP INDEX "application_project_id_name";
-- reverse: create index "application_project_id_id" to table: "applications"
DROP INDEX "application_project_id_id";
-- reverse: create "applications" table
DROP TABLE "applications";
-- reverse: create index "accounts_email_key" to table: "accounts"
DROP INDEX "accounts_email_key";
-- reverse: create "accounts" table
DROP TABLE "accounts";

