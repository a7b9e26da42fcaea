package delivery

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	entrun "tidings/ent/run"
	entshard "tidings/ent/shard"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/due"
	"tidings/internal/ratelimit"
	"tidings/outreach/channel"
	"tidings/outreach/dispatch"
	"tidings/outreach/gate"
	"tidings/outreach/recipient"
	"tidings/outreach/render"
	"tidings/outreach/subscription"
)

const (
	// callTimeout bounds one call to a channel (spec §13.5).
	callTimeout = 5 * time.Second
	// maxGrant is the most calls between a claim and its settling.
	maxGrant = ratelimit.MaxGrant
	// window is how many people are loaded in one query.
	window = 1000
	// channelTTL is how long a channel's settings are believed.
	channelTTL = 2 * time.Second
	// tokenPatience is how long a shard waits for tokens before it is handed back:
	// a slot must not stand idle for a slow or paused channel.
	tokenPatience = 3 * time.Second
	// maxHold is how long a shard is worked at a stretch; then others have a turn.
	maxHold = 10 * time.Second
	// leaseMargin is what a lease must last beyond a call's time-out when a grant begins.
	leaseMargin = time.Second
)

// Senders gives the sender of a channel; it may cache.
type Senders interface {
	Sender(ctx context.Context, ch *ent.Channel) (channel.Sender, error)
}

// Config is what a worker needs.
type Config struct {
	DB       *database.DB
	Clock    clock.Clock
	Dispatch *dispatch.Service
	Senders  Senders
	Limiter  *ratelimit.Limiter
	Changed  func(taskID string) // told of every task whose counts changed
	Metrics  *Metrics
	Log      *slog.Logger
}

// Worker takes shards through the pipeline. It is safe for concurrent use; one
// shard is worked by one goroutine.
type Worker struct {
	Config

	ledger *subscription.Ledger

	mu       sync.Mutex
	runs     map[int64]*run
	channels map[string]*channelState
}

// NewWorker makes a worker.
func NewWorker(c Config) *Worker {
	if c.Changed == nil {
		c.Changed = func(string) {}
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Worker{Config: c, ledger: subscription.New(c.DB, c.Clock, nil), runs: map[int64]*run{}, channels: map[string]*channelState{}}
}

// run is a run's frozen plan, compiled; it never changes.
type run struct {
	id      string
	num     int64
	at      time.Time
	kind    entrun.Kind
	plan    *dispatch.Plan
	message *recipient.Message
	// invalid counts refusals of the message's content in a row (47003).
	invalid invalidStreak
}

type channelState struct {
	row    *ent.Channel
	sender channel.Sender
	read   time.Time
}

// blocked tells whether nothing may be sent on the channel now.
func (c *channelState) blocked() bool {
	return c.row.State == entchannel.StateAbnormal || c.row.PausedUntil != nil && c.row.PausedUntil.After(clock.Wall())
}

// shard is a piece of work in hand.
type shard struct {
	id         int64
	projectNum int64
	runNum     int64
	taskID     string
	channelID  string
	class      int
	retry      bool
	try        int  // which claim of its people this is; 1 unless retry
	seq        int  // its deliveries'; 0 but in triggered runs
	touch      bool // its touches know something of its messages or outcomes
	people     []uint32
	cursor     int
	sending    int
	over       gate.Reason // the run was found to be over: the rest is recorded as not sent, with this reason

	loaded []candidate // people[base:base+len(loaded)]
	base   int
}

// errStop says that the shard cannot go on now: its task or channel is stopped,
// or others should have a turn. Let go of it.
var errStop = errors.New("the shard waits")

// errLost says that somebody else holds the shard.
var errLost = errors.New("the shard was taken over")

// Shard works a shard under a lease until it is done, the task is stopped, the
// lease is lost, or stopping is closed; then it is handed back with what is in
// flight settled. The error is ours: the shard stays due and is tried again.
func (w *Worker) Shard(ctx context.Context, lease *due.Lease, id int64, stopping <-chan struct{}) error {
	defer lease.Drop()
	sh, err := w.read(ctx, id, lease.Attempt)
	if err != nil || sh == nil {
		return err
	}
	r, err := w.run(ctx, sh.runNum)
	if err != nil {
		return err
	}
	if sh.sending > 0 {
		if err := w.takeOver(ctx, sh, r, lease.Attempt); err != nil {
			return err
		}
	}
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-stopping:
		case <-lease.Lost():
		case <-waiting.Done():
		}
		cancel()
	}()
	began := clock.Wall()
	for sh.cursor < len(sh.people) {
		if waiting.Err() != nil || clock.Wall().Sub(began) > maxHold {
			return w.handBack(ctx, lease)
		}
		err := w.grant(ctx, waiting, sh, r, lease)
		switch {
		case errors.Is(err, errStop):
			return w.handBack(ctx, lease)
		case errors.Is(err, errLost):
			return nil
		case err != nil && waiting.Err() != nil:
			return w.handBack(ctx, lease)
		case errors.Is(err, ratelimit.ErrUnreachable):
			return errors.Join(err, w.handBack(ctx, lease))
		case err != nil:
			// It is tried again when the lease has lapsed, so that what cannot be done does not spin.
			return err
		}
		w.Changed(sh.taskID)
	}
	return w.Dispatch.ShardDone(ctx, sh.id, lease.Attempt, sh.runNum, sh.taskID)
}

func (w *Worker) handBack(ctx context.Context, lease *due.Lease) error {
	return lease.Release(context.WithoutCancel(ctx))
}

// grant takes one sub-batch through the pipeline: load, render, tokens, claim, send, settle.
func (w *Worker) grant(ctx, waiting context.Context, sh *shard, r *run, lease *due.Lease) error {
	ch, err := w.channel(ctx, sh.channelID)
	if err != nil {
		return err
	}
	if ch.blocked() && sh.over == "" {
		if sh.over, err = w.askOver(ctx, sh, r); err != nil {
			return err
		}
		if sh.over == "" {
			return errStop
		}
	}
	if !lease.Outlives(clock.Wall().Add(callTimeout + leaseMargin)) {
		return errStop // nothing would be sent under it
	}
	batch, err := w.load(ctx, sh, r)
	if err != nil {
		return err
	}
	if sh.over != "" {
		hold(batch, sh.over)
	} else {
		w.render(batch, r)
	}
	batch, granted, err := w.tokens(waiting, sh, ch, batch)
	if err != nil {
		return err
	}
	calls, err := w.claim(ctx, sh, r, lease.Attempt, batch)
	if unused := granted - len(calls); unused > 0 {
		if rerr := w.Limiter.Return(ctx, sh.channelID, unused); rerr != nil {
			w.Log.WarnContext(ctx, "tokens not returned", "channel", sh.channelID, "error", rerr)
		}
	}
	if err != nil || len(calls) == 0 {
		return err
	}
	w.send(ch.sender, r, lease, calls)
	return w.settle(ctx, sh, r, ch, calls)
}

// read gives the shard in hand, or nil when it is not ours any more.
func (w *Worker) read(ctx context.Context, id int64, attempt int) (*shard, error) {
	row, err := w.DB.Ent.Shard.Query().Where(entshard.ID(id), entshard.Attempt(attempt), entshard.Done(false)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil //nolint:nilnil // a stale job is no error
	}
	if err != nil {
		return nil, fmt.Errorf("read shard: %w", err)
	}
	slice := roaring.New()
	if err := slice.UnmarshalBinary(row.Slice); err != nil {
		return nil, fmt.Errorf("read slice of shard %d: %w", id, err)
	}
	return &shard{
		id: row.ID, projectNum: row.ProjectNum, runNum: row.RunNum, taskID: row.TaskID, channelID: row.ChannelID,
		class: row.Class, retry: row.Retry, try: row.Try, seq: row.Seq, touch: row.Touch, people: slice.ToArray(), cursor: row.Cursor, sending: row.Sending,
	}, nil
}

// run gives a run's compiled plan, kept as long as shards of it come in.
func (w *Worker) run(ctx context.Context, num int64) (*run, error) {
	w.mu.Lock()
	r := w.runs[num]
	w.mu.Unlock()
	if r != nil {
		return r, nil
	}
	row, err := w.DB.Ent.Run.Query().Where(entrun.Num(num)).Only(ctx)
	if err != nil {
		return nil, fmt.Errorf("read run %d: %w", num, err)
	}
	plan, err := dispatch.PlanOf(row)
	if err != nil {
		return nil, err
	}
	program, err := render.Compile(plan.Fields, plan.Content, plan.Location())
	if err != nil {
		return nil, fmt.Errorf("compile plan of %s: %w", row.ID, err)
	}
	r = &run{id: row.ID, num: num, at: row.RunAt, kind: row.Kind, plan: plan, message: recipient.NewMessage(program, plan.Uploaded)}
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(w.runs) >= 64 {
		clear(w.runs) // they are read again where needed
	}
	w.runs[num] = r
	return r, nil
}

// channel gives a channel's settings, at most channelTTL old, and its sender.
func (w *Worker) channel(ctx context.Context, id string) (*channelState, error) {
	now := clock.Wall()
	w.mu.Lock()
	ch := w.channels[id]
	w.mu.Unlock()
	if ch != nil && now.Sub(ch.read) < channelTTL {
		return ch, nil
	}
	row, err := w.DB.Ent.Channel.Get(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("read channel: %w", err)
	}
	sender, err := w.Senders.Sender(ctx, row)
	if err != nil {
		return nil, fmt.Errorf("open channel %s: %w", id, err)
	}
	ch = &channelState{row: row, sender: sender, read: now}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.channels[id] = ch
	return ch, nil
}

// contentJSON is what a delivery row keeps of a message that varies by person.
func contentJSON(params []channel.Param) string {
	b, err := json.Marshal(params)
	if err != nil {
		return "" // strings only
	}
	return string(b)
}
