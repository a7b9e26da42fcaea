package preflight

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"tidings/ent"
	entpreflight "tidings/ent/preflight"
	enttask "tidings/ent/task"
	"tidings/outreach/recipient"
	"tidings/outreach/schedule"
)

// Result is the funnel to expect: Candidates = WillSend + what the steps hold back.
type Result struct {
	Candidates int    `json:"candidates"`
	WillSend   int    `json:"willSend"`
	Steps      []Step `json:"steps"`
	// Examined is how many candidates were decided one by one; fewer than there are
	// mean that the counts are extrapolated.
	Examined int `json:"examined"`
	// Rate is the channel's messages a second, 0 without a limit; Seconds is how long
	// sending takes at that rate.
	Rate      int                `json:"rate"`
	Seconds   *int               `json:"seconds,omitempty"`
	StartsAt  *time.Time         `json:"startsAt,omitempty"`
	SegmentAt *time.Time         `json:"segmentAt,omitempty"`
	Samples   []recipient.Sample `json:"samples"`
}

// seconds is how long n messages take; nil without a limit.
func seconds(n, rate int) *int {
	if rate <= 0 {
		return nil
	}
	s := (n + rate - 1) / rate
	return &s
}

// startsAt is when the task's next run starts, as far as is known: at its reach
// time, or at once when that has passed; of a repeating task at the next point.
func startsAt(t *ent.Task, now time.Time, zone *time.Location) (*time.Time, error) {
	at := t.ReachAt
	if t.Type == enttask.TypeRepeat {
		if at = nil; len(t.Cycle) > 0 {
			cycle, err := schedule.ParseCycle(t.Cycle)
			if err != nil {
				return nil, fmt.Errorf("read cycle of %s: %w", t.ID, err)
			}
			if next, ok := cycle.Next(now, zone); ok {
				at = &next
			}
		}
	}
	if at == nil {
		return nil, nil //nolint:nilnil // not known yet
	}
	start := at.UTC()
	if start.Before(now) {
		start = now.UTC()
	}
	return &start, nil
}

// stored is what the row keeps: the result, and of what.
type stored struct {
	Of     string  `json:"of"`
	Result *Result `json:"result,omitempty"` // of a failed one there is none
}

// definition says in a few characters what of a task decides the result. A task's
// version does not do for that: it grows with every change of status too.
func definition(t *ent.Task) string {
	text, err := json.Marshal([]any{
		t.Type, t.ReachAt, t.Cycle, t.AudienceMode, t.UploadID, t.SegmentID, t.Subject, t.Rule, t.Supplementary,
		t.ChannelID, t.TemplateID, t.Content, t.OpenMode, t.OpenAppID, t.OpenPath, t.OpenURL,
	})
	if err != nil {
		panic(fmt.Sprintf("preflight: encode task: %v", err)) // strings, times and JSON that was read as such
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// ResultOf reads a preflight's result; nil when it has none.
func ResultOf(p *ent.Preflight) (*Result, error) {
	s, err := read(p)
	return s.Result, err
}

// Stale tells whether the task has changed since it was rehearsed. The task must
// have been read as a whole.
func Stale(p *ent.Preflight, t *ent.Task) (bool, error) {
	s, err := read(p)
	return s.Of != "" && s.Of != definition(t), err
}

func read(p *ent.Preflight) (stored, error) {
	var s stored
	if len(p.Result) == 0 || p.Status != entpreflight.StatusDone && p.Status != entpreflight.StatusFailed {
		return s, nil // nothing was rehearsed yet
	}
	if err := json.Unmarshal(p.Result, &s); err != nil {
		return s, fmt.Errorf("read result of %s: %w", p.ID, err)
	}
	return s, nil
}
