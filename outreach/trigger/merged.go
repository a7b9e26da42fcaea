package trigger

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/delivery"
)

// handedSQL: task. Out: people whose messages shards have that are not done, and
// which touches go with them.
const handedSQL = `SELECT run_num, seq, slice FROM shards WHERE task_id = ? AND slice IS NOT NULL`

// refusedSQL: run, seq. Out: of a shard's people those who are not sent to.
const refusedSQL = `SELECT person_num FROM touches WHERE run_num = ? AND seq = ? AND reason <> ''`

// reachedSQL: task, people. Out: those of them whom some run of the task has sent
// to, or tried to, under this number.
const reachedSQL = `SELECT DISTINCT d.person_num FROM runs r JOIN deliveries d ON d.run_at = r.run_at AND d.run_num = r.num
	WHERE r.task_id = ? AND d.status <> %d AND %s`

// had tells, of CUMULATIVE, who has had their one message already: each of two
// people may have fired before they became one (R62). Only those are looked up into
// whom somebody was merged; of others there is one touch.
func (c *cutting) had(ctx context.Context, tx *sql.Tx, touches []pendingTouch, same func(uint32) []uint32) (map[uint32]bool, error) {
	if c.l.def.A.Mode != Cumulative {
		return nil, nil
	}
	now := map[uint32]uint32{} // who they are now, by every number that they had
	for _, t := range touches {
		if nums := same(t.person); len(nums) > 1 {
			for _, n := range nums {
				now[n] = nums[0]
			}
		}
	}
	out := map[uint32]bool{}
	if len(now) == 0 {
		return out, nil
	}
	nums := make([]int64, 0, len(now))
	for n := range now {
		nums = append(nums, int64(n))
	}
	rows, err := tx.QueryContext(ctx, c.s.DB.Rebind(fmt.Sprintf(reachedSQL, delivery.NotSent, c.s.DB.In("d.person_num"))), c.task.ID, c.s.DB.List(nums))
	if err != nil {
		return nil, fmt.Errorf("look for who was reached before a merge: %w", err)
	}
	reached, err := column[int64](rows)
	if err != nil {
		return nil, fmt.Errorf("look for who was reached before a merge: %w", err)
	}
	handed, err := c.handed(ctx, tx)
	if err != nil {
		return nil, fmt.Errorf("look for who is being sent to: %w", err)
	}
	for _, n := range reached {
		handed.Add(low(n))
	}
	for n, who := range now {
		out[who] = out[who] || handed.Contains(n)
	}
	return out, nil
}

// handed are the people of the task's shards who are to be sent to.
func (c *cutting) handed(ctx context.Context, tx *sql.Tx) (*roaring.Bitmap, error) {
	type shard struct {
		run, seq int64
		people   *roaring.Bitmap
	}
	var shards []shard
	rows, err := tx.QueryContext(ctx, c.s.DB.Rebind(handedSQL), c.task.ID)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var (
			sh  = shard{people: roaring.New()}
			raw []byte
		)
		if err := rows.Scan(&sh.run, &sh.seq, &raw); err != nil {
			return nil, err
		}
		if err := sh.people.UnmarshalBinary(raw); err != nil {
			return nil, err
		}
		shards = append(shards, sh)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	all := roaring.New()
	for _, sh := range shards {
		rows, err := tx.QueryContext(ctx, c.s.DB.Rebind(refusedSQL), sh.run, sh.seq)
		if err != nil {
			return nil, err
		}
		refused, err := column[int64](rows)
		if err != nil {
			return nil, err
		}
		for _, n := range refused {
			sh.people.Remove(low(n))
		}
		all.Or(sh.people)
	}
	return all, nil
}
