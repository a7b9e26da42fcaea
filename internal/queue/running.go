package queue

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"tidings/internal/clock"
)

// running is a server between Start and Stop; asynq's servers cannot be started twice.
type running struct {
	server *Server
	asynq  []*asynq.Server
	loops  sync.WaitGroup // ours, beside asynq's

	stopping     context.Context // ends when Stop begins
	beginStop    context.CancelFunc
	handlers     context.Context // what handlers work under
	stopHandlers context.CancelFunc

	mu       sync.Mutex
	inFlight map[string]int // by task ID; a job can, rarely, run twice
}

func newRunning(ctx context.Context, s *Server) *running {
	r := &running{server: s, asynq: s.asynqServers(), inFlight: map[string]int{}}
	r.stopping, r.beginStop = context.WithCancel(ctx)
	r.handlers, r.stopHandlers = context.WithCancel(ctx)
	return r
}

func (r *running) start() error {
	for i, server := range r.asynq {
		if err := server.Start(asynq.HandlerFunc(r.process)); err != nil {
			for _, started := range r.asynq[:i] {
				started.Shutdown()
			}
			r.beginStop()
			r.stopHandlers()
			return fmt.Errorf("start asynq: %w", err)
		}
	}
	r.loops.Go(func() { r.server.sweepLoop(r.stopping) })
	return nil
}

func (r *running) stop(ctx context.Context) error {
	r.beginStop()
	defer r.stopHandlers()
	grace := r.server.config.Grace
	ctx, cancel := context.WithTimeout(ctx, grace+stopMargin)
	defer cancel()
	if end, ok := ctx.Deadline(); ok {
		grace = min(grace, end.Sub(clock.Wall()))
	}
	patience := time.AfterFunc(grace*3/4, r.stopHandlers)
	defer patience.Stop()

	// asynq's shutdown waits for its loops, and a loop may be waiting for a Redis
	// that does not answer: it is not allowed to hold up the process.
	down := make(chan struct{})
	go func() {
		defer close(down)
		for _, server := range r.asynq {
			r.loops.Go(server.Shutdown)
		}
		r.loops.Wait()
	}()
	var late error
	select {
	case <-down:
	case <-ctx.Done():
		late = ErrLate
	}
	return errors.Join(late, r.stubborn())
}

// enter notes that a job runs; the function returned, that it has returned.
func (r *running) enter(job Job) (leave func()) {
	id := job.TaskID()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.inFlight[id]++
	return func() {
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.inFlight[id]--; r.inFlight[id] == 0 {
			delete(r.inFlight, id)
		}
	}
}

// stubborn is an error that names the jobs still running, or nil.
func (r *running) stubborn() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.inFlight) == 0 {
		return nil
	}
	var ids []string
	for id := range r.inFlight {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return fmt.Errorf("%d jobs did not stop in time: %s", len(ids), strings.Join(ids, ", "))
}
