package delivery

import (
	"context"
	"database/sql"
	"fmt"
	"sort"

	"tidings/internal/database"
)

// counts are differences to a shard's totals. They follow the rows that a
// statement really changed and are written in its transaction.
type counts struct {
	sending, sent, failed, notSent, unconfirmed, deferred int
	reasons                                               map[reasonKey]int
}

type reasonKey struct {
	status Status
	reason string
}

// add2 counts n rows that went to a status.
func (n *counts) add2(to Status, rows int) {
	switch to {
	case Sending:
		n.sending += rows
	case Sent:
		n.sent += rows
	case Failed:
		n.failed += rows
	case NotSent:
		n.notSent += rows
	case Unconfirmed:
		n.unconfirmed += rows
	case Deferred:
		n.deferred += rows
	}
}

// add counts a row that went to a status for a reason. Final "no"s are counted by reason too.
func (n *counts) add(to Status, reason string) {
	n.add2(to, 1)
	if to == Failed || to == NotSent {
		if n.reasons == nil {
			n.reasons = map[reasonKey]int{}
		}
		n.reasons[reasonKey{to, reason}]++
	}
}

// countsSQL: the six differences, shard.
const countsSQL = `UPDATE shards SET sending = sending + ?, sent = sent + ?, failed = failed + ?, not_sent = not_sent + ?,
	unconfirmed = unconfirmed + ?, deferred = deferred + ? WHERE id = ?`

// reasonSQL: shard, run number, task, status, reason, count.
const reasonSQL = `INSERT INTO shard_reasons (shard_id, run_num, task_id, status, reason, count) VALUES (?, ?, ?, ?, ?, ?)
	ON CONFLICT (shard_id, status, reason) DO UPDATE SET count = shard_reasons.count + excluded.count`

func (n *counts) write(ctx context.Context, db *database.DB, tx *sql.Tx, sh *shard) error {
	if _, err := tx.ExecContext(ctx, db.Rebind(countsSQL), n.sending, n.sent, n.failed, n.notSent, n.unconfirmed, n.deferred, sh.id); err != nil {
		return fmt.Errorf("count: %w", err)
	}
	return n.writeReasons(ctx, db, tx, sh)
}

// writeReasons is write without the totals, where those are written already.
func (n *counts) writeReasons(ctx context.Context, db *database.DB, tx *sql.Tx, sh *shard) error {
	keys := make([]reasonKey, 0, len(n.reasons))
	for k := range n.reasons {
		keys = append(keys, k)
	}
	sort.Slice(keys, func(i, j int) bool { // one order for everybody: no deadlocks
		return keys[i].status < keys[j].status || keys[i].status == keys[j].status && keys[i].reason < keys[j].reason
	})
	for _, k := range keys {
		if _, err := tx.ExecContext(ctx, db.Rebind(reasonSQL), sh.id, sh.runNum, sh.taskID, int(k.status), k.reason, n.reasons[k]); err != nil {
			return fmt.Errorf("count reasons: %w", err)
		}
	}
	return nil
}
