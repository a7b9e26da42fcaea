// Package queuetest remembers what was enqueued, for tests of code that
// enqueues.
package queuetest

import (
	"context"
	"slices"
	"sync"

	"tidings/internal/queue"
)

// Recorder is an Enqueuer that keeps its jobs. Like the real one it refuses
// jobs that are wrong and takes a job of a name it holds for the same job.
type Recorder struct {
	mu   sync.Mutex
	jobs []queue.Job
	fail error
}

// Enqueue keeps the jobs, or fails as FailWith said.
func (r *Recorder) Enqueue(_ context.Context, jobs ...queue.Job) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, job := range jobs {
		if err := job.Check(); err != nil {
			return err
		}
	}
	if r.fail != nil {
		return r.fail
	}
	for _, job := range jobs {
		if !slices.ContainsFunc(r.jobs, func(j queue.Job) bool { return j.Queue == job.Queue && j.TaskID() == job.TaskID() }) {
			r.jobs = append(r.jobs, job)
		}
	}
	return nil
}

// FailWith makes Enqueue fail from now on, as when Redis is away; nil ends that.
func (r *Recorder) FailWith(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.fail = err
}

// Jobs lists what was enqueued since the last Take, in order.
func (r *Recorder) Jobs() []queue.Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.jobs)
}

// Take lists the jobs and forgets them, as a worker would.
func (r *Recorder) Take() []queue.Job {
	r.mu.Lock()
	defer r.mu.Unlock()
	jobs := r.jobs
	r.jobs = nil
	return jobs
}

var _ queue.Enqueuer = (*Recorder)(nil)
