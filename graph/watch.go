package graph

import (
	"context"
	"fmt"
	"time"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/internal/clock"
	"tidings/outreach/access"
	"tidings/outreach/fault"
	"tidings/outreach/outcome"
)

const (
	maxWatched = 100
	// recheckEvery is how long a subscription outlives its session at most.
	recheckEvery = 5 * time.Second
	// settling is how long a task that stopped changing is told again, so that
	// its rate is seen to go down to 0.
	settling = 12 * time.Second
)

// taskProgressed tells tasks again when they changed. The hub wakes it at most
// once a second for each task, and every five seconds in any case.
//
// SECURITY: the tasks are read through the store each time, and the session is
// looked at again while it runs: one that has ended, or has another role now,
// ends the subscription.
func (r *Resolver) taskProgressed(ctx context.Context, ids []string) (<-chan *ent.Task, error) {
	if err := access.Require(ctx, access.TaskView); err != nil {
		return nil, err
	}
	ids = unique(ids)
	if len(ids) == 0 || len(ids) > maxWatched {
		return nil, fault.At("ids", "COUNT", "watch 1 to %d tasks", maxWatched)
	}
	n, err := r.DB.Ent.Task.Query().Where(enttask.IDIn(ids...)).Count(ctx)
	if err != nil {
		return nil, err
	}
	if n != len(ids) {
		return nil, fault.Errorf(fault.NotFound, "there is no such task")
	}
	out := make(chan *ent.Task)
	w := &watch{r: r, out: out, state: map[string]*watched{}, checked: clock.Wall()}
	go w.run(ctx, ids)
	return out, nil
}

func unique(ids []string) []string {
	seen := make(map[string]bool, len(ids))
	var out []string
	for _, id := range ids {
		if !seen[id] {
			seen[id] = true
			out = append(out, id)
		}
	}
	return out
}

// watch is one subscription.
type watch struct {
	r       *Resolver
	out     chan<- *ent.Task
	state   map[string]*watched
	checked time.Time
}

// watched is what was told of a task last.
type watched struct {
	print   string
	changed time.Time
}

func (w *watch) run(ctx context.Context, ids []string) {
	defer close(w.out)
	woken := make(chan string, len(ids))
	for _, id := range ids {
		wake, cancel := w.r.Hub.Subscribe(id)
		defer cancel()
		go func() {
			for {
				select {
				case <-ctx.Done():
					return
				case <-wake:
				}
				select {
				case <-ctx.Done():
					return
				case woken <- id:
				}
			}
		}()
	}
	if !w.tell(ctx, ids) {
		return
	}
	for {
		var batch []string
		select {
		case <-ctx.Done():
			return
		case id := <-woken:
			batch = append(batch, id)
		}
		for more := true; more; { // what else is awake is read by the same queries
			select {
			case id := <-woken:
				batch = append(batch, id)
			default:
				more = false
			}
		}
		if !w.tell(ctx, unique(batch)) {
			return
		}
	}
}

// tell reads tasks and hands out those that changed; false when the subscription is over.
func (w *watch) tell(ctx context.Context, ids []string) bool {
	now := clock.Wall()
	if now.Sub(w.checked) >= recheckEvery {
		again, err := w.r.Access.Recheck(ctx)
		switch {
		case err == nil && access.From(again).Role == access.From(ctx).Role:
			w.checked = now
		case err == nil || fault.CodeOf(err) != fault.Internal:
			return false
		default: // the database did not answer; the session may still hold
			return ctx.Err() == nil
		}
	}
	tasks, err := w.r.DB.Ent.Task.Query().Where(enttask.IDIn(ids...)).All(ctx)
	if err != nil {
		return ctx.Err() == nil // the next wake-up tries again
	}
	progress, err := outcome.Reader{DB: w.r.DB}.OfTasks(ctx, ids)
	if err != nil {
		return ctx.Err() == nil
	}
	for _, t := range tasks {
		if !w.news(t, progress[t.ID], now) {
			continue
		}
		select {
		case <-ctx.Done():
			return false
		case w.out <- t:
		}
	}
	return true
}

// news tells whether a task differs from what was told, or did a moment ago.
func (w *watch) news(t *ent.Task, p *outcome.Progress, now time.Time) bool {
	if p == nil {
		p = &outcome.Progress{}
	}
	print := fmt.Sprint(t.ApprovalStatus, t.RunStatus, t.Version, t.UpdatedAt.UnixMicro(), *p)
	last := w.state[t.ID]
	if last == nil || last.print != print {
		w.state[t.ID] = &watched{print: print, changed: now}
		return true
	}
	return now.Sub(last.changed) <= settling
}
