package dataimport

import (
	"context"
	"fmt"

	"tidings/ent"
	enteventsource "tidings/ent/eventsource"
	"tidings/internal/id"
	"tidings/internal/secret"
)

// ownSourceName is the name of the source that imported events have where none is named.
const ownSourceName = "CSV"

// ownSource gives the project's source of imported events and makes it where it
// is missing. Nobody knows its write key until somebody rotates it.
func ownSource(ctx context.Context, tx *ent.Tx, projectID string) (string, error) {
	found, err := tx.EventSource.Query().Where(enteventsource.Name(ownSourceName)).Only(ctx)
	if err == nil {
		return found.ID, nil
	}
	if !ent.IsNotFound(err) {
		return "", fmt.Errorf("read event source: %w", err)
	}
	_, hash := secret.NewToken("wk_")
	made, err := tx.EventSource.Create().SetProjectID(projectID).SetNum(id.Num()).SetName(ownSourceName).
		SetKind(enteventsource.KindOfflineDaily).SetKeyHash(hash).Save(ctx)
	if err != nil {
		return "", fmt.Errorf("save event source: %w", err)
	}
	return made.ID, nil
}
