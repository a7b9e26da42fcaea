package queue

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/hibiken/asynq"

	"tidings/internal/clock"
)

// process is what asynq calls for each task. It always answers nil, so that
// asynq drops the task: a retry or an archive would be a second truth.
//
// The handler does not get asynq's context, which ends when asynq's lease lapses
// (Redis was away for 30 s): the lease in the row decides who works.
func (r *running) process(asynqCtx context.Context, task *asynq.Task) error {
	queue, _ := asynq.GetQueueName(asynqCtx)
	r.run(queue, task) //nolint:contextcheck // asynq's context must not end a handler, see above
	return nil
}

// run finds the handler, runs it and keeps the books.
func (r *running) run(queue string, task *asynq.Task) {
	ctx := WithStopping(r.handlers, r.stopping)
	s := r.server

	job, err := decode(queue, task)
	handler, known := s.handlers[job.Kind]
	if err != nil || !known {
		s.log.ErrorContext(ctx, "job nobody handles", slog.Any("job", job), slog.Any("error", err))
		s.metrics.jobs.WithLabelValues("unknown", outcomeUnknown).Inc()
		return
	}

	defer r.enter(job)()
	s.metrics.running.WithLabelValues(queue).Inc()
	defer s.metrics.running.WithLabelValues(queue).Dec()

	began := clock.Wall()
	panicked, err := call(ctx, handler, job)
	took := clock.Wall().Sub(began)

	log := s.log.With(slog.Any("job", job), slog.Int64("ms", took.Milliseconds()))
	outcome := outcomeDone
	switch {
	case panicked != nil:
		outcome = outcomePanic
		log.ErrorContext(ctx, "job panicked", slog.Any("panic", panicked.value), slog.String("stack", panicked.stack))
	case err != nil && r.stopping.Err() != nil:
		outcome = outcomeStopped
		log.InfoContext(ctx, "job stopped with the process", slog.Any("error", err))
	case err != nil:
		outcome = outcomeError
		log.ErrorContext(ctx, "job went wrong", slog.Any("error", err))
	default:
		log.DebugContext(ctx, "job done")
	}
	s.metrics.ended(job.Kind, outcome, took)
}

// panicValue is what a handler panicked with and where.
type panicValue struct{ value, stack string }

// call runs a handler and catches its panic.
func call(ctx context.Context, handler Handler, job Job) (panicked *panicValue, err error) {
	defer func() {
		if v := recover(); v != nil {
			panicked = &panicValue{fmt.Sprint(v), string(debug.Stack())}
		}
	}()
	return nil, handler(ctx, job)
}
