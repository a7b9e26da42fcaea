package event

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"github.com/redis/go-redis/v9"
)

const (
	// recentKept is how many events of a project the live stream goes back.
	recentKept = 200
	// recentShown is how many of one commit it shows.
	recentShown = 50
	// shownProps is how many bytes of properties it shows of one event; larger ones are left out.
	shownProps = 2 << 10
)

// Seen is an event as it came in, taken or refused, for the live stream. Times
// are milliseconds since the epoch.
type Seen struct {
	ReceivedAt int64           `json:"r"`
	At         int64           `json:"a,omitempty"` // 0: refused before its time was known
	Event      string          `json:"e"`
	Person     uint32          `json:"p,omitempty"` // number in the project; 0: refused
	Identity   string          `json:"i,omitempty"` // an ID that it carried, type:value
	Props      json.RawMessage `json:"v,omitempty"`
	Field      string          `json:"f,omitempty"`
	Rule       string          `json:"u,omitempty"` // empty: taken
	Message    string          `json:"m,omitempty"`
}

// Refused tells whether the event was not taken.
func (s *Seen) Refused() bool { return s.Rule != "" }

// RecentFilter narrows the stream; zero values do not.
type RecentFilter struct {
	Event   string
	Refused *bool
	Limit   int // 0: all that is kept
}

// Stream is the window on the newest events of each project, in Redis. It may
// lose events and says nothing of the truth.
type Stream struct{ redis redis.UniversalClient }

// NewStream makes it.
func NewStream(rdb redis.UniversalClient) *Stream { return &Stream{redis: rdb} }

func recentKeyOf(projectNum int64) string {
	return "tidings:events:{" + strconv.FormatInt(projectNum, 10) + "}:recent"
}

// Recent gives the newest events as they came in, newest first.
func (s *Stream) Recent(ctx context.Context, projectNum int64, f RecentFilter) ([]Seen, error) {
	texts, err := s.redis.LRange(ctx, recentKeyOf(projectNum), 0, recentKept-1).Result()
	if err != nil {
		return nil, fmt.Errorf("read recent events: %w", err)
	}
	out := make([]Seen, 0, len(texts))
	for _, text := range texts {
		var e Seen
		if err := json.Unmarshal([]byte(text), &e); err != nil {
			continue // written by another version
		}
		if (f.Event != "" && e.Event != f.Event) || (f.Refused != nil && *f.Refused != e.Refused()) {
			continue
		}
		if out = append(out, e); len(out) == f.Limit {
			break
		}
	}
	return out, nil
}

// push shows what came in, the oldest first.
func (s *Stream) push(ctx context.Context, projectNum int64, seen []Seen) error {
	if len(seen) == 0 {
		return nil
	}
	texts := make([]any, 0, min(len(seen), recentShown))
	for _, e := range seen[max(0, len(seen)-recentShown):] {
		b, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("write event: %w", err)
		}
		texts = append(texts, b)
	}
	key := recentKeyOf(projectNum)
	pipe := s.redis.Pipeline()
	pipe.LPush(ctx, key, texts...)
	pipe.LTrim(ctx, key, 0, recentKept-1)
	if _, err := pipe.Exec(ctx); err != nil {
		return fmt.Errorf("show recent events: %w", err)
	}
	return nil
}
