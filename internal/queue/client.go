package queue

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// noLimit is the time limit given to every task. asynq has no "none": zero
// means half an hour, and a limit below a second too.
const noLimit = 30 * 24 * time.Hour

// Client enqueues through asynq.
type Client struct {
	redis redis.UniversalClient
	asynq *asynq.Client
}

// NewClient makes a client over an open connection, which it does not close.
func NewClient(rdb redis.UniversalClient) *Client {
	return &Client{redis: rdb, asynq: asynq.NewClientFromRedisClient(rdb)}
}

// Enqueue sends the jobs one by one, since asynq knows no other way.
func (c *Client) Enqueue(ctx context.Context, jobs ...Job) error {
	for _, job := range jobs {
		if err := job.Check(); err != nil {
			return err
		}
	}
	for _, job := range jobs {
		task, err := encode(job)
		if err != nil {
			return err
		}
		_, err = c.asynq.EnqueueContext(ctx, task,
			asynq.TaskID(job.TaskID()), asynq.Queue(job.Queue), asynq.MaxRetry(0), asynq.Retention(0), asynq.Timeout(noLimit))
		if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
			return fmt.Errorf("enqueue %s: %w", job.TaskID(), err)
		}
	}
	return nil
}

// Depth counts the jobs that wait in each queue, those that run not included.
// It reads asynq's lists itself: the inspector of asynq does not see a queue
// after a flush until its enqueuer restarts.
func (c *Client) Depth(ctx context.Context) (map[string]int, error) {
	return depth(ctx, c.redis, Names())
}

func depth(ctx context.Context, rdb redis.UniversalClient, names []string) (map[string]int, error) {
	lengths := make([]*redis.IntCmd, len(names))
	_, err := rdb.Pipelined(ctx, func(p redis.Pipeliner) error {
		for i, name := range names {
			lengths[i] = p.LLen(ctx, key(name, "pending"))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("count waiting jobs: %w", err)
	}
	waiting := make(map[string]int, len(names))
	for i, name := range names {
		waiting[name] = int(lengths[i].Val())
	}
	return waiting, nil
}

// key is the name asynq gives a part of a queue.
func key(queue, part string) string { return "asynq:{" + queue + "}:" + part }

var _ Enqueuer = (*Client)(nil)
