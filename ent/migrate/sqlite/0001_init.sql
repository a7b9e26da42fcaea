-- +goose Up
-- create "accounts" table
CREATE TABLE `accounts` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `email` text NOT NULL, `name` text NOT NULL, `password_hash` text NOT NULL, `tenant_admin` bool NOT NULL DEFAULT (false), `locale` text NOT NULL DEFAULT ('zh-CN'), `disabled` bool NOT NULL DEFAULT (false), PRIMARY KEY (`id`));
-- create index "accounts_email_key" to table: "accounts"
CREATE UNIQUE INDEX `accounts_email_key` ON `accounts` (`email`);
-- create "applications" table
CREATE TABLE `applications` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `preferred` bool NOT NULL DEFAULT (false), `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `applications_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "application_project_id_id" to table: "applications"
CREATE UNIQUE INDEX `application_project_id_id` ON `applications` (`project_id`, `id`);
-- create index "application_project_id_name" to table: "applications"
CREATE UNIQUE INDEX `application_project_id_name` ON `applications` (`project_id`, `name`);
-- create "approvals" table
CREATE TABLE `approvals` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `status` text NOT NULL DEFAULT ('PENDING'), `submitted_at` datetime NOT NULL, `expires_at` datetime NULL, `decided_at` datetime NULL, `comment` text NOT NULL DEFAULT (''), `snapshot` json NULL, `urged_at` datetime NULL, `project_id` text NOT NULL, `task_id` text NOT NULL, `submitter_id` text NOT NULL, `decider_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `approvals_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `approvals_tasks_task` FOREIGN KEY (`project_id`, `task_id`) REFERENCES `tasks` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `approvals_accounts_submitter` FOREIGN KEY (`submitter_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION, CONSTRAINT `approvals_accounts_decider` FOREIGN KEY (`decider_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "approval_project_id_id" to table: "approvals"
CREATE UNIQUE INDEX `approval_project_id_id` ON `approvals` (`project_id`, `id`);
-- create index "approval_project_id_status_submitted_at" to table: "approvals"
CREATE INDEX `approval_project_id_status_submitted_at` ON `approvals` (`project_id`, `status`, `submitted_at`);
-- create index "approval_task_id" to table: "approvals"
CREATE INDEX `approval_task_id` ON `approvals` (`task_id`);
-- create index "approval_due_at" to table: "approvals"
CREATE INDEX `approval_due_at` ON `approvals` (`due_at`) WHERE due_at IS NOT NULL;
-- create "audit_entries" table
CREATE TABLE `audit_entries` (`id` text NOT NULL, `at` datetime NOT NULL, `actor_id` text NOT NULL DEFAULT (''), `actor_name` text NOT NULL DEFAULT (''), `action` text NOT NULL, `object_id` text NOT NULL DEFAULT (''), `object_name` text NOT NULL DEFAULT (''), `detail` json NULL, `ip` text NOT NULL DEFAULT (''), `request_id` text NOT NULL DEFAULT (''), `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `audit_entries_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "auditentry_project_id_id" to table: "audit_entries"
CREATE UNIQUE INDEX `auditentry_project_id_id` ON `audit_entries` (`project_id`, `id`);
-- create index "auditentry_project_id_at" to table: "audit_entries"
CREATE INDEX `auditentry_project_id_at` ON `audit_entries` (`project_id`, `at`);
-- create index "auditentry_project_id_object_id_at" to table: "audit_entries"
CREATE INDEX `auditentry_project_id_object_id_at` ON `audit_entries` (`project_id`, `object_id`, `at`);
-- create "campaigns" table
CREATE TABLE `campaigns` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `project_id` text NOT NULL, `group_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `campaigns_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `campaigns_campaign_groups_group` FOREIGN KEY (`project_id`, `group_id`) REFERENCES `campaign_groups` (`project_id`, `id`) ON DELETE NO ACTION);
-- create index "campaign_project_id_id" to table: "campaigns"
CREATE UNIQUE INDEX `campaign_project_id_id` ON `campaigns` (`project_id`, `id`);
-- create index "campaign_project_id_name" to table: "campaigns"
CREATE UNIQUE INDEX `campaign_project_id_name` ON `campaigns` (`project_id`, `name`);
-- create index "campaign_group_id" to table: "campaigns"
CREATE INDEX `campaign_group_id` ON `campaigns` (`group_id`);
-- create "campaign_groups" table
CREATE TABLE `campaign_groups` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `campaign_groups_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "campaigngroup_project_id_id" to table: "campaign_groups"
CREATE UNIQUE INDEX `campaigngroup_project_id_id` ON `campaign_groups` (`project_id`, `id`);
-- create index "campaigngroup_project_id_name" to table: "campaign_groups"
CREATE UNIQUE INDEX `campaigngroup_project_id_name` ON `campaign_groups` (`project_id`, `name`);
-- create "channels" table
CREATE TABLE `channels` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `kind` text NOT NULL DEFAULT ('WECHAT_MINI_PROGRAM'), `app_id` text NOT NULL, `secret` blob NULL, `original_id` text NOT NULL DEFAULT (''), `qps_limit` integer NOT NULL DEFAULT (50), `program_state` text NOT NULL DEFAULT ('FORMAL'), `lang` text NOT NULL DEFAULT ('ZH_CN'), `h5_page` text NOT NULL DEFAULT (''), `relay_page` text NOT NULL DEFAULT (''), `enabled` bool NOT NULL DEFAULT (true), `state` text NOT NULL DEFAULT ('UNCHECKED'), `state_code` text NOT NULL DEFAULT (''), `state_text` text NOT NULL DEFAULT (''), `checked_at` datetime NULL, `paused_until` datetime NULL, `templates_synced_at` datetime NULL, `first_sent_at` datetime NULL, `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `channels_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "channel_project_id_id" to table: "channels"
CREATE UNIQUE INDEX `channel_project_id_id` ON `channels` (`project_id`, `id`);
-- create index "channel_project_id_name" to table: "channels"
CREATE UNIQUE INDEX `channel_project_id_name` ON `channels` (`project_id`, `name`);
-- create index "channel_project_id_app_id" to table: "channels"
CREATE UNIQUE INDEX `channel_project_id_app_id` ON `channels` (`project_id`, `app_id`);
-- create "identities" table
CREATE TABLE `identities` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `type` text NOT NULL, `value` text NOT NULL, `person_num` integer NOT NULL, `invalid` bool NOT NULL DEFAULT (false), `bound_at` datetime NOT NULL);
-- create index "identity_project_num_type_value" to table: "identities"
CREATE UNIQUE INDEX `identity_project_num_type_value` ON `identities` (`project_num`, `type`, `value`);
-- create index "identity_project_num_person_num_type_value" to table: "identities"
CREATE INDEX `identity_project_num_person_num_type_value` ON `identities` (`project_num`, `person_num`, `type`, `value`);
-- create "login_attempts" table
CREATE TABLE `login_attempts` (`id` text NOT NULL, `failures` integer NOT NULL DEFAULT (0), `since` datetime NOT NULL, PRIMARY KEY (`id`));
-- create index "loginattempt_since" to table: "login_attempts"
CREATE INDEX `loginattempt_since` ON `login_attempts` (`since`);
-- create "members" table
CREATE TABLE `members` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `role` text NOT NULL, `project_id` text NOT NULL, `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `members_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `members_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE);
-- create index "member_project_id_id" to table: "members"
CREATE UNIQUE INDEX `member_project_id_id` ON `members` (`project_id`, `id`);
-- create index "member_project_id_account_id" to table: "members"
CREATE UNIQUE INDEX `member_project_id_account_id` ON `members` (`project_id`, `account_id`);
-- create index "member_account_id" to table: "members"
CREATE INDEX `member_account_id` ON `members` (`account_id`);
-- create "persons" table
CREATE TABLE `persons` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `stub` bool NOT NULL DEFAULT (false), `attributes` json NULL, `created_at` datetime NOT NULL);
-- create "projects" table
CREATE TABLE `projects` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `num` integer NOT NULL, `next_person` integer NOT NULL DEFAULT (1), `time_zone` text NOT NULL DEFAULT ('Asia/Shanghai'), `audience_source` text NOT NULL DEFAULT ('CDP'), `multi_subject` bool NOT NULL DEFAULT (false), `self_approval` bool NOT NULL DEFAULT (false), `refresh_lead` integer NOT NULL DEFAULT (15), PRIMARY KEY (`id`));
-- create index "projects_num_key" to table: "projects"
CREATE UNIQUE INDEX `projects_num_key` ON `projects` (`num`);
-- create "runs" table
CREATE TABLE `runs` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `num` integer NOT NULL, `kind` text NOT NULL DEFAULT ('SCHEDULED'), `origin_id` text NULL, `selection` json NULL, `planned_at` datetime NOT NULL, `run_at` datetime NOT NULL, `status` text NOT NULL DEFAULT ('WAITING'), `audience_size` integer NOT NULL DEFAULT (0), `plan` json NULL, `failure` text NOT NULL DEFAULT (''), `failure_text` text NOT NULL DEFAULT (''), `started_at` datetime NULL, `ended_at` datetime NULL, `project_id` text NOT NULL, `task_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `runs_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `runs_tasks_task` FOREIGN KEY (`project_id`, `task_id`) REFERENCES `tasks` (`project_id`, `id`) ON DELETE NO ACTION);
-- create index "runs_num_key" to table: "runs"
CREATE UNIQUE INDEX `runs_num_key` ON `runs` (`num`);
-- create index "run_project_id_id" to table: "runs"
CREATE UNIQUE INDEX `run_project_id_id` ON `runs` (`project_id`, `id`);
-- create index "run_status" to table: "runs"
CREATE INDEX `run_status` ON `runs` (`status`);
-- create index "run_task_id_planned_at" to table: "runs"
CREATE INDEX `run_task_id_planned_at` ON `runs` (`task_id`, `planned_at`);
-- create index "run_due_at" to table: "runs"
CREATE INDEX `run_due_at` ON `runs` (`due_at`) WHERE due_at IS NOT NULL;
-- create "sessions" table
CREATE TABLE `sessions` (`id` text NOT NULL, `created_at` datetime NOT NULL, `seen_at` datetime NOT NULL, `expires_at` datetime NOT NULL, `ip` text NOT NULL DEFAULT (''), `user_agent` text NOT NULL DEFAULT (''), `account_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `sessions_accounts_account` FOREIGN KEY (`account_id`) REFERENCES `accounts` (`id`) ON DELETE CASCADE);
-- create index "session_expires_at" to table: "sessions"
CREATE INDEX `session_expires_at` ON `sessions` (`expires_at`);
-- create "settings" table
CREATE TABLE `settings` (`id` text NOT NULL, `value` text NOT NULL, PRIMARY KEY (`id`));
-- create "shards" table
CREATE TABLE `shards` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `project_num` integer NOT NULL, `run_num` integer NOT NULL, `task_id` text NOT NULL, `channel_id` text NOT NULL, `class` integer NOT NULL, `retry` bool NOT NULL DEFAULT (false), `try` integer NOT NULL DEFAULT (1), `size` integer NOT NULL, `slice` blob NULL, `cursor` integer NOT NULL DEFAULT (0), `done` bool NOT NULL DEFAULT (false), `sending` integer NOT NULL DEFAULT (0), `sent` integer NOT NULL DEFAULT (0), `failed` integer NOT NULL DEFAULT (0), `not_sent` integer NOT NULL DEFAULT (0), `unconfirmed` integer NOT NULL DEFAULT (0), `deferred` integer NOT NULL DEFAULT (0));
-- create index "shard_run_num" to table: "shards"
CREATE INDEX `shard_run_num` ON `shards` (`run_num`);
-- create index "shard_task_id" to table: "shards"
CREATE INDEX `shard_task_id` ON `shards` (`task_id`);
-- create index "shard_run_num_due_at_id" to table: "shards"
CREATE INDEX `shard_run_num_due_at_id` ON `shards` (`run_num`, `due_at`, `id`) WHERE due_at IS NOT NULL;
-- create index "shard_lease_until" to table: "shards"
CREATE INDEX `shard_lease_until` ON `shards` (`lease_until`) WHERE lease_until IS NOT NULL;
-- create "shard_reasons" table
CREATE TABLE `shard_reasons` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `shard_id` integer NOT NULL, `run_num` integer NOT NULL, `task_id` text NOT NULL, `status` integer NOT NULL, `reason` text NOT NULL, `count` integer NOT NULL DEFAULT (0));
-- create index "shardreason_shard_id_status_reason" to table: "shard_reasons"
CREATE UNIQUE INDEX `shardreason_shard_id_status_reason` ON `shard_reasons` (`shard_id`, `status`, `reason`);
-- create index "shardreason_task_id" to table: "shard_reasons"
CREATE INDEX `shardreason_task_id` ON `shard_reasons` (`task_id`);
-- create index "shardreason_run_num" to table: "shard_reasons"
CREATE INDEX `shardreason_run_num` ON `shard_reasons` (`run_num`);
-- create "tasks" table
CREATE TABLE `tasks` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `deleted_at` datetime NULL, `name` text NOT NULL, `name_key` text NOT NULL, `method` text NOT NULL DEFAULT ('WECHAT_SUBSCRIPTION'), `type` text NOT NULL DEFAULT ('ONCE'), `subject` text NOT NULL DEFAULT ('user'), `audience_mode` text NOT NULL DEFAULT ('UPLOAD'), `supplementary` json NULL, `reach_at` datetime NULL, `approval_timeout` text NOT NULL DEFAULT ('CANCEL'), `message_class` text NOT NULL DEFAULT ('NORMAL'), `template_snapshot` json NULL, `content` json NULL, `open_mode` text NULL, `open_url` text NOT NULL DEFAULT (''), `open_app_id` text NOT NULL DEFAULT (''), `open_path` text NOT NULL DEFAULT (''), `global_limit` bool NOT NULL DEFAULT (true), `resend_unconfirmed` bool NOT NULL DEFAULT (false), `approval_status` text NOT NULL DEFAULT ('NONE'), `run_status` text NOT NULL DEFAULT ('DRAFT'), `status_reason` text NOT NULL DEFAULT (''), `status_text` text NOT NULL DEFAULT (''), `submitted_at` datetime NULL, `approved_at` datetime NULL, `started_at` datetime NULL, `ended_at` datetime NULL, `version` integer NOT NULL DEFAULT (1), `project_id` text NOT NULL, `application_id` text NULL, `campaign_id` text NULL, `channel_id` text NULL, `template_id` text NULL, `upload_id` text NULL, `creator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `tasks_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `tasks_applications_application` FOREIGN KEY (`project_id`, `application_id`) REFERENCES `applications` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `tasks_campaigns_campaign` FOREIGN KEY (`project_id`, `campaign_id`) REFERENCES `campaigns` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `tasks_channels_channel` FOREIGN KEY (`project_id`, `channel_id`) REFERENCES `channels` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `tasks_templates_template` FOREIGN KEY (`project_id`, `template_id`) REFERENCES `templates` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `tasks_uploads_upload` FOREIGN KEY (`project_id`, `upload_id`) REFERENCES `uploads` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `tasks_accounts_creator` FOREIGN KEY (`creator_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "task_project_id_id" to table: "tasks"
CREATE UNIQUE INDEX `task_project_id_id` ON `tasks` (`project_id`, `id`);
-- create index "task_project_id_name_key" to table: "tasks"
CREATE UNIQUE INDEX `task_project_id_name_key` ON `tasks` (`project_id`, `name_key`) WHERE deleted_at IS NULL;
-- create index "task_project_id_created_at" to table: "tasks"
CREATE INDEX `task_project_id_created_at` ON `tasks` (`project_id`, `created_at`);
-- create index "task_project_id_run_status_created_at" to table: "tasks"
CREATE INDEX `task_project_id_run_status_created_at` ON `tasks` (`project_id`, `run_status`, `created_at`);
-- create index "task_project_id_creator_id" to table: "tasks"
CREATE INDEX `task_project_id_creator_id` ON `tasks` (`project_id`, `creator_id`);
-- create index "task_campaign_id" to table: "tasks"
CREATE INDEX `task_campaign_id` ON `tasks` (`campaign_id`);
-- create index "task_channel_id" to table: "tasks"
CREATE INDEX `task_channel_id` ON `tasks` (`channel_id`);
-- create index "task_upload_id" to table: "tasks"
CREATE INDEX `task_upload_id` ON `tasks` (`upload_id`);
-- create "task_groups" table
CREATE TABLE `task_groups` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `name` text NOT NULL, `top_id` text NOT NULL DEFAULT (''), `level` integer NOT NULL DEFAULT (1), `objects` json NULL, `position` integer NOT NULL DEFAULT (0), `project_id` text NOT NULL, `parent_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `task_groups_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `task_groups_task_groups_children` FOREIGN KEY (`project_id`, `parent_id`) REFERENCES `task_groups` (`project_id`, `id`) ON DELETE NO ACTION);
-- create index "taskgroup_project_id_id" to table: "task_groups"
CREATE UNIQUE INDEX `taskgroup_project_id_id` ON `task_groups` (`project_id`, `id`);
-- create index "taskgroup_project_id_parent_id_name" to table: "task_groups"
CREATE UNIQUE INDEX `taskgroup_project_id_parent_id_name` ON `task_groups` (`project_id`, `parent_id`, `name`);
-- create index "taskgroup_project_id_top_id" to table: "task_groups"
CREATE INDEX `taskgroup_project_id_top_id` ON `task_groups` (`project_id`, `top_id`);
-- create "task_group_links" table
CREATE TABLE `task_group_links` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `top_id` text NOT NULL, `project_id` text NOT NULL, `task_id` text NOT NULL, `group_id` text NOT NULL, CONSTRAINT `task_group_links_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `task_group_links_tasks_task` FOREIGN KEY (`project_id`, `task_id`) REFERENCES `tasks` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `task_group_links_task_groups_group` FOREIGN KEY (`project_id`, `group_id`) REFERENCES `task_groups` (`project_id`, `id`) ON DELETE NO ACTION);
-- create index "taskgrouplink_project_id_id" to table: "task_group_links"
CREATE UNIQUE INDEX `taskgrouplink_project_id_id` ON `task_group_links` (`project_id`, `id`);
-- create index "taskgrouplink_task_id_top_id" to table: "task_group_links"
CREATE UNIQUE INDEX `taskgrouplink_task_id_top_id` ON `task_group_links` (`task_id`, `top_id`);
-- create index "taskgrouplink_group_id" to table: "task_group_links"
CREATE INDEX `taskgrouplink_group_id` ON `task_group_links` (`group_id`);
-- create "templates" table
CREATE TABLE `templates` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `provider_id` text NOT NULL, `title` text NOT NULL, `content` text NOT NULL DEFAULT (''), `example` text NOT NULL DEFAULT (''), `kind` text NOT NULL, `fields` json NOT NULL, `removed_at` datetime NULL, `synced_at` datetime NOT NULL, `project_id` text NOT NULL, `channel_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `templates_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `templates_channels_channel` FOREIGN KEY (`project_id`, `channel_id`) REFERENCES `channels` (`project_id`, `id`) ON DELETE NO ACTION);
-- create index "template_project_id_id" to table: "templates"
CREATE UNIQUE INDEX `template_project_id_id` ON `templates` (`project_id`, `id`);
-- create index "template_channel_id_provider_id" to table: "templates"
CREATE UNIQUE INDEX `template_channel_id_provider_id` ON `templates` (`channel_id`, `provider_id`);
-- create "uploads" table
CREATE TABLE `uploads` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `file_name` text NOT NULL, `bytes` integer NOT NULL DEFAULT (0), `status` text NOT NULL DEFAULT ('RECEIVING'), `total` integer NOT NULL DEFAULT (0), `valid` integer NOT NULL DEFAULT (0), `duplicate` integer NOT NULL DEFAULT (0), `invalid` integer NOT NULL DEFAULT (0), `resolved` integer NOT NULL DEFAULT (0), `bad_lines` json NULL, `members` blob NULL, `failure` text NOT NULL DEFAULT (''), `project_id` text NOT NULL, `channel_id` text NOT NULL, `creator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `uploads_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `uploads_channels_channel` FOREIGN KEY (`project_id`, `channel_id`) REFERENCES `channels` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `uploads_accounts_creator` FOREIGN KEY (`creator_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "upload_project_id_id" to table: "uploads"
CREATE UNIQUE INDEX `upload_project_id_id` ON `uploads` (`project_id`, `id`);
-- create index "upload_due_at" to table: "uploads"
CREATE INDEX `upload_due_at` ON `uploads` (`due_at`) WHERE due_at IS NOT NULL;
-- create index "upload_project_id_created_at" to table: "uploads"
CREATE INDEX `upload_project_id_created_at` ON `uploads` (`project_id`, `created_at`);
-- create "upload_chunks" table
CREATE TABLE `upload_chunks` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `seq` integer NOT NULL, `ids` text NOT NULL, `upload_id` text NOT NULL, CONSTRAINT `upload_chunks_uploads_upload` FOREIGN KEY (`upload_id`) REFERENCES `uploads` (`id`) ON DELETE CASCADE);
-- create index "uploadchunk_upload_id_seq" to table: "upload_chunks"
CREATE UNIQUE INDEX `uploadchunk_upload_id_seq` ON `upload_chunks` (`upload_id`, `seq`);
-- what became of every candidate; see ent/schema Delivery
CREATE TABLE `deliveries` (
  `run_at` datetime NOT NULL, `run_num` integer NOT NULL, `person_num` integer NOT NULL, `project_num` integer NOT NULL,
  `claimed_at` datetime NOT NULL, `settled_at` datetime NULL,
  `seq` integer NOT NULL DEFAULT 0, `status` integer NOT NULL, `tries` integer NOT NULL DEFAULT 1,
  `target` text NOT NULL DEFAULT '', `reason` text NOT NULL DEFAULT '', `text` text NOT NULL DEFAULT '',
  `message_id` text NOT NULL DEFAULT '', `content` text NOT NULL DEFAULT '',
  PRIMARY KEY (`run_num`, `person_num`, `seq`)
) WITHOUT ROWID;
-- the oldest program (by the newest migration it knows) that may use this schema
INSERT INTO `settings` (`id`, `value`) VALUES ('schema_min_reader', '1'), ('clock_offset_us', '0');

-- +goose Down
DROP TABLE `deliveries`;
-- reverse: create index "uploadchunk_upload_id_seq" to table: "upload_chunks"
DROP INDEX `uploadchunk_upload_id_seq`;
-- reverse: create "upload_chunks" table
DROP TABLE `upload_chunks`;
-- reverse: create index "upload_project_id_created_at" to table: "uploads"
DROP INDEX `upload_project_id_created_at`;
-- reverse: create index "upload_due_at" to table: "uploads"
DROP INDEX `upload_due_at`;
-- reverse: create index "upload_project_id_id" to table: "uploads"
DROP INDEX `upload_project_id_id`;
-- reverse: create "uploads" table
DROP TABLE `uploads`;
-- reverse: create index "template_channel_id_provider_id" to table: "templates"
DROP INDEX `template_channel_id_provider_id`;
-- reverse: create index "template_project_id_id" to table: "templates"
DROP INDEX `template_project_id_id`;
-- reverse: create "templates" table
DROP TABLE `templates`;
-- reverse: create index "taskgrouplink_group_id" to table: "task_group_links"
DROP INDEX `taskgrouplink_group_id`;
-- reverse: create index "taskgrouplink_task_id_top_id" to table: "task_group_links"
DROP INDEX `taskgrouplink_task_id_top_id`;
-- reverse: create index "taskgrouplink_project_id_id" to table: "task_group_links"
DROP INDEX `taskgrouplink_project_id_id`;
-- reverse: create "task_group_links" table
DROP TABLE `task_group_links`;
-- reverse: create index "taskgroup_project_id_top_id" to table: "task_groups"
DROP INDEX `taskgroup_project_id_top_id`;
-- reverse: create index "taskgroup_project_id_parent_id_name" to table: "task_groups"
DROP INDEX `taskgroup_project_id_parent_id_name`;
-- reverse: create index "taskgroup_project_id_id" to table: "task_groups"
DROP INDEX `taskgroup_project_id_id`;
-- reverse: create "task_groups" table
DROP TABLE `task_groups`;
-- reverse: create index "task_upload_id" to table: "tasks"
DROP INDEX `task_upload_id`;
-- reverse: create index "task_channel_id" to table: "tasks"
DROP INDEX `task_channel_id`;
-- reverse: create index "task_campaign_id" to table: "tasks"
DROP INDEX `task_campaign_id`;
-- reverse: create index "task_project_id_creator_id" to table: "tasks"
DROP INDEX `task_project_id_creator_id`;
-- reverse: create index "task_project_id_run_status_created_at" to table: "tasks"
DROP INDEX `task_project_id_run_status_created_at`;
-- reverse: create index "task_project_id_created_at" to table: "tasks"
DROP INDEX `task_project_id_created_at`;
-- reverse: create index "task_project_id_name_key" to table: "tasks"
DROP INDEX `task_project_id_name_key`;
-- reverse: create index "task_project_id_id" to table: "tasks"
DROP INDEX `task_project_id_id`;
-- reverse: create "tasks" table
DROP TABLE `tasks`;
-- reverse: create index "shardreason_run_num" to table: "shard_reasons"
DROP INDEX `shardreason_run_num`;
-- reverse: create index "shardreason_task_id" to table: "shard_reasons"
DROP INDEX `shardreason_task_id`;
-- reverse: create index "shardreason_shard_id_status_reason" to table: "shard_reasons"
DROP INDEX `shardreason_shard_id_status_reason`;
-- reverse: create "shard_reasons" table
DROP TABLE `shard_reasons`;
-- reverse: create index "shard_lease_until" to table: "shards"
DROP INDEX `shard_lease_until`;
-- reverse: create index "shard_run_num_due_at_id" to table: "shards"
DROP INDEX `shard_run_num_due_at_id`;
-- reverse: create index "shard_task_id" to table: "shards"
DROP INDEX `shard_task_id`;
-- reverse: create index "shard_run_num" to table: "shards"
DROP INDEX `shard_run_num`;
-- reverse: create "shards" table
DROP TABLE `shards`;
-- reverse: create "settings" table
DROP TABLE `settings`;
-- reverse: create index "session_expires_at" to table: "sessions"
DROP INDEX `session_expires_at`;
-- reverse: create "sessions" table
DROP TABLE `sessions`;
-- reverse: create index "run_due_at" to table: "runs"
DROP INDEX `run_due_at`;
-- reverse: create index "run_task_id_planned_at" to table: "runs"
DROP INDEX `run_task_id_planned_at`;
-- reverse: create index "run_status" to table: "runs"
DROP INDEX `run_status`;
-- reverse: create index "run_project_id_id" to table: "runs"
DROP INDEX `run_project_id_id`;
-- reverse: create index "runs_num_key" to table: "runs"
DROP INDEX `runs_num_key`;
-- reverse: create "runs" table
DROP TABLE `runs`;
-- reverse: create index "projects_num_key" to table: "projects"
DROP INDEX `projects_num_key`;
-- reverse: create "projects" table
DROP TABLE `projects`;
-- reverse: create "persons" table
DROP TABLE `persons`;
-- reverse: create index "member_account_id" to table: "members"
DROP INDEX `member_account_id`;
-- reverse: create index "member_project_id_account_id" to table: "members"
DROP INDEX `member_project_id_account_id`;
-- reverse: create index "member_project_id_id" to table: "members"
DROP INDEX `member_project_id_id`;
-- reverse: create "members" table
DROP TABLE `members`;
-- reverse: create index "loginattempt_since" to table: "login_attempts"
DROP INDEX `loginattempt_since`;
-- reverse: create "login_attempts" table
DROP TABLE `login_attempts`;
-- reverse: create index "identity_project_num_person_num_type_value" to table: "identities"
DROP INDEX `identity_project_num_person_num_type_value`;
-- reverse: create index "identity_project_num_type_value" to table: "identities"
DROP INDEX `identity_project_num_type_value`;
-- reverse: create "identities" table
DROP TABLE `identities`;
-- reverse: create index "channel_project_id_app_id" to table: "channels"
DROP INDEX `channel_project_id_app_id`;
-- reverse: create index "channel_project_id_name" to table: "channels"
DROP INDEX `channel_project_id_name`;
-- reverse: create index "channel_project_id_id" to table: "channels"
DROP INDEX `channel_project_id_id`;
-- reverse: create "channels" table
DROP TABLE `channels`;
-- reverse: create index "campaigngroup_project_id_name" to table: "campaign_groups"
DROP INDEX `campaigngroup_project_id_name`;
-- reverse: create index "campaigngroup_project_id_id" to table: "campaign_groups"
DROP INDEX `campaigngroup_project_id_id`;
-- reverse: create "campaign_groups" table
DROP TABLE `campaign_groups`;
-- reverse: create index "campaign_group_id" to table: "campaigns"
DROP INDEX `campaign_group_id`;
-- reverse: create index "campaign_project_id_name" to table: "campaigns"
DROP INDEX `campaign_project_id_name`;
-- reverse: create index "campaign_project_id_id" to table: "campaigns"
DROP INDEX `campaign_project_id_id`;
-- reverse: create "campaigns" table
DROP TABLE `campaigns`;
-- reverse: create index "auditentry_project_id_object_id_at" to table: "audit_entries"
DROP INDEX `auditentry_project_id_object_id_at`;
-- reverse: create index "auditentry_project_id_at" to table: "audit_entries"
DROP INDEX `auditentry_project_id_at`;
-- reverse: create index "auditentry_project_id_id" to table: "audit_entries"
DROP INDEX `auditentry_project_id_id`;
-- reverse: create "audit_entries" table
DROP TABLE `audit_entries`;
-- reverse: create index "approval_due_at" to table: "approvals"
DROP INDEX `approval_due_at`;
-- reverse: create index "approval_task_id" to table: "approvals"
DROP INDEX `approval_task_id`;
-- reverse: create index "approval_project_id_status_submitted_at" to table: "approvals"
DROP INDEX `approval_project_id_status_submitted_at`;
-- reverse: create index "approval_project_id_id" to table: "approvals"
DROP INDEX `approval_project_id_id`;
-- reverse: create "approvals" table
DROP TABLE `approvals`;
-- reverse: create index "application_project_id_name" to table: "applications"
DROP INDEX `application_project_id_name`;
-- reverse: create index "application_project_id_id" to table: "applications"
DROP INDEX `application_project_id_id`;
-- reverse: create "applications" table
DROP TABLE `applications`;
-- reverse: create index "accounts_email_key" to table: "accounts"
DROP INDEX `accounts_email_key`;
-- reverse: create "accounts" table
DROP TABLE `accounts`;

