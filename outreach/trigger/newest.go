package trigger

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/trigger/match"
)

// looksBack is how many events of each name Newest looks at.
const looksBack = 500

// newestEventsSQL: project, event, a number of rows. Out: the newest events.
const newestEventsSQL = `SELECT at, props FROM events WHERE project_num = ? AND event_num = ? ORDER BY at DESC LIMIT ?`

// Newest gives the properties of the newest stored event that would count as an A
// of a definition, whatever its window is: an example for who writes the message.
// Nil when none of the last few hundred of each event does.
func Newest(ctx context.Context, db *database.DB, projectID string, projectNum int64, d Definition, now time.Time, zone *time.Location) (map[string]any, error) {
	s := &Service{Deps: Deps{DB: db}}
	names, err := s.names(viewer.System(ctx), projectID)
	if err != nil {
		return nil, err
	}
	filters, err := names.filters(d.A.Events)
	if err != nil {
		return nil, err
	}
	newest, found := int64(math.MinInt64), []byte(nil)
	for event, passing := range filters {
		at, props, err := s.newest(ctx, projectNum, event, passing, now, zone)
		if err != nil {
			return nil, err
		}
		if props != nil && at > newest {
			newest, found = at, props
		}
	}
	if found == nil {
		return nil, nil
	}
	var out map[string]any
	if err := json.Unmarshal(found, &out); err != nil {
		return nil, fmt.Errorf("read event: %w", err)
	}
	return out, nil
}

// newest looks for the newest event of one name that a filter passes.
func (s *Service) newest(ctx context.Context, projectNum, event int64, passing []*match.Filter, now time.Time, zone *time.Location) (int64, []byte, error) {
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(newestEventsSQL), projectNum, event, looksBack)
	if err != nil {
		return 0, nil, fmt.Errorf("look for the newest event: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			at  int64
			raw []byte
		)
		if err := rows.Scan(&at, &raw); err != nil {
			return 0, nil, fmt.Errorf("look for the newest event: %w", err)
		}
		if len(raw) == 0 {
			raw = []byte("{}")
		}
		if passes(passing, match.Of(raw), now, zone) {
			return at, raw, nil
		}
	}
	if err := rows.Err(); err != nil {
		return 0, nil, fmt.Errorf("look for the newest event: %w", err)
	}
	return 0, nil, nil
}
