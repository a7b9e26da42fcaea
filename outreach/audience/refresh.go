package audience

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entrun "tidings/ent/run"
	entsegment "tidings/ent/segment"
	entsegmentversion "tidings/ent/segmentversion"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/audience/compile"
	"tidings/outreach/audience/rule"
	"tidings/outreach/fault"
)

const (
	// keptVersions is how many versions keep their members (spec §9.1); older
	// ones stay as rows of the history.
	keptVersions = 7
	// longestRefresh is how long a computation may take, in machine time.
	longestRefresh = 30 * time.Minute
	// refreshTries is how often a computation is tried when the database, not the
	// rule, is why it did not end.
	refreshTries = 2
)

// Why a computation failed, beside the rules of what is wrong with its rule.
const (
	// FailureTimeout: it took longer than it may.
	FailureTimeout = "TIMEOUT"
	// FailureInternal: a fault of the program; the log has the text.
	FailureInternal = "INTERNAL"
)

// Refresh computes a segment now, as its page's button does.
//
// It needs segment.edit. NOT_FOUND, FORBIDDEN (NO_SEGMENT_PERMISSION), CONFLICT
// (COMPUTING while it is being computed).
func (s *Segments) Refresh(ctx context.Context, segmentID string) (*ent.Segment, error) {
	var out *ent.Segment
	err := s.command(ctx, segmentID, func(ctx context.Context, tx *ent.Tx, _ *ent.Project, seg *ent.Segment) error {
		started, err := Start(ctx, tx, seg, entsegmentversion.CauseManual, s.clock.Now())
		if err != nil {
			return err
		}
		if !started {
			return fault.Errorf(fault.Conflict, "the segment is being computed already").Because("COMPUTING")
		}
		if out, err = tx.Segment.Get(ctx, segmentID); err != nil {
			return fmt.Errorf("load segment: %w", err)
		}
		return access.Audit(ctx, tx, "segment.refresh", seg.ID, seg.Name, nil)
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

// Start makes a segment's computation due at once in the caller's transaction.
// False: it is being computed already.
func Start(ctx context.Context, tx *ent.Tx, seg *ent.Segment, cause entsegmentversion.Cause, now time.Time) (bool, error) {
	n, err := tx.Segment.Update().Where(entsegment.ID(seg.ID), entsegment.DeletedAtIsNil(), entsegment.StatusNEQ(entsegment.StatusComputing)).
		SetStatus(entsegment.StatusComputing).SetCause(string(cause)).SetDueAt(now).Save(ctx)
	if err != nil {
		return false, fmt.Errorf("start refresh: %w", err)
	}
	return n > 0, nil
}

// Compute makes the version of a segment that is due. Workers call it with the
// attempt under which they took the row; lost is closed when somebody else holds
// it. A failure is written down as a version of its own and leaves the members
// that are held alone. What a crash interrupts is begun again by the next holder,
// and an earlier holder that wakes up writes nothing: there is one version.
func (s *Segments) Compute(ctx context.Context, segmentID string, attempt int, lost <-chan struct{}) error {
	ctx = viewer.System(ctx)
	seg, err := s.db.Ent.Segment.Query().Where(entsegment.ID(segmentID), entsegment.Attempt(attempt)).WithProject().Only(ctx)
	if ent.IsNotFound(err) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("load segment: %w", err)
	}
	now := s.clock.Now()
	if seg.DueAt == nil || seg.DueAt.After(now) {
		return nil
	}
	err = s.db.Ent.Segment.Update().Where(entsegment.ID(segmentID), entsegment.Attempt(attempt)).SetStatus(entsegment.StatusComputing).Exec(ctx)
	if err != nil {
		return fmt.Errorf("begin refresh: %w", err)
	}
	began := clock.Wall()
	work, cancel := context.WithTimeout(ctx, longestRefresh)
	defer cancel()
	go func() {
		select {
		case <-lost:
			cancel()
		case <-work.Done():
		}
	}()
	members, err := s.members(work, seg, now)
	select {
	case <-lost:
		return nil // the next holder does it
	default:
	}
	if ctx.Err() != nil {
		return ctx.Err() // the process stops; the row stays due
	}
	v := version{cause: causeOf(seg), began: now, took: clock.Wall().Sub(began), members: members}
	if err != nil {
		v.failure, v.text = s.reason(ctx, seg, err)
	}
	return s.finish(ctx, seg, attempt, v)
}

// members evaluates the segment's rule.
func (s *Segments) members(ctx context.Context, seg *ent.Segment, now time.Time) (*roaring.Bitmap, error) {
	var out *roaring.Bitmap
	var err error
	for try := 0; try < refreshTries; try++ {
		out, err = s.run(ctx, seg.Edges.Project, seg.Subject, seg.Rule, now, nil)
		if _, ours := errors.AsType[*fault.Error](err); err == nil || ours || ctx.Err() != nil {
			break
		}
	}
	return out, err
}

// Select gives whom a rule of a project's subject selects now, for what is asked
// about people without a segment of them, such as a backtest.
func (s *Segments) Select(ctx context.Context, p *ent.Project, subject string, rule json.RawMessage, now time.Time) (*roaring.Bitmap, error) {
	return s.run(ctx, p, subject, rule, now, nil)
}

// run computes a rule of a project; the segments that it names are taken as they
// are held.
func (s *Segments) run(ctx context.Context, p *ent.Project, subject string, raw []byte, now time.Time, progress func(done, total int)) (*roaring.Bitmap, error) {
	scope, err := scopeOf(ctx, s.db.Ent, p, subject, now)
	if err != nil {
		return nil, err
	}
	tree, err := rule.Parse(raw)
	if err != nil {
		return nil, err
	}
	return s.evaluate(ctx, scope, tree, compile.Options{Progress: progress, Segment: func(ctx context.Context, segmentID string) (*roaring.Bitmap, error) {
		held, err := Held(ctx, s.db, p.ID, p.Num, segmentID)
		if err != nil {
			return nil, err
		}
		if held == nil {
			return nil, fault.Errorf(fault.Conflict, "segment %s was never computed", segmentID).Because("SEGMENT_NOT_COMPUTED")
		}
		return held.Members, nil
	}})
}

// reason is a failure in a stable word and in words for people.
func (s *Segments) reason(ctx context.Context, seg *ent.Segment, err error) (word, text string) {
	refusal, ours := errors.AsType[*fault.Error](err)
	switch {
	case ours && refusal.Reason != "":
		return refusal.Reason, refusal.Error()
	case ours && len(refusal.Fields) > 0:
		return refusal.Fields[0].Rule, refusal.Error()
	case ours:
		return string(refusal.Code), refusal.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return FailureTimeout, fmt.Sprintf("it took longer than %s", longestRefresh)
	}
	s.log.ErrorContext(ctx, "segment not computed", "segment", seg.ID, "error", err)
	return FailureInternal, "an internal error; the server's log tells more"
}

func causeOf(seg *ent.Segment) entsegmentversion.Cause {
	c := entsegmentversion.Cause(seg.Cause)
	if entsegmentversion.CauseValidator(c) != nil {
		return entsegmentversion.CauseDaily
	}
	return c
}

// version is what a computation came to; no failure means that it is ready.
type version struct {
	cause         entsegmentversion.Cause
	began         time.Time
	took          time.Duration
	members       *roaring.Bitmap
	failure, text string
}

// finish writes the version under the attempt, plans the next one and wakes the
// runs that wait for it.
func (s *Segments) finish(ctx context.Context, seg *ent.Segment, attempt int, v version) error {
	var bitmap []byte
	size, status, shown := 0, entsegmentversion.StatusFailed, entsegment.StatusFailed
	if v.failure == "" {
		v.members.RunOptimize()
		var err error
		if bitmap, err = v.members.ToBytes(); err != nil {
			return fmt.Errorf("encode members: %w", err)
		}
		size, status, shown = int(v.members.GetCardinality()), entsegmentversion.StatusReady, entsegment.StatusReady //nolint:gosec // 32-bit numbers
	}
	return s.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		now := s.clock.Now()
		u := tx.Segment.Update().Where(entsegment.ID(seg.ID), entsegment.Attempt(attempt), entsegment.DeletedAtIsNil()).
			SetStatus(shown).SetFailure(v.failure).SetFailureText(v.text).AddNextSeq(1).SetLeaseOwner("").ClearLeaseUntil()
		if v.failure == "" {
			u.SetSize(size).SetComputedAt(now)
		}
		n, err := u.Save(ctx)
		if err != nil || n == 0 {
			return err // nobody's any more: the next holder's, or deleted
		}
		after, err := tx.Segment.Get(ctx, seg.ID) // as it is now: how it is updated may have changed meanwhile
		if err != nil {
			return fmt.Errorf("load segment: %w", err)
		}
		if err := planNext(ctx, tx, after, ZoneOf(seg.Edges.Project), v.began); err != nil {
			return err
		}
		err = tx.SegmentVersion.Create().SetID(id.New("sgv")).SetProjectID(seg.ProjectID).SetSegmentID(seg.ID).SetSeq(after.NextSeq - 1).
			SetStatus(status).SetCause(v.cause).SetSize(size).SetMembers(bitmap).SetRule(seg.Rule).SetFailure(v.failure).SetFailureText(v.text).
			SetStartedAt(v.began).SetComputedAt(now).SetTookMs(int(v.took.Milliseconds())).Exec(ctx)
		if err != nil {
			return fmt.Errorf("write version: %w", err)
		}
		if err := forget(ctx, tx, seg.ID); err != nil {
			return err
		}
		return wake(ctx, tx, seg.ID, now)
	})
}

// planNext says when a segment is computed next, from when the last computation
// began: a daily time that passed meanwhile is not left out. A task's own segment
// that nobody can see or use any more is computed no more.
func planNext(ctx context.Context, tx *ent.Tx, seg *ent.Segment, zone *time.Location, began time.Time) error {
	u := tx.Segment.UpdateOneID(seg.ID)
	setNext(u.Mutation(), seg.UpdateMode, seg.DailyAt, zone, began)
	if seg.OriginTaskID != nil && !seg.Listed {
		used, err := usedByTask(ctx, tx, seg, "")
		if err != nil {
			return err
		}
		if !used {
			u.ClearDueAt()
		}
	}
	if err := u.Exec(ctx); err != nil {
		return fmt.Errorf("plan next refresh: %w", err)
	}
	return nil
}

// forget drops the members of versions beyond the newest; their rows stay.
func forget(ctx context.Context, tx *ent.Tx, segmentID string) error {
	oldest, err := tx.SegmentVersion.Query().Where(entsegmentversion.SegmentID(segmentID), entsegmentversion.StatusEQ(entsegmentversion.StatusReady)).
		Order(ent.Desc(entsegmentversion.FieldSeq)).Offset(keptVersions - 1).Limit(1).Select(entsegmentversion.FieldSeq).Ints(ctx)
	if err != nil {
		return fmt.Errorf("look for old versions: %w", err)
	}
	if len(oldest) == 0 {
		return nil
	}
	err = tx.SegmentVersion.Update().Where(entsegmentversion.SegmentID(segmentID), entsegmentversion.SeqLT(oldest[0]), entsegmentversion.MembersNotNil()).
		ClearMembers().Exec(ctx)
	if err != nil {
		return fmt.Errorf("drop old members: %w", err)
	}
	return nil
}

// wake makes the runs due that wait for the segment.
func wake(ctx context.Context, tx *ent.Tx, segmentID string, now time.Time) error {
	err := tx.Run.Update().Where(entrun.StatusEQ(entrun.StatusRefreshing), entrun.DueAtGT(now), entrun.HasTaskWith(enttask.SegmentID(segmentID))).
		SetDueAt(now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("wake runs: %w", err)
	}
	return nil
}
