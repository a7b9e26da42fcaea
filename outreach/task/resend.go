package task

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"tidings/ent"
	entrun "tidings/ent/run"
	"tidings/internal/id"
	"tidings/outreach/access"
	"tidings/outreach/delivery"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/gate"
	"tidings/outreach/render"
	"tidings/outreach/task/state"
)

// maxKeys is the most single deliveries that one resend may name.
const maxKeys = 1000

// ResendInput says which recipients of a run get the message again.
type ResendInput struct {
	TaskID      string
	RunID       string // empty: the newest that had recipients
	StatusIn    []delivery.Status
	ReasonIn    []string
	DeliveryIDs []string // empty: all that match
}

// again are the outcomes after which a message may be sent once more, but for
// gate.NeverAgain. Who may have got it already, UNCONFIRMED, gets it perhaps
// twice: the asker decides.
var again = map[delivery.Status]bool{delivery.Failed: true, delivery.NotSent: true, delivery.Unconfirmed: true}

// Resend makes a new run for people whom an earlier run did not reach. They go
// through rendering and all limits again. Of a triggered day it is about what had
// failed when it was asked for: who failed more than once gets one message, and
// who fails again later can be sent to again. What shows its event cannot: the
// event is not kept.
//
// SECURITY: messages go out without another approval; the task was approved as it is.
//
// UNAUTHENTICATED, FORBIDDEN, NOT_FOUND (task, run), INVALID (statusIn, reasonIn,
// deliveryIds), CONFLICT (the status, RESENDING, EVENT_GONE).
func (s *Service) Resend(ctx context.Context, in ResendInput) (*ent.Run, error) {
	selection, err := in.selection()
	if err != nil {
		return nil, err
	}
	var out *ent.Run
	_, err = s.command(ctx, state.OpResend, in.TaskID, func(ctx context.Context, tx *ent.Tx, t *ent.Task) (*ent.Task, error) {
		if err := showsNoEvent(t); err != nil {
			return nil, err
		}
		origin, err := originRun(ctx, tx, in)
		if err != nil {
			return nil, err
		}
		// Two people who ask at once wait for each other here.
		if err := tx.Run.UpdateOneID(origin.ID).SetUpdatedAt(s.clock.Now()).Exec(ctx); err != nil {
			return nil, fmt.Errorf("lock run: %w", err)
		}
		if selection.Persons, selection.Seqs, err = in.named(origin); err != nil {
			return nil, err
		}
		busy, err := tx.Run.Query().Where(entrun.OriginID(origin.ID),
			entrun.StatusIn(entrun.StatusWaiting, entrun.StatusPreparing, entrun.StatusSending)).Exist(ctx)
		if err != nil {
			return nil, fmt.Errorf("look for another resend: %w", err)
		}
		if busy {
			return nil, fault.Errorf(fault.Conflict, "this run is being sent again already; wait for its end").Because("RESENDING")
		}
		text, err := json.Marshal(selection)
		if err != nil {
			return nil, fmt.Errorf("encode selection: %w", err)
		}
		now := s.clock.Now()
		out, err = tx.Run.Create().SetProjectID(t.ProjectID).SetTaskID(t.ID).SetNum(id.Num()).SetKind(entrun.KindResend).SetOriginID(origin.ID).
			SetSelection(text).SetPlannedAt(now).SetRunAt(now).SetDueAt(now).Save(ctx)
		if err != nil {
			return nil, fmt.Errorf("make run: %w", err)
		}
		if t, err = state.Move(ctx, tx, t, state.Resend, nil); err != nil {
			return nil, err
		}
		return t, access.Audit(ctx, tx, "task.resend", t.ID, t.Name, map[string]any{"run": out.ID, "origin": origin.ID, "selection": selection})
	})
	if err != nil {
		return nil, err
	}
	return out.Unwrap(), nil
}

func (in *ResendInput) selection() (*dispatch.Selection, error) {
	var fs fault.Fields
	sel := &dispatch.Selection{Reasons: in.ReasonIn}
	for _, status := range in.StatusIn {
		if !again[status] {
			fs.Add("statusIn", "NOT_RESENDABLE", "%s cannot be sent again", status)
			fs.With(map[string]any{"status": status.String()})
		}
		sel.Statuses = append(sel.Statuses, int(status))
	}
	for _, reason := range in.ReasonIn {
		if slices.Contains(gate.NeverAgain, gate.Reason(reason)) {
			fs.Add("reasonIn", "NOT_RESENDABLE", "%s cannot be sent again", reason)
			fs.With(map[string]any{"reason": reason})
		}
	}
	sel.Reached = reached(in.StatusIn)
	if len(in.StatusIn) == 0 {
		fs.Add("statusIn", "REQUIRED", "say which outcomes are sent again")
	}
	if len(in.DeliveryIDs) > maxKeys {
		fs.Add("deliveryIds", "TOO_MANY", "at most %d single deliveries at once", maxKeys)
		fs.With(map[string]any{"limit": maxKeys})
	}
	return sel, fs.Err()
}

// reached are the outcomes of an earlier resend after which somebody is not sent
// to once more: they have the message, or may. Those that nobody confirmed count
// unless the asker names them.
func reached(asked []delivery.Status) []int {
	out := []int{int(delivery.Sending), int(delivery.Sent), int(delivery.Deferred)}
	if !slices.Contains(asked, delivery.Unconfirmed) {
		out = append(out, int(delivery.Unconfirmed))
	}
	return out
}

// showsNoEvent refuses a task whose message shows the event that started it:
// deliveries do not keep it, so everybody would lack a value.
func showsNoEvent(t *ent.Task) error {
	content, err := storedContent(t.Content)
	if err != nil {
		return err
	}
	for _, p := range content.Params {
		for _, part := range p.Parts {
			if part.Var != nil && part.Var.Source == render.Event {
				return fault.Errorf(fault.Conflict, "the message shows its event, which is not kept, so it cannot be sent again").Because("EVENT_GONE")
			}
		}
	}
	return nil
}

// named are the persons and seqs of the single deliveries that were named.
func (in *ResendInput) named(origin *ent.Run) (persons, seqs []uint32, err error) {
	var fs fault.Fields
	for _, text := range in.DeliveryIDs {
		key, err := delivery.ParseKey(text)
		if err != nil || key.Run != origin.Num {
			fs.Add("deliveryIds", "NOT_FOUND", "%q is no delivery of this run", text)
			continue
		}
		persons, seqs = append(persons, key.Person), append(seqs, key.Seq)
	}
	return persons, seqs, fs.Err()
}

// originRun is the run that is repeated: the one named, or the task's newest that
// had anybody to send to.
func originRun(ctx context.Context, tx *ent.Tx, in ResendInput) (*ent.Run, error) {
	q := tx.Run.Query().Where(entrun.TaskID(in.TaskID))
	if in.RunID != "" {
		q.Where(entrun.ID(in.RunID))
	} else {
		q.Where(entrun.KindIn(entrun.KindScheduled, entrun.KindTriggered), entrun.AudienceSizeGT(0)).Order(ent.Desc(entrun.FieldPlannedAt, entrun.FieldID))
	}
	run, err := q.First(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "the task has no such run").Because("RUN")
	}
	if err != nil {
		return nil, fmt.Errorf("load run: %w", err)
	}
	return run, nil
}
