package task

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entidentity "tidings/ent/identity"
	entperson "tidings/ent/person"
	enttask "tidings/ent/task"
	entupload "tidings/ent/upload"
	"tidings/ent/viewer"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/channel"
	"tidings/outreach/fault"
	"tidings/outreach/gate"
	"tidings/outreach/person"
	"tidings/outreach/render"
)

// sampleSize is how many recipients' messages are shown before sending.
const sampleSize = 5

// Examination is what a draft still lacks, and what its first recipients would read.
type Examination struct {
	Problems fault.Fields // stop the submission
	Warnings fault.Fields // do not
	Samples  []Sample
}

// Sample is one recipient's message, or why there would be none.
type Sample struct {
	Target string
	Params []SampleParam
	Reason string
}

// SampleParam is a parameter with the label that the recipient reads.
type SampleParam struct{ Key, Label, Value string }

// Examine checks a draft without changing it. It needs outreach.task.view.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND.
func (s *Service) Examine(ctx context.Context, taskID string) (*Examination, error) {
	if err := access.Require(ctx, access.TaskView); err != nil {
		return nil, err
	}
	var facts Facts
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		t, err := load(ctx, tx, taskID)
		if err != nil {
			return err
		}
		if err := viewable(ctx, tx.Client(), t); err != nil {
			return err
		}
		facts, err = s.gather(ctx, tx, t, s.clock.Now())
		return err
	})
	if err != nil {
		return nil, err
	}
	out := &Examination{}
	if out.Problems, err = Check(facts); err != nil {
		return nil, err
	}
	if out.Warnings, err = Warnings(facts); err != nil {
		return nil, err
	}
	out.Samples, err = s.samples(ctx, facts)
	return out, err
}

// samples renders the message for the first recipients, as sending will.
func (s *Service) samples(ctx context.Context, f Facts) ([]Sample, error) {
	if f.Template == nil || f.Channel == nil || f.Template.ChannelID != f.Channel.ID {
		return nil, nil
	}
	program, _, err := compile(f.Template, f.Task, f.Zone)
	if fault.Is(err, fault.Invalid) {
		return nil, nil // the problems say what is wrong
	}
	if err != nil {
		return nil, err
	}
	people, err := s.first(ctx, f)
	if err != nil {
		return nil, err
	}
	var fields []render.Field
	if err := json.Unmarshal(f.Template.Fields, &fields); err != nil {
		return nil, fmt.Errorf("read template's fields: %w", err)
	}
	out := make([]Sample, 0, len(people))
	for _, p := range people {
		out = append(out, p.sample(program, fields))
	}
	return out, nil
}

// recipient is somebody of the audience.
type recipient struct {
	target     string
	unknown    bool
	attributes map[string]any
}

// sample renders one message; the reasons are those of delivery.
func (p recipient) sample(program *render.Program, fields []render.Field) Sample {
	out := Sample{Target: p.target, Params: []SampleParam{}}
	if p.unknown && !program.Constant() {
		out.Reason = string(gate.UnknownUserVariable)
		return out
	}
	values := make([]any, len(program.Needs()))
	for i, n := range program.Needs() {
		switch {
		case n.Source == render.Attribute:
			values[i] = p.attributes[n.Name]
		case n.Source == render.Identity && n.Name == person.WechatOpenID:
			values[i] = p.target
		}
	}
	params, refusal := program.Render(nil, values)
	out.Reason = string(refusal.Reason)
	for _, f := range fields {
		i := slices.IndexFunc(params, func(p channel.Param) bool { return p.Key == f.Key })
		if i >= 0 {
			out.Params = append(out.Params, SampleParam{f.Key, f.Label, params[i].Value})
		}
	}
	return out
}

// first loads the first people of the audience: of the list when it is ready,
// then of the supplementary recipients.
func (s *Service) first(ctx context.Context, f Facts) ([]recipient, error) {
	v := viewer.From(ctx)
	ctx = viewer.System(ctx) // people are nobody's in particular; the project is named below
	members, err := s.audience(ctx, f, v)
	if err != nil {
		return nil, err
	}
	var nums []int64
	for it := members.Iterator(); it.HasNext() && len(nums) < sampleSize; {
		nums = append(nums, int64(it.Next()))
	}
	people, err := s.recipients(ctx, v.ProjectNum, f.Channel.AppID, nums)
	if err != nil {
		return nil, err
	}
	for _, target := range f.Task.Supplementary {
		if len(people) >= sampleSize {
			break
		}
		if slices.ContainsFunc(people, func(p recipient) bool { return p.target == target }) {
			continue
		}
		p := recipient{target: target, unknown: true}
		known, err := s.db.Ent.Identity.Query().Where(entidentity.ProjectNum(v.ProjectNum), entidentity.Type(person.WechatOpenID),
			entidentity.Value(person.WechatValue(f.Channel.AppID, target))).First(ctx)
		if err == nil {
			found, err := s.recipients(ctx, v.ProjectNum, f.Channel.AppID, []int64{known.PersonNum})
			if err != nil {
				return nil, err
			}
			p = found[0]
		} else if !ent.IsNotFound(err) {
			return nil, fmt.Errorf("look up recipient: %w", err)
		}
		people = append(people, p)
	}
	return people, nil
}

// audience are the people whom the task would be for now: of the list when it is
// ready, of the segment as it is held.
func (s *Service) audience(ctx context.Context, f Facts, v *viewer.Viewer) (*roaring.Bitmap, error) {
	members := roaring.New()
	switch mode := f.Task.AudienceMode; {
	case mode == enttask.AudienceModeUpload && f.Upload != nil && f.Upload.Status == entupload.StatusReady && f.Upload.ChannelID == f.Channel.ID:
		up, err := s.db.Ent.Upload.Query().Where(entupload.ID(f.Upload.ID), entupload.ProjectID(v.ProjectID)).Only(ctx)
		if err != nil {
			return nil, fmt.Errorf("load upload: %w", err)
		}
		if err := members.UnmarshalBinary(up.Members); err != nil {
			return nil, fmt.Errorf("read members: %w", err)
		}
	case (mode == enttask.AudienceModeSegment || mode == enttask.AudienceModeRule) && f.Segment != nil:
		held, err := audience.Held(ctx, s.db, v.ProjectID, v.ProjectNum, f.Segment.ID)
		if err != nil || held == nil {
			return members, err
		}
		return audience.ToPeople(ctx, s.db, v.ProjectID, v.ProjectNum, f.Segment.Subject, held.Members)
	}
	return members, nil
}

func (s *Service) recipients(ctx context.Context, projectNum int64, appID string, nums []int64) ([]recipient, error) {
	var out []recipient
	for _, num := range nums {
		row, err := s.db.Ent.Person.Query().Where(entperson.ID(person.ID(projectNum, uint32(num)))).Only(ctx) //nolint:gosec // 32-bit numbers
		if err != nil {
			return nil, fmt.Errorf("load person: %w", err)
		}
		p := recipient{unknown: row.Stub}
		if len(row.Attributes) > 0 {
			if err := json.Unmarshal(row.Attributes, &p.attributes); err != nil {
				return nil, fmt.Errorf("read attributes: %w", err)
			}
		}
		ids, err := s.db.Ent.Identity.Query().Where(entidentity.ProjectNum(projectNum), entidentity.PersonNum(num),
			entidentity.Type(person.WechatOpenID), entidentity.ValueHasPrefix(appID+":")).Order(ent.Desc(entidentity.FieldBoundAt)).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("load identities: %w", err)
		}
		if len(ids) > 0 {
			p.target = strings.TrimPrefix(ids[0].Value, appID+":")
		}
		out = append(out, p)
	}
	return out, nil
}
