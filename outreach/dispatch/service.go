package dispatch

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	"tidings/ent/delivery"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/fault"
	"tidings/outreach/gate"
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
	// Persons and Seqs name single deliveries, one of each to a delivery; empty: all.
	Persons []uint32 `json:"persons,omitempty"`
	Seqs    []uint32 `json:"seqs,omitempty"`
	// Reached are the outcomes of earlier resends of the same run after which a
	// person is left out: asking twice does not send twice.
	Reached []int `json:"reached"`
}

// single is one delivery of a run.
type single struct{ person, seq uint32 }

// named are the single deliveries; nil: all are meant.
func (sel *Selection) named() map[single]bool {
	if len(sel.Persons) == 0 {
		return nil
	}
	out := make(map[single]bool, len(sel.Persons))
	for i, p := range sel.Persons {
		one := single{person: p}
		if i < len(sel.Seqs) {
			one.seq = sel.Seqs[i]
		}
		out[one] = true
	}
	return out
}

// page is how many deliveries a selection reads at a time.
const page = 5000

// selected reads the people of the origin run that a resend is for, each once.
//
// A triggered run goes on, and has a delivery for each time that somebody met the
// trigger: a resend is about those that were over when it was asked for. Whom an
// earlier one reached is left out for what that one was about, and not for what
// failed later. People for whom the message never was are not selected
// (gate.NeverAgain).
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
	earlier, err := s.reachedAgain(ctx, run, origin, sel.Reached)
	if err != nil {
		return nil, err
	}
	triggered := origin.Kind == entrun.KindTriggered
	leftOut := func(d *ent.Delivery) bool {
		at := overAt(d)
		if triggered && at.After(run.PlannedAt) {
			return true
		}
		return slices.ContainsFunc(earlier, func(e resent) bool {
			return e.reached.Contains(uint32(d.ID)) && !(triggered && at.After(e.asked)) //nolint:gosec // person numbers are 32-bit
		})
	}
	never := make([]string, len(gate.NeverAgain))
	for i, reason := range gate.NeverAgain {
		never[i] = string(reason)
	}
	named, out := sel.named(), roaring.New()
	for person, seq := int64(0), -1; ; {
		q := s.db.Ent.Delivery.Query().Where(delivery.RunAt(origin.RunAt), delivery.RunNum(origin.Num), delivery.StatusIn(sel.Statuses...),
			delivery.ReasonNotIn(never...), delivery.IDGTE(person), delivery.Or(delivery.IDGT(person), delivery.SeqGT(seq)))
		if len(sel.Reasons) > 0 {
			q.Where(delivery.ReasonIn(sel.Reasons...))
		}
		rows, err := q.Order(ent.Asc(delivery.FieldID, delivery.FieldSeq)).Limit(page).
			Select(delivery.FieldID, delivery.FieldSeq, delivery.FieldClaimedAt, delivery.FieldSettledAt).All(ctx)
		if err != nil {
			return nil, fmt.Errorf("read deliveries: %w", err)
		}
		for _, d := range rows {
			person, seq = d.ID, d.Seq
			one := single{uint32(d.ID), uint32(d.Seq)} //nolint:gosec // both are 32-bit
			if (named == nil || named[one]) && !out.Contains(one.person) && !leftOut(d) {
				out.Add(one.person)
			}
		}
		if len(rows) < page {
			return out, nil
		}
	}
}

// overAt is when a delivery's outcome became known.
func overAt(d *ent.Delivery) time.Time {
	if d.SettledAt != nil {
		return *d.SettledAt
	}
	return d.ClaimedAt
}

// resent is whom an earlier resend reached, and when it was asked for.
type resent struct {
	asked   time.Time
	reached *roaring.Bitmap
}

// reachedAgain are the people of earlier resends of the same run with one of the
// outcomes. Each has one delivery in a resend.
func (s *Service) reachedAgain(ctx context.Context, run, origin *ent.Run, statuses []int) ([]resent, error) {
	others, err := s.db.Ent.Run.Query().Where(entrun.OriginID(origin.ID), entrun.ProjectID(run.ProjectID), entrun.IDNEQ(run.ID)).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("read resends: %w", err)
	}
	out := make([]resent, len(others))
	for i, other := range others {
		out[i] = resent{other.PlannedAt, roaring.New()}
		for after := int64(-1); ; {
			people, err := s.db.Ent.Delivery.Query().Where(delivery.RunAt(other.RunAt), delivery.RunNum(other.Num), delivery.IDGT(after),
				delivery.StatusIn(statuses...)).Order(ent.Asc(delivery.FieldID)).Limit(page).IDs(ctx)
			if err != nil {
				return nil, fmt.Errorf("read resent deliveries: %w", err)
			}
			for _, p := range people {
				out[i].reached.Add(uint32(p)) //nolint:gosec // person numbers are 32-bit
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
		err = tx.Task.Update().Where(enttask.ID(run.TaskID), enttask.RunStatusIn(enttask.RunStatusWaiting, enttask.RunStatusRunning)).
			SetRunStatus(enttask.RunStatusAbnormal).SetStatusReason(why.Reason).SetStatusText(why.Error()).Exec(ctx)
		if err != nil || !repeats(run) {
			return err
		}
		if err := Suspend(ctx, tx, run.Edges.Task, now); err != nil {
			return err
		}
		return watchEnd(ctx, tx, run, now)
	})
	if err != nil {
		return fmt.Errorf("record failure of %s: %w", run.ID, err)
	}
	s.changed(run.TaskID)
	return nil
}
