package audience

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	enttemplate "tidings/ent/template"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// estimateLimit is how long an estimate may take (spec §9.3), waiting for its
// turn included.
const estimateLimit = 60 * time.Second

// EstimateInput says whom to count: a rule's people, or a segment's.
type EstimateInput struct {
	Subject    string
	Rule       json.RawMessage
	SegmentID  string
	ChannelID  string // whose target IDs are counted; empty: none
	TemplateID string // whose authorisations are counted; empty: none
}

// Estimate is what was counted (R30, R36).
type Estimate struct {
	// People are those selected: OneIDs.
	People int
	// Reachable are those of them with an ID that the channel sends to; nil without a channel.
	Reachable *int
	// Authorised are those of them with an authorisation left for the template; nil
	// without one, and when nothing is known of it.
	Authorised *int
	// Approximate: counted on a sample. Every count so far is exact.
	Approximate bool
	ComputedAt  time.Time
	Took        time.Duration
}

// Progress is told of an estimate's steps.
type Progress func(done, total int)

// Estimate counts an audience. It ends with its context, also while it waits for
// its turn, and after a minute.
//
// It needs segment.view. INVALID with the path of what is wrong, NOT_FOUND,
// FORBIDDEN (NO_SEGMENT_PERMISSION), CONFLICT (NO_SEGMENTS), UNAVAILABLE
// (ESTIMATE_TIMEOUT).
func (s *Segments) Estimate(ctx context.Context, in EstimateInput, progress Progress) (*Estimate, error) {
	e, err := s.prepare(ctx, in)
	if err != nil {
		return nil, err
	}
	began := clock.Wall()
	work, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	out, err := e.count(work, progress)
	switch {
	case err == nil:
		out.Took = clock.Wall().Sub(began)
		return out, nil
	case ctx.Err() == nil && work.Err() != nil:
		return nil, fault.Errorf(fault.Unavailable, "the estimate took longer than a minute; narrow the rule, or save it as a segment").
			Because("ESTIMATE_TIMEOUT").Wrap(err)
	}
	return nil, err
}

// CheckEstimate refuses what Estimate would refuse before it counts.
func (s *Segments) CheckEstimate(ctx context.Context, in EstimateInput) error {
	_, err := s.prepare(ctx, in)
	return err
}

// estimate is one that may be made.
type estimate struct {
	s        *Segments
	in       EstimateInput
	project  *ent.Project
	segment  *ent.Segment
	channel  *ent.Channel
	template *ent.Template
}

func (s *Segments) prepare(ctx context.Context, in EstimateInput) (*estimate, error) {
	if err := access.Require(ctx, access.SegmentView); err != nil {
		return nil, err
	}
	e := &estimate{s: s, in: in}
	var err error
	if e.project, err = projectOf(ctx, s.db.Ent); err != nil {
		return nil, err
	}
	if err := need(ctx, e.project, access.SegmentView); err != nil {
		return nil, err
	}
	if e.in.Subject == "" {
		e.in.Subject = User
	}
	if err := checkSubject(e.project, e.in.Subject); err != nil {
		return nil, err
	}
	var fs fault.Fields
	if in.ChannelID != "" {
		e.channel, err = s.db.Ent.Channel.Query().Where(entchannel.ID(in.ChannelID)).Only(ctx)
		if err = noted(&fs, "channelId", in.ChannelID, err); err != nil {
			return nil, err
		}
	}
	if in.TemplateID != "" {
		e.template, err = s.db.Ent.Template.Query().Where(enttemplate.ID(in.TemplateID)).Only(ctx)
		if err = noted(&fs, "templateId", in.TemplateID, err); err != nil {
			return nil, err
		}
		if e.template != nil && e.channel != nil && e.template.ChannelID != e.channel.ID {
			fs.Add("templateId", "OTHER_CHANNEL", "the template belongs to another channel")
		}
	}
	if err := fs.Err(); err != nil {
		return nil, err
	}
	if in.SegmentID != "" {
		if e.segment, err = Find(ctx, s.db.Ent, in.SegmentID); err != nil {
			return nil, err
		}
		e.in.Subject, e.in.Rule = e.segment.Subject, e.segment.Rule
		return e, nil
	}
	if _, err := scopeOf(ctx, s.db.Ent, e.project, e.in.Subject, s.clock.Now()); err != nil {
		return nil, err
	}
	return e, checkRule(ctx, s.db.Ent, e.project.ID, "", e.in.Subject, e.in.Rule)
}

// noted turns "not found" into a wrong field.
func noted(fs *fault.Fields, path, id string, err error) error {
	if ent.IsNotFound(err) {
		fs.Add(path, "NOT_FOUND", "there is no %s in this project", id)
		return nil
	}
	if err != nil {
		return fmt.Errorf("look up %s: %w", path, err)
	}
	return nil
}

// count does the work once it is this estimate's turn.
func (e *estimate) count(ctx context.Context, progress Progress) (*Estimate, error) {
	select {
	case e.s.slots <- struct{}{}:
		defer func() { <-e.s.slots }()
	case <-ctx.Done():
		return nil, fmt.Errorf("wait for other estimates: %w", ctx.Err())
	}
	out := &Estimate{ComputedAt: e.s.clock.Now()}
	// Counting by channel and template are two more steps.
	extra := 0
	if e.channel != nil {
		extra = 2
	}
	tell := func(done, total int) {
		if progress != nil {
			progress(done, total+extra)
		}
	}
	// Whom the channel reaches does not depend on the rule: both are read at once.
	var members, with *roaring.Bitmap
	last := 0
	work, both := errgroup.WithContext(ctx)
	work.Go(func() (err error) {
		members, last, err = e.members(both, out, tell)
		return err
	})
	if e.channel != nil {
		work.Go(func() (err error) {
			with, err = e.s.Reachable(both, e.project.Num, e.channel.AppID)
			return err
		})
	}
	if err := work.Wait(); err != nil {
		return nil, err
	}
	out.People = int(members.GetCardinality()) //nolint:gosec // 32-bit numbers
	if e.channel == nil {
		return out, nil
	}
	people, err := ToPeople(ctx, e.s.db, e.project.ID, e.project.Num, e.in.Subject, members)
	if err != nil {
		return nil, err
	}
	reached := roaring.And(people, with)
	n := int(reached.GetCardinality()) //nolint:gosec // 32-bit numbers
	out.Reachable = &n
	tell(last+1, last)
	if e.template != nil {
		if out.Authorised, err = authorised(ctx, e.s.db, e.project.Num, e.channel.AppID, e.template.ProviderID, reached); err != nil {
			return nil, err
		}
	}
	tell(last+2, last)
	return out, nil
}

// members are a segment's, as they are held, or a rule's.
func (e *estimate) members(ctx context.Context, out *Estimate, tell Progress) (members *roaring.Bitmap, steps int, err error) {
	if e.segment != nil {
		held, err := Held(ctx, e.s.db, e.project.ID, e.project.Num, e.segment.ID)
		if err != nil {
			return nil, 0, err
		}
		if held != nil {
			out.ComputedAt = held.ComputedAt
			tell(1, 1)
			return held.Members, 1, nil
		}
	}
	steps = 1
	members, err = e.s.run(ctx, e.project, e.in.Subject, e.in.Rule, out.ComputedAt, func(done, total int) {
		steps = total
		tell(done, total)
	})
	return members, steps, err
}

// Reachable are the people of a project whom a WeChat mini program can send to.
func (s *Segments) Reachable(ctx context.Context, projectNum int64, appID string) (*roaring.Bitmap, error) {
	return s.compiled.Members(viewer.System(ctx), projectNum, person.WechatOpenID, appID)
}

// reportsMeet is how long after a merge a process may still know the old number.
const reportsMeet = 10 * time.Minute

// authorisedSQL: project number, AppID, template. Out: a person, how many
// messages they allow.
const authorisedSQL = `SELECT person_num, remaining FROM wechat_subscriptions WHERE project_num = ? AND app_id = ? AND template_id = ?`

// authorised counts those of the people who allow another message of the
// template; nil when nobody has ever told.
func authorised(ctx context.Context, db *database.DB, projectNum int64, appID, template string, among *roaring.Bitmap) (*int, error) {
	rows, err := db.SQL.QueryContext(ctx, db.Rebind(authorisedSQL), projectNum, appID, template)
	if err != nil {
		return nil, fmt.Errorf("read authorisations: %w", err)
	}
	defer func() { _ = rows.Close() }()
	known, allow := false, roaring.New()
	for rows.Next() {
		var num uint32
		var remaining int
		if err := rows.Scan(&num, &remaining); err != nil {
			return nil, fmt.Errorf("read authorisations: %w", err)
		}
		known = true
		if remaining > 0 {
			allow.Add(num)
		}
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read authorisations: %w", err)
	}
	if !known {
		return nil, nil //nolint:nilnil // nothing is known: no error
	}
	// Merges move the rows; only a report that met one may still be under the old number.
	allow, err = person.Through(ctx, db, projectNum, allow, clock.Wall().Add(-reportsMeet))
	if err != nil {
		return nil, err
	}
	allow.And(among)
	n := int(allow.GetCardinality()) //nolint:gosec // 32-bit numbers
	return &n, nil
}
