package dispatch

import (
	"context"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

// Rehearsal is what a run of a task would start with now.
type Rehearsal struct {
	Plan *Plan
	// People are those whom the run would be cut into shards for; Strangers are
	// supplementary recipients whom nobody knows yet: the run will make stubs of them.
	People    *roaring.Bitmap
	Strangers []string
	// SegmentAt is when the segment that they are from was computed; nil: they are from none.
	SegmentAt *time.Time
}

// Rehearse freezes what a run of the task would freeze, and writes nothing. Its
// *fault.Error is why the run could not start. The task's channel, template,
// project and segment must have been loaded with it.
func (s *Service) Rehearse(ctx context.Context, task *ent.Task) (*Rehearsal, error) {
	plan, err := s.plan(task)
	if err != nil {
		return nil, err
	}
	if task.AudienceMode == enttask.AudienceModeUpload && task.UploadID == nil && len(task.Supplementary) == 0 {
		return nil, fault.Errorf(fault.Conflict, "there is no uploaded list").Because("UPLOAD_NOT_READY")
	}
	all, err := s.members(ctx, task)
	if err != nil {
		return nil, err
	}
	out := &Rehearsal{Plan: plan, People: all.Bitmap}
	if all.version != nil {
		out.SegmentAt = &all.version.ComputedAt
	}
	values := supplementary(task, plan)
	known, err := person.Known(ctx, s.db, task.Edges.Project.Num, person.WechatOpenID, values)
	if err != nil {
		return nil, err
	}
	for _, v := range values {
		if num, is := known[v]; is {
			out.People.Add(num)
		} else {
			out.Strangers = append(out.Strangers, strings.TrimPrefix(v, plan.AppID+":"))
		}
	}
	return out, nil
}
