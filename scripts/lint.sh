#!/usr/bin/env bash
# The linters of both halves. golangci-lint is pinned in a module of its own, so that its two hundred dependencies stay
# out of the program's; the first run compiles it, which takes some minutes.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/steps.sh
. scripts/steps.sh

go_lint() { go tool -modfile=internal/tools/go.mod golangci-lint run "$@"; }

script_lint() {
  local f
  for f in scripts/*.sh .ci/run; do bash -n "$f" || return 1; done
  if command -v shellcheck >/dev/null; then shellcheck -x scripts/*.sh .ci/run; fi
}

console_lint() {
  make --no-print-directory node_modules || return 1
  npm run --silent lint --workspace frontend && npm run --silent types --workspace frontend
}

step "shell scripts" script_lint
step "golangci-lint" go_lint
step "console" console_lint
closing
