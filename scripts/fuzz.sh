#!/usr/bin/env bash
# Every fuzz test in turn, FUZZTIME each. What it finds is written to the package's testdata/fuzz: commit it with the fix.
set -uo pipefail
cd "$(dirname "$0")/.." || exit 1
status=0 found=0
while IFS=: read -r file name; do
  found=1
  echo "==> $(dirname "$file") $name"
  go test -run '^$' -fuzz "^$name\$" -fuzztime "${FUZZTIME:-30s}" "./$(dirname "$file")" || status=1
done < <(grep -rohE --with-filename '^func Fuzz[A-Za-z0-9_]+' --include='*_test.go' --exclude-dir=node_modules . | sed -E 's#^\./##; s/func //')
[ "$found" = 1 ] || echo "There is no fuzz test yet."
exit "$status"
