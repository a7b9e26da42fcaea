package delivery

import (
	"context"
	"encoding/json"
	"fmt"

	"tidings/outreach/gate"
	"tidings/outreach/recipient"
)

// touchesSQL: run number, seq, person numbers. Out: person, reason, properties.
const touchesSQL = `SELECT person_num, reason, a_props FROM touches WHERE run_num = ? AND seq = ? AND %s`

// loadTouches reads what a triggered shard's touches know: why somebody is not
// sent to, which comes before all other reasons, and the event's properties.
func (w *Worker) loadTouches(ctx context.Context, sh *shard, b *recipient.Batch) error {
	among, args := recipient.Among(w.DB, "person_num", b.Numbers)
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
		p := b.Of(num)
		if p == nil {
			continue
		}
		if reason != "" {
			p.Reason = gate.Reason(reason)
		}
		if len(props) > 0 {
			if err := json.Unmarshal(props, &p.Event); err != nil {
				return fmt.Errorf("read event of person %d: %w", num, err)
			}
		}
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("load touches: %w", err)
	}
	return nil
}
