package graph

import (
	"context"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	"tidings/ent/segmentversion"
	"tidings/graph/model"
	"tidings/outreach/person"
)

const (
	// shownSegments is how many of a person's segments are shown.
	shownSegments = 100
	// lookedInto bounds the segments that are asked for a person; it is more than a project may have.
	lookedInto = 500
)

// personSegments are the segments of the list whose newest version holds the
// person. Members are read one segment at a time, so that the memory is that of
// one bitmap.
// SECURITY: the store shows the viewer's project's segments only, and of those
// the ones that are for their role (R31).
func (r *Resolver) personSegments(ctx context.Context, p *model.Person) ([]*ent.Segment, error) {
	out := []*ent.Segment{}
	segments, err := r.DB.Ent.Segment.Query().Where(entsegment.Listed(true), entsegment.Subject(p.Subject)).
		Order(ent.Desc(entsegment.FieldID)).Limit(lookedInto).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read segments: %w", err)
	}
	numbers, err := person.MergedFrom(ctx, r.DB, p.ProjectNum, person.Num(p.Person.ID))
	if err != nil {
		return nil, err
	}
	numbers = append(numbers, person.Num(p.Person.ID)) // a version may be older than a merge
	for _, s := range segments {
		holds, err := r.holds(ctx, s.ID, numbers)
		if err != nil {
			return nil, err
		}
		if holds {
			out = append(out, s)
		}
		if len(out) == shownSegments {
			break
		}
	}
	return out, nil
}

func (r *Resolver) holds(ctx context.Context, segmentID string, numbers []uint32) (bool, error) {
	newest, err := r.DB.Ent.SegmentVersion.Query().
		Where(segmentversion.SegmentID(segmentID), segmentversion.StatusEQ(segmentversion.StatusReady)).
		Order(ent.Desc(segmentversion.FieldSeq)).Select(segmentversion.FieldID, segmentversion.FieldMembers).First(ctx)
	if ent.IsNotFound(err) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("read the version of a segment: %w", err)
	}
	if len(newest.Members) == 0 {
		return false, nil
	}
	members := roaring.New()
	if _, err := members.FromBuffer(newest.Members); err != nil {
		return false, fmt.Errorf("read the members of a segment: %w", err)
	}
	for _, n := range numbers {
		if members.Contains(n) {
			return true, nil
		}
	}
	return false, nil
}
