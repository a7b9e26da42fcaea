#!/usr/bin/env bash
# Runs a command beside a PostgreSQL and a Redis of its own and stops both afterwards:
#
#   scripts/with-services.sh fast|durable command…
#
# The command finds them as the tests do (TEST_DATABASE_URL, TEST_REDIS_URL) and as the program does (TIDINGS_…).
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
# shellcheck source=scripts/services.sh
. scripts/services.sh
# shellcheck source=scripts/prerequisites.sh
. scripts/prerequisites.sh
trap stop_services EXIT
trap 'exit 130' INT TERM HUP

mode=$1
shift
need_servers
start_postgres "$mode" >&2
start_redis "$mode" >&2
export TIDINGS_DATABASE_URL=$TEST_DATABASE_URL TIDINGS_REDIS_URL=$TEST_REDIS_URL
export TIDINGS_SECRET_KEY=${TIDINGS_SECRET_KEY:-$(node -p 'require("node:crypto").randomBytes(32).toString("base64")')}
"$@"
