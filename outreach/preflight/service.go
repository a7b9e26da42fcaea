package preflight

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"entgo.io/ent/dialect/sql"

	"tidings/ent"
	entpreflight "tidings/ent/preflight"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/access"
	"tidings/outreach/audience"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/task/state"
)

const (
	// kept is how many preflights of a task are kept: the newest, keptFor how long.
	kept    = 5
	keptFor = 30 * 24 * time.Hour
)

// Deps is what the service needs.
type Deps struct {
	DB       *database.DB
	Clock    clock.Clock
	Dispatch *dispatch.Service
	// Viewable refuses a task whose segment is for other roles.
	Viewable func(ctx context.Context, t *ent.Task) error
	Changed  func(taskID string) // told of tasks whose preflight has moved on; nil tells nobody
	Log      *slog.Logger
}

// Service makes and works preflights.
type Service struct {
	Deps

	exact int // Exact, but in tests
}

// New makes the service.
func New(d Deps) *Service {
	if d.Changed == nil {
		d.Changed = func(string) {}
	}
	return &Service{Deps: d, exact: Exact}
}

// Start makes a preflight of a task's next run, or joins the one that is under
// way. It needs outreach.task.view and what the task's segment asks for.
//
// SECURITY: the result shows messages to people of the audience, so it is for
// those who may see that audience.
//
// UNAUTHENTICATED, FORBIDDEN (NO_SEGMENT_PERMISSION), NOT_FOUND, CONFLICT
// (USE_BACKTEST for a triggered task, or the status in which no run is to come).
func (s *Service) Start(ctx context.Context, taskID string) (*ent.Preflight, error) {
	if err := access.Require(ctx, access.TaskView); err != nil {
		return nil, err
	}
	t, err := s.DB.Ent.Task.Query().Where(enttask.ID(taskID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.Errorf(fault.NotFound, "there is no task %q", taskID)
	}
	if err != nil {
		return nil, fmt.Errorf("load task: %w", err)
	}
	if err := s.Viewable(ctx, t); err != nil {
		return nil, err
	}
	if err := hasNext(t); err != nil {
		return nil, err
	}
	var out *ent.Preflight
	err = s.DB.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error {
		// One that waits reads the task when it begins; one that works has read it already.
		out, err = tx.Preflight.Query().Where(entpreflight.TaskID(t.ID), entpreflight.DueAtNotNil(), entpreflight.Or(
			entpreflight.StatusEQ(entpreflight.StatusWaiting), entpreflight.TaskVersion(t.Version))).
			Order(ent.Desc(entpreflight.FieldID)).First(ctx)
		if !ent.IsNotFound(err) {
			return err
		}
		if out, err = open(ctx, tx, t, s.Clock.Now()); err != nil {
			return err
		}
		return access.Audit(ctx, tx, "task.preflight", t.ID, t.Name, nil)
	})
	if err != nil {
		return nil, fmt.Errorf("start preflight: %w", err)
	}
	s.Changed(taskID)
	return out.Unwrap(), nil
}

// hasNext refuses tasks without a run to come.
func hasNext(t *ent.Task) error {
	if !audience.Scheduled(t.Type) {
		return fault.Errorf(fault.Conflict, "who will meet a trigger cannot be rehearsed; a backtest shows who would have").Because("USE_BACKTEST")
	}
	sending := t.Type == enttask.TypeOnce && t.RunStatus == enttask.RunStatusRunning
	switch shown := state.Display(state.Of(t)); {
	case shown == state.ShownEnded, shown == state.ShownCancelled, shown == state.ShownRejected, sending:
		return fault.Errorf(fault.Conflict, "a task that is %s has no run to come", shown).Because(string(shown))
	}
	return nil
}

// Open makes a preflight of a task that is being submitted, in the caller's
// transaction, so that approvers see one; of a triggered task none.
func Open(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) error {
	if !audience.Scheduled(t.Type) {
		return nil
	}
	_, err := open(ctx, tx, t, now)
	return err
}

// open makes a preflight that is due at once, and removes the oldest of the task.
func open(ctx context.Context, tx *ent.Tx, t *ent.Task, now time.Time) (*ent.Preflight, error) {
	p, err := tx.Preflight.Create().SetProjectID(t.ProjectID).SetTaskID(t.ID).SetTaskVersion(t.Version).
		SetCreatorID(viewer.From(ctx).AccountID).SetDueAt(now).Save(ctx)
	if err != nil {
		return nil, fmt.Errorf("make preflight: %w", err)
	}
	ctx = viewer.System(ctx) // which are old is nobody's question
	all, err := tx.Preflight.Query().Where(entpreflight.TaskID(t.ID)).Order(ent.Desc(entpreflight.FieldID)).IDs(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for old preflights: %w", err)
	}
	if len(all) <= kept {
		return p, nil
	}
	if _, err := tx.Preflight.Delete().Where(entpreflight.IDIn(all[kept:]...)).Exec(ctx); err != nil {
		return nil, fmt.Errorf("sweep preflights: %w", err)
	}
	return p, nil
}

// Forget removes the preflights of a task that is being deleted, in the caller's
// transaction: they show messages to people.
func Forget(ctx context.Context, tx *ent.Tx, taskID string) error {
	if _, err := tx.Preflight.Delete().Where(entpreflight.TaskID(taskID)).Exec(ctx); err != nil {
		return fmt.Errorf("delete preflights: %w", err)
	}
	return nil
}

// Sweep removes preflights that are over since long: they show messages to
// people. wall is machine time.
func (s *Service) Sweep(ctx context.Context, wall time.Time) (int, error) {
	n, err := s.DB.Ent.Preflight.Delete().Where(entpreflight.CreatedAtLT(wall.Add(-keptFor)),
		entpreflight.StatusNotIn(entpreflight.StatusWaiting, entpreflight.StatusRunning)).Exec(viewer.System(ctx))
	if err != nil {
		return 0, fmt.Errorf("remove old preflights: %w", err)
	}
	return n, nil
}

// OfTasks gives the newest preflight of each task that has one.
func (s *Service) OfTasks(ctx context.Context, taskIDs []string) (map[string]*ent.Preflight, error) {
	ids := make([]any, len(taskIDs))
	out := make(map[string]*ent.Preflight, len(taskIDs))
	for i, id := range taskIDs {
		ids[i], out[id] = id, nil
	}
	found, err := s.DB.Ent.Preflight.Query().Where(func(q *sql.Selector) {
		t := sql.Table(entpreflight.Table)
		newest := sql.Dialect(q.Dialect()).Select(sql.Max(t.C(entpreflight.FieldID))).From(t).
			Where(sql.In(t.C(entpreflight.FieldTaskID), ids...)).GroupBy(t.C(entpreflight.FieldTaskID))
		q.Where(sql.In(q.C(entpreflight.FieldID), newest))
	}).All(ctx)
	if err != nil {
		return nil, fmt.Errorf("load preflights: %w", err)
	}
	for _, p := range found {
		out[p.TaskID] = p
	}
	return out, nil
}
