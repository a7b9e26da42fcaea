package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"

	entapproval "tidings/ent/approval"
	entrun "tidings/ent/run"
	enttask "tidings/ent/task"
	"tidings/internal/due"
	"tidings/outreach/approval"
	"tidings/outreach/delivery"
)

const (
	// thinking is how long a task was written on before it was submitted.
	thinking = 35 * time.Minute
	// deciding is how long an approver took.
	deciding = 90 * time.Minute
	// usualLead is how long before its reach time a task was written.
	usualLead = 26 * time.Hour
	// beyond is how far ahead the past's runs seem due while they are played:
	// workers of other processes, whose clock is the present's, leave them alone.
	beyond = 2 * 365 * 24 * time.Hour
	// cancelAfter is how many grants a cancelled task sends before it is stopped.
	cancelAfter = 2
	// rounds bounds how often a run is looked at until it is done.
	rounds = 20
)

// play makes the shop's tasks, the oldest first.
func (h *history) play(ctx context.Context) error {
	willing, unwilling := split(h.openIDs)
	h.box.Grant("", people, willing...)
	h.box.Refuse(unwilling...)
	all := h.stories()
	for i := range all {
		if all[i].lead == 0 {
			all[i].lead = usualLead
		}
	}
	slices.SortStableFunc(all, func(a, b story) int { return cmp.Compare(a.at.Add(-a.lead).Unix(), b.at.Add(-b.lead).Unix()) })
	for i := range all {
		if err := h.tell(ctx, &all[i]); err != nil {
			return fmt.Errorf("%s: %w", all[i].name, err)
		}
	}
	return nil
}

// tell takes one task as far as its story goes.
func (h *history) tell(ctx context.Context, s *story) error {
	written := s.at.Add(-s.lead)
	d := dates{written: written, submitted: written.Add(thinking), decided: written.Add(thinking + deciding)}
	uploadID := ""
	if s.to > s.from {
		up, err := h.upload(ctx, s.name+".csv", h.list(s), s.creator, written)
		if err != nil {
			return err
		}
		uploadID = up.ID
	}
	reach := h.Clock.Now().Add(beyond)
	switch s.ending {
	case waiting:
		reach = s.at
	case ended, cancelled, rejected, draft:
	}
	in := h.input(s, uploadID, &reach)
	if s.ending == draft {
		in.ReachAt = nil
	}
	h.clock.Set(d.written)
	t, err := h.tasks.Create(h.as(ctx, s.creator), in)
	if err != nil {
		return fmt.Errorf("write: %w", err)
	}
	if s.ending == draft {
		return h.date(ctx, t.ID, d)
	}
	h.clock.Set(d.submitted)
	if _, err := h.tasks.Submit(h.as(ctx, s.creator), t.ID); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	if s.ending == waiting {
		return h.date(ctx, t.ID, d)
	}
	h.clock.Set(d.decided)
	if err := h.decide(ctx, h.approvals, t.ID, s); err != nil {
		return err
	}
	if err := h.reachAt(ctx, t.ID, s.at); err != nil {
		return err
	}
	// The rehearsal that its approver read was of that day; nobody needs one now.
	if err := h.exec(ctx, statement{"DELETE FROM preflights WHERE task_id = ?", []any{t.ID}}); err != nil {
		return err
	}
	if s.ending != rejected {
		h.clock.Set(s.at)
		if err := h.run(ctx, t.ID, s); err != nil {
			return err
		}
		d.over = h.clock.Now()
	}
	return h.date(ctx, t.ID, d)
}

// decide approves or rejects what the story's task waits for.
func (w *world) decide(ctx context.Context, approvals *approval.Service, taskID string, s *story) error {
	id, err := w.DB.Ent.Approval.Query().Where(entapproval.TaskID(taskID), entapproval.StatusEQ(entapproval.StatusPending)).OnlyID(ctx)
	if err != nil {
		return fmt.Errorf("find approval: %w", err)
	}
	if s.ending == rejected {
		_, err = approvals.Reject(w.as(ctx, s.decider), id, s.comment)
	} else {
		_, err = approvals.Approve(w.as(ctx, s.decider), id, s.comment)
	}
	if err != nil {
		return fmt.Errorf("decide: %w", err)
	}
	return nil
}

// reachAt moves a task that was decided on back to the time it was meant for.
// Its run stays due far ahead, for us alone.
func (h *history) reachAt(ctx context.Context, taskID string, at time.Time) error {
	if err := h.DB.Ent.Task.UpdateOneID(taskID).SetReachAt(at).Exec(ctx); err != nil {
		return fmt.Errorf("move task: %w", err)
	}
	a, err := h.DB.Ent.Approval.Query().Where(entapproval.TaskID(taskID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("load approval: %w", err)
	}
	var snapshot map[string]any
	if err := json.Unmarshal(a.Snapshot, &snapshot); err != nil {
		return fmt.Errorf("read what was approved: %w", err)
	}
	snapshot["reachAt"] = at
	text, err := json.Marshal(snapshot)
	if err != nil {
		return fmt.Errorf("write what was approved: %w", err)
	}
	deadline, _ := approval.Deadline(at, enttask.ApprovalTimeoutCancel)
	kind := "text"
	if h.DB.Postgres() {
		kind = "jsonb"
	}
	return h.exec(ctx,
		statement{"UPDATE approvals SET expires_at = ?, snapshot = CAST(? AS " + kind + ") WHERE id = ?", []any{deadline, string(text), a.ID}},
		statement{"UPDATE runs SET planned_at = ?, run_at = ? WHERE task_id = ?", []any{at, at, taskID}},
	)
}

// run starts the task's run and works its shards, as workers do.
func (h *history) run(ctx context.Context, taskID string, s *story) error {
	ahead := h.Clock.Now().Add(2 * beyond)
	rows, err := due.HandOut(ctx, h.DB, due.Runs, ahead, 1, "w.task_id = ?", taskID)
	if err != nil {
		return err
	}
	for _, row := range rows {
		lease, err := h.keeper.Take(ctx, due.Runs, row)
		if err != nil {
			return fmt.Errorf("take run: %w", err)
		}
		err = h.dispatch.Prepare(ctx, row.ID, lease.Attempt)
		lease.Drop()
		if err != nil {
			return fmt.Errorf("prepare: %w", err)
		}
	}
	var stopErr error
	grants := 0
	worker := delivery.NewWorker(delivery.Config{
		DB: h.DB, Clock: past{h.clock}, Dispatch: h.dispatch, Senders: h.channels, Limiter: h.limiter, Log: h.Log,
		Changed: func(string) {
			if grants++; grants == cancelAfter && s.ending == cancelled {
				_, stopErr = h.tasks.Cancel(h.as(ctx, s.creator), taskID)
			}
		},
	})
	for range rounds {
		rows, err := due.HandOut(ctx, h.DB, due.Shards, ahead, 100, "w.task_id = ?", taskID)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, row := range rows {
			if err := h.work(ctx, worker, row); err != nil {
				return err
			}
		}
	}
	if stopErr != nil {
		return fmt.Errorf("cancel: %w", stopErr)
	}
	return h.isOver(ctx, taskID)
}

func (h *history) work(ctx context.Context, worker *delivery.Worker, row due.Row) error {
	id, err := strconv.ParseInt(row.ID, 10, 64)
	if err != nil {
		return fmt.Errorf("shard %s: %w", row.ID, err)
	}
	lease, err := h.keeper.Take(ctx, due.Shards, row)
	if err != nil {
		return fmt.Errorf("take shard: %w", err)
	}
	if err := worker.Shard(ctx, lease, id, nil); err != nil {
		return fmt.Errorf("work shard: %w", err)
	}
	return nil
}

func (h *history) isOver(ctx context.Context, taskID string) error {
	run, err := h.DB.Ent.Run.Query().Where(entrun.TaskID(taskID)).Only(ctx)
	if err != nil {
		return fmt.Errorf("load run: %w", err)
	}
	if run.Status != entrun.StatusDone {
		return fmt.Errorf("its run is %s %s", run.Status, run.FailureText)
	}
	return nil
}

// dates are when what happened to a task; over is zero where it did not run.
type dates struct{ written, submitted, decided, over time.Time }

// date gives the rows of a task the stamps that they would have, had they been
// written at the time.
func (w *world) date(ctx context.Context, taskID string, d dates) error {
	last := d.written
	actions := map[string]time.Time{"task.create": d.written, "task.submit": d.submitted, "task.approve": d.decided, "task.reject": d.decided, "task.cancel": d.over}
	t, err := w.DB.Ent.Task.Get(ctx, taskID)
	if err != nil {
		return fmt.Errorf("load task: %w", err)
	}
	for _, at := range []*time.Time{t.SubmittedAt, t.ApprovedAt, t.EndedAt} {
		if at != nil && at.After(last) {
			last = *at
		}
	}
	if t.ApprovalStatus == enttask.ApprovalStatusRejected {
		last = d.decided
	}
	if t.RunStatus == enttask.RunStatusCancelled && t.EndedAt != nil {
		actions["task.cancel"] = *t.EndedAt
	}
	todo := []statement{
		{"UPDATE tasks SET created_at = ?, updated_at = ? WHERE id = ?", []any{d.written, last, taskID}},
		{"UPDATE approvals SET created_at = submitted_at, updated_at = COALESCE(decided_at, submitted_at) WHERE task_id = ?", []any{taskID}},
		{"UPDATE runs SET created_at = ?, updated_at = COALESCE(ended_at, ?) WHERE task_id = ?", []any{d.decided, d.decided, taskID}},
	}
	for action, at := range actions {
		todo = append(todo, statement{"UPDATE audit_entries SET at = ? WHERE object_id = ? AND action = ?", []any{at, taskID, action}})
	}
	return w.exec(ctx, todo...)
}

// statement is a text with ? for its arguments.
type statement struct {
	text string
	args []any
}

func (w *world) exec(ctx context.Context, all ...statement) error {
	for _, s := range all {
		if _, err := w.DB.SQL.ExecContext(ctx, w.DB.Rebind(s.text), s.args...); err != nil {
			return fmt.Errorf("date: %w", err)
		}
	}
	return nil
}
