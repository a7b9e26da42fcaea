package audience

import (
	"context"

	"tidings/ent"
	"tidings/outreach/audience/rule"
)

// EventCatalogue is what a project knows of some events and their properties:
// what a trigger's conditions are held against, and what its message may insert.
func EventCatalogue(ctx context.Context, client *ent.Client, projectID string, events []string) (rule.Catalogue, error) {
	tree := &rule.Node{Op: rule.Or}
	for _, name := range events {
		tree.Nodes = append(tree.Nodes, &rule.Node{Op: rule.Event, Event: name})
	}
	return readCatalogue(ctx, client, projectID, tree)
}
