#!/usr/bin/env bash
# All tests, from a bare machine: installs what is missing, starts a PostgreSQL and a Redis of its own, runs the Go
# tests on both databases, the console's unit tests, the public GraphQL-over-HTTP audits, and the browser tests
# against the real program. Run by `make test` and CI.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/services.sh
. scripts/services.sh
# shellcheck source=scripts/prerequisites.sh
. scripts/prerequisites.sh
# shellcheck source=scripts/steps.sh
. scripts/steps.sh
trap stop_services EXIT
trap 'exit 130' INT TERM HUP

# Nothing may be left out by mistake: with CI set, a test that finds no server fails instead of being skipped.
export CI=${CI:-1}
export LC_ALL=C.UTF-8
unset TEST_DATABASE_URL TEST_REDIS_URL
# The environment of whoever runs this must not reach the program under test.
for name in $(compgen -e | grep '^TIDINGS_' || true); do unset "$name"; done

# Packages that share memory between goroutines and build fast under the race detector, which has to compile
# everything below them once more.
race_packages=(internal/clock internal/redisx internal/secret internal/startstop internal/testsignal internal/queue internal/pubsub
  outreach/channel/wechat)

servers() { start_postgres fast && start_redis fast; }

# Vetting is a step of its own. Stripping halves what linking forty test programs costs; stacks keep files and lines.
go_flags=(-json -shuffle=on -vet=off -ldflags='-s -w')

# compile_ahead compiles while npm waits for the network. What does not compile is said when the program is built.
compile_ahead() {
  go build ./... >/dev/null 2>&1 &
  compiling=$!
}

program() {
  wait "$compiling"
  make --no-print-directory bin/tidings
}

# The tests of whole processes mostly wait, some of them for seconds that are counted; the other packages' tests run
# meanwhile, with less of a claim on the processors.
go_tests() {
  local others status
  mapfile -t others < <(go list ./... | grep -v '/test/process$')
  (nice go test "${go_flags[@]}" -timeout 12m "${others[@]}" | node scripts/go-report.mjs go | count) &
  go test "${go_flags[@]}" -timeout 12m ./test/process | node scripts/go-report.mjs process | count
  status=$?
  wait $! && return "$status"
}

race_tests() {
  local present=() p
  for p in "${race_packages[@]}"; do [ -d "$p" ] && present+=("./$p"); done
  if ! command -v "$(go env CC)" >/dev/null; then
    say "left out: the race detector needs a C compiler, and there is none"
    return
  fi
  CGO_ENABLED=1 go test -race "${go_flags[@]}" -timeout 5m "${present[@]}" | node scripts/go-report.mjs race | count
}

# vitest_counts runs one of the console's test scripts and sums its machine-readable report up in a line.
vitest_counts() {
  local label=$1 script=$2 report status
  report=$(mktemp)
  npm run --silent "$script" --workspace frontend -- --reporter=default --reporter=json --outputFile.json="$report"
  status=$?
  node scripts/vitest-report.mjs "$label" "$report" | count
  rm -f "$report"
  return "$status"
}

need_tools
must "system packages" need_servers browser
CHROMIUM=$(chromium_program)
export CHROMIUM
compile_ahead
must "npm packages" make --no-print-directory node_modules
must "console" make --no-print-directory console
must "program" program
export TIDINGS_TEST_BINARY=$PWD/bin/tidings
must "servers" servers
step "go vet" go vet ./...
step "go test" go_tests
step "go test -race" race_tests
step "console unit tests" vitest_counts frontend test
step "GraphQL over HTTP" bash -o pipefail -c 'node scripts/graphql-audit.mjs | tee -a "$0"' "$counts_file"
step "browser tests" vitest_counts browser e2e
closing
