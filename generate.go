package main

// The store first, then the API that is made from it, then what people and the
// console read: the merged schema and the configuration page.
//go:generate go run ./internal/entgen
//go:generate go tool gqlgen generate
//go:generate go run ./internal/config/gen
