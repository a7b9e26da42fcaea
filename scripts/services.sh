#!/usr/bin/env bash
# Throw-away servers for tests and measurements; source this file, do not run it.
#
#   start_postgres [fast|durable]   sets TEST_DATABASE_URL
#   start_redis    [fast|durable]   sets TEST_REDIS_URL
#   stop_services                   stops by process ID what was started here, and removes its files
#
# "fast" forgets everything if the machine stops (tests); "durable" keeps PostgreSQL's promises on disk, as production
# does (measurements, crash tests). Everything listens on 127.0.0.1 and lives in one temporary folder. Stopping is safe
# to repeat; callers run it from a trap, so that it happens after a failure too.

services_dir=""
postgres_pid=""
redis_pid=""

say() { printf '%s\n' "$*"; }
fail() { printf '%s\n' "$*" >&2; exit 1; }

# free_port prints a port that nobody listens on right now. Another process may take it before we do, so starting is
# tried again with another.
free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# postgres_bin prints the folder of PostgreSQL's server programs: Debian keeps them off PATH, one folder a version.
postgres_bin() {
  local found
  found=$(command -v initdb 2>/dev/null) && { dirname "$(readlink -f "$found")"; return; }
  # shellcheck disable=SC2012 # version numbers, no odd names
  found=$(ls -d /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin 2>/dev/null | sort -V | tail -n 1)
  [ -n "$found" ] && [ -x "$found/initdb" ] && printf '%s\n' "$found"
}

redis_program() { command -v redis-server || command -v valkey-server; }

chromium_program() {
  local name
  for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
    # A snap's stand-in exists but does not run without snapd, so ask it.
    name=$(command -v "$name" 2>/dev/null) && "$name" --version >/dev/null 2>&1 && { printf '%s\n' "$name"; return; }
  done
  return 1
}

# as_owner runs a command as the user who owns the database: PostgreSQL refuses to run as root.
as_owner() {
  if [ "$(id -u)" -ne 0 ]; then "$@"; return; fi
  local user=nobody
  id postgres >/dev/null 2>&1 && user=postgres
  (cd / && runuser -u "$user" -- "$@")
}

services_folder() {
  [ -n "$services_dir" ] && return
  # Short, because the path of a Unix socket has 107 characters at most.
  services_dir=$(mktemp -d /tmp/tidings.XXXXXX)
  chmod 755 "$services_dir"
}

start_postgres() {
  local bin dir port try owner settings
  bin=$(postgres_bin) || fail "PostgreSQL's server programs were not found."
  services_folder
  dir=$services_dir/pg
  mkdir "$dir"
  if [ "$(id -u)" -eq 0 ]; then
    owner=nobody
    id postgres >/dev/null 2>&1 && owner=postgres
    chown "$owner" "$dir"
  fi
  as_owner "$bin/initdb" -D "$dir/data" -U tidings -A trust -E UTF8 --locale=C >"$services_dir/initdb.log" 2>&1 ||
    { cat "$services_dir/initdb.log" >&2; fail "initdb failed."; }
  settings="-c listen_addresses=127.0.0.1 -c unix_socket_directories=$dir -c max_connections=300 -c shared_buffers=256MB"
  if [ "${1:-fast}" = durable ]; then
    settings+=" -c max_wal_size=4GB -c checkpoint_timeout=15min -c wal_compression=on -c random_page_cost=1.1"
  else
    settings+=" -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_wal_size=2GB"
  fi
  for try in 1 2 3 4 5; do
    port=$(free_port)
    if as_owner "$bin/pg_ctl" -D "$dir/data" -w -t 60 -l "$dir/log" -o "-p $port $settings" start >/dev/null 2>&1; then
      postgres_pid=$(head -n 1 "$dir/data/postmaster.pid")
      break
    fi
    [ "$try" -lt 5 ] || { tail -n 20 "$dir/log" >&2; fail "PostgreSQL did not start."; }
  done
  as_owner "$bin/createdb" -h 127.0.0.1 -p "$port" -U tidings tidings_test || fail "createdb failed."
  export TEST_DATABASE_URL="postgres://tidings@127.0.0.1:$port/tidings_test?sslmode=disable"
  say "PostgreSQL $("$bin/postgres" --version | grep -oE '[0-9]+\.[0-9]+' | head -n 1) on port $port (${1:-fast})"
}

start_redis() {
  local program port try keep=(--save "" --appendonly no)
  program=$(redis_program) || fail "Neither redis-server nor valkey-server was found."
  services_folder
  [ "${1:-fast}" = durable ] && keep=(--save "" --appendonly yes --appendfsync everysec)
  mkdir -p "$services_dir/redis"
  for try in 1 2 3 4 5; do
    port=$(free_port)
    "$program" --port "$port" --bind 127.0.0.1 --databases 512 --dir "$services_dir/redis" --daemonize no "${keep[@]}" \
      >"$services_dir/redis.log" 2>&1 &
    redis_pid=$!
    if redis_answers "$port"; then break; fi
    kill "$redis_pid" 2>/dev/null
    redis_pid=""
    [ "$try" -lt 5 ] || { tail -n 20 "$services_dir/redis.log" >&2; fail "Redis did not start."; }
  done
  export TEST_REDIS_URL="redis://127.0.0.1:$port/0"
  say "Redis on port $port (${1:-fast})"
}

# redis_answers waits up to ten seconds for a PONG, with bash alone: redis-cli may be missing.
redis_answers() {
  local i answer
  for i in $(seq 1 100); do
    kill -0 "$redis_pid" 2>/dev/null || return 1
    answer=""
    { exec 3<>"/dev/tcp/127.0.0.1/$1" && printf 'PING\r\n' >&3 && read -r -t 1 answer <&3; exec 3>&-; } 2>/dev/null
    [ "${answer%$'\r'}" = "+PONG" ] && return 0
    sleep 0.1
  done
  return 1
}

# end_process asks a process to stop, waits, and kills it if it does not.
end_process() {
  local pid=$1 signal=$2 i
  kill "-$signal" "$pid" 2>/dev/null || return 0
  for i in $(seq 1 100); do
    kill -0 "$pid" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -KILL "$pid" 2>/dev/null
}

stop_services() {
  # INT is PostgreSQL's fast shutdown: it ends the sessions, rolls back and stops.
  [ -n "$postgres_pid" ] && end_process "$postgres_pid" INT
  [ -n "$redis_pid" ] && end_process "$redis_pid" TERM
  postgres_pid="" redis_pid=""
  [ -n "$services_dir" ] && rm -rf "$services_dir"
  services_dir=""
}
