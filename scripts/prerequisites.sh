#!/usr/bin/env bash
# What a task needs on the machine; source this file, do not run it.
#
#   need_tools                       Go, Node and npm of the right age, or a sentence
#   need_servers [browser]           PostgreSQL, Redis and, if asked for, a browser with Chinese fonts: installed with
#                                    apt when we are root on Debian or Ubuntu, otherwise a sentence that says what to
#                                    install

need_tools() {
  local missing=() want
  want=$(awk '$1 == "go" { print $2 }' go.mod)
  command -v go >/dev/null || missing+=("Go $want or newer (https://go.dev/dl)")
  command -v node >/dev/null && command -v npm >/dev/null || missing+=("Node.js 20.19 or newer with npm (https://nodejs.org)")
  if [ ${#missing[@]} -eq 0 ] && ! node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)'; then
    missing+=("Node.js 20.19 or newer; this one is $(node --version)")
  fi
  [ ${#missing[@]} -eq 0 ] && return
  printf 'Please install:\n' >&2
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
}

need_servers() {
  local packages=() words=()
  if ! postgres_bin >/dev/null; then packages+=(postgresql); words+=("a PostgreSQL server, 13 or newer"); fi
  if ! redis_program >/dev/null; then packages+=(redis-server); words+=("a Redis or Valkey server, 7 or newer"); fi
  if [ "${1:-}" = browser ]; then
    if ! chromium_program >/dev/null; then packages+=(chromium); words+=("Chromium or Chrome"); fi
    if ! has_chinese_font; then packages+=(fonts-noto-cjk); words+=("a Chinese font, such as Noto Sans CJK"); fi
  fi
  [ ${#packages[@]} -eq 0 ] && return

  if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null || ! grep -qiE '^ID(_LIKE)?=.*(debian|ubuntu)' /etc/os-release 2>/dev/null; then
    printf 'Please install:\n' >&2
    printf '  %s\n' "${words[@]}" >&2
    printf 'On Debian and Ubuntu: sudo apt-get install %s\n' "${packages[*]}" >&2
    exit 1
  fi
  say "installing ${packages[*]} with apt"
  # The servers of these packages are not to start: ours are throw-away ones on ports of their own.
  export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
  local log
  log=$(mktemp)
  if ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    fail "apt could not install ${packages[*]}."
  fi
  rm -f "$log"
  if [ "${1:-}" = browser ] && ! chromium_program >/dev/null; then
    fail "The installed Chromium does not run (on Ubuntu it is a snap). Please install Chrome, or set CHROMIUM to a browser's path."
  fi
}

has_chinese_font() {
  if command -v fc-list >/dev/null; then [ -n "$(fc-list :lang=zh family 2>/dev/null)" ]; return; fi
  [ "$(uname)" = Darwin ] || ls /usr/share/fonts/opentype/noto/NotoSansCJK* >/dev/null 2>&1
}
