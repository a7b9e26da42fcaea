package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	"tidings/ent/viewer"
	"tidings/outreach/fault"
)

const (
	// MaxBacktestDays is how far back a backtest looks.
	MaxBacktestDays = 90
	// samplePeople is how many people a result names.
	samplePeople = 20
)

// Audience is whom a draft is for, as a backtest needs it: a set of people as of
// when it was asked for.
type Audience struct {
	// All is everybody.
	All bool `json:"all,omitempty"`
	// SegmentID is a segment whose newest version is taken.
	SegmentID string `json:"segmentId,omitempty"`
	Subject   string `json:"subject,omitempty"`
	// Members is a roaring bitmap of people, where there is no segment yet.
	Members []byte `json:"members,omitempty"`
}

// BacktestDay is what one civil day of the project would have brought.
type BacktestDay struct {
	Day string `json:"day"` // 2006-01-02
	// Fired is how often the trigger fired; of A, not B how often the wait ended
	// without B. Messages of them would have been sent, to so many People.
	Fired    int `json:"fired"`
	Messages int `json:"messages"`
	People   int `json:"people"`
	// Late and NotInAudience are firings that nothing follows from; Done is of A,
	// not B how often B was done in time.
	Late          int `json:"late"`
	NotInAudience int `json:"notInAudience"`
	Done          int `json:"done"`
}

// BacktestResult is what a trigger would have done, on the day on which it would
// have fired. Audiences are those of today; the draft's window and end are left
// out of account.
type BacktestResult struct {
	Days     []BacktestDay `json:"days"`
	Events   int64         `json:"events"`   // that were looked at
	Messages int           `json:"messages"` // in all
	People   int           `json:"people"`   // different ones, in all
	// Sample are some of the people, by their number, with when they would have
	// been sent to.
	Sample []BacktestSample `json:"sample"`
	// Waiting is of A, not B how many were still waiting at the end of the period.
	Waiting int `json:"waiting"`
}

// BacktestSample is one message that would have been sent.
type BacktestSample struct {
	Person uint32    `json:"person"`
	DoneAt time.Time `json:"doneAt"`
	SentAt time.Time `json:"sentAt"`
}

// BacktestInput is what a backtest is asked for.
type BacktestInput struct {
	ProjectID  string
	TaskID     string // empty: none
	CreatorID  string
	Definition Definition
	Audience   Audience
	Days       int
}

// NewBacktest makes a backtest that is due at once, in the caller's transaction.
// INVALID at days, and what Validate says of the definition's events; times need
// not be filled in.
func NewBacktest(ctx context.Context, tx *ent.Tx, in BacktestInput, now time.Time) (*ent.Backtest, error) {
	var fs fault.Fields
	if in.Days < 1 || in.Days > MaxBacktestDays {
		fs.Add("days", "OUT_OF_RANGE", "a backtest looks 1 to %d days back", MaxBacktestDays)
		fs.With(map[string]any{"min": 1, "max": MaxBacktestDays})
	}
	in.Definition.validateA(&fs)
	in.Definition.validateB(&fs, in.Definition.B != nil)
	fs = append(fs, in.Definition.Timing.Validate(path+".timing")...)
	if err := fs.Err(); err != nil {
		return nil, err
	}
	definition, err := in.Definition.JSON()
	if err != nil {
		return nil, fmt.Errorf("write trigger: %w", err)
	}
	whom, err := json.Marshal(in.Audience)
	if err != nil {
		return nil, fmt.Errorf("write audience: %w", err)
	}
	c := tx.Backtest.Create().SetProjectID(in.ProjectID).SetCreatorID(in.CreatorID).SetTrigger(definition).SetAudience(whom).SetDays(in.Days).SetDueAt(now)
	if in.TaskID != "" {
		c.SetTaskID(in.TaskID)
	}
	b, err := c.Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make backtest: %w", err)
	}
	return b, nil
}

// Backtest runs a backtest that is due, under the attempt of its lease; lost is
// closed when somebody else holds it. It sends and counts nothing. What a crash
// interrupts is begun again by the next holder.
func (s *Service) Backtest(ctx context.Context, id string, attempt int, lost <-chan struct{}) error {
	ctx = viewer.System(ctx)
	row, err := s.DB.Ent.Backtest.Query().Where(entbacktest.ID(id), entbacktest.Attempt(attempt)).WithProject().Only(ctx)
	if ent.IsNotFound(err) {
		return nil // a stale job is no error
	}
	if err != nil {
		return fmt.Errorf("read backtest: %w", err)
	}
	if row.Status != entbacktest.StatusWaiting && row.Status != entbacktest.StatusRunning {
		return s.letGo(ctx, row, attempt, nil)
	}
	work, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-lost:
			cancel()
		case <-work.Done():
		}
	}()
	result, err := s.replay(work, row, attempt)
	select {
	case <-lost:
		return nil // the next holder does it
	default:
	}
	if ctx.Err() != nil {
		return ctx.Err() // the process stops; the row stays due
	}
	if errors.Is(err, errTaken) {
		return nil
	}
	return s.letGo(ctx, row, attempt, func(u *ent.BacktestUpdate) error {
		u.SetEndedAt(s.Clock.Now())
		if err != nil {
			s.Log.ErrorContext(ctx, "backtest failed", "backtest", id, "error", err)
			u.SetStatus(entbacktest.StatusFailed).SetFailure("INTERNAL").SetFailureText("an internal error; the server's log tells more")
			return nil
		}
		text, err := json.Marshal(result)
		if err != nil {
			return fmt.Errorf("write result: %w", err)
		}
		u.SetStatus(entbacktest.StatusDone).SetResult(text).SetEvents(result.Events).SetDone(row.Total)
		return nil
	})
}

// letGo ends the work on a backtest under its attempt.
func (s *Service) letGo(ctx context.Context, row *ent.Backtest, attempt int, change func(*ent.BacktestUpdate) error) error {
	u := s.DB.Ent.Backtest.Update().Where(entbacktest.ID(row.ID), entbacktest.Attempt(attempt)).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
	if change != nil {
		u.Where(entbacktest.StatusEQ(entbacktest.StatusRunning))
		if err := change(u); err != nil {
			return err
		}
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("end backtest: %w", err)
	}
	return nil
}

// whom gives a backtest's audience; nil is everybody.
func (s *Service) whom(ctx context.Context, p *ent.Project, raw json.RawMessage) (*roaring.Bitmap, error) {
	var a Audience
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("read audience: %w", err)
	}
	switch {
	case a.All:
		return nil, nil //nolint:nilnil // everybody
	case a.SegmentID != "":
		h, err := s.readHeld(ctx, &project{id: p.ID, num: p.Num}, &live{segmentID: a.SegmentID, subject: a.Subject})
		if err != nil {
			return nil, err
		}
		return h.members, nil
	}
	members := roaring.New()
	if len(a.Members) > 0 {
		if err := members.UnmarshalBinary(a.Members); err != nil {
			return nil, fmt.Errorf("read audience: %w", err)
		}
	}
	return members, nil
}
