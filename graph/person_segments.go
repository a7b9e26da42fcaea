package graph

import (
	"context"
	"fmt"
	"slices"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	"tidings/ent/predicate"
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
	// readTogether is how many segments' members are read at a time.
	readTogether = 20
)

// personSegments are the segments of the list whose newest version holds the
// person. Which versions are the newest is one question; their members are read
// some at a time, so that the memory is that of a few bitmaps.
// SECURITY: the store shows the viewer's project's segments only, and of those
// the ones that are for their role (R31).
func (r *Resolver) personSegments(ctx context.Context, p *model.Person) ([]*ent.Segment, error) {
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
	newest, err := r.newestVersions(ctx, segments)
	if err != nil {
		return nil, err
	}
	out := []*ent.Segment{}
	for part := range slices.Chunk(segments, readTogether) {
		holding, err := r.holding(ctx, part, newest, numbers)
		if err != nil {
			return nil, err
		}
		for _, s := range part {
			if holding[s.ID] {
				out = append(out, s)
			}
		}
		if len(out) >= shownSegments {
			return out[:shownSegments], nil
		}
	}
	return out, nil
}

// newestVersions gives the number of the newest ready version of each segment.
func (r *Resolver) newestVersions(ctx context.Context, segments []*ent.Segment) (map[string]int, error) {
	ids := make([]string, len(segments))
	for i, s := range segments {
		ids[i] = s.ID
	}
	var rows []struct {
		SegmentID string `json:"segment_id"`
		Max       int    `json:"max"`
	}
	err := r.DB.Ent.SegmentVersion.Query().Where(segmentversion.SegmentIDIn(ids...), segmentversion.StatusEQ(segmentversion.StatusReady)).
		GroupBy(segmentversion.FieldSegmentID).Aggregate(ent.Max(segmentversion.FieldSeq)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("read the versions of segments: %w", err)
	}
	out := make(map[string]int, len(rows))
	for _, row := range rows {
		out[row.SegmentID] = row.Max
	}
	return out, nil
}

// holding tells which of the segments hold one of the numbers.
func (r *Resolver) holding(ctx context.Context, segments []*ent.Segment, newest map[string]int, numbers []uint32) (map[string]bool, error) {
	which := make([]predicate.SegmentVersion, 0, len(segments))
	for _, s := range segments {
		if seq, ok := newest[s.ID]; ok {
			which = append(which, segmentversion.And(segmentversion.SegmentID(s.ID), segmentversion.Seq(seq)))
		}
	}
	out := map[string]bool{}
	if len(which) == 0 {
		return out, nil
	}
	versions, err := r.DB.Ent.SegmentVersion.Query().Where(segmentversion.Or(which...)).
		Select(segmentversion.FieldSegmentID, segmentversion.FieldMembers).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the members of segments: %w", err)
	}
	for _, v := range versions {
		members := roaring.New()
		if len(v.Members) == 0 {
			continue
		}
		if _, err := members.FromBuffer(v.Members); err != nil {
			return nil, fmt.Errorf("read the members of a segment: %w", err)
		}
		out[v.SegmentID] = slices.ContainsFunc(numbers, members.Contains)
	}
	return out, nil
}
