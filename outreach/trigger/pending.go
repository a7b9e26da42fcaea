package trigger

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"tidings/internal/database"
)

// dueSQL: kind, now. Any touch that is due.
const dueSQL = `SELECT 1 FROM touches WHERE kind = ? AND run_num IS NULL AND due_at <= ? LIMIT 1`

// dueTasksSQL: kind, now. Out: the running tasks with such touches, the higher
// message class first. It steps from task to task along the index, so that half a
// million touches of one task cost as much as one.
const dueTasksSQL = `WITH RECURSIVE pending(task) AS (
	SELECT (SELECT min(task_id) FROM touches WHERE run_num IS NULL)
	UNION ALL
	SELECT (SELECT min(x.task_id) FROM touches x WHERE x.run_num IS NULL AND x.task_id > pending.task) FROM pending WHERE pending.task IS NOT NULL)
	SELECT t.id, p.num FROM pending JOIN tasks t ON t.id = pending.task JOIN projects p ON p.id = t.project_id
	WHERE t.run_status = 'RUNNING' AND (t.ends_at IS NULL OR t.ends_at > ?)
	AND EXISTS (SELECT 1 FROM touches x WHERE x.task_id = pending.task AND x.kind = ? AND x.run_num IS NULL AND x.due_at <= ?)
	ORDER BY CASE t.message_class WHEN 'NOTICE' THEN 0 WHEN 'URGENT' THEN 1 ELSE 2 END, t.id`

// dueTask is a task with touches that are due.
type dueTask struct {
	id      string
	project int64
}

// dueTasks are the tasks that have touches of a kind to be dealt with.
func (s *Service) dueTasks(ctx context.Context, kind Kind, now time.Time) ([]dueTask, error) {
	var one int
	err := s.DB.SQL.QueryRowContext(ctx, s.DB.Rebind(dueSQL), int(kind), now).Scan(&one)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("look for due touches: %w", err)
	}
	rows, err := s.DB.SQL.QueryContext(ctx, s.DB.Rebind(dueTasksSQL), now, int(kind), now)
	if err != nil {
		return nil, fmt.Errorf("look for due touches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []dueTask
	for rows.Next() {
		var t dueTask
		if err := rows.Scan(&t.id, &t.project); err != nil {
			return nil, fmt.Errorf("look for due touches: %w", err)
		}
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for due touches: %w", err)
	}
	return out, nil
}

// pendingSQL: task, kind, now, limit.
const pendingSQL = `SELECT id, person_num, base_at, reason, a_props FROM touches WHERE task_id = ? AND kind = ? AND run_num IS NULL AND due_at <= ?
	ORDER BY due_at, id LIMIT ?`

// pendingTouch is a touch that is due, held by the transaction that read it.
type pendingTouch struct {
	id     int64
	person uint32
	base   int64
	reason string
	props  json.RawMessage
}

// pending takes touches of a task that are due and that nobody else has in hand.
func pending(ctx context.Context, db *database.DB, tx *sql.Tx, task string, kind Kind, now time.Time, limit int) ([]pendingTouch, error) {
	rows, err := tx.QueryContext(ctx, db.Rebind(pendingSQL+db.SkipLocked()), task, int(kind), now, limit)
	if err != nil {
		return nil, fmt.Errorf("take due touches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var out []pendingTouch
	for rows.Next() {
		var (
			t     pendingTouch
			props []byte
		)
		if err := rows.Scan(&t.id, &t.person, &t.base, &t.reason, &props); err != nil {
			return nil, fmt.Errorf("take due touches: %w", err)
		}
		t.props = props
		out = append(out, t)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("take due touches: %w", err)
	}
	return out, nil
}

// personIDs are the IDs of the people that touches are about.
func personIDs(project int64, touches []pendingTouch) []int64 {
	out := make([]int64, 0, len(touches))
	seen := map[uint32]bool{}
	for _, t := range touches {
		if !seen[t.person] {
			seen[t.person] = true
			out = append(out, project<<32|int64(t.person))
		}
	}
	return out
}

// removeTouches deletes touches.
func removeTouches(ctx context.Context, db *database.DB, tx *sql.Tx, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	if _, err := tx.ExecContext(ctx, db.Rebind(`DELETE FROM touches WHERE `+db.In("id")), db.List(ids)); err != nil {
		return fmt.Errorf("remove touches: %w", err)
	}
	return nil
}
