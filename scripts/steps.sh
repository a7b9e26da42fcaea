#!/usr/bin/env bash
# Steps with a heading, a duration and a verdict; source this file, do not run it.
#
#   step "name" command…    runs it; a failure is noted and the next steps still run
#   must "name" command…    the same, but without it nothing further makes sense
#   closing                 prints the counts and what failed; its status is that of the whole

failed_steps=()
counts_file=$(mktemp)

step() {
  local name=$1 began=$SECONDS
  shift
  printf '\n==> %s\n' "$name"
  if "$@"; then
    printf '==> %s: done in %ds\n' "$name" $((SECONDS - began))
    return 0
  fi
  printf '==> %s: FAILED after %ds\n' "$name" $((SECONDS - began))
  failed_steps+=("$name")
  return 1
}

must() {
  step "$@" || { closing; exit 1; }
}

# count shows its input and keeps lines such as "go: 12 passed, 0 failed" for the end, where they are easy to find.
count() { tee -a "$counts_file"; }

closing() {
  printf '\n'
  grep -E '^[a-z-]+: [0-9]+ passed' "$counts_file"
  rm -f "$counts_file"
  if [ ${#failed_steps[@]} -gt 0 ]; then
    printf 'FAILED after %dm%02ds: %s\n' $((SECONDS / 60)) $((SECONDS % 60)) "$(IFS=,; printf '%s' "${failed_steps[*]}" | sed 's/,/, /g')"
    return 1
  fi
  printf 'all green in %dm%02ds\n' $((SECONDS / 60)) $((SECONDS % 60))
}
