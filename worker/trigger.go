package worker

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"time"

	"tidings/internal/clock"
	"tidings/internal/queue"
)

const (
	// touchEvery is how often due touches are looked for: a message that a trigger
	// releases at once waits for this and for a poll.
	touchEvery = 100 * time.Millisecond
	// advanceEvery is how often triggers begin and end.
	advanceEvery = 250 * time.Millisecond
	// touchRounds bounds the rounds until the clock is looked at again.
	touchRounds = 20
)

// BatchesDue gives what puts batches of events into their queue which were stored
// as handed out (event.Deps.Enqueue).
func BatchesDue(q queue.Enqueuer) func(ctx context.Context, batches []int64, attempt int) error {
	return func(ctx context.Context, batches []int64, attempt int) error {
		jobs := make([]queue.Job, len(batches))
		for i, id := range batches {
			jobs[i] = queue.Job{Kind: kindBatch, ID: strconv.FormatInt(id, 10), Attempt: attempt, Queue: queue.Trigger}
		}
		return q.Enqueue(ctx, jobs...)
	}
}

// Touches are what a worker does about triggers beside their jobs.
type Touches struct {
	// Judge decides on touches that wait for B, Cut makes shards of messages that
	// are due; both tell how much they did, and there may be more.
	Judge, Cut func(context.Context) (int, error)
	// Advance begins and ends what time alone begins and ends.
	Advance func(context.Context) error
	// Matched says that a batch was matched in this process, from which something
	// may be due; nil: nobody says so.
	Matched <-chan struct{}
	// Made is told that shards were cut; nil: nobody.
	Made func()
	Log  *slog.Logger
}

// Run works until ctx ends. Every worker of the queue trigger may run it.
func (t Touches) Run(ctx context.Context) {
	tick := time.NewTicker(touchEvery)
	defer tick.Stop()
	var advanced time.Time
	for {
		err := t.round(ctx)
		if now := clock.Wall(); now.Sub(advanced) >= advanceEvery {
			advanced = now
			err = errors.Join(err, t.Advance(ctx))
		}
		if err != nil && ctx.Err() == nil {
			t.Log.ErrorContext(ctx, "touches", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-t.Matched:
		}
	}
}

// round judges and cuts until nothing is left to do at the moment.
func (t Touches) round(ctx context.Context) error {
	for range touchRounds {
		judged, err := t.Judge(ctx)
		cut, cutErr := t.Cut(ctx)
		if cut > 0 && t.Made != nil {
			t.Made()
		}
		if err = errors.Join(err, cutErr); err != nil || judged+cut == 0 {
			return err
		}
	}
	return nil
}
