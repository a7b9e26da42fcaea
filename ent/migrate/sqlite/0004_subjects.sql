-- +goose Up
-- create index "person_of_subject" to table: "persons"
CREATE INDEX `person_of_subject` ON `persons` (`subject`, `id`) WHERE subject <> 0;

-- +goose Down
-- reverse: create index "person_of_subject" to table: "persons"
DROP INDEX `person_of_subject`;
