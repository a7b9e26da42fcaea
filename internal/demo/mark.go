package demo

import (
	"context"
	"encoding/json"
	"fmt"

	"tidings/ent"
	entsetting "tidings/ent/setting"
	"tidings/internal/database"
)

// markKey is the setting that says which project is the demo.
const markKey = "demo"

// mark is its value. Done is false until all data are there: who finds it so
// starts over.
type mark struct {
	ProjectID string `json:"projectId"`
	Done      bool   `json:"done"`
}

// readMark gives nil where no demo was ever begun.
func readMark(ctx context.Context, db *database.DB) (*mark, error) {
	row, err := db.Ent.Setting.Query().Where(entsetting.ID(markKey)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // there is none
	}
	if err != nil {
		return nil, fmt.Errorf("read the demo's mark: %w", err)
	}
	m := new(mark)
	if err := json.Unmarshal([]byte(row.Value), m); err != nil {
		return nil, fmt.Errorf("read the demo's mark: %w", err)
	}
	return m, nil
}

func (m *mark) text() (string, error) {
	b, err := json.Marshal(m)
	if err != nil {
		return "", fmt.Errorf("write the demo's mark: %w", err)
	}
	return string(b), nil
}

func (m *mark) write(ctx context.Context, db *database.DB) error {
	text, err := m.text()
	if err != nil {
		return err
	}
	if err := db.Ent.Setting.UpdateOneID(markKey).SetValue(text).Exec(ctx); err != nil {
		return fmt.Errorf("write the demo's mark: %w", err)
	}
	return nil
}

// lock lets one process at a time make the demo. SQLite has one process only.
func lock(ctx context.Context, db *database.DB) (unlock func(), err error) {
	if !db.Postgres() {
		return func() {}, nil
	}
	conn, err := db.SQL.Conn(ctx)
	if err != nil {
		return nil, fmt.Errorf("lock the demo: %w", err)
	}
	// Two words make the key: the schema, because tests share a database.
	if _, err := conn.ExecContext(ctx, `SELECT pg_advisory_lock(hashtext('tidings demo'), hashtext(current_schema()))`); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("lock the demo: %w", err)
	}
	return func() {
		ctx := context.WithoutCancel(ctx)
		_, _ = conn.ExecContext(ctx, `SELECT pg_advisory_unlock(hashtext('tidings demo'), hashtext(current_schema()))`)
		_ = conn.Close()
	}, nil
}

// clearing are the statements that remove what furnish makes, children first.
// Each takes the project's ID or, where rows carry it, its number.
var clearing = []struct {
	byNum bool
	text  string
}{
	{true, `DELETE FROM deliveries WHERE project_num = ?`},
	{false, `DELETE FROM shard_reasons WHERE task_id IN (SELECT id FROM tasks WHERE project_id = ?)`},
	{true, `DELETE FROM shards WHERE project_num = ?`},
	{true, `DELETE FROM touches WHERE project_num = ?`},
	{true, `DELETE FROM event_batches WHERE project_num = ?`},
	{false, `DELETE FROM trigger_counters WHERE task_id IN (SELECT id FROM tasks WHERE project_id = ?)`},
	{false, `DELETE FROM preflights WHERE project_id = ?`},
	{false, `DELETE FROM backtests WHERE project_id = ?`},
	{false, `DELETE FROM runs WHERE project_id = ?`},
	{false, `DELETE FROM approvals WHERE project_id = ?`},
	{false, `DELETE FROM task_group_links WHERE project_id = ?`},
	{false, `DELETE FROM tasks WHERE project_id = ?`},
	{false, `UPDATE projects SET live_triggers = 0 WHERE id = ?`},
	{false, `DELETE FROM segment_versions WHERE project_id = ?`},
	{false, `DELETE FROM segments WHERE project_id = ?`},
	{false, `DELETE FROM uploads WHERE project_id = ?`},
	{false, `DELETE FROM campaigns WHERE project_id = ?`},
	{false, `DELETE FROM campaign_groups WHERE project_id = ?`},
	{false, `DELETE FROM task_groups WHERE level = 4 AND project_id = ?`},
	{false, `DELETE FROM task_groups WHERE level = 3 AND project_id = ?`},
	{false, `DELETE FROM task_groups WHERE level = 2 AND project_id = ?`},
	{false, `DELETE FROM task_groups WHERE project_id = ?`},
	{false, `DELETE FROM applications WHERE project_id = ?`},
	{false, `DELETE FROM templates WHERE project_id = ?`},
	{false, `DELETE FROM channels WHERE project_id = ?`},
	{false, `DELETE FROM audit_entries WHERE project_id = ?`},
	{true, `DELETE FROM events WHERE project_num = ?`},
	{false, `DELETE FROM properties WHERE project_id = ?`},
	{false, `DELETE FROM event_types WHERE project_id = ?`},
	{false, `DELETE FROM event_sources WHERE project_id = ?`},
	{true, `DELETE FROM identities WHERE project_num = ?`},
	{true, `DELETE FROM persons WHERE project_num = ?`},
}

// clear removes what an interrupted start made. Nobody has used it: the mark
// says that the demo was never finished, and the server listens only afterwards.
func (w *world) clear(ctx context.Context) error {
	for _, c := range clearing {
		var of any = w.project.ID
		if c.byNum {
			of = w.project.Num
		}
		if _, err := w.DB.SQL.ExecContext(ctx, w.DB.Rebind(c.text), of); err != nil {
			return fmt.Errorf("clear the unfinished demo: %w", err)
		}
	}
	return nil
}
