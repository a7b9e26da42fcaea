package queue

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"

	"github.com/hibiken/asynq"
)

// MaxPayload is the most bytes a job carries: it points at a row and holds no data.
const MaxPayload = 4 << 10

// Job asks a worker to look at a row.
type Job struct {
	// Kind picks the handler: a word such as "shard".
	Kind string
	// ID is the row's.
	ID string
	// Attempt is the row's at the time of the hand-out; it fences what the handler writes.
	Attempt int
	// Queue is one of the queues of this package.
	Queue string
	// Payload is a small JSON document, or nil: a hint, not the truth, which is the row.
	Payload json.RawMessage
}

// TaskID names the hand-out: kind:row:attempt. Two jobs of the same name are
// one. It holds within a queue, as long as the job waits or runs.
func (j Job) TaskID() string { return j.Kind + ":" + j.ID + ":" + strconv.Itoa(j.Attempt) }

// LogValue groups what identifies the job.
func (j Job) LogValue() slog.Value {
	return slog.GroupValue(slog.String("kind", j.Kind), slog.String("row", j.ID), slog.Int("attempt", j.Attempt), slog.String("queue", j.Queue))
}

// Enqueuer takes jobs to be run as soon as a worker has a slot. A job that is
// there already is no error. After an error, the jobs behind the one it names
// were not tried.
type Enqueuer interface {
	Enqueue(ctx context.Context, jobs ...Job) error
}

// Handler does the work of a job. It writes its outcome, or when it wants to be
// called again, to the row and returns nil. An error is logged and counted, no
// more. See Stopping for what it owes a process that stops.
type Handler func(ctx context.Context, job Job) error

// Check tells what is wrong with a job; it is a mistake in the program.
func (j Job) Check() error {
	switch {
	case j.Kind == "" || strings.ContainsRune(j.Kind, ':'):
		return fmt.Errorf("job kind %q must be a word without a colon", j.Kind)
	case j.ID == "":
		return fmt.Errorf("job %s names no row", j.Kind)
	case !Known(j.Queue):
		return fmt.Errorf("job %s: there is no queue %q", j.TaskID(), j.Queue)
	case len(j.Payload) > MaxPayload:
		return fmt.Errorf("job %s: a payload of %d bytes is over %d", j.TaskID(), len(j.Payload), MaxPayload)
	}
	return nil
}

// wire is a job's form in Redis; kind and queue are asynq's own fields.
type wire struct {
	ID      string          `json:"id"`
	Attempt int             `json:"attempt"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

func encode(j Job) (*asynq.Task, error) {
	body, err := json.Marshal(wire{j.ID, j.Attempt, j.Payload})
	if err != nil {
		return nil, fmt.Errorf("encode job %s: %w", j.TaskID(), err)
	}
	return asynq.NewTask(j.Kind, body), nil
}

func decode(queue string, task *asynq.Task) (Job, error) {
	var w wire
	if err := json.Unmarshal(task.Payload(), &w); err != nil {
		return Job{Kind: task.Type(), Queue: queue}, fmt.Errorf("decode job of kind %s: %w", task.Type(), err)
	}
	return Job{Kind: task.Type(), ID: w.ID, Attempt: w.Attempt, Queue: queue, Payload: w.Payload}, nil
}
