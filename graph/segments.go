package graph

import (
	"context"
	"fmt"
	"time"

	"entgo.io/contrib/entgql"
	"github.com/vikstrous/dataloadgen"

	"tidings/ent"
	"tidings/ent/predicate"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/graph/model"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

const (
	// trendOf is how far back a segment's sizes are shown.
	trendOf = 366 * 24 * time.Hour
	// mostUses bounds the tasks and the segments that are listed as using one.
	mostUses = 50
)

// listed leaves the segments of the list (R27): what a task made for itself off
// the list is reached from its task only.
func listed() predicate.Segment { return entsegment.Listed(true) }

// segmentLoaders gather what the fields of many segments ask for.
type segmentLoaders struct {
	trend  *dataloadgen.Loader[string, []*model.SegmentPoint]
	tasks  *dataloadgen.Loader[string, []*ent.Task]
	usedBy *dataloadgen.Loader[string, []*ent.Segment]
	origin *dataloadgen.Loader[string, *ent.Task]
}

func (r *Resolver) segmentLoaders() *segmentLoaders {
	return &segmentLoaders{
		trend:  dataloadgen.NewMappedLoader(r.trends),
		tasks:  dataloadgen.NewMappedLoader(r.tasksOfSegments),
		usedBy: dataloadgen.NewMappedLoader(r.segmentsNaming),
		origin: dataloadgen.NewMappedLoader(r.origins),
	}
}

// trends reads the sizes of segments' ready versions.
func (r *Resolver) trends(ctx context.Context, ids []string) (map[string][]*model.SegmentPoint, error) {
	out := make(map[string][]*model.SegmentPoint, len(ids))
	for _, id := range ids {
		out[id] = []*model.SegmentPoint{}
	}
	found, err := r.DB.Ent.SegmentVersion.Query().Where(entsegmentversion.SegmentIDIn(ids...), entsegmentversion.StatusEQ(entsegmentversion.StatusReady),
		entsegmentversion.ComputedAtGT(r.Clock.Now().Add(-trendOf))).Order(ent.Asc(entsegmentversion.FieldSeq)).
		Select(entsegmentversion.FieldSegmentID, entsegmentversion.FieldComputedAt, entsegmentversion.FieldSize).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, v := range found {
		out[v.SegmentID] = append(out[v.SegmentID], &model.SegmentPoint{At: v.ComputedAt, Size: v.Size})
	}
	return out, nil
}

// newestTasksSQL: project, segments. Out: the newest tasks of each.
const newestTasksSQL = `SELECT id, segment_id FROM (SELECT t.id, t.segment_id, row_number() OVER (PARTITION BY t.segment_id ORDER BY t.id DESC) AS n
	FROM tasks t WHERE t.project_id = ? AND t.deleted_at IS NULL AND %s) u WHERE n <= %d ORDER BY id DESC`

func (r *Resolver) tasksOfSegments(ctx context.Context, ids []string) (map[string][]*ent.Task, error) {
	out := make(map[string][]*ent.Task, len(ids))
	for _, id := range ids {
		out[id] = []*ent.Task{}
	}
	text := r.DB.Rebind(fmt.Sprintf(newestTasksSQL, r.DB.In("t.segment_id"), mostUses))
	rows, err := r.DB.SQL.QueryContext(ctx, text, viewer.From(ctx).ProjectID, r.DB.List(ids))
	if err != nil {
		return nil, fmt.Errorf("tasks of segments: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var order []string
	of := map[string]string{}
	for rows.Next() {
		var task, segment string
		if err := rows.Scan(&task, &segment); err != nil {
			return nil, fmt.Errorf("tasks of segments: %w", err)
		}
		order = append(order, task)
		of[task] = segment
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("tasks of segments: %w", err)
	}
	tasks, err := r.tasksByID(ctx, order)
	if err != nil {
		return nil, err
	}
	for _, id := range order {
		if t := tasks[id]; t != nil {
			out[of[id]] = append(out[of[id]], t)
		}
	}
	return out, nil
}

// segmentsNaming are the segments of the list whose rules name each.
func (r *Resolver) segmentsNaming(ctx context.Context, ids []string) (map[string][]*ent.Segment, error) {
	out := make(map[string][]*ent.Segment, len(ids))
	for _, id := range ids {
		out[id] = []*ent.Segment{}
	}
	found, err := audience.NamesOthers(r.DB.Ent.Segment.Query().Where(listed())).Order(ent.Asc(entsegment.FieldName)).All(ctx)
	if err != nil {
		return nil, err
	}
	for _, s := range found {
		for _, ref := range audience.References(s.Rule) {
			if users, asked := out[ref.ID]; asked && len(users) < mostUses && (len(users) == 0 || users[len(users)-1] != s) {
				out[ref.ID] = append(users, s)
			}
		}
	}
	return out, nil
}

func (r *Resolver) origins(ctx context.Context, ids []string) (map[string]*ent.Task, error) {
	found, err := r.tasksByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if found[id] == nil {
			found[id] = nil // the task was deleted
		}
	}
	return found, nil
}

// segmentMembers is a page of the people of a segment's newest version.
//
// SECURITY: the segment came through the store, so the viewer may see it.
func (r *Resolver) segmentMembers(ctx context.Context, s *ent.Segment, after *entgql.Cursor[string], first int) (*model.PersonConnection, error) {
	limit, err := pageOf(first)
	if err != nil {
		return nil, err
	}
	project := viewer.From(ctx).ProjectNum
	out := &model.PersonConnection{Edges: []*model.PersonEdge{}, PageInfo: &entgql.PageInfo[string]{HasPreviousPage: after != nil}}
	held, err := audience.Held(ctx, r.DB, s.ProjectID, project, s.ID)
	if err != nil || held == nil {
		return out, err
	}
	it := held.Members.Iterator()
	if after != nil {
		key, err := personKey(after.ID, project)
		if err != nil {
			return nil, wrongCursor()
		}
		it.AdvanceIfNeeded(person.Num(key))
		if it.HasNext() && it.PeekNext() == person.Num(key) {
			it.Next()
		}
	}
	var keys []int64
	for it.HasNext() && len(keys) < limit {
		keys = append(keys, person.ID(project, it.Next()))
	}
	out.PageInfo.HasNextPage = it.HasNext()
	found, err := load(ctx).people.LoadAll(ctx, keys)
	if err != nil {
		return nil, err
	}
	for i, p := range found {
		if p != nil {
			out.Edges = append(out.Edges, &model.PersonEdge{Node: p, Cursor: entgql.Cursor[string]{ID: personID(keys[i])}})
		}
	}
	if n := len(out.Edges); n > 0 {
		out.PageInfo.StartCursor, out.PageInfo.EndCursor = &out.Edges[0].Cursor, &out.Edges[n-1].Cursor
	}
	return out, nil
}

// segmentReachable counts the newest version's people that the segment's channel
// can send to; nil without a channel or a version.
func (r *Resolver) segmentReachable(ctx context.Context, s *ent.Segment) (*int, error) {
	if s.ChannelID == nil || s.ComputedAt == nil {
		return nil, nil //nolint:nilnil // null in the API
	}
	e, err := r.Segments.Estimate(ctx, audience.EstimateInput{SegmentID: s.ID, ChannelID: *s.ChannelID}, nil)
	if err != nil {
		return nil, err
	}
	return e.Reachable, nil
}

func segmentInput(ctx context.Context, in *model.SegmentInput) audience.SegmentInput {
	out := audience.SegmentInput{
		Name: in.Name, Description: in.Description, Subject: in.Subject, Rule: in.Rule, UpdateMode: in.UpdateMode, DailyAt: in.DailyAt,
		Listed: in.Listed, ChannelID: in.ChannelID, Given: given(ctx, "input"),
	}
	if in.Roles != nil {
		out.Roles = roleNames(in.Roles)
	}
	return out
}

func roleNames(in []model.Role) []string {
	out := make([]string, len(in))
	for i, role := range in {
		out[i] = string(role)
	}
	return out
}

func estimateInput(in *model.EstimateInput) audience.EstimateInput {
	out := audience.EstimateInput{Subject: in.Subject, Rule: in.Rule}
	if in.SegmentID != nil {
		out.SegmentID = *in.SegmentID
	}
	if in.ChannelID != nil {
		out.ChannelID = *in.ChannelID
	}
	if in.TemplateID != nil {
		out.TemplateID = *in.TemplateID
	}
	return out
}

func estimateModel(e *audience.Estimate) *model.AudienceEstimate {
	return &model.AudienceEstimate{
		People: e.People, Reachable: e.Reachable, Authorised: e.Authorised, Approximate: e.Approximate, ComputedAt: e.ComputedAt,
		TookMs: int(e.Took.Milliseconds()),
	}
}

// audienceEstimate counts with progress; a slow client misses steps, never the
// end. What is wrong with the input is refused before the stream begins; what
// goes wrong later is the error of the last one's result.
func (r *Resolver) audienceEstimate(ctx context.Context, in audience.EstimateInput) (<-chan *model.EstimateProgress, error) {
	if err := r.Segments.CheckEstimate(ctx, in); err != nil {
		return nil, err
	}
	steps := make(chan *model.EstimateProgress, 1)
	out := make(chan *model.EstimateProgress)
	go func() {
		defer close(steps)
		put := func(p *model.EstimateProgress) {
			select {
			case <-steps: // the client has not read the last one
			default:
			}
			steps <- p
		}
		last := model.EstimateProgress{}
		e, err := r.Segments.Estimate(ctx, in, func(done, total int) {
			last = model.EstimateProgress{Done: done, Total: total}
			put(&model.EstimateProgress{Done: done, Total: total})
		})
		if err != nil {
			put(&model.EstimateProgress{Done: last.Done, Total: last.Total, Failure: err})
			return
		}
		put(&model.EstimateProgress{Done: last.Total, Total: last.Total, Result: estimateModel(e)})
	}()
	go func() {
		defer close(out)
		for p := range steps {
			select {
			case out <- p:
			case <-ctx.Done():
				for range steps { //nolint:revive // let the other end
				}
				return
			}
		}
	}()
	return out, nil
}

// abilities is what the viewer's project allows.
func (r *Resolver) abilities(ctx context.Context) (*model.AudienceAbilities, error) {
	if err := access.RequireSignedIn(ctx); err != nil {
		return nil, err
	}
	p, err := load(ctx).projects.Load(ctx, viewer.From(ctx).ProjectID)
	if err != nil {
		return nil, err
	}
	a := audience.Abilities(p.AudienceSource, p.MultiSubject, enttask.TypeOnce)
	return &model.AudienceAbilities{
		SegmentPermission: a.SegmentPermission, NewSegment: model.NewSegment(a.NewSegment), Refresh: a.Refresh, Subjects: a.Subjects,
		Source: p.AudienceSource, MultiSubject: p.MultiSubject,
	}, nil
}

func abilityReasons(a audience.Able) []*model.AbilityReason {
	out := make([]*model.AbilityReason, 0, len(a.Why))
	for _, mode := range []enttask.AudienceMode{
		enttask.AudienceModeRule, enttask.AudienceModeSegment, enttask.AudienceModeUpload, enttask.AudienceModeAll,
	} {
		if why, off := a.Why[mode]; off {
			out = append(out, &model.AbilityReason{Mode: mode, Reason: why})
		}
	}
	return out
}

// permitted refuses a segment or a task that 分群授权给 hides from the viewer with
// the reason, where the store only says that it is not there.
func (r *Resolver) permitted(ctx context.Context, n ent.Noder, nodeID string, err error) (ent.Noder, error) {
	if ent.IsNotFound(err) || fault.Is(err, fault.NotFound) {
		if _, why := audience.Find(ctx, r.DB.Ent, nodeID); fault.Is(why, fault.Forbidden) {
			return nil, why
		}
		return nil, err
	}
	if _, is := n.(*ent.Task); is && err == nil {
		if err := r.viewable(ctx, nodeID); err != nil {
			return nil, err
		}
	}
	return n, err
}

// viewable refuses a task whose segment is for other roles. It reads the task as a
// whole: a resolved one may hold only the columns that the client asked for.
func (r *Resolver) viewable(ctx context.Context, taskID string) error {
	t, err := load(ctx).tasks.Load(ctx, taskID)
	if err != nil {
		return err
	}
	return r.Tasks.Viewable(ctx, t)
}
