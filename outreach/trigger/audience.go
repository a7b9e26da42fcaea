package trigger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
)

// held is the newest ready version of a segment, as people.
type held struct {
	version string
	members *roaring.Bitmap
}

// newestSQL: project, segment. Out: its newest ready version.
const newestSQL = `SELECT id FROM segment_versions WHERE project_id = ? AND segment_id = ? AND status = 'READY' ORDER BY seq DESC LIMIT 1`

// members gives whom a trigger is for; nil is everybody. Who was merged into
// somebody may still stand in it under the number they had. known is false while
// the segment was never computed: then they are those alone who always are.
func (s *Service) members(ctx context.Context, p *project, l *live) (people *roaring.Bitmap, known bool, err error) {
	if l.all {
		return nil, true, nil
	}
	if l.segmentID == "" {
		return l.always, true, nil
	}
	var version string
	err = s.DB.SQL.QueryRowContext(ctx, s.DB.Rebind(newestSQL), p.id, l.segmentID).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return l.always, false, nil
	}
	if err != nil {
		return nil, false, fmt.Errorf("look for segment's version: %w", err)
	}
	s.mu.Lock()
	h := s.segments[l.segmentID]
	s.mu.Unlock()
	if h == nil || h.version != version {
		if h, err = s.readHeld(ctx, p, l); err != nil {
			return nil, false, err
		}
	}
	if l.always.IsEmpty() {
		return h.members, true, nil
	}
	return roaring.Or(h.members, l.always), true, nil
}

func (s *Service) readHeld(ctx context.Context, p *project, l *live) (*held, error) {
	v, err := audience.Held(ctx, s.DB, p.id, p.num, l.segmentID)
	if err != nil {
		return nil, err
	}
	if v == nil {
		return &held{members: roaring.New()}, nil
	}
	members, err := audience.ToPeople(ctx, s.DB, p.id, p.num, l.subject, v.Members)
	if err != nil {
		return nil, err
	}
	h := &held{version: v.ID, members: members}
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.segments) >= 256 {
		clear(s.segments) // they are read again where needed
	}
	s.segments[l.segmentID] = h
	return h, nil
}

// undecided stands in a touch instead of a reason while the segment was never
// computed: its first version decides, when the message is due.
const undecided = "UNDECIDED"

// SegmentNotComputed is why a task is abnormal whose segment's first computation failed.
const SegmentNotComputed = "SEGMENT_NOT_COMPUTED"

// neverComputed sees to a task whose segment has no version. While that is being
// computed what is due waits. A first computation that failed makes the task
// abnormal (§9.4). A segment that nobody has begun with is computed now.
func (s *Service) neverComputed(ctx context.Context, t *ent.Task) error {
	seg, err := s.DB.Ent.Segment.Query().Where(entsegment.ID(*t.SegmentID), entsegment.ProjectID(t.ProjectID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("read segment: %w", err)
	}
	switch seg.Status { //nolint:exhaustive // READY cannot be
	case entsegment.StatusFailed:
		return s.fail(ctx, t, fault.Errorf(fault.Conflict, "the segment was never computed").Because(SegmentNotComputed))
	case entsegment.StatusEmpty:
		return s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
			_, err := audience.Start(ctx, tx, seg, entsegmentversion.CauseRun, s.Clock.Now())
			return err
		})
	}
	return nil
}

// among tells whether a person, or somebody who was merged into them, is in an audience.
func among(members *roaring.Bitmap, num uint32, losers []uint32) bool {
	if members == nil || members.Contains(num) {
		return true
	}
	for _, l := range losers {
		if members.Contains(l) {
			return true
		}
	}
	return false
}
