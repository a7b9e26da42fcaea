package rule

import _ "embed" // the schema

// Schema is the form of a rule as JSON Schema (draft 2020-12), for clients.
//
//go:embed schema.json
var Schema []byte
