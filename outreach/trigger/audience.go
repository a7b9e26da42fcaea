package trigger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/audience"
)

// held is the newest ready version of a segment, as people.
type held struct {
	version string
	members *roaring.Bitmap
}

// newestSQL: project, segment. Out: its newest ready version.
const newestSQL = `SELECT id FROM segment_versions WHERE project_id = ? AND segment_id = ? AND status = 'READY' ORDER BY seq DESC LIMIT 1`

// members gives whom a trigger is for; nil is everybody. Who was merged into
// somebody may still stand in it under the number they had.
func (s *Service) members(ctx context.Context, p *project, l *live) (*roaring.Bitmap, error) {
	if l.all {
		return nil, nil //nolint:nilnil // everybody
	}
	if l.segmentID == "" {
		return l.always, nil
	}
	var version string
	err := s.DB.SQL.QueryRowContext(ctx, s.DB.Rebind(newestSQL), p.id, l.segmentID).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return l.always, nil // never computed: nobody is known to be in it
	}
	if err != nil {
		return nil, fmt.Errorf("look for segment's version: %w", err)
	}
	s.mu.Lock()
	h := s.segments[l.segmentID]
	s.mu.Unlock()
	if h == nil || h.version != version {
		if h, err = s.readHeld(ctx, p, l); err != nil {
			return nil, err
		}
	}
	if l.always.IsEmpty() {
		return h.members, nil
	}
	return roaring.Or(h.members, l.always), nil
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
