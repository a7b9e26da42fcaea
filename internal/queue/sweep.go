package queue

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
)

// sweepInterval is how often a server looks after its queues.
const sweepInterval = 5 * time.Second

// sweepScript forgets the jobs of workers that died: those whose asynq lease
// (30 s, renewed every 5) has lapsed, and those that asynq's own recoverer found
// first and archived. asynq would keep their names for months, so that the
// poller could never hand the same attempt out again.
//
//	KEYS[1] asynq:{queue}:active     list of running task IDs
//	KEYS[2] asynq:{queue}:lease      sorted set of task IDs by the end of their lease, Unix seconds
//	KEYS[3] asynq:{queue}:archived   sorted set of task IDs
//	ARGV[1] now, Unix seconds
//	ARGV[2] asynq:{queue}:t:         what a task's key begins with; the same slot as KEYS
//	ARGV[3] how many of each at most
//
// Returns how many jobs were forgotten.
var sweepScript = redis.NewScript(`
local lapsed = redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', ARGV[1], 'LIMIT', 0, ARGV[3])
for _, id in ipairs(lapsed) do
  redis.call('LREM', KEYS[1], 0, id)
  redis.call('ZREM', KEYS[2], id)
  redis.call('DEL', ARGV[2] .. id)
end
local archived = redis.call('ZRANGE', KEYS[3], 0, ARGV[3] - 1)
for _, id in ipairs(archived) do
  redis.call('ZREM', KEYS[3], id)
  redis.call('DEL', ARGV[2] .. id)
end
return #lapsed + #archived`)

// sweepLimit keeps one call of the script short.
const sweepLimit = 200

// sweepLoop looks after the queues until ctx ends.
func (s *Server) sweepLoop(ctx context.Context) {
	ticker := time.NewTicker(sweepInterval)
	defer ticker.Stop()
	for {
		if err := s.sweep(ctx, clock.Wall()); err != nil && ctx.Err() == nil {
			s.log.WarnContext(ctx, "look after queues", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

// sweep clears away dead jobs, names the queues for asynq's own tools, which
// lose sight of them when Redis is flushed, and takes the depths for the metrics.
func (s *Server) sweep(ctx context.Context, now time.Time) error {
	for _, name := range s.queues {
		n, err := sweepScript.Run(ctx, s.redis, []string{key(name, "active"), key(name, "lease"), key(name, "archived")},
			now.Unix(), key(name, "t:"), sweepLimit).Int()
		if err != nil {
			return fmt.Errorf("sweep queue %s: %w", name, err)
		}
		if n > 0 {
			s.metrics.lost.WithLabelValues(name).Add(float64(n))
			s.log.WarnContext(ctx, "jobs of a dead worker cleared away", slog.String("queue", name), slog.Int("jobs", n))
		}
		if err := s.redis.SAdd(ctx, "asynq:queues", name).Err(); err != nil {
			return fmt.Errorf("name queue %s: %w", name, err)
		}
	}
	waiting, err := depth(ctx, s.redis, s.queues)
	if err != nil {
		return err
	}
	for name, n := range waiting {
		s.metrics.waiting.WithLabelValues(name).Set(float64(n))
	}
	return nil
}
