// Package registry keeps a project's channels: it creates, changes, tries out
// and deletes them, copies the provider's templates, and opens the client that
// speaks for one.
//
// Credentials are tried before they are saved, outside the transaction that
// saves them, and a secret leaves the database only into the client: sealed
// under TIDINGS_SECRET_KEY and bound to its row, it can neither be read there
// nor moved to another channel.
package registry
