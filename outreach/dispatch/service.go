package dispatch

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	"tidings/ent/delivery"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/fault"
)

// Service starts and ends runs.
type Service struct {
	db      *database.DB
	clock   clock.Clock
	changed func(taskID string)
}

// New makes the service. changed is told of every task whose counts or status
// changed, for live screens; nil tells nobody.
func New(db *database.DB, c clock.Clock, changed func(taskID string)) *Service {
	if changed == nil {
		changed = func(string) {}
	}
	return &Service{db: db, clock: c, changed: changed}
}

// Selection says which recipients of an earlier run a resend repeats.
type Selection struct {
	Statuses []int    `json:"statuses"`          // delivery.Status
	Reasons  []string `json:"reasons,omitempty"` // empty: all
	Persons  []uint32 `json:"persons,omitempty"` // empty: all
	// Reached are the outcomes of earlier resends of the same run after which a
	// person is left out: asking twice does not send twice.
	Reached []int `json:"reached"`
}

// page is how many deliveries a selection reads at a time.
const page = 5000

// selected reads the people of the origin run that a resend is for.
func (s *Service) selected(ctx context.Context, run *ent.Run) (*roaring.Bitmap, error) {
	var sel Selection
	if err := json.Unmarshal(run.Selection, &sel); err != nil {
		return nil, fmt.Errorf("read selection of %s: %w", run.ID, err)
	}
	if run.OriginID == nil {
		return nil, fmt.Errorf("resend %s has no origin", run.ID)
	}
	origin, err := s.db.Ent.Run.Query().Where(entrun.ID(*run.OriginID), entrun.ProjectID(run.ProjectID)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read origin: %w", err)
	}
	out := roaring.New()
	for after := int64(-1); ; {
		q := s.db.Ent.Delivery.Query().Where(delivery.RunAt(origin.RunAt), delivery.RunNum(origin.Num), delivery.IDGT(after), delivery.StatusIn(sel.Statuses...))
		if len(sel.Reasons) > 0 {
			q.Where(delivery.ReasonIn(sel.Reasons...))
		}
		people, err := q.Order(ent.Asc(delivery.FieldID)).Limit(page).IDs(ctx)
		if err != nil {
			return nil, fmt.Errorf("read deliveries: %w", err)
		}
		for _, p := range people {
			out.Add(uint32(p)) //nolint:gosec // person numbers are 32-bit
			after = p
		}
		if len(people) < page {
			break
		}
	}
	if len(sel.Persons) > 0 {
		out.And(roaring.BitmapOf(sel.Persons...))
	}
	reached, err := s.reachedAgain(ctx, run, origin, sel.Reached)
	if err != nil {
		return nil, err
	}
	out.AndNot(reached)
	return out, nil
}

// reachedAgain are the people of earlier resends of the same run with one of the
// outcomes.
func (s *Service) reachedAgain(ctx context.Context, run, origin *ent.Run, statuses []int) (*roaring.Bitmap, error) {
	others, err := s.db.Ent.Run.Query().Where(entrun.OriginID(origin.ID), entrun.ProjectID(run.ProjectID), entrun.IDNEQ(run.ID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read resends: %w", err)
	}
	out := roaring.New()
	for _, other := range others {
		for after := int64(-1); ; {
			people, err := s.db.Ent.Delivery.Query().Where(delivery.RunAt(other.RunAt), delivery.RunNum(other.Num), delivery.IDGT(after),
				delivery.StatusIn(statuses...)).Order(ent.Asc(delivery.FieldID)).Limit(page).IDs(ctx)
			if err != nil {
				return nil, fmt.Errorf("read resent deliveries: %w", err)
			}
			for _, p := range people {
				out.Add(uint32(p)) //nolint:gosec // person numbers are 32-bit
				after = p
			}
			if len(people) < page {
				break
			}
		}
	}
	return out, nil
}

// notDue lets go of a run that has nothing to prepare any more.
func (s *Service) notDue(ctx context.Context, run *ent.Run, attempt int) error {
	_, err := s.db.Ent.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt)).
		ClearDueAt().SetLeaseOwner("").ClearLeaseUntil().Save(ctx)
	if err != nil {
		return fmt.Errorf("let go of %s: %w", run.ID, err)
	}
	return nil
}

// letGo hands a run back that stays due.
func (s *Service) letGo(ctx context.Context, run *ent.Run, attempt int) error {
	_, err := s.db.Ent.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt)).SetLeaseOwner("").ClearLeaseUntil().Save(ctx)
	if err != nil {
		return fmt.Errorf("hand back %s: %w", run.ID, err)
	}
	return nil
}

// failed records why a run could not start. Its task becomes abnormal, and its
// creator may try again once the cause is gone (§1.3 RETRY); only where the refresh
// of its segment failed does a repeating task go on with its next point.
func (s *Service) failed(ctx context.Context, run *ent.Run, attempt int, why *fault.Error) error {
	now := s.clock.Now()
	err := s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		u := tx.Run.Update().Where(entrun.ID(run.ID), entrun.Attempt(attempt)).
			SetStatus(entrun.StatusFailed).SetFailure(why.Reason).SetFailureText(why.Error()).SetEndedAt(now).
			ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
		if run.RefreshStartedAt != nil && run.RefreshEndedAt == nil {
			u.SetRefreshEndedAt(now).SetRefreshResult(ResultFailed)
		}
		n, err := u.Save(ctx)
		if err != nil || n == 0 {
			return err
		}
		if run.Kind == entrun.KindResend {
			return nil // the task itself is over
		}
		if repeats(run) {
			if goesOn, err := s.failedPoint(ctx, tx, run, why, now); err != nil || goesOn {
				return err
			}
		}
		return tx.Task.Update().Where(enttask.ID(run.TaskID), enttask.RunStatusIn(enttask.RunStatusWaiting, enttask.RunStatusRunning)).
			SetRunStatus(enttask.RunStatusAbnormal).SetStatusReason(why.Reason).SetStatusText(why.Error()).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("record failure of %s: %w", run.ID, err)
	}
	s.changed(run.TaskID)
	return nil
}
