// Package worker is the door for machines: due rows are handed out to queues,
// and jobs from the queues call one command of outreach each.
package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/queue"
	"tidings/outreach/dispatch"
)

const (
	// pollEvery is how often due rows are looked for.
	pollEvery = 250 * time.Millisecond
	// batch bounds the rows of one kind handed out at a time.
	batch = 50
	// most bounds the shards handed out to a channel and class at a time: what
	// waits in a queue must be taken before due.QueueTTL ends.
	most = 32
	// shardsAhead is how many shards a slow channel has in hand. Each has one grant
	// of 100 ms in flight, so these many keep the rate while an answer takes that
	// many tenths of a second.
	shardsAhead = 4
	// importsAtOnce bounds the imports in work: each takes minutes, and a slot that
	// a low queue has taken is not given back to a higher one.
	importsAtOnce = 2
	// fullShard is the size of a shard on a fast channel; see dispatch.
	fullShard = 2000
	// batchesNow and batchesLow bound the batches of events handed out at a time:
	// those of what happens now, and those of imports.
	batchesNow, batchesLow = 200, 20
	// backtestsAtOnce bounds the backtests in work: each reads months of events.
	backtestsAtOnce = 1
	// preflightsAtOnce bounds the preflights in work: a segment that somebody waits
	// for must find a slot.
	preflightsAtOnce = 2
)

// The kinds of jobs.
const (
	kindRun      = "run"
	kindShard    = "shard"
	kindUpload   = "upload"
	kindApproval = "approval"
	kindSegment  = "segment"
	kindImport   = "import"
	kindBatch    = "batch"
	kindBacktest = "backtest"

	kindPreflight = "preflight"
)

// classQueues are the queues of a shard's class.
var classQueues = [...]string{queue.Notice, queue.Urgent, queue.Normal}

// classNames are the message classes in the order of the queues.
var classNames = [...]string{"NOTICE", "URGENT", "NORMAL"}

// Poller hands due rows out to the queues: what Redis forgets, it finds again.
// Every worker has one; they share the rows by skipping what another has locked.
type Poller struct {
	db     *database.DB
	clock  *clock.Offset
	queue  queue.Enqueuer
	log    *slog.Logger
	served map[string]bool
	wake   chan struct{}
}

// NewPoller makes a poller that hands out to the queues this worker serves.
func NewPoller(db *database.DB, c *clock.Offset, q queue.Enqueuer, queues []string, log *slog.Logger) *Poller {
	served := map[string]bool{}
	for _, name := range queues {
		served[name] = true
	}
	return &Poller{db: db, clock: c, queue: q, log: log, served: served, wake: make(chan struct{}, 1)}
}

// Wake has shards handed out that were made in this process just now: who waits for
// a message that a trigger releases does not wait for the next poll too. What is
// not said here is found by the polls.
func (p *Poller) Wake() {
	select {
	case p.wake <- struct{}{}:
	default: // it is awake
	}
}

// Run polls until ctx ends.
func (p *Poller) Run(ctx context.Context) {
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	var looked time.Time
	for {
		if err := p.runOnce(ctx); err != nil && ctx.Err() == nil {
			p.log.ErrorContext(ctx, "poll", "error", err)
		}
		if now := clock.Wall(); now.Sub(looked) >= unblockEvery {
			looked = now
			p.unblock(ctx)
		}
		if !p.idle(ctx, tick.C) {
			return
		}
	}
}

// idle waits for the next poll and hands shards out when it is woken; false: the end.
func (p *Poller) idle(ctx context.Context, tick <-chan time.Time) bool {
	for {
		select {
		case <-ctx.Done():
			return false
		case <-tick:
			return true
		case <-p.wake:
			shards, err := p.shards(ctx, p.clock.Now())
			if err = errors.Join(err, p.enqueue(ctx, shards)); err != nil && ctx.Err() == nil {
				p.log.ErrorContext(ctx, "hand out shards", "error", err)
			}
		}
	}
}

// unblock frees what a frozen process has locked.
func (p *Poller) unblock(ctx context.Context) {
	n, err := Unblock(ctx, p.db)
	if err != nil && ctx.Err() == nil {
		p.log.WarnContext(ctx, "unblock", "error", err)
	}
	if n > 0 {
		p.log.WarnContext(ctx, "sessions ended that were silent in a transaction", "sessions", n)
	}
}

// runOnce hands out what is due now: the business clock is read first, so that
// a process obeys a moved clock within one poll.
func (p *Poller) runOnce(ctx context.Context) error {
	if err := SyncClock(ctx, p.db, p.clock); err != nil {
		return err
	}
	now := p.clock.Now()
	// Each kind by itself: what was handed out is enqueued whatever happens to the next.
	var errs []error
	for class, name := range classQueues {
		if !p.served[name] {
			continue
		}
		rows, err := due.HandOut(ctx, p.db, due.Runs, now, batch,
			classOf+" AND "+dispatch.Runnable, classNames[class], now)
		errs = append(errs, err, p.enqueue(ctx, jobsOf(kindRun, name, rows)))
	}
	shards, err := p.shards(ctx, now)
	errs = append(errs, err, p.enqueue(ctx, shards))
	for _, kind := range []struct {
		kind  string
		table due.Table
		queue string
	}{
		{kindUpload, due.Uploads, queue.Segment},
		{kindSegment, due.Segments, queue.Segment},
		{kindApproval, due.Approvals, queue.Maintenance},
	} {
		if !p.served[kind.queue] {
			continue
		}
		rows, err := due.HandOut(ctx, p.db, kind.table, now, batch, "")
		errs = append(errs, err, p.enqueue(ctx, jobsOf(kind.kind, kind.queue, rows)))
	}
	if p.served[queue.Segment] {
		rows, err := due.HandOut(ctx, p.db, due.Preflights, now, 1, fmt.Sprintf(fewPreflights, p.db.NowSQL(), preflightsAtOnce))
		errs = append(errs, err, p.enqueue(ctx, jobsOf(kindPreflight, queue.Segment, rows)))
	}
	if p.served[queue.Maintenance] {
		rows, err := due.HandOut(ctx, p.db, due.Imports, now, 1, fmt.Sprintf(fewImports, p.db.NowSQL(), importsAtOnce))
		errs = append(errs, err, p.enqueue(ctx, jobsOf(kindImport, queue.Maintenance, rows)))
		rows, err = due.HandOut(ctx, p.db, due.Backtests, now, 1, fmt.Sprintf(fewBacktests, p.db.NowSQL(), backtestsAtOnce))
		errs = append(errs, err, p.enqueue(ctx, jobsOf(kindBacktest, queue.Maintenance, rows)))
	}
	if p.served[queue.Trigger] {
		errs = append(errs, p.triggers(ctx, now))
	}
	return errors.Join(errs...)
}

// triggers hands out batches of events, those of imports after the others.
func (p *Poller) triggers(ctx context.Context, now time.Time) error {
	soon, err := due.HandOut(ctx, p.db, due.Batches, now, batchesNow, "w.low = ?", false)
	err = errors.Join(err, p.enqueue(ctx, jobsOf(kindBatch, queue.Trigger, soon)))
	if len(soon) == 0 {
		low, lowErr := due.HandOut(ctx, p.db, due.Batches, now, batchesLow, "w.low = ?", true)
		err = errors.Join(err, lowErr, p.enqueue(ctx, jobsOf(kindBatch, queue.Trigger, low)))
	}
	return err
}

func (p *Poller) enqueue(ctx context.Context, jobs []queue.Job) error {
	if len(jobs) == 0 {
		return nil
	}
	return p.queue.Enqueue(ctx, jobs...)
}

func jobsOf(kind, name string, rows []due.Row) []queue.Job {
	jobs := make([]queue.Job, len(rows))
	for i, r := range rows {
		jobs[i] = queue.Job{Kind: kind, ID: r.ID, Attempt: r.Attempt, Queue: name}
	}
	return jobs
}

// classOf is the condition of a run whose task is of a message class. It asks for
// the one task by its key, so that no poll reads all tasks.
const classOf = `(SELECT t.message_class FROM tasks t WHERE t.id = w.task_id) = ?`

// fewImports is the condition that few enough imports are in somebody's hands.
const fewImports = `(SELECT count(*) FROM imports o WHERE o.due_at IS NOT NULL AND o.lease_until >= %s) < %d`

// fewPreflights is the same of preflights.
const fewPreflights = `(SELECT count(*) FROM preflights o WHERE o.due_at IS NOT NULL AND o.lease_until >= %s) < %d`

// fewBacktests is the same of backtests.
const fewBacktests = `(SELECT count(*) FROM backtests o WHERE o.due_at IS NOT NULL AND o.lease_until >= %s) < %d`

// inHandSQL: out the shards handed out or worked, by channel and class.
const inHandSQL = `SELECT s.channel_id, s.class, count(*) FROM shards s WHERE s.lease_until >= %s GROUP BY s.channel_id, s.class`

// recordable is the condition of a shard whose run, r, is over: nothing of it is sent
// any more, and whom it was for is recorded whatever its channel does. Resends of a
// task that has ended are not: they go by their own run.
const recordable = `(t.run_status = 'CANCELLED' OR (t.run_status = 'ENDED' AND r.kind = 'TRIGGERED') OR r.failure = '` + dispatch.TaskEnded + `')`

// runnable is the condition of a shard that somebody should look at: its task and
// channel go, or its run is over and the rest is to be recorded, or a worker was lost
// with calls in flight. In: machine time.
const runnable = `(w.sending > 0 OR ` + recordable + ` OR (t.run_status NOT IN ('PAUSED', 'ABNORMAL')
	AND c.state <> 'ABNORMAL' AND (c.paused_until IS NULL OR c.paused_until <= ?)))`

// dueShardsSQL: now, machine time, how many of a run at most. Out: shard, channel,
// class, the channel's limit; of each run the earliest, runs in turn, the higher
// class first.
const (
	dueShardsPostgres = `SELECT s.id, s.channel_id, s.class, s.qps_limit FROM runs r JOIN tasks t ON t.id = r.task_id
	CROSS JOIN LATERAL (SELECT w.id, w.channel_id, w.class, c.qps_limit, row_number() OVER (ORDER BY w.due_at, w.id) AS turn
		FROM shards w JOIN channels c ON c.id = w.channel_id
		WHERE w.run_num = r.num AND w.due_at <= ? AND ` + runnable + ` AND %s ORDER BY w.due_at, w.id LIMIT ?) s
	WHERE r.status = 'SENDING' ORDER BY s.class, s.turn, r.num`
	dueShardsSQLite = `SELECT s.id, s.channel_id, s.class, s.qps_limit FROM (
		SELECT w.id, w.run_num, w.channel_id, w.class, c.qps_limit, row_number() OVER (PARTITION BY w.run_num ORDER BY w.due_at, w.id) AS turn
		FROM runs r JOIN tasks t ON t.id = r.task_id JOIN shards w ON w.run_num = r.num JOIN channels c ON c.id = w.channel_id
		WHERE r.status = 'SENDING' AND w.due_at <= ? AND ` + runnable + ` AND %s) s
	WHERE s.turn <= ? ORDER BY s.class, s.turn, s.run_num`
)

// shards hands out due shards, tasks in turn, at most a few for each channel
// and class: queues stay short, so that a pause, a limit or a higher class
// takes effect at once, and no task starves another.
func (p *Poller) shards(ctx context.Context, now time.Time) ([]queue.Job, error) {
	type key struct {
		channel string
		class   int
	}
	inHand := map[key]int{}
	rows, err := p.db.SQL.QueryContext(ctx, fmt.Sprintf(inHandSQL, p.db.NowSQL()))
	if err != nil {
		return nil, fmt.Errorf("shards in hand: %w", err)
	}
	for rows.Next() {
		var k key
		var n int
		if err := rows.Scan(&k.channel, &k.class, &n); err != nil {
			_ = rows.Close()
			return nil, fmt.Errorf("shards in hand: %w", err)
		}
		inHand[k] = n
	}
	if err := errors.Join(rows.Err(), rows.Close()); err != nil {
		return nil, fmt.Errorf("shards in hand: %w", err)
	}
	text := dueShardsSQLite
	if p.db.Postgres() {
		text = dueShardsPostgres
	}
	rows, err = p.db.SQL.QueryContext(ctx, p.db.Rebind(fmt.Sprintf(text, due.Free(p.db, "w"))), now, clock.Wall(), most)
	if err != nil {
		return nil, fmt.Errorf("due shards: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var ids []int64
	queues := map[string]string{}
	for rows.Next() {
		var id int64
		var k key
		var limit int
		if err := rows.Scan(&id, &k.channel, &k.class, &limit); err != nil {
			return nil, fmt.Errorf("due shards: %w", err)
		}
		name := classQueues[k.class]
		if !p.served[name] || inHand[k] >= allowed(limit) {
			continue
		}
		inHand[k]++
		ids = append(ids, id)
		queues[strconv.FormatInt(id, 10)] = name
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("due shards: %w", err)
	}
	_ = rows.Close()
	handed, err := due.HandOutIDs(ctx, p.db, due.Shards, ids)
	if err != nil {
		return nil, err
	}
	jobs := make([]queue.Job, len(handed))
	for i, r := range handed {
		jobs[i] = queue.Job{Kind: kindShard, ID: r.ID, Attempt: r.Attempt, Queue: queues[r.ID]}
	}
	return jobs, nil
}

// allowed is how many shards of a channel and class may be in hand: enough to
// keep the channel's rate, no more.
func allowed(qps int) int {
	if qps <= 0 {
		return most
	}
	return min(shardsAhead+qps/(fullShard/5), most)
}
