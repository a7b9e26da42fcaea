package worker

import (
	"context"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"tidings/internal/queue"
)

const (
	// touchEvery is how often due touches are looked for: a message that a trigger
	// releases at once waits for this and for a poll.
	touchEvery = 100 * time.Millisecond
	// advanceEvery is how often triggers begin and end.
	advanceEvery = 250 * time.Millisecond
	// touchRounds bounds the rounds in a row; a round that did something is followed
	// by the next at once.
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

// Run works until ctx ends. Every worker of the queue trigger may run it. The
// three go on beside each other: a crowd that is to be judged keeps no message
// waiting, and neither keeps a task from ending.
func (t Touches) Run(ctx context.Context) {
	var all sync.WaitGroup
	judged := make(chan struct{}, 1)
	all.Go(func() {
		t.every(ctx, touchEvery, wakes{}, func(ctx context.Context) (int, error) {
			n, err := t.Judge(ctx)
			if n > 0 {
				select {
				case judged <- struct{}{}:
				default: // they are looked for already
				}
			}
			return n, err
		})
	})
	all.Go(func() {
		t.every(ctx, touchEvery, wakes{judged, t.Matched}, func(ctx context.Context) (int, error) {
			n, err := t.Cut(ctx)
			if n > 0 && t.Made != nil {
				t.Made()
			}
			return n, err
		})
	})
	all.Go(func() {
		t.every(ctx, advanceEvery, wakes{}, func(ctx context.Context) (int, error) { return 0, t.Advance(ctx) })
	})
	all.Wait()
}

// wakes are what there may be something to do after; nil: nothing.
type wakes [2]<-chan struct{}

// every does something again and again, at once while there is more to do, and
// otherwise after a while or when it is woken.
func (t Touches) every(ctx context.Context, while time.Duration, woken wakes, do func(context.Context) (int, error)) {
	tick := time.NewTicker(while)
	defer tick.Stop()
	for {
		for range touchRounds {
			n, err := do(ctx)
			if err != nil && ctx.Err() == nil {
				t.Log.ErrorContext(ctx, "touches", "error", err)
			}
			if err != nil || n == 0 {
				break
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-woken[0]:
		case <-woken[1]:
		}
	}
}
