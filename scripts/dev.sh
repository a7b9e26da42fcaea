#!/usr/bin/env bash
# For work on the console and the program at once: the program in demo mode, built and started again whenever Go code
# changes, and Vite's development server in front of it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
port=${PORT:-8080}
program="" vite=""

stop_all() {
  [ -n "$program" ] && kill "$program" 2>/dev/null && wait "$program" 2>/dev/null
  [ -n "$vite" ] && kill "$vite" 2>/dev/null
}
trap stop_all EXIT
trap 'exit 0' INT TERM HUP

start_program() {
  go build -o bin/tidings . || return
  [ -n "$program" ] && kill "$program" 2>/dev/null && wait "$program" 2>/dev/null
  TIDINGS_DEMO=1 PORT=$port bin/tidings all &
  program=$!
}

start_program
TIDINGS_SERVER=http://127.0.0.1:$port npm run --silent dev --workspace frontend &
vite=$!

stamp=$(mktemp)
while sleep 1; do
  changed=$(find . -name node_modules -prune -o -name '*.go' -newer "$stamp" -print -quit)
  if [ -n "$changed" ]; then
    touch "$stamp"
    echo "==> $changed changed"
    start_program
  fi
done
