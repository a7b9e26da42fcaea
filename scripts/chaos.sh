#!/usr/bin/env bash
# The crash tests (TestChaos…) and the random ones (TestRandom…) at full size: processes killed and stopped, Redis
# flushed, PostgreSQL restarted; rules over hundreds of made-up worlds. `make chaos` runs this beside servers of its own;
# `make test` runs the same tests at a smaller size.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
export CI=${CI:-1} TIDINGS_TEST_CHAOS=1 TIDINGS_TEST_BINARY=$PWD/bin/tidings
unset TIDINGS_DATABASE_URL TIDINGS_REDIS_URL TIDINGS_SECRET_KEY

mapfile -t packages < <(grep -rlE '^func Test(Chaos|Random)' --include='*_test.go' . --exclude-dir=node_modules | xargs -r -n 1 dirname | sort -u)
if [ ${#packages[@]} -eq 0 ]; then
  echo "There is no test named TestChaos… or TestRandom… yet." >&2
  exit 1
fi
go test -json -count=1 -timeout 45m -run '^Test(Chaos|Random)' "${packages[@]}" | node scripts/go-report.mjs chaos
