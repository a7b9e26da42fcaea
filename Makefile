# Everything a developer does has a target here; `make help` lists them.

SHELL := bash
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules

PORT ?= 8080
# A checkout that git does not want to speak about (another owner, no git at all) is built without its commit's name.
VCS := $(shell git rev-parse HEAD >/dev/null 2>&1 && echo auto || echo false)
# What the console is built from; a change in any of these builds it again.
CONSOLE_SOURCES := $(shell find frontend -type f -not -path '*/node_modules/*' -not -path 'frontend/dist/*' \
	-not -path 'frontend/e2e/*' -not -name '*.go' -not -name '*.test.ts*' 2>/dev/null)

.PHONY: help
help: ## list the targets
	@awk -F ':.*## ' '/^[a-z_\/-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# -- use it

.PHONY: run
run: tools bin/tidings ## set up and try: everything in one process at http://localhost:8080 (PORT changes the port)
	@PORT=$(PORT) TIDINGS_DEMO=1 exec bin/tidings all

.PHONY: build
build: tools bin/tidings ## leave bin/tidings with the console inside

.PHONY: dev
dev: tools node_modules ## the demo with the console reloading itself, and the program built again when Go code changes
	@PORT=$(PORT) scripts/dev.sh

# -- check it

.PHONY: test
test: ## set up and test: installs what is missing, starts its own PostgreSQL and Redis, runs all tests
	@scripts/test.sh

.PHONY: verify
verify: tools ## generated code is fresh, go.mod tidy, nothing uncommitted, linters content
	@scripts/verify.sh

.PHONY: lint
lint: tools ## linters of Go and of the console
	@scripts/lint.sh

.PHONY: bench
bench: tools bin/tidings ## measure: a line a figure; BENCH="dispatch" picks some
	@scripts/with-services.sh durable bin/tidings bench $(BENCH)

.PHONY: chaos
chaos: tools bin/tidings ## kill processes, flush Redis, stop the clock, draw rules at random: the promises have to hold
	@scripts/with-services.sh durable scripts/chaos.sh

.PHONY: fuzz
fuzz: tools ## run every fuzz test for FUZZTIME (30s) each
	@scripts/fuzz.sh

# -- change it

.PHONY: generate
generate: tools ## write generated code and pages anew: store, API, schema, configuration page
	@scripts/generate.sh

.PHONY: migration
migration: tools ## write a migration for both databases from the changed schema: make migration name=add_tags
	@test -n "$(name)" || { echo "Say what it does: make migration name=add_tags"; exit 1; }
	@scripts/with-services.sh fast bash -c 'go run ./internal/migration -name "$(name)" -postgres "$$TEST_DATABASE_URL"'

# -- parts

.PHONY: tools
tools:
	@source scripts/services.sh; source scripts/prerequisites.sh; need_tools

# Go knows by itself what has changed, so this always asks it; an unchanged program costs a third of a second.
.PHONY: bin/tidings
bin/tidings: console
	@go build -buildvcs=$(VCS) -o bin/tidings .

.PHONY: console
console: frontend/dist/index.html

frontend/dist/index.html: node_modules/.installed $(CONSOLE_SOURCES)
	@test -f frontend/package.json || { echo "frontend/package.json is missing: this tree has no console to build."; exit 1; }
	@npm run --silent build --workspace frontend
	@mkdir -p frontend/dist && touch frontend/dist/.gitkeep frontend/dist/index.html

.PHONY: node_modules
node_modules: node_modules/.installed

# npm's own folder has no reliable date, so a file in it says for which lock it was installed.
node_modules/.installed: package-lock.json package.json $(wildcard frontend/package.json test/segment/package.json)
	@npm ci --no-audit --no-fund --loglevel=error
	@touch node_modules/.installed

package-lock.json:
	@echo "package-lock.json is missing: run npm install once and commit it."; exit 1
