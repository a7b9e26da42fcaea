package trigger

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	enteventtype "tidings/ent/eventtype"
	entproject "tidings/ent/project"
	entproperty "tidings/ent/property"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/audience/rule"
	"tidings/outreach/person"
	"tidings/outreach/render"
	"tidings/outreach/trigger/match"
)

// project is a project's live triggers as of a revision and some settings; it
// never changes.
type project struct {
	id   string
	num  int64
	as   settings
	zone *time.Location
	// grace is what a judgement waits for late events.
	grace time.Duration
	tasks map[string]*live
	// byEvent are the triggers whose A names an event: what a batch costs grows
	// with these, not with all triggers.
	byEvent map[int64][]*live
}

// live is a task's trigger, ready to be matched.
type live struct {
	id  string
	def Definition
	// from and to bound the times of the events that count: A's window, and not
	// before the task was approved.
	from, to int64
	end      time.Time // zero: none
	pauses   Pauses
	a, b     map[int64][]*match.Filter // by event; a nil filter passes all
	// props says that the message shows properties of the event.
	props bool

	all       bool
	segmentID string
	subject   string
	// always are the supplementary recipients (R32).
	always *roaring.Bitmap
}

// counts tells whether an event A counts.
func (l *live) counts(e *occurrence, now time.Time, zone *time.Location) bool {
	return e.at >= l.from && e.at <= l.to && !l.pauses.Cover(e.receivedAt) && passes(l.a[e.event], e.props, now, zone)
}

func passes(filters []*match.Filter, p *match.Props, now time.Time, zone *time.Location) bool {
	for _, f := range filters {
		if f.Match(p, now, zone) {
			return true
		}
	}
	return false
}

// settings are what live triggers are read again for when it changes.
type settings struct {
	rev   int64
	grace int
	zone  string
}

// settingsSQL: project.
const settingsSQL = `SELECT triggers_rev, judge_grace, time_zone FROM projects WHERE num = ?`

// project gives a project's live triggers, read again when some have changed.
func (s *Service) project(ctx context.Context, num int64) (*project, error) {
	var as settings
	if err := s.DB.SQL.QueryRowContext(ctx, s.DB.Rebind(settingsSQL), num).Scan(&as.rev, &as.grace, &as.zone); err != nil {
		return nil, fmt.Errorf("look for changed triggers: %w", err)
	}
	s.mu.Lock()
	p := s.projects[num]
	s.mu.Unlock()
	if p != nil && p.as == as {
		return p, nil
	}
	p, err := s.readProject(viewer.System(ctx), num, as)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.projects[num] = p
	return p, nil
}

// readProject compiles a project's live triggers. What it reads may be newer than
// the revision, never older.
func (s *Service) readProject(ctx context.Context, num int64, as settings) (*project, error) {
	row, err := s.DB.Ent.Project.Query().Where(entproject.Num(num)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read project: %w", err)
	}
	p := &project{id: row.ID, num: num, as: as, grace: time.Duration(as.grace) * time.Second, tasks: map[string]*live{}, byEvent: map[int64][]*live{}}
	if p.zone, err = time.LoadLocation(as.zone); err != nil {
		return nil, fmt.Errorf("zone of project %s: %w", row.ID, err)
	}
	tasks, err := s.DB.Ent.Task.Query().Where(enttask.ProjectID(row.ID), enttask.TypeIn(enttask.TypeDoneA, enttask.TypeDoneANotB),
		enttask.RunStatusIn(living...)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read live triggers: %w", err)
	}
	names, err := s.names(ctx, row.ID)
	if err != nil {
		return nil, err
	}
	for _, t := range tasks {
		l, err := compile(t, names)
		if err != nil {
			// One that cannot be read must not stop the others.
			s.Log.ErrorContext(ctx, "trigger not understood", "task", t.ID, "error", err)
			continue
		}
		// What could not be looked up may be there the next time: without it the
		// project is not kept, and nothing that needs it is done.
		if err := s.supplement(ctx, p, t, l); err != nil {
			return nil, fmt.Errorf("supplementary recipients of %s: %w", t.ID, err)
		}
		p.tasks[t.ID] = l
		for event := range l.a {
			p.byEvent[event] = append(p.byEvent[event], l)
		}
	}
	return p, nil
}

// eventNames are a project's events and the types of their properties.
type eventNames struct {
	nums  map[string]int64
	types map[string]map[string]rule.Type
}

func (s *Service) names(ctx context.Context, projectID string) (*eventNames, error) {
	n := &eventNames{nums: map[string]int64{}, types: map[string]map[string]rule.Type{}}
	events, err := s.DB.Ent.EventType.Query().Where(enteventtype.ProjectID(projectID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read event types: %w", err)
	}
	byID := map[string]map[string]rule.Type{}
	for _, e := range events {
		types := map[string]rule.Type{}
		n.nums[e.Name], n.types[e.Name], byID[e.ID] = e.Num, types, types
	}
	properties, err := s.DB.Ent.Property.Query().Where(entproperty.ProjectID(projectID), entproperty.OwnerEQ(entproperty.OwnerEvent)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read properties: %w", err)
	}
	for _, p := range properties {
		if types := byID[p.OwnerID]; types != nil {
			types[p.Name] = rule.Type(p.Type)
		}
	}
	return n, nil
}

// filters compiles events; those that the project does not know happen to nobody.
func (n *eventNames) filters(events []Event) (map[int64][]*match.Filter, error) {
	out := map[int64][]*match.Filter{}
	for _, e := range events {
		num, known := n.nums[e.Event]
		if !known {
			continue
		}
		f, err := match.Compile(e.Where, n.types[e.Event])
		if err != nil {
			return nil, err
		}
		out[num] = append(out[num], f)
	}
	return out, nil
}

// compile makes a trigger ready of what is stored of it. Its error is that this
// cannot be understood, today or later.
func compile(t *ent.Task, names *eventNames) (*live, error) {
	d, err := Parse(t.Trigger)
	if err != nil {
		return nil, err
	}
	l := &live{
		id: t.ID, def: d, from: d.A.From.UnixMilli(), to: d.A.To.UnixMilli(), subject: t.Subject,
		all: t.AudienceMode == enttask.AudienceModeAll, always: roaring.New(),
	}
	if t.ApprovedAt != nil {
		l.from = max(l.from, t.ApprovedAt.UnixMilli())
	}
	if t.EndsAt != nil {
		l.end = t.EndsAt.UTC()
	}
	if t.SegmentID != nil {
		l.segmentID = *t.SegmentID
	}
	if len(t.Pauses) > 0 {
		if err := json.Unmarshal(t.Pauses, &l.pauses); err != nil {
			return nil, fmt.Errorf("read pauses: %w", err)
		}
	}
	if l.a, err = names.filters(d.A.Events); err != nil {
		return nil, err
	}
	if d.B != nil {
		if l.b, err = names.filters(d.B.Events); err != nil {
			return nil, err
		}
	}
	l.props = showsEvent(t.Content)
	return l, nil
}

// showsEvent tells whether a message's content names a property of the event.
func showsEvent(content json.RawMessage) bool {
	var c render.Content
	if len(content) == 0 || json.Unmarshal(content, &c) != nil {
		return false
	}
	for _, param := range c.Params {
		for _, part := range param.Parts {
			if part.Var != nil && part.Var.Source == render.Event {
				return true
			}
		}
	}
	return false
}

// supplement resolves the supplementary recipients, target IDs of the channel.
func (s *Service) supplement(ctx context.Context, p *project, t *ent.Task, l *live) error {
	if len(t.Supplementary) == 0 || t.ChannelID == nil {
		return nil
	}
	channel, err := s.DB.Ent.Channel.Query().Where(entchannel.ID(*t.ChannelID), entchannel.ProjectID(p.id)).Only(ctx)
	if err != nil {
		return fmt.Errorf("read channel: %w", err)
	}
	values := make([]string, len(t.Supplementary))
	for i, v := range t.Supplementary {
		values[i] = person.WechatValue(channel.AppID, v)
	}
	nums, err := person.Resolve(ctx, s.DB, p.num, person.WechatOpenID, values, true)
	if err != nil {
		return err
	}
	l.always.AddMany(nums)
	return nil
}
