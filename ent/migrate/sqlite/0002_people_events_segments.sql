-- +goose Up
ALTER TABLE `persons` ADD COLUMN `subject` integer NOT NULL DEFAULT 0;
ALTER TABLE `persons` ADD COLUMN `tags` json NULL;
ALTER TABLE `projects` ADD COLUMN `listed_default` bool NOT NULL DEFAULT true;
ALTER TABLE `projects` ADD COLUMN `event_retention_days` integer NOT NULL DEFAULT 0;
ALTER TABLE `runs` ADD COLUMN `refresh_started_at` datetime NULL;
ALTER TABLE `runs` ADD COLUMN `refresh_ended_at` datetime NULL;
ALTER TABLE `runs` ADD COLUMN `refresh_result` text NOT NULL DEFAULT '';
ALTER TABLE `runs` ADD COLUMN `segment_version_id` text NULL;
ALTER TABLE `tasks` ADD COLUMN `rule` json NULL;
ALTER TABLE `tasks` ADD COLUMN `listed` bool NOT NULL DEFAULT true;
ALTER TABLE `tasks` ADD COLUMN `segment_roles` json NULL;
ALTER TABLE `tasks` ADD COLUMN `refresh_before` bool NOT NULL DEFAULT true;
ALTER TABLE `tasks` ADD COLUMN `refresh_failure` text NOT NULL DEFAULT 'DO_NOT_SEND';
ALTER TABLE `tasks` ADD COLUMN `segment_id` text NULL;
CREATE INDEX `task_segment_id` ON `tasks` (`segment_id`);
-- create "imports" table
CREATE TABLE `imports` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `kind` text NOT NULL, `file_name` text NOT NULL DEFAULT (''), `mapping` json NULL, `status` text NOT NULL DEFAULT ('RECEIVING'), `size` integer NOT NULL DEFAULT (0), `received` integer NOT NULL DEFAULT (0), `consumed` integer NOT NULL DEFAULT (0), `rows` integer NOT NULL DEFAULT (0), `stored` integer NOT NULL DEFAULT (0), `duplicate` integer NOT NULL DEFAULT (0), `refused` integer NOT NULL DEFAULT (0), `failure` text NOT NULL DEFAULT (''), `failure_text` text NOT NULL DEFAULT (''), `ended_at` datetime NULL, `project_id` text NOT NULL, `table_id` text NULL, `source_id` text NULL, `creator_id` text NULL, PRIMARY KEY (`id`), CONSTRAINT `imports_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `imports_detail_tables_table` FOREIGN KEY (`project_id`, `table_id`) REFERENCES `detail_tables` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `imports_event_sources_source` FOREIGN KEY (`project_id`, `source_id`) REFERENCES `event_sources` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `imports_accounts_creator` FOREIGN KEY (`creator_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "dataimport_project_id_id" to table: "imports"
CREATE UNIQUE INDEX `dataimport_project_id_id` ON `imports` (`project_id`, `id`);
-- create index "dataimport_due_at" to table: "imports"
CREATE INDEX `dataimport_due_at` ON `imports` (`due_at`) WHERE due_at IS NOT NULL;
-- create index "dataimport_project_id_created_at" to table: "imports"
CREATE INDEX `dataimport_project_id_created_at` ON `imports` (`project_id`, `created_at`);
-- create "detail_tables" table
CREATE TABLE `detail_tables` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `num` integer NOT NULL, `name` text NOT NULL, `display_name` text NOT NULL DEFAULT (''), `description` text NOT NULL DEFAULT (''), `kind` text NOT NULL DEFAULT ('OFFLINE_DAILY'), `id_type` text NOT NULL, `person_column` text NOT NULL, `date_column` text NOT NULL, `rows` integer NOT NULL DEFAULT (0), `imported_at` datetime NULL, `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `detail_tables_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "detail_tables_num_key" to table: "detail_tables"
CREATE UNIQUE INDEX `detail_tables_num_key` ON `detail_tables` (`num`);
-- create index "detailtable_project_id_id" to table: "detail_tables"
CREATE UNIQUE INDEX `detailtable_project_id_id` ON `detail_tables` (`project_id`, `id`);
-- create index "detailtable_project_id_name" to table: "detail_tables"
CREATE UNIQUE INDEX `detailtable_project_id_name` ON `detail_tables` (`project_id`, `name`);
-- create "event_sources" table
CREATE TABLE `event_sources` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `num` integer NOT NULL, `name` text NOT NULL, `kind` text NOT NULL DEFAULT ('REALTIME'), `key_hash` text NOT NULL, `key_hint` text NOT NULL DEFAULT (''), `enabled` bool NOT NULL DEFAULT (true), `last_event_at` datetime NULL, `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `event_sources_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "event_sources_num_key" to table: "event_sources"
CREATE UNIQUE INDEX `event_sources_num_key` ON `event_sources` (`num`);
-- create index "event_sources_key_hash_key" to table: "event_sources"
CREATE UNIQUE INDEX `event_sources_key_hash_key` ON `event_sources` (`key_hash`);
-- create index "eventsource_project_id_id" to table: "event_sources"
CREATE UNIQUE INDEX `eventsource_project_id_id` ON `event_sources` (`project_id`, `id`);
-- create index "eventsource_project_id_name" to table: "event_sources"
CREATE UNIQUE INDEX `eventsource_project_id_name` ON `event_sources` (`project_id`, `name`);
-- create "event_types" table
CREATE TABLE `event_types` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `num` integer NOT NULL, `name` text NOT NULL, `display_name` text NOT NULL DEFAULT (''), `description` text NOT NULL DEFAULT (''), `enabled` bool NOT NULL DEFAULT (true), `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `event_types_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "event_types_num_key" to table: "event_types"
CREATE UNIQUE INDEX `event_types_num_key` ON `event_types` (`num`);
-- create index "eventtype_project_id_id" to table: "event_types"
CREATE UNIQUE INDEX `eventtype_project_id_id` ON `event_types` (`project_id`, `id`);
-- create index "eventtype_project_id_name" to table: "event_types"
CREATE UNIQUE INDEX `eventtype_project_id_name` ON `event_types` (`project_id`, `name`);
-- create "id_types" table
CREATE TABLE `id_types` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `multi` bool NOT NULL DEFAULT (false), `priority` integer NOT NULL, `in_mapping` bool NOT NULL DEFAULT (true), `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `id_types_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "idtype_project_id_id" to table: "id_types"
CREATE UNIQUE INDEX `idtype_project_id_id` ON `id_types` (`project_id`, `id`);
-- create index "idtype_project_id_code" to table: "id_types"
CREATE UNIQUE INDEX `idtype_project_id_code` ON `id_types` (`project_id`, `code`);
-- create "identity_conflicts" table
CREATE TABLE `identity_conflicts` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `at` datetime NOT NULL, `person_num` integer NOT NULL, `other_num` integer NOT NULL, `type` text NOT NULL, `value` text NOT NULL DEFAULT (''), `other_value` text NOT NULL DEFAULT (''), `joined_by` text NOT NULL DEFAULT (''));
-- create index "identityconflict_project_num_at" to table: "identity_conflicts"
CREATE INDEX `identityconflict_project_num_at` ON `identity_conflicts` (`project_num`, `at`);
-- create index "identityconflict_project_num_person_num" to table: "identity_conflicts"
CREATE INDEX `identityconflict_project_num_person_num` ON `identity_conflicts` (`project_num`, `person_num`);
-- create "import_chunks" table
CREATE TABLE `import_chunks` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `seq` integer NOT NULL, `data` blob NOT NULL, `import_id` text NOT NULL, CONSTRAINT `import_chunks_imports_data_import` FOREIGN KEY (`import_id`) REFERENCES `imports` (`id`) ON DELETE CASCADE);
-- create index "importchunk_import_id_seq" to table: "import_chunks"
CREATE UNIQUE INDEX `importchunk_import_id_seq` ON `import_chunks` (`import_id`, `seq`);
-- create "import_errors" table
CREATE TABLE `import_errors` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `row` integer NOT NULL, `field` text NOT NULL DEFAULT (''), `rule` text NOT NULL, `value` text NOT NULL DEFAULT (''), `import_id` text NOT NULL, CONSTRAINT `import_errors_imports_data_import` FOREIGN KEY (`import_id`) REFERENCES `imports` (`id`) ON DELETE CASCADE);
-- create index "importerror_import_id_row_field" to table: "import_errors"
CREATE UNIQUE INDEX `importerror_import_id_row_field` ON `import_errors` (`import_id`, `row`, `field`);
-- create "person_aliases" table
CREATE TABLE `person_aliases` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `to_id` integer NOT NULL, `merged_at` datetime NOT NULL, `folded_at` datetime NULL);
-- create index "personalias_to_id" to table: "person_aliases"
CREATE INDEX `personalias_to_id` ON `person_aliases` (`to_id`);
-- create index "personalias_project_num_merged_at" to table: "person_aliases"
CREATE INDEX `personalias_project_num_merged_at` ON `person_aliases` (`project_num`, `merged_at`);
-- create index "personalias_unfolded" to table: "person_aliases"
CREATE INDEX `personalias_unfolded` ON `person_aliases` (`project_num`) WHERE folded_at IS NULL;
-- create "properties" table
CREATE TABLE `properties` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `owner` text NOT NULL, `owner_id` text NOT NULL DEFAULT (''), `name` text NOT NULL, `display_name` text NOT NULL DEFAULT (''), `description` text NOT NULL DEFAULT (''), `type` text NOT NULL, `enabled` bool NOT NULL DEFAULT (true), `conflicts` integer NOT NULL DEFAULT (0), `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `properties_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "property_project_id_id" to table: "properties"
CREATE UNIQUE INDEX `property_project_id_id` ON `properties` (`project_id`, `id`);
-- create index "property_project_id_owner_owner_id_name" to table: "properties"
CREATE UNIQUE INDEX `property_project_id_owner_owner_id_name` ON `properties` (`project_id`, `owner`, `owner_id`, `name`);
-- create "refused_events" table
CREATE TABLE `refused_events` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `source_num` integer NOT NULL, `received_at` datetime NOT NULL, `rule` text NOT NULL, `field` text NOT NULL DEFAULT (''), `message` text NOT NULL DEFAULT (''), `body` text NOT NULL DEFAULT (''));
-- create index "refusedevent_project_num_received_at" to table: "refused_events"
CREATE INDEX `refusedevent_project_num_received_at` ON `refused_events` (`project_num`, `received_at`);
-- create "segments" table
CREATE TABLE `segments` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `deleted_at` datetime NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `name` text NOT NULL, `name_key` text NOT NULL, `description` text NOT NULL DEFAULT (''), `subject` text NOT NULL DEFAULT ('user'), `id_type` text NOT NULL DEFAULT (''), `rule` json NULL, `update_mode` text NOT NULL DEFAULT ('ON_DEMAND'), `daily_at` text NOT NULL DEFAULT ('06:00'), `listed` bool NOT NULL DEFAULT (true), `origin_task_id` text NULL, `roles` json NULL, `status` text NOT NULL DEFAULT ('EMPTY'), `failure` text NOT NULL DEFAULT (''), `failure_text` text NOT NULL DEFAULT (''), `size` integer NOT NULL DEFAULT (0), `computed_at` datetime NULL, `next_seq` integer NOT NULL DEFAULT (1), `cause` text NOT NULL DEFAULT (''), `project_id` text NOT NULL, `channel_id` text NULL, `creator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `segments_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `segments_channels_channel` FOREIGN KEY (`project_id`, `channel_id`) REFERENCES `channels` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `segments_accounts_creator` FOREIGN KEY (`creator_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "segment_project_id_id" to table: "segments"
CREATE UNIQUE INDEX `segment_project_id_id` ON `segments` (`project_id`, `id`);
-- create index "segment_project_id_name_key" to table: "segments"
CREATE UNIQUE INDEX `segment_project_id_name_key` ON `segments` (`project_id`, `name_key`) WHERE deleted_at IS NULL;
-- create index "segment_project_id_created_at" to table: "segments"
CREATE INDEX `segment_project_id_created_at` ON `segments` (`project_id`, `created_at`);
-- create index "segment_origin_task_id" to table: "segments"
CREATE INDEX `segment_origin_task_id` ON `segments` (`origin_task_id`);
-- create index "segment_due_at" to table: "segments"
CREATE INDEX `segment_due_at` ON `segments` (`due_at`) WHERE due_at IS NOT NULL;
-- create "segment_versions" table
CREATE TABLE `segment_versions` (`id` text NOT NULL, `seq` integer NOT NULL, `status` text NOT NULL, `cause` text NOT NULL, `size` integer NOT NULL DEFAULT (0), `members` blob NULL, `rule` json NULL, `failure` text NOT NULL DEFAULT (''), `failure_text` text NOT NULL DEFAULT (''), `started_at` datetime NOT NULL, `computed_at` datetime NOT NULL, `took_ms` integer NOT NULL DEFAULT (0), `project_id` text NOT NULL, `segment_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `segment_versions_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `segment_versions_segments_segment` FOREIGN KEY (`project_id`, `segment_id`) REFERENCES `segments` (`project_id`, `id`) ON DELETE NO ACTION);
-- create index "segmentversion_project_id_id" to table: "segment_versions"
CREATE UNIQUE INDEX `segmentversion_project_id_id` ON `segment_versions` (`project_id`, `id`);
-- create index "segmentversion_segment_id_seq" to table: "segment_versions"
CREATE UNIQUE INDEX `segmentversion_segment_id_seq` ON `segment_versions` (`segment_id`, `seq`);
-- create "subjects" table
CREATE TABLE `subjects` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `num` integer NOT NULL, `code` text NOT NULL, `name` text NOT NULL, `id_type` text NOT NULL, `resolve_attribute` text NOT NULL DEFAULT (''), `resolve_id_type` text NOT NULL DEFAULT (''), `project_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `subjects_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION);
-- create index "subjects_num_key" to table: "subjects"
CREATE UNIQUE INDEX `subjects_num_key` ON `subjects` (`num`);
-- create index "subject_project_id_id" to table: "subjects"
CREATE UNIQUE INDEX `subject_project_id_id` ON `subjects` (`project_id`, `id`);
-- create index "subject_project_id_code" to table: "subjects"
CREATE UNIQUE INDEX `subject_project_id_code` ON `subjects` (`project_id`, `code`);
-- create "wechat_subscriptions" table
CREATE TABLE `wechat_subscriptions` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `app_id` text NOT NULL, `template_id` text NOT NULL, `person_num` integer NOT NULL, `openid` text NOT NULL, `remaining` integer NOT NULL DEFAULT (0), `rejected` bool NOT NULL DEFAULT (false), `updated_at` datetime NOT NULL);
-- create index "wechatsubscription_project_num_app_id_template_id_openid" to table: "wechat_subscriptions"
CREATE UNIQUE INDEX `wechatsubscription_project_num_app_id_template_id_openid` ON `wechat_subscriptions` (`project_num`, `app_id`, `template_id`, `openid`);
-- create index "wechatsubscription_project_num_person_num" to table: "wechat_subscriptions"
CREATE INDEX `wechatsubscription_project_num_person_num` ON `wechat_subscriptions` (`project_num`, `person_num`);


-- behaviour; "at" is milliseconds since the epoch
CREATE TABLE `events` (
  `project_num` integer NOT NULL, `event_num` integer NOT NULL, `person_num` integer NOT NULL, `at` integer NOT NULL,
  `received_at` integer NOT NULL, `num` integer NOT NULL, `source_num` integer NOT NULL, `props` text NULL
);
CREATE INDEX `events_event_at` ON `events` (`project_num`, `event_num`, `at`, `person_num`);
CREATE INDEX `events_person_at` ON `events` (`project_num`, `person_num`, `at`);
-- which messages were taken: a hash of project and message ID, for some days
CREATE TABLE `event_seen` (`hash` blob NOT NULL PRIMARY KEY, `seen_at` integer NOT NULL) WITHOUT ROWID;
CREATE TABLE `detail_rows` (
  `project_num` integer NOT NULL, `table_num` integer NOT NULL, `key` blob NOT NULL, `person_num` integer NOT NULL, `at` integer NOT NULL, `data` text NOT NULL,
  PRIMARY KEY (`project_num`, `table_num`, `key`)
);
CREATE INDEX `detail_rows_at` ON `detail_rows` (`project_num`, `table_num`, `at`, `person_num`);
CREATE INDEX `detail_rows_person` ON `detail_rows` (`project_num`, `person_num`, `table_num`, `at`);
UPDATE `settings` SET `value` = '2' WHERE `id` = 'schema_min_reader';

-- +goose Down
DROP TABLE `detail_rows`;
DROP TABLE `event_seen`;
DROP TABLE `events`;
-- reverse: create index "wechatsubscription_project_num_person_num" to table: "wechat_subscriptions"
DROP INDEX `wechatsubscription_project_num_person_num`;
-- reverse: create index "wechatsubscription_project_num_app_id_template_id_openid" to table: "wechat_subscriptions"
DROP INDEX `wechatsubscription_project_num_app_id_template_id_openid`;
-- reverse: create "wechat_subscriptions" table
DROP TABLE `wechat_subscriptions`;
-- reverse: create index "subject_project_id_code" to table: "subjects"
DROP INDEX `subject_project_id_code`;
-- reverse: create index "subject_project_id_id" to table: "subjects"
DROP INDEX `subject_project_id_id`;
-- reverse: create index "subjects_num_key" to table: "subjects"
DROP INDEX `subjects_num_key`;
-- reverse: create "subjects" table
DROP TABLE `subjects`;
-- reverse: create index "segmentversion_segment_id_seq" to table: "segment_versions"
DROP INDEX `segmentversion_segment_id_seq`;
-- reverse: create index "segmentversion_project_id_id" to table: "segment_versions"
DROP INDEX `segmentversion_project_id_id`;
-- reverse: create "segment_versions" table
DROP TABLE `segment_versions`;
-- reverse: create index "segment_due_at" to table: "segments"
DROP INDEX `segment_due_at`;
-- reverse: create index "segment_origin_task_id" to table: "segments"
DROP INDEX `segment_origin_task_id`;
-- reverse: create index "segment_project_id_created_at" to table: "segments"
DROP INDEX `segment_project_id_created_at`;
-- reverse: create index "segment_project_id_name_key" to table: "segments"
DROP INDEX `segment_project_id_name_key`;
-- reverse: create index "segment_project_id_id" to table: "segments"
DROP INDEX `segment_project_id_id`;
-- reverse: create "segments" table
DROP TABLE `segments`;
-- reverse: create index "refusedevent_project_num_received_at" to table: "refused_events"
DROP INDEX `refusedevent_project_num_received_at`;
-- reverse: create "refused_events" table
DROP TABLE `refused_events`;
-- reverse: create index "property_project_id_owner_owner_id_name" to table: "properties"
DROP INDEX `property_project_id_owner_owner_id_name`;
-- reverse: create index "property_project_id_id" to table: "properties"
DROP INDEX `property_project_id_id`;
-- reverse: create "properties" table
DROP TABLE `properties`;
-- reverse: create index "personalias_unfolded" to table: "person_aliases"
DROP INDEX `personalias_unfolded`;
-- reverse: create index "personalias_project_num_merged_at" to table: "person_aliases"
DROP INDEX `personalias_project_num_merged_at`;
-- reverse: create index "personalias_to_id" to table: "person_aliases"
DROP INDEX `personalias_to_id`;
-- reverse: create "person_aliases" table
DROP TABLE `person_aliases`;
-- reverse: create index "importerror_import_id_row_field" to table: "import_errors"
DROP INDEX `importerror_import_id_row_field`;
-- reverse: create "import_errors" table
DROP TABLE `import_errors`;
-- reverse: create index "importchunk_import_id_seq" to table: "import_chunks"
DROP INDEX `importchunk_import_id_seq`;
-- reverse: create "import_chunks" table
DROP TABLE `import_chunks`;
-- reverse: create index "identityconflict_project_num_person_num" to table: "identity_conflicts"
DROP INDEX `identityconflict_project_num_person_num`;
-- reverse: create index "identityconflict_project_num_at" to table: "identity_conflicts"
DROP INDEX `identityconflict_project_num_at`;
-- reverse: create "identity_conflicts" table
DROP TABLE `identity_conflicts`;
-- reverse: create index "idtype_project_id_code" to table: "id_types"
DROP INDEX `idtype_project_id_code`;
-- reverse: create index "idtype_project_id_id" to table: "id_types"
DROP INDEX `idtype_project_id_id`;
-- reverse: create "id_types" table
DROP TABLE `id_types`;
-- reverse: create index "eventtype_project_id_name" to table: "event_types"
DROP INDEX `eventtype_project_id_name`;
-- reverse: create index "eventtype_project_id_id" to table: "event_types"
DROP INDEX `eventtype_project_id_id`;
-- reverse: create index "event_types_num_key" to table: "event_types"
DROP INDEX `event_types_num_key`;
-- reverse: create "event_types" table
DROP TABLE `event_types`;
-- reverse: create index "eventsource_project_id_name" to table: "event_sources"
DROP INDEX `eventsource_project_id_name`;
-- reverse: create index "eventsource_project_id_id" to table: "event_sources"
DROP INDEX `eventsource_project_id_id`;
-- reverse: create index "event_sources_key_hash_key" to table: "event_sources"
DROP INDEX `event_sources_key_hash_key`;
-- reverse: create index "event_sources_num_key" to table: "event_sources"
DROP INDEX `event_sources_num_key`;
-- reverse: create "event_sources" table
DROP TABLE `event_sources`;
-- reverse: create index "detailtable_project_id_name" to table: "detail_tables"
DROP INDEX `detailtable_project_id_name`;
-- reverse: create index "detailtable_project_id_id" to table: "detail_tables"
DROP INDEX `detailtable_project_id_id`;
-- reverse: create index "detail_tables_num_key" to table: "detail_tables"
DROP INDEX `detail_tables_num_key`;
-- reverse: create "detail_tables" table
DROP TABLE `detail_tables`;
-- reverse: create index "dataimport_project_id_created_at" to table: "imports"
DROP INDEX `dataimport_project_id_created_at`;
-- reverse: create index "dataimport_due_at" to table: "imports"
DROP INDEX `dataimport_due_at`;
-- reverse: create index "dataimport_project_id_id" to table: "imports"
DROP INDEX `dataimport_project_id_id`;
-- reverse: create "imports" table
DROP TABLE `imports`;
DROP INDEX `task_segment_id`;
ALTER TABLE `tasks` DROP COLUMN `segment_id`;
ALTER TABLE `tasks` DROP COLUMN `refresh_failure`;
ALTER TABLE `tasks` DROP COLUMN `refresh_before`;
ALTER TABLE `tasks` DROP COLUMN `segment_roles`;
ALTER TABLE `tasks` DROP COLUMN `listed`;
ALTER TABLE `tasks` DROP COLUMN `rule`;
ALTER TABLE `runs` DROP COLUMN `segment_version_id`;
ALTER TABLE `runs` DROP COLUMN `refresh_result`;
ALTER TABLE `runs` DROP COLUMN `refresh_ended_at`;
ALTER TABLE `runs` DROP COLUMN `refresh_started_at`;
ALTER TABLE `projects` DROP COLUMN `event_retention_days`;
ALTER TABLE `projects` DROP COLUMN `listed_default`;
ALTER TABLE `persons` DROP COLUMN `tags`;
ALTER TABLE `persons` DROP COLUMN `subject`;
