package task

import (
	"context"
	"fmt"
	"slices"

	"tidings/ent"
	entgroup "tidings/ent/taskgroup"
	"tidings/outreach/fault"
)

// links turns the groups chosen for a task into links: groups of this project
// that message outreach may use, one under each top-level group (spec §2.1).
func links(ctx context.Context, tx *ent.Tx, fs *fault.Fields, ids []string) ([]Link, error) {
	var out []Link
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		g, err := tx.TaskGroup.Query().Where(entgroup.ID(id)).Only(ctx)
		if ent.IsNotFound(err) {
			fs.Add("groupIds", "NOT_FOUND", "there is no %s in this project", id)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("look up group: %w", err)
		}
		top, err := tx.TaskGroup.Get(ctx, g.TopID)
		if err != nil {
			return nil, fmt.Errorf("look up group: %w", err)
		}
		switch {
		case !slices.Contains(top.Objects, ObjectMessage):
			fs.Add("groupIds", "OTHER_OBJECT", "the group %s is not for message outreach", g.Name)
		case slices.ContainsFunc(out, func(l Link) bool { return l.TopID == g.TopID }):
			fs.Add("groupIds", "ONE_PER_TOP", "a task is in one group under %s at most", top.Name)
			fs.With(map[string]any{"name": top.Name})
		default:
			out = append(out, Link{g.TopID, g.ID})
		}
	}
	return out, nil
}

// ObjectMessage is the descriptor object of groups for message outreach (R15).
const ObjectMessage = "MESSAGE"

var uploadColumns = []string{"id", "channel_id", "status", "valid", "resolved", "project_id"}
