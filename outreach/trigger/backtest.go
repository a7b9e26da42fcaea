package trigger

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	entchannel "tidings/ent/channel"
	entidentity "tidings/ent/identity"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/outreach/audience"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

const (
	// MaxBacktestDays is how far back a backtest looks.
	MaxBacktestDays = 90
	// samplePeople is how many people a result names.
	samplePeople = 20
)

// Audience is whom a draft is for, as a backtest needs it. Who that is is found
// out when the backtest runs; what is written down says whether the draft is for
// others since.
type Audience struct {
	// All is everybody.
	All bool `json:"all,omitempty"`
	// SegmentID is a segment whose newest version is taken.
	SegmentID string `json:"segmentId,omitempty"`
	// Rule is what people are selected by where the task has a rule of its own: a
	// draft's was perhaps never computed.
	Rule    json.RawMessage `json:"rule,omitempty"`
	Subject string          `json:"subject,omitempty"`
	// Supplementary are target IDs of the channel, who are always among them.
	Supplementary []string `json:"supplementary,omitempty"`
	ChannelID     string   `json:"channelId,omitempty"`
}

// AudienceOf is whom a task is for; false when people cannot be told apart from
// others by it: there is no segment or rule yet, or it has a list.
func AudienceOf(t *ent.Task) (Audience, bool) {
	a := Audience{Subject: t.Subject}
	switch t.AudienceMode {
	case enttask.AudienceModeAll:
		return Audience{All: true}, true
	case enttask.AudienceModeSegment:
		if t.SegmentID == nil {
			return a, false
		}
		a.SegmentID = *t.SegmentID
	case enttask.AudienceModeRule:
		if len(t.Rule) == 0 {
			return a, false
		}
		a.Rule = t.Rule
	case enttask.AudienceModeUpload:
		return a, false
	}
	if len(t.Supplementary) > 0 && t.ChannelID != nil {
		a.Supplementary, a.ChannelID = t.Supplementary, *t.ChannelID
	}
	return a, true
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
	ProjectID string
	TaskID    string // empty: none
	// WantsB says that the task is of the type A, not B.
	WantsB     bool
	CreatorID  string
	Definition Definition
	Audience   Audience
	Days       int
}

// NewBacktest makes a backtest that is due at once, in the caller's transaction.
// INVALID at days, and what Validate says of the definition's events and timing;
// the window and the task's end need not be filled in.
func NewBacktest(ctx context.Context, tx *ent.Tx, in BacktestInput, now time.Time) (*ent.Backtest, error) {
	var fs fault.Fields
	if in.Days < 1 || in.Days > MaxBacktestDays {
		fs.Add("days", "OUT_OF_RANGE", "a backtest looks 1 to %d days back", MaxBacktestDays)
		fs.With(map[string]any{"min": 1, "max": MaxBacktestDays})
	}
	in.Definition.validateA(&fs)
	in.Definition.validateB(&fs, in.WantsB)
	for _, f := range in.Definition.Validity(time.Time{}).Validate("", now, time.UTC) {
		if f.Path = fieldPath(f.Path); strings.HasPrefix(f.Path, path+".b.wait") {
			fs = append(fs, f)
		}
	}
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
			word, text := s.whyFailed(ctx, id, err)
			u.SetStatus(entbacktest.StatusFailed).SetFailure(word).SetFailureText(text)
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

// whyFailed is a failure in a stable word and in words for people.
func (s *Service) whyFailed(ctx context.Context, id string, err error) (word, text string) {
	refusal, ours := errors.AsType[*fault.Error](err)
	switch {
	case ours && refusal.Reason != "":
		return refusal.Reason, refusal.Error()
	case ours && len(refusal.Fields) > 0:
		return refusal.Fields[0].Rule, refusal.Error()
	}
	s.Log.ErrorContext(ctx, "backtest failed", "backtest", id, "error", err)
	return "INTERNAL", "an internal error; the server's log tells more"
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
	if row.TaskID != nil {
		s.Changed(*row.TaskID)
	}
	return nil
}

// whom gives a backtest's audience as it is now; nil is everybody.
func (s *Service) whom(ctx context.Context, p *ent.Project, raw json.RawMessage, now time.Time) (*roaring.Bitmap, error) {
	var a Audience
	if err := json.Unmarshal(raw, &a); err != nil {
		return nil, fmt.Errorf("read audience: %w", err)
	}
	members := roaring.New()
	switch {
	case a.All:
		return nil, nil //nolint:nilnil // everybody
	case a.SegmentID != "":
		h, err := s.readHeld(ctx, &project{id: p.ID, num: p.Num}, &live{segmentID: a.SegmentID, subject: a.Subject})
		if err != nil {
			return nil, err
		}
		members = h.members
	case len(a.Rule) > 0:
		selected, err := s.Select(ctx, p, a.Subject, a.Rule, now)
		if err != nil {
			return nil, err
		}
		if members, err = audience.ToPeople(ctx, s.DB, p.ID, p.Num, a.Subject, selected); err != nil {
			return nil, err
		}
	}
	if len(a.Supplementary) == 0 {
		return members, nil
	}
	always, err := s.known(ctx, p, &a)
	if err != nil {
		return nil, err
	}
	return roaring.Or(members, always), nil
}

// known are the supplementary recipients that the project knows; others have
// done nothing.
func (s *Service) known(ctx context.Context, p *ent.Project, a *Audience) (*roaring.Bitmap, error) {
	out := roaring.New()
	channel, err := s.DB.Ent.Channel.Query().Where(entchannel.ID(a.ChannelID), entchannel.ProjectID(p.ID)).Only(ctx)
	if ent.IsNotFound(err) {
		return out, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read channel: %w", err)
	}
	values := make([]string, len(a.Supplementary))
	for i, v := range a.Supplementary {
		values[i] = person.WechatValue(channel.AppID, v)
	}
	nums, err := s.DB.Ent.Identity.Query().Where(entidentity.ProjectNum(p.Num), entidentity.Type(person.WechatOpenID), entidentity.ValueIn(values...)).
		Select(entidentity.FieldPersonNum).Ints(ctx)
	if err != nil {
		return nil, fmt.Errorf("find supplementary recipients: %w", err)
	}
	for _, n := range nums {
		out.Add(uint32(n)) //nolint:gosec // numbers of people have 32 bits
	}
	return out, nil
}
