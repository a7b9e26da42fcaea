package preflight

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entpreflight "tidings/ent/preflight"
	entsegment "tidings/ent/segment"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/recipient"
	"tidings/outreach/render"
)

const (
	// Exact is up to how many candidates every message is filled in, and how many
	// are beyond that.
	Exact = 50_000
	// atOnce is how many people are read by one query.
	atOnce = 2000
	// tellEvery is how often progress is written.
	tellEvery = 500 * time.Millisecond
	// longest is how long a preflight may take.
	longest = 30 * time.Minute
	// lookAgain is when a preflight whose segment is being computed asks again.
	lookAgain = time.Second
)

var (
	errTaken = errors.New("the preflight was taken over")
	errEarly = errors.New("the segment is being computed")
)

// Work rehearses a task under the attempt of the row's lease; lost is closed when
// somebody else holds it. What a crash interrupts is begun again by the next
// holder, and an earlier holder that wakes up writes nothing.
func (s *Service) Work(ctx context.Context, id string, attempt int, lost <-chan struct{}) error {
	ctx = viewer.System(ctx)
	row, err := s.DB.Ent.Preflight.Query().Where(entpreflight.ID(id), entpreflight.Attempt(attempt), entpreflight.DueAtNotNil()).Only(ctx)
	if ent.IsNotFound(err) {
		return nil // a stale job is no error
	}
	if err != nil {
		return fmt.Errorf("read preflight: %w", err)
	}
	work, cancel := context.WithTimeout(ctx, longest)
	defer cancel()
	go func() {
		select {
		case <-lost:
			cancel()
		case <-work.Done():
		}
	}()
	w := &working{Service: s, row: row, attempt: attempt}
	result, err := w.rehearse(work)
	select {
	case <-lost:
		return nil // the next holder does it
	default:
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err() // the process stops; the row stays due
	case errors.Is(err, errTaken):
		return nil
	case errors.Is(err, errEarly):
		return w.later(ctx)
	}
	return w.end(ctx, result, err)
}

// working is a preflight in somebody's hands.
type working struct {
	*Service

	row     *ent.Preflight
	attempt int
	of      string // the definition that was read

	candidates, done, work int
	told                   time.Time
}

// rehearse reads the task as it is now and decides on everybody. Its *fault.Error
// is why the task could not run.
func (w *working) rehearse(ctx context.Context) (*Result, error) {
	t, err := w.DB.Ent.Task.Query().Where(enttask.ID(w.row.TaskID)).WithChannel().WithTemplate().WithProject().WithSegment().Only(ctx)
	if ent.IsNotFound(err) {
		return nil, w.drop(ctx)
	}
	if err != nil {
		return nil, fmt.Errorf("read task: %w", err)
	}
	w.of = definition(t)
	if beingComputed(t) {
		return nil, errEarly
	}
	run, err := w.Dispatch.Rehearse(ctx, t)
	if err != nil {
		return nil, err
	}
	if err := w.begin(ctx, int(run.People.GetCardinality())+len(run.Strangers)); err != nil { //nolint:gosec // 32-bit numbers
		return nil, err
	}
	now := w.Clock.Now()
	out := &Result{Candidates: w.candidates, Rate: t.Edges.Channel.QPSLimit}
	if run.SegmentAt != nil {
		out.SegmentAt = new(run.SegmentAt.UTC())
	}
	if out.StartsAt, err = startsAt(t, now, run.Plan.Location()); err != nil {
		return nil, err
	}
	if err := w.decide(ctx, t.Edges.Project.Num, run, out); err != nil {
		return nil, err
	}
	out.Seconds = seconds(out.WillSend, out.Rate)
	return out, nil
}

// drop removes a preflight whose task was deleted, which normally takes it along.
func (w *working) drop(ctx context.Context) error {
	_, err := w.DB.Ent.Preflight.Delete().Where(entpreflight.ID(w.row.ID), entpreflight.Attempt(w.attempt)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("drop preflight %s: %w", w.row.ID, err)
	}
	return errTaken
}

// beingComputed tells whether the segment's people are about to be known: of a
// task's own rule those that are held may be another rule's.
func beingComputed(t *ent.Task) bool {
	seg := t.Edges.Segment
	if seg == nil || seg.Status != entsegment.StatusComputing {
		return false
	}
	return t.AudienceMode == enttask.AudienceModeRule || t.AudienceMode == enttask.AudienceModeSegment && seg.ComputedAt == nil
}

// decide goes through the candidates and counts.
func (w *working) decide(ctx context.Context, projectNum int64, run *dispatch.Rehearsal, out *Result) error {
	program, err := render.Compile(run.Plan.Fields, run.Plan.Content, run.Plan.Location())
	if err != nil {
		return fmt.Errorf("compile content: %w", err) // Rehearse has compiled it
	}
	message := recipient.NewMessage(program, run.Plan.Uploaded)
	loader := &recipient.Loader{
		DB: w.DB, ProjectNum: projectNum, AppID: run.Plan.AppID, Message: message,
		InRun: func(_ context.Context, among *roaring.Bitmap) (*roaring.Bitmap, error) {
			return roaring.And(run.People, among), nil
		},
	}
	counted, show := tally{}, &samples{fields: run.Plan.Fields}
	fill := func(into tally) func(*recipient.Person) {
		return func(p *recipient.Person) {
			message.Fill(p)
			into[p.Reason]++
			show.note(p)
		}
	}
	size := int(run.People.GetCardinality()) //nolint:gosec // 32-bit numbers
	w.work, out.Examined = size, out.Candidates
	switch {
	case message.Constant(): // whoever has a target gets it
		err = w.each(ctx, run.People, loader.Targets, fill(counted))
	case size <= w.exact:
		err = w.each(ctx, run.People, loader.Load, fill(counted))
	default:
		w.work += w.exact
		reached := roaring.New()
		err = w.each(ctx, run.People, loader.Targets, func(p *recipient.Person) {
			if p.Reachable() {
				reached.Add(p.Num)
			} else {
				counted[p.Reason]++
			}
		})
		if err != nil {
			return err
		}
		part, all := tally{}, int(reached.GetCardinality()) //nolint:gosec // 32-bit numbers
		if all > w.exact {
			out.Examined = w.exact
		}
		err = w.each(ctx, spread(reached, w.exact), loader.Load, fill(part))
		counted.add(part.scaled(all))
	}
	if err != nil {
		return err
	}
	for _, target := range run.Strangers {
		p := message.Stranger(target)
		fill(counted)(&p)
	}
	out.WillSend, out.Steps, out.Samples = counted[""], counted.steps(), show.all()
	return nil
}

// each reads people and has them decided, some thousands at a time.
func (w *working) each(ctx context.Context, people *roaring.Bitmap, load func(context.Context, []uint32) ([]recipient.Person, error), decide func(*recipient.Person)) error {
	buffer := make([]uint32, atOnce)
	for it := people.ManyIterator(); ; {
		n := it.NextMany(buffer)
		if n == 0 {
			return nil
		}
		read, err := load(ctx, buffer[:n])
		if err != nil {
			return err
		}
		for i := range read {
			decide(&read[i])
		}
		w.done += n
		if err := w.tell(ctx); err != nil {
			return err
		}
	}
}

// begin notes how much there is to do.
func (w *working) begin(ctx context.Context, candidates int) error {
	w.candidates, w.told = candidates, clock.Wall()
	return w.write(ctx, func(u *ent.PreflightUpdate) {
		u.SetStatus(entpreflight.StatusRunning).SetDone(0).SetTotal(candidates)
		if w.row.StartedAt == nil {
			u.SetStartedAt(w.Clock.Now())
		}
	})
}

// tell writes how far the work is, now and then, in candidates.
func (w *working) tell(ctx context.Context) error {
	if now := clock.Wall(); now.Sub(w.told) >= tellEvery {
		w.told = now
		return w.write(ctx, func(u *ent.PreflightUpdate) { u.SetDone(w.candidates * min(w.done, w.work) / w.work) })
	}
	return nil
}

// later leaves the row until the segment may have been computed.
func (w *working) later(ctx context.Context) error {
	err := w.write(ctx, func(u *ent.PreflightUpdate) {
		u.SetStatus(entpreflight.StatusWaiting).SetDueAt(w.Clock.Now().Add(lookAgain)).SetLeaseOwner("").ClearLeaseUntil()
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// end writes the result, or why there is none.
func (w *working) end(ctx context.Context, result *Result, why error) error {
	text, err := json.Marshal(stored{Of: w.of, Result: result})
	if err != nil {
		return fmt.Errorf("write result: %w", err)
	}
	err = w.write(ctx, func(u *ent.PreflightUpdate) {
		u.SetResult(text).SetEndedAt(w.Clock.Now()).ClearDueAt().SetLeaseOwner("").ClearLeaseUntil()
		if why == nil {
			u.SetStatus(entpreflight.StatusDone).SetDone(w.candidates)
			return
		}
		word, words := w.reason(ctx, why)
		u.SetStatus(entpreflight.StatusFailed).SetFailure(word).SetFailureText(words)
	})
	if errors.Is(err, errTaken) {
		return nil
	}
	return err
}

// reason is a failure in a stable word, and in words.
func (w *working) reason(ctx context.Context, err error) (word, words string) {
	switch refusal, refused := errors.AsType[*fault.Error](err); {
	case refused && refusal.Reason != "":
		return refusal.Reason, refusal.Error()
	case refused:
		return string(refusal.Code), refusal.Error()
	case errors.Is(err, context.DeadlineExceeded):
		return "TIMEOUT", "it took longer than half an hour"
	}
	w.Log.ErrorContext(ctx, "preflight failed", "preflight", w.row.ID, "error", err)
	return "INTERNAL", "an internal error; the server's log tells more"
}

// write changes the row under the attempt.
func (w *working) write(ctx context.Context, change func(*ent.PreflightUpdate)) error {
	u := w.DB.Ent.Preflight.Update().Where(entpreflight.ID(w.row.ID), entpreflight.Attempt(w.attempt))
	change(u)
	n, err := u.Save(ctx)
	if err != nil {
		return fmt.Errorf("write preflight %s: %w", w.row.ID, err)
	}
	if n == 0 {
		return errTaken
	}
	w.Changed(w.row.TaskID)
	return nil
}
