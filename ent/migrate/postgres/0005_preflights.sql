-- +goose Up
-- modify index "task_ends_at" of table: "tasks"
DROP INDEX "task_ends_at";
CREATE INDEX "task_ends_at" ON "tasks" ("ends_at") WHERE ((ends_at IS NOT NULL) AND (ended_at IS NULL));
-- create "preflights" table
CREATE TABLE "preflights" ("id" character varying NOT NULL, "created_at" timestamptz NOT NULL, "updated_at" timestamptz NOT NULL, "due_at" timestamptz NULL, "attempt" bigint NOT NULL DEFAULT 0, "lease_owner" character varying NOT NULL DEFAULT '', "lease_until" timestamptz NULL, "task_version" bigint NOT NULL, "status" character varying NOT NULL DEFAULT 'WAITING', "done" bigint NOT NULL DEFAULT 0, "total" bigint NOT NULL DEFAULT 0, "result" jsonb NULL, "failure" character varying NOT NULL DEFAULT '', "failure_text" text NOT NULL DEFAULT '', "started_at" timestamptz NULL, "ended_at" timestamptz NULL, "project_id" character varying NOT NULL, "task_id" character varying NOT NULL, "creator_id" character varying NOT NULL, PRIMARY KEY ("id"));
-- create index "preflight_due_at" to table: "preflights"
CREATE INDEX "preflight_due_at" ON "preflights" ("due_at") WHERE (due_at IS NOT NULL);
-- create index "preflight_project_id_id" to table: "preflights"
CREATE UNIQUE INDEX "preflight_project_id_id" ON "preflights" ("project_id", "id");
-- create index "preflight_task_id_created_at" to table: "preflights"
CREATE INDEX "preflight_task_id_created_at" ON "preflights" ("task_id", "created_at");

ALTER TABLE "preflights" ADD CONSTRAINT "preflights_projects_project" FOREIGN KEY ("project_id") REFERENCES "projects" ("id") ON DELETE NO ACTION;
ALTER TABLE "preflights" ADD CONSTRAINT "preflights_tasks_task" FOREIGN KEY ("project_id", "task_id") REFERENCES "tasks" ("project_id", "id") ON DELETE NO ACTION;
ALTER TABLE "preflights" ADD CONSTRAINT "preflights_accounts_creator" FOREIGN KEY ("creator_id") REFERENCES "accounts" ("id") ON DELETE NO ACTION;

-- create index "backtest_task_id_id" to table: "backtests"
CREATE INDEX "backtest_task_id_id" ON "backtests" ("task_id", "id");

-- +goose Down
-- reverse: create index "backtest_task_id_id" to table: "backtests"
DROP INDEX "backtest_task_id_id";
-- reverse: create index "preflight_task_id_created_at" to table: "preflights"
DROP INDEX "preflight_task_id_created_at";
-- reverse: create index "preflight_project_id_id" to table: "preflights"
DROP INDEX "preflight_project_id_id";
-- reverse: create index "preflight_due_at" to table: "preflights"
DROP INDEX "preflight_due_at";
-- reverse: create "preflights" table
DROP TABLE "preflights";
-- reverse: modify index "task_ends_at" of table: "tasks"
DROP INDEX "task_ends_at";
CREATE INDEX "task_ends_at" ON "tasks" ("ends_at") WHERE (ends_at IS NOT NULL);
