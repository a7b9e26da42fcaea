-- +goose Up
-- modify index "task_ends_at" of table: "tasks"
DROP INDEX `task_ends_at`;
CREATE INDEX `task_ends_at` ON `tasks` (`ends_at`) WHERE (ends_at IS NOT NULL) AND (ended_at IS NULL);
-- create "preflights" table
CREATE TABLE `preflights` (`id` text NOT NULL, `created_at` datetime NOT NULL, `updated_at` datetime NOT NULL, `due_at` datetime NULL, `attempt` integer NOT NULL DEFAULT (0), `lease_owner` text NOT NULL DEFAULT (''), `lease_until` datetime NULL, `task_version` integer NOT NULL, `status` text NOT NULL DEFAULT ('WAITING'), `done` integer NOT NULL DEFAULT (0), `total` integer NOT NULL DEFAULT (0), `result` json NULL, `failure` text NOT NULL DEFAULT (''), `failure_text` text NOT NULL DEFAULT (''), `started_at` datetime NULL, `ended_at` datetime NULL, `project_id` text NOT NULL, `task_id` text NOT NULL, `creator_id` text NOT NULL, PRIMARY KEY (`id`), CONSTRAINT `preflights_projects_project` FOREIGN KEY (`project_id`) REFERENCES `projects` (`id`) ON DELETE NO ACTION, CONSTRAINT `preflights_tasks_task` FOREIGN KEY (`project_id`, `task_id`) REFERENCES `tasks` (`project_id`, `id`) ON DELETE NO ACTION, CONSTRAINT `preflights_accounts_creator` FOREIGN KEY (`creator_id`) REFERENCES `accounts` (`id`) ON DELETE NO ACTION);
-- create index "preflight_project_id_id" to table: "preflights"
CREATE UNIQUE INDEX `preflight_project_id_id` ON `preflights` (`project_id`, `id`);
-- create index "preflight_due_at" to table: "preflights"
CREATE INDEX `preflight_due_at` ON `preflights` (`due_at`) WHERE due_at IS NOT NULL;
-- create index "preflight_task_id_created_at" to table: "preflights"
CREATE INDEX `preflight_task_id_created_at` ON `preflights` (`task_id`, `created_at`);


-- create index "backtest_task_id_id" to table: "backtests"
CREATE INDEX `backtest_task_id_id` ON `backtests` (`task_id`, `id`);

-- +goose Down
-- reverse: create index "backtest_task_id_id" to table: "backtests"
DROP INDEX `backtest_task_id_id`;
-- reverse: create index "preflight_task_id_created_at" to table: "preflights"
DROP INDEX `preflight_task_id_created_at`;
-- reverse: create index "preflight_due_at" to table: "preflights"
DROP INDEX `preflight_due_at`;
-- reverse: create index "preflight_project_id_id" to table: "preflights"
DROP INDEX `preflight_project_id_id`;
-- reverse: create "preflights" table
DROP TABLE `preflights`;
-- reverse: modify index "task_ends_at" of table: "tasks"
DROP INDEX `task_ends_at`;
CREATE INDEX `task_ends_at` ON `tasks` (`ends_at`) WHERE ends_at IS NOT NULL;
