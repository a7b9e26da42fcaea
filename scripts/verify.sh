#!/usr/bin/env bash
# What must hold before a commit is pushed: generated code is what the sources give (new files too, which git diff alone
# would miss), go.mod is tidy, the linters are content, and the console stays within its size budget.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/steps.sh
. scripts/steps.sh

clean() {
  local status
  status=$(git status --porcelain)
  [ -z "$status" ] && return
  printf 'Changed or new, but not committed:\n%s\n' "$status"
  git --no-pager diff --stat
  return 1
}

budget() { make --no-print-directory console && npm run --silent budget --workspace frontend; }

step "generate" scripts/generate.sh
step "go.mod is tidy" go mod tidy -diff
step "nothing uncommitted" clean
step "go vet" go vet ./...
step "linters" scripts/lint.sh
step "size of the console" budget
closing
