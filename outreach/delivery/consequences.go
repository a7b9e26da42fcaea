package delivery

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entidentity "tidings/ent/identity"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/outreach/channel"
	"tidings/outreach/dispatch"
	"tidings/outreach/person"
)

const (
	// slowFor is how long a channel goes at half its rate after 45011.
	slowFor = 5 * time.Minute
	// invalidLimit is how many messages in a row the channel may find wrong
	// before the task stops: the content is at fault, not the people.
	invalidLimit = 50
	// refusedByUser is WeChat's word for: the user allows no (more) messages of the template.
	refusedByUser = "43101"
)

// invalidStreak counts refusals of the content without a success between them.
type invalidStreak struct{ n atomic.Int64 }

// consequences does what the answers say beyond their own delivery: stop a task
// that cannot succeed, pause or mark a channel, slow down, note dead IDs.
func (w *Worker) consequences(ctx context.Context, sh *shard, r *run, ch *channelState, calls []*candidate) error {
	var dead, took, refused []string
	var slow, sent bool
	var stop, broken, pause *channel.Result
	for _, c := range calls {
		res := &c.result
		slow = slow || res.Slow
		sent = sent || res.Outcome == channel.Sent
		if res.TargetInvalid {
			dead = append(dead, person.WechatValue(r.plan.AppID, c.target))
		}
		if res.Outcome == channel.Sent {
			took = append(took, c.target)
		}
		if res.Code == refusedByUser {
			refused = append(refused, c.target)
		}
		switch {
		case res.Outcome == channel.Sent:
			r.invalid.n.Store(0)
		case res.Scope == channel.ScopeTask:
			stop = res
		case res.Scope == channel.ScopeChannel && !res.PauseUntil.IsZero():
			pause = res
		case res.Scope == channel.ScopeChannel:
			broken = res
		case res.Scope == channel.ScopeMessage && r.invalid.n.Add(1) >= invalidLimit:
			stop = res
		}
	}
	if broken != nil {
		stop = broken
	}
	// The database first; one thing that fails keeps no other from being done.
	var errs []error
	if broken != nil {
		errs = append(errs, w.breakChannel(ctx, sh, *broken))
	}
	if stop != nil {
		r.invalid.n.Store(0)
		errs = append(errs, w.stopTask(ctx, sh, *stop))
	}
	if pause != nil {
		errs = append(errs, w.pauseChannel(ctx, sh, *pause))
	}
	if len(dead) > 0 {
		errs = append(errs, w.DB.Ent.Identity.Update().Where(entidentity.ProjectNum(sh.projectNum), entidentity.Type(person.WechatOpenID),
			entidentity.ValueIn(dead...)).SetInvalid(true).Exec(ctx))
	}
	errs = append(errs, w.ledger.Settle(ctx, sh.projectNum, r.plan.AppID, r.plan.TemplateID, took, refused))
	if slow {
		errs = append(errs, w.Limiter.Slow(ctx, sh.channelID, now().Add(slowFor)))
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("consequences: %w", err)
	}
	if sent && ch.row.FirstSentAt == nil {
		return w.firstSent(ctx, ch)
	}
	return nil
}

// stopTask marks the task abnormal: everything else of it would fail alike.
func (w *Worker) stopTask(ctx context.Context, sh *shard, why channel.Result) error {
	err := w.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		task, err := tx.Task.Query().Where(enttask.ID(sh.taskID), enttask.RunStatusIn(enttask.RunStatusWaiting, enttask.RunStatusRunning)).Only(ctx)
		if ent.IsNotFound(err) {
			return nil // it stands, or is over
		}
		if err != nil {
			return err
		}
		if task.Type == enttask.TypeRepeat { // it ends with its window
			if err := dispatch.Suspend(ctx, tx, task, w.Clock.Now()); err != nil {
				return err
			}
		}
		return tx.Task.Update().Where(enttask.ID(sh.taskID), enttask.RunStatusIn(enttask.RunStatusWaiting, enttask.RunStatusRunning)).
			SetRunStatus(enttask.RunStatusAbnormal).SetStatusReason(why.Code).SetStatusText(why.Text).Exec(ctx)
	})
	if err != nil {
		return fmt.Errorf("stop task: %w", err)
	}
	return nil
}

// breakChannel marks the channel as not working until somebody repairs it.
func (w *Worker) breakChannel(ctx context.Context, sh *shard, why channel.Result) error {
	err := w.DB.Ent.Channel.UpdateOneID(sh.channelID).
		SetState(entchannel.StateAbnormal).SetStateCode(why.Code).SetStateText(why.Text).SetCheckedAt(now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("mark channel: %w", err)
	}
	w.forget(sh.channelID)
	return nil
}

// pauseChannel hands nothing out before an instant; what was put off waits.
func (w *Worker) pauseChannel(ctx context.Context, sh *shard, why channel.Result) error {
	err := w.DB.Ent.Channel.UpdateOneID(sh.channelID).SetPausedUntil(why.PauseUntil).SetStateCode(why.Code).SetStateText(why.Text).Exec(ctx)
	if err != nil {
		return fmt.Errorf("pause channel: %w", err)
	}
	w.forget(sh.channelID)
	return w.Limiter.Pause(ctx, sh.channelID, why.PauseUntil)
}

// firstSent fixes the channel's AppID for good.
func (w *Worker) firstSent(ctx context.Context, ch *channelState) error {
	at := w.Clock.Now()
	err := w.DB.Ent.Channel.Update().Where(entchannel.ID(ch.row.ID), entchannel.FirstSentAtIsNil()).SetFirstSentAt(at).Exec(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return fmt.Errorf("note first message: %w", err)
	}
	w.forget(ch.row.ID)
	return nil
}

// forget makes the channel's settings be read again.
func (w *Worker) forget(channelID string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.channels, channelID)
}

// now is machine time, of what the channel's provider says about itself.
func now() time.Time { return clock.Wall() }
