#!/usr/bin/env bash
# All generated code: the store and the API (generate.go), then the console's view of the merged schema.
set -euo pipefail
cd "$(dirname "$0")/.."
go generate ./...
if [ -f frontend/package.json ]; then
  make --no-print-directory node_modules
  npm run --silent schema --workspace frontend
fi
