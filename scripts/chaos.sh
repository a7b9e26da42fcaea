#!/usr/bin/env bash
# The crash tests (TestChaos…) at full size: processes killed and stopped, Redis flushed, PostgreSQL restarted.
# `make chaos` runs this beside servers of its own; `make test` runs the same tests at a smaller size.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export CI=${CI:-1} TIDINGS_TEST_CHAOS=1 TIDINGS_TEST_BINARY=$PWD/bin/tidings
unset TIDINGS_DATABASE_URL TIDINGS_REDIS_URL TIDINGS_SECRET_KEY

mapfile -t packages < <(grep -rlE '^func TestChaos' --include='*_test.go' . --exclude-dir=node_modules | xargs -r -n 1 dirname | sort -u)
if [ ${#packages[@]} -eq 0 ]; then
  echo "There is no test named TestChaos… yet." >&2
  exit 1
fi
go test -json -count=1 -timeout 45m -run '^TestChaos' "${packages[@]}" | node scripts/go-report.mjs chaos
