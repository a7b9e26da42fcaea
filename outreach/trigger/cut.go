package trigger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/database"
	"tidings/outreach/dispatch"
	"tidings/outreach/fault"
	"tidings/outreach/gate"
)

const (
	// openShards is how many unfinished shards a task's run has at most: however
	// much is due at one instant, it stays rows until it is its turn. Those that wait
	// to try again do not count: they would hold back what is due now.
	openShards = 8
)

// Cut makes shards of messages that are due, those of the higher message class
// first, and tells how many. It leaves the rest of what is due for when shards of
// the same task are done.
func (s *Service) Cut(ctx context.Context) (int, error) {
	now, sum := s.Clock.Now(), 0
	tasks, err := s.dueTasks(ctx, Send, now)
	if err != nil {
		return 0, err
	}
	// Side by side: a commit waits for the disk, and each task has a shard of its own
	// however few messages are due.
	var (
		mu   sync.Mutex
		errs []error
		wg   sync.WaitGroup
	)
	slots := make(chan struct{}, s.cutters())
	for _, t := range tasks {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			n, err := s.cutTask(viewer.System(ctx), t, now)
			mu.Lock()
			defer mu.Unlock()
			sum += n
			errs = append(errs, err)
		})
	}
	wg.Wait()
	return sum, errors.Join(errs...)
}

// cutters is how many tasks are cut at once. SQLite has one writer.
func (s *Service) cutters() int {
	if s.DB.Postgres() {
		return 8
	}
	return 1
}

// cutting is a task whose messages are cut into shards of its run of the day.
type cutting struct {
	s    *Service
	p    *project
	l    *live
	task *ent.Task
	run  *ent.Run
	size int
	now  time.Time
	// members are whom it is for now; recheck says that this is looked at again.
	members *roaring.Bitmap
	recheck bool
}

func (s *Service) cutTask(ctx context.Context, t dueTask, now time.Time) (int, error) {
	p, err := s.project(ctx, t.project)
	if err != nil {
		return 0, err
	}
	task, err := s.DB.Ent.Task.Query().Where(enttask.ID(t.id)).WithChannel().Only(ctx)
	if err != nil {
		return 0, fmt.Errorf("read task: %w", err)
	}
	c := &cutting{s: s, p: p, l: p.tasks[t.id], task: task, size: dispatch.ShardSize(task.Edges.Channel), now: now}
	if c.l == nil {
		return 0, nil // it has ended meanwhile
	}
	c.recheck = c.l.def.RecheckAudience
	var known bool
	if c.members, known, err = s.members(ctx, p, c.l); err != nil {
		return 0, err
	}
	if !known {
		return 0, s.neverComputed(ctx, task)
	}
	c.run, err = s.runOfDay(ctx, p, task, now)
	if refusal, ok := errors.AsType[*fault.Error](err); ok {
		return 0, s.fail(ctx, task, refusal)
	}
	if err != nil {
		return 0, err
	}
	sum := 0
	for ; sum < openShards; sum++ {
		full, cut := false, false
		err := s.DB.SQLTx(ctx, func(tx *sql.Tx) (err error) {
			full, cut, err = c.shard(ctx, tx)
			return err
		})
		if err != nil {
			return sum, fmt.Errorf("cut %s: %w", t.id, err)
		}
		if !cut {
			break
		}
		if !full {
			sum++
			break
		}
	}
	if sum > 0 {
		s.Changed(t.id)
	}
	return sum, nil
}

// shard cuts one shard. Each person is in it once; a second message to somebody
// waits for the next one. full says that there may be more.
func (c *cutting) shard(ctx context.Context, tx *sql.Tx) (full, cut bool, err error) {
	db := c.s.DB
	if may, err := c.room(ctx, tx); err != nil || !may {
		return false, false, err
	}
	touches, err := pending(ctx, db, tx, c.task.ID, Send, c.now, c.size)
	if err != nil || len(touches) == 0 {
		return false, false, err
	}
	same, err := sameAs(ctx, db, tx, c.p.num, touches)
	if err != nil {
		return false, false, err
	}
	had, err := c.had(ctx, tx, touches, same)
	if err != nil {
		return false, false, err
	}
	slice := roaring.New()
	var gone []int64
	var kept []pendingTouch
	for _, t := range touches {
		nums := same(t.person)
		if t.person = nums[0]; !slice.CheckedAdd(t.person) {
			continue
		}
		if t.reason == undecided || c.recheck && t.reason == "" {
			t.reason = ""
			if !among(c.members, t.person, nums[1:]) {
				t.reason = string(gate.NotInAudience)
			}
		}
		if t.reason == "" && had[t.person] {
			t.reason = string(gate.Duplicate)
		}
		if t.reason != "" || len(t.props) > 0 {
			kept = append(kept, t)
		} else {
			gone = append(gone, t.id)
		}
	}
	seq, err := c.nextSeq(ctx, tx, int(slice.GetCardinality())) //nolint:gosec // 32-bit numbers
	if err != nil {
		return false, false, err
	}
	if err := removeTouches(ctx, db, tx, gone); err != nil {
		return false, false, err
	}
	if err := keepTouches(ctx, db, tx, c.run.Num, seq, kept); err != nil {
		return false, false, err
	}
	full = len(touches) == c.size || int(slice.GetCardinality()) < len(touches) //nolint:gosec // same
	return full, true, c.insert(ctx, tx, seq, slice, len(kept) > 0)
}

// room locks the run and tells whether it may have another shard: however many
// workers cut, their shards are counted one after the other.
func (c *cutting) room(ctx context.Context, tx *sql.Tx) (bool, error) {
	lock := `SELECT num FROM runs WHERE num = ?`
	if c.s.DB.Postgres() {
		lock += ` FOR NO KEY UPDATE`
	}
	var open int64
	err := tx.QueryRowContext(ctx, c.s.DB.Rebind(lock), c.run.Num).Scan(&open)
	if err == nil {
		const count = `SELECT count(*) FROM shards WHERE run_num = ? AND due_at IS NOT NULL AND retry = false`
		err = tx.QueryRowContext(ctx, c.s.DB.Rebind(count), c.run.Num).Scan(&open)
	}
	if err != nil {
		return false, fmt.Errorf("count open shards: %w", err)
	}
	return open < openShards, nil
}

// nextSeqSQL: people, time, run. A run that was thought done goes on. The run's
// row is locked, so that a shard that ends at the same time sees the new one.
const nextSeqSQL = `UPDATE runs SET next_seq = next_seq + 1, audience_size = audience_size + ?, updated_at = ?,
	ended_at = CASE WHEN status = 'DONE' THEN NULL ELSE ended_at END, status = CASE WHEN status = 'DONE' THEN 'SENDING' ELSE status END
	WHERE num = ? RETURNING next_seq - 1`

func (c *cutting) nextSeq(ctx context.Context, tx *sql.Tx, people int) (int64, error) {
	var seq int64
	if err := tx.QueryRowContext(ctx, c.s.DB.Rebind(nextSeqSQL), people, c.now, c.run.Num).Scan(&seq); err != nil {
		return 0, fmt.Errorf("take shard's number: %w", err)
	}
	return seq, nil
}

// keepSQL: run, and rows of id, person, reason; seq.
const keepSQL = `UPDATE touches SET run_num = ?, seq = ?, person_num = u.person, reason = u.reason FROM %s WHERE touches.id = u.id`

// keepTouches leaves touches that know something of the shard's messages or outcomes.
func keepTouches(ctx context.Context, db *database.DB, tx *sql.Tx, run, seq int64, touches []pendingTouch) error {
	if len(touches) == 0 {
		return nil
	}
	ids, people, reasons := make([]int64, len(touches)), make([]int64, len(touches)), make([]string, len(touches))
	for i, t := range touches {
		ids[i], people[i], reasons[i] = t.id, int64(t.person), t.reason
	}
	from, args := db.Values("u", database.Column{Name: "id", Values: ids}, database.Column{Name: "person", Values: people},
		database.Column{Name: "reason", Values: reasons})
	if _, err := tx.ExecContext(ctx, db.Rebind(fmt.Sprintf(keepSQL, from)), append([]any{run, seq}, args...)...); err != nil {
		return fmt.Errorf("keep touches: %w", err)
	}
	return nil
}

// shardSQL: project, run, task, channel, class, seq, touch, size, slice, due.
const shardSQL = `INSERT INTO shards (project_num, run_num, task_id, channel_id, class, retry, try, seq, touch, size, slice, due_at, attempt, lease_owner, cursor, done,
	sending, sent, failed, not_sent, unconfirmed, deferred) VALUES (?, ?, ?, ?, ?, false, 1, ?, ?, ?, ?, ?, 0, '', 0, false, 0, 0, 0, 0, 0, 0)`

func (c *cutting) insert(ctx context.Context, tx *sql.Tx, seq int64, slice *roaring.Bitmap, touch bool) error {
	bytes, err := slice.ToBytes()
	if err != nil {
		return fmt.Errorf("write slice: %w", err)
	}
	_, err = tx.ExecContext(ctx, c.s.DB.Rebind(shardSQL), c.p.num, c.run.Num, c.task.ID, *c.task.ChannelID, dispatch.Class(c.task.MessageClass),
		seq, touch, slice.GetCardinality(), bytes, c.now)
	if err != nil {
		return fmt.Errorf("write shard: %w", err)
	}
	return nil
}
