-- +goose Up
ALTER TABLE `projects` ADD COLUMN `live_triggers` integer NOT NULL DEFAULT 0;
ALTER TABLE `projects` ADD COLUMN `triggers_rev` integer NOT NULL DEFAULT 0;
ALTER TABLE `projects` ADD COLUMN `judge_grace` integer NOT NULL DEFAULT 0;
ALTER TABLE `runs` ADD COLUMN `slot` text NULL;
ALTER TABLE `runs` ADD COLUMN `next_seq` integer NOT NULL DEFAULT 1;
CREATE UNIQUE INDEX `run_task_id_slot` ON `runs` (`task_id`, `slot`);
ALTER TABLE `shards` ADD COLUMN `seq` integer NOT NULL DEFAULT 0;
ALTER TABLE `shards` ADD COLUMN `touch` bool NOT NULL DEFAULT false;
ALTER TABLE `tasks` ADD COLUMN `cycle` json NULL;
ALTER TABLE `tasks` ADD COLUMN `trigger` json NULL;
ALTER TABLE `tasks` ADD COLUMN `starts_at` datetime NULL;
ALTER TABLE `tasks` ADD COLUMN `ends_at` datetime NULL;
ALTER TABLE `tasks` ADD COLUMN `pauses` json NULL;
ALTER TABLE `tasks` ADD COLUMN `discarded` integer NOT NULL DEFAULT 0;
CREATE INDEX `task_ends_at` ON `tasks` (`ends_at`) WHERE ends_at IS NOT NULL;
-- create "backtests" table
CREATE TABLE `backtests` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `task_id` text NULL, `trigger` json NOT NULL, `audience` json NOT NULL, `ends_at` datetime NULL, `days` integer NOT NULL, `status` text NOT NULL DEFAULT ('WAITING'), `done` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `events` integer NOT NULL DEFAULT (0), `result` json NULL, `failure` text NOT NULL DEFAULT (''), `failure_text` text NOT NULL DEFAULT (''), `started_at` datetime NULL, `ended_at` datetime NULL, `project_id` text NOT NULL, `creator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `backtests_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `backtests_accounts_creator` FOREIGN KEY (`creator_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "backtest_project_id_id" to table: "backtests"
CREATE UNIQUE INDEX `backtest_project_id_id` ON `backtests` (`project_id`, `id`);
-- create index "backtest_due_at" to table: "backtests"
CREATE INDEX `backtest_due_at` ON `backtests` (`due_at`) WHERE due_at IS NOT NULL;
-- create index "backtest_project_id_created_at" to table: "backtests"
CREATE INDEX `backtest_project_id_created_at` ON `backtests` (`project_id`, `created_at`);
-- create "event_batches" table
CREATE TABLE `event_batches` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `project_num` integer NOT NULL, `from_at` integer NOT NULL, `to_at` integer NOT NULL, `count` integer NOT NULL, `event_nums` json NULL, `low` bool NOT NULL DEFAULT (false), `created_at` datetime NOT NULL);
-- create index "eventbatch_low_due_at" to table: "event_batches"
CREATE INDEX `eventbatch_low_due_at` ON `event_batches` (`low`, `due_at`) WHERE due_at IS NOT NULL;
-- create index "eventbatch_created_at" to table: "event_batches"
CREATE INDEX `eventbatch_created_at` ON `event_batches` (`created_at`);
-- create "touches" table
CREATE TABLE `touches` (`id` integer NOT NULL PRIMARY KEY AUTOINCREMENT, `project_num` integer NOT NULL, `task_id` text NOT NULL, `person_num` integer NOT NULL, `kind` integer NOT NULL, `due_at` datetime NOT NULL, `base_at` integer NOT NULL, `a_num` integer NOT NULL, `a_props` json NULL, `reason` text NOT NULL DEFAULT (''), `run_num` integer NULL, `seq` integer NOT NULL DEFAULT (0));
-- create index "touch_pending" to table: "touches"
CREATE INDEX `touch_pending` ON `touches` (`task_id`, `kind`, `due_at`, `id`) WHERE run_num IS NULL;
-- create index "touch_next" to table: "touches"
CREATE INDEX `touch_next` ON `touches` (`kind`, `due_at`) WHERE run_num IS NULL;
-- create index "touch_shard" to table: "touches"
CREATE INDEX `touch_shard` ON `touches` (`run_num`, `seq`) WHERE run_num IS NOT NULL;
-- how often a person has done A, for each task
CREATE TABLE `trigger_counters` (
  `task_id` text NOT NULL, `person_num` integer NOT NULL, `count` integer NOT NULL DEFAULT 0, `fired` bool NOT NULL DEFAULT false,
  `last_at` integer NOT NULL DEFAULT 0, PRIMARY KEY (`task_id`, `person_num`)
) WITHOUT ROWID;
-- the commit that an event came with: event_batches.id
ALTER TABLE `events` ADD COLUMN `batch` integer NULL;
CREATE INDEX `events_batch` ON `events` (`batch`);
UPDATE `settings` SET `value` = '3' WHERE `id` = 'schema_min_reader';

-- +goose Down
DROP INDEX `events_batch`;
ALTER TABLE `events` DROP COLUMN `batch`;
DROP TABLE `trigger_counters`;
-- reverse: create index "touch_shard" to table: "touches"
DROP INDEX `touch_shard`;
-- reverse: create index "touch_next" to table: "touches"
DROP INDEX `touch_next`;
-- reverse: create index "touch_pending" to table: "touches"
DROP INDEX `touch_pending`;
-- reverse: create "touches" table
DROP TABLE `touches`;
-- reverse: create index "eventbatch_created_at" to table: "event_batches"
DROP INDEX `eventbatch_created_at`;
-- reverse: create index "eventbatch_low_due_at" to table: "event_batches"
DROP INDEX `eventbatch_low_due_at`;
-- reverse: create "event_batches" table
DROP TABLE `event_batches`;
-- reverse: create index "backtest_project_id_created_at" to table: "backtests"
DROP INDEX `backtest_project_id_created_at`;
-- reverse: create index "backtest_due_at" to table: "backtests"
DROP INDEX `backtest_due_at`;
-- reverse: create index "backtest_project_id_id" to table: "backtests"
DROP INDEX `backtest_project_id_id`;
-- reverse: create "backtests" table
DROP TABLE `backtests`;
DROP INDEX `task_ends_at`;
ALTER TABLE `tasks` DROP COLUMN `discarded`;
ALTER TABLE `tasks` DROP COLUMN `pauses`;
ALTER TABLE `tasks` DROP COLUMN `ends_at`;
ALTER TABLE `tasks` DROP COLUMN `starts_at`;
ALTER TABLE `tasks` DROP COLUMN `trigger`;
ALTER TABLE `tasks` DROP COLUMN `cycle`;
ALTER TABLE `shards` DROP COLUMN `touch`;
ALTER TABLE `shards` DROP COLUMN `seq`;
DROP INDEX `run_task_id_slot`;
ALTER TABLE `runs` DROP COLUMN `next_seq`;
ALTER TABLE `runs` DROP COLUMN `slot`;
ALTER TABLE `projects` DROP COLUMN `judge_grace`;
ALTER TABLE `projects` DROP COLUMN `triggers_rev`;
ALTER TABLE `projects` DROP COLUMN `live_triggers`;
UPDATE `settings` SET `value` = '2' WHERE `id` = 'schema_min_reader';
