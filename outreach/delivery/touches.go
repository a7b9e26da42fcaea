package delivery

import (
	"context"
	"encoding/json"
	"fmt"

	"tidings/outreach/gate"
)

// touchesSQL: run number, seq, person numbers. Out: person, reason, properties.
const touchesSQL = `SELECT person_num, reason, a_props FROM touches WHERE run_num = ? AND seq = ? AND %s`

// loadTouches reads what a triggered shard's touches know: why somebody is not
// sent to, which comes before all other reasons, and the event's properties.
func (w *Worker) loadTouches(ctx context.Context, sh *shard, numbers []int64, at map[int64]int, out []candidate) error {
	among, args := w.among("person_num", numbers)
	rows, err := w.DB.SQL.QueryContext(ctx, w.DB.Rebind(fmt.Sprintf(touchesSQL, among)), append([]any{sh.runNum, sh.seq}, args...)...)
	if err != nil {
		return fmt.Errorf("load touches: %w", err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			num    int64
			reason string
			props  []byte
		)
		if err := rows.Scan(&num, &reason, &props); err != nil {
			return fmt.Errorf("load touches: %w", err)
		}
		i, asked := at[num]
		if !asked {
			continue
		}
		if reason != "" {
			out[i].reason = gate.Reason(reason)
		}
		if len(props) > 0 {
			if err := json.Unmarshal(props, &out[i].event); err != nil {
				return fmt.Errorf("read event of person %d: %w", num, err)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("load touches: %w", err)
	}
	return nil
}
