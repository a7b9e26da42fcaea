package task

import (
	"context"
	"fmt"
	"slices"

	"tidings/ent"
	enttaskgroup "tidings/ent/taskgroup"
	enttaskgrouplink "tidings/ent/taskgrouplink"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	naming "tidings/outreach/name"
)

// Objects are what a top-level group may sort (spec §2.1); their tasks never mix (R15).
var Objects = []string{ObjectMessage, "CANVAS", "STRATEGIZER"}

// ObjectMessage is the descriptor object of groups for message outreach.
const ObjectMessage = "MESSAGE"

const (
	maxGroupName = 50
	maxTops      = 5 // top-level groups of one object
	maxLevel     = 4 // a top-level group and three below
)

// Groups holds the commands on task groups.
type Groups struct{ db *database.DB }

// NewGroups makes the service.
func NewGroups(db *database.DB) *Groups { return &Groups{db: db} }

// Create makes a group: at the top with its descriptor objects, MESSAGE when
// none are named, or under another, whose objects it shares. Administrators only (R17).
//
// UNAUTHENTICATED, FORBIDDEN, INVALID (name, parentId, objects), CONFLICT (NAME_TAKEN).
func (s *Groups) Create(ctx context.Context, name string, parentID *string, objects []string) (*ent.TaskGroup, error) {
	if err := access.Require(ctx, access.GroupManage); err != nil {
		return nil, err
	}
	if err := access.Require(ctx, access.RoleManage); err != nil {
		return nil, fault.Errorf(fault.Forbidden, "only administrators make groups").Because("ADMIN_ONLY")
	}
	name = naming.Clean(name)
	var fs fault.Fields
	naming.Check(&fs, name, maxGroupName)
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.TaskGroup
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := lockProject(ctx, s.db, tx); err != nil {
			return err
		}
		newID := id.New("grp")
		c := tx.TaskGroup.Create().SetID(newID).SetProjectID(viewer.From(ctx).ProjectID).SetName(name)
		var err error
		if parentID == nil {
			err = asTop(ctx, tx, c, newID, objects)
		} else {
			err = asChild(ctx, tx, c, *parentID, objects)
		}
		if err != nil {
			return err
		}
		siblings, err := siblingsOf(ctx, tx, parentID)
		if err != nil {
			return err
		}
		if taken(siblings, name, "") {
			return naming.Taken("group")
		}
		out, err = c.SetPosition(len(siblings)).Save(ctx)
		if err != nil {
			return fmt.Errorf("save group: %w", err)
		}
		return access.Audit(ctx, tx, "group.create", out.ID, out.Name, nil)
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

func asTop(ctx context.Context, tx *ent.Tx, c *ent.TaskGroupCreate, newID string, objects []string) error {
	if len(objects) == 0 {
		objects = []string{ObjectMessage}
	}
	objects = slices.Compact(slices.Sorted(slices.Values(objects)))
	tops, err := siblingsOf(ctx, tx, nil)
	if err != nil {
		return err
	}
	var fs fault.Fields
	for _, o := range objects {
		n := 0
		for _, t := range tops {
			if slices.Contains(t.Objects, o) {
				n++
			}
		}
		switch {
		case !slices.Contains(Objects, o):
			fs.Add("objects", "INVALID_VALUE", "%s is no object that groups can sort", o)
		case n >= maxTops:
			fs.Add("objects", "TOO_MANY", "there are %d top-level groups for %s already", maxTops, o)
			fs.With(map[string]any{"limit": maxTops, "object": o})
		}
	}
	c.SetTopID(newID).SetLevel(1).SetObjects(objects)
	return fs.Err()
}

func asChild(ctx context.Context, tx *ent.Tx, c *ent.TaskGroupCreate, parentID string, objects []string) error {
	parent, err := tx.TaskGroup.Query().Where(enttaskgroup.ID(parentID)).Only(ctx)
	if ent.IsNotFound(err) {
		return fault.At("parentId", "NOT_FOUND", "there is no group %s in this project", parentID)
	}
	if err != nil {
		return fmt.Errorf("load group: %w", err)
	}
	var fs fault.Fields
	if len(objects) > 0 {
		fs.Add("objects", "NOT_ALLOWED", "a sub-group sorts what its top-level group sorts")
	}
	if parent.Level >= maxLevel {
		fs.Add("parentId", "TOO_DEEP", "groups have %d levels below the top at most", maxLevel-1)
		fs.With(map[string]any{"limit": maxLevel - 1})
	}
	c.SetParentID(parent.ID).SetTopID(parent.TopID).SetLevel(min(parent.Level+1, maxLevel))
	return fs.Err()
}

// Rename gives a group another name, unique among its siblings.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, INVALID (name), CONFLICT (NAME_TAKEN).
func (s *Groups) Rename(ctx context.Context, groupID, name string) (*ent.TaskGroup, error) {
	if err := access.Require(ctx, access.GroupManage); err != nil {
		return nil, err
	}
	name = naming.Clean(name)
	var fs fault.Fields
	naming.Check(&fs, name, maxGroupName)
	if err := fs.Err(); err != nil {
		return nil, err
	}
	var out *ent.TaskGroup
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		if err := lockProject(ctx, s.db, tx); err != nil {
			return err
		}
		g, err := loadGroup(ctx, tx, groupID)
		if err != nil {
			return err
		}
		siblings, err := siblingsOf(ctx, tx, g.ParentID)
		if err != nil {
			return err
		}
		if taken(siblings, name, g.ID) {
			return naming.Taken("group")
		}
		if out, err = tx.TaskGroup.UpdateOne(g).SetName(name).Save(ctx); err != nil {
			return fmt.Errorf("save group: %w", err)
		}
		return access.Audit(ctx, tx, "group.rename", g.ID, name, map[string]any{"from": g.Name})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// Delete removes a group and those below it, when no task, drafts included, is
// in any of them (R18).
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, CONFLICT (HAS_TASKS with their count).
func (s *Groups) Delete(ctx context.Context, groupID string) error {
	if err := access.Require(ctx, access.GroupManage); err != nil {
		return err
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		g, err := loadGroup(ctx, tx, groupID)
		if err != nil {
			return err
		}
		all, err := tx.TaskGroup.Query().Where(enttaskgroup.TopID(g.TopID)).All(ctx)
		if err != nil {
			return fmt.Errorf("load groups: %w", err)
		}
		below := subtree(all, g.ID)
		count, err := tx.TaskGroupLink.Query().Where(enttaskgrouplink.GroupIDIn(below...)).Count(ctx)
		if err != nil {
			return fmt.Errorf("count tasks: %w", err)
		}
		if count > 0 {
			return inUse("HAS_TASKS", "task", count)
		}
		slices.Reverse(below) // children first, or they would be left without a parent
		for _, b := range below {
			if err := tx.TaskGroup.DeleteOneID(b).Exec(ctx); err != nil {
				return fmt.Errorf("delete group: %w", err)
			}
		}
		return access.Audit(ctx, tx, "group.delete", g.ID, g.Name, nil)
	})
}

// subtree lists a node and all below it, parents before children.
func subtree(all []*ent.TaskGroup, root string) []string {
	out := []string{root}
	for i := 0; i < len(out); i++ {
		for _, g := range all {
			if g.ParentID != nil && *g.ParentID == out[i] {
				out = append(out, g.ID)
			}
		}
	}
	return out
}

func inUse(reason, kind string, count int) error {
	var fs fault.Fields
	fs.Add("id", reason, "%d %ss are in it", count, kind)
	fs.With(map[string]any{"count": count})
	return &fault.Error{Code: fault.Conflict, Reason: reason, Message: fmt.Sprintf("%d %ss are in it", count, kind), Fields: fs}
}

func loadGroup(ctx context.Context, tx *ent.Tx, groupID string) (*ent.TaskGroup, error) {
	g, err := tx.TaskGroup.Query().Where(enttaskgroup.ID(groupID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no group %q", groupID)
	}
	if err != nil {
		return nil, fmt.Errorf("load group: %w", err)
	}
	return g, nil
}

func siblingsOf(ctx context.Context, tx *ent.Tx, parentID *string) ([]*ent.TaskGroup, error) {
	q := tx.TaskGroup.Query()
	if parentID == nil {
		q.Where(enttaskgroup.ParentIDIsNil())
	} else {
		q.Where(enttaskgroup.ParentID(*parentID))
	}
	all, err := q.All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	return all, nil
}

func taken(siblings []*ent.TaskGroup, name, except string) bool {
	return slices.ContainsFunc(siblings, func(g *ent.TaskGroup) bool { return g.ID != except && naming.Key(g.Name) == naming.Key(name) })
}

// lockProject lets one command at a time change the project's groups: names at
// the top and the number of top-level groups are no rules a database can hold.
// SQLite writes one transaction at a time anyway.
func lockProject(ctx context.Context, db *database.DB, tx *ent.Tx) error {
	if !db.Postgres() {
		return nil
	}
	const lockSQL = `SELECT 1 FROM projects WHERE id = $1 FOR NO KEY UPDATE`
	if _, err := tx.ExecContext(ctx, lockSQL, viewer.From(ctx).ProjectID); err != nil {
		return fmt.Errorf("lock project: %w", err)
	}
	return nil
}

// MessageGroups are all nodes that message-outreach tasks can be in, top-level
// groups and what is below them, in their order.
func (s *Groups) MessageGroups(ctx context.Context) ([]*ent.TaskGroup, error) {
	all, err := s.db.Ent.TaskGroup.Query().Order(ent.Asc(enttaskgroup.FieldLevel, enttaskgroup.FieldPosition, enttaskgroup.FieldID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	tops := map[string]bool{}
	for _, g := range all {
		if g.ParentID == nil && slices.Contains(g.Objects, ObjectMessage) {
			tops[g.ID] = true
		}
	}
	return slices.DeleteFunc(all, func(g *ent.TaskGroup) bool { return !tops[g.TopID] }), nil
}

// TaskCounts tells for groups how many tasks are in each and below it, in two
// queries however many are asked for.
func (s *Groups) TaskCounts(ctx context.Context, groupIDs []string) (map[string]int, error) {
	var own []struct {
		GroupID string `json:"group_id"`
		Count   int    `json:"count"`
	}
	if err := s.db.Ent.TaskGroupLink.Query().GroupBy(enttaskgrouplink.FieldGroupID).Aggregate(ent.Count()).Scan(ctx, &own); err != nil {
		return nil, fmt.Errorf("count tasks: %w", err)
	}
	all, err := s.db.Ent.TaskGroup.Query().Select(enttaskgroup.FieldID, enttaskgroup.FieldParentID).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	parent := map[string]string{}
	for _, g := range all {
		parent[g.ID] = deref(g.ParentID)
	}
	sums := map[string]int{}
	for _, o := range own {
		for g := o.GroupID; g != ""; g = parent[g] {
			sums[g] += o.Count
		}
	}
	out := make(map[string]int, len(groupIDs))
	for _, g := range groupIDs {
		out[g] = sums[g]
	}
	return out, nil
}

// OfTasks gives the groups that tasks are in, for many tasks at once.
func (s *Groups) OfTasks(ctx context.Context, taskIDs []string) (map[string][]*ent.TaskGroup, error) {
	found, err := s.db.Ent.TaskGroupLink.Query().Where(enttaskgrouplink.TaskIDIn(taskIDs...)).WithGroup().Order(ent.Asc(enttaskgrouplink.FieldTopID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load groups: %w", err)
	}
	out := make(map[string][]*ent.TaskGroup, len(taskIDs))
	for _, id := range taskIDs {
		out[id] = []*ent.TaskGroup{}
	}
	for _, l := range found {
		if l.Edges.Group != nil {
			out[l.TaskID] = append(out[l.TaskID], l.Edges.Group)
		}
	}
	return out, nil
}

// links turns the groups chosen for a task into links: groups of this project
// that message outreach may use, one under each top-level group (spec §2.1).
func links(ctx context.Context, tx *ent.Tx, fs *fault.Fields, ids []string) ([]Link, error) {
	var out []Link
	for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
		g, err := tx.TaskGroup.Query().Where(enttaskgroup.ID(id)).Only(ctx)
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
