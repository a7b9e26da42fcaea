package queue

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"tidings/internal/startstop"
)

const (
	defaultConcurrency = 8
	defaultGrace       = 8 * time.Second
	// maxCheckInterval bounds how long a job waits for an idle worker. At 100 ms
	// a process that serves all queues costs Redis some 90 commands a second.
	maxCheckInterval = 100 * time.Millisecond
	// stopMargin is what Stop allows asynq beyond the grace period.
	stopMargin = time.Second
)

// ErrLate is what Stop says when asynq itself, waiting for a Redis that does not
// answer, did not stop in time.
var ErrLate = errors.New("asynq did not stop in time")

// ServerConfig says what a worker serves.
type ServerConfig struct {
	// Redis is an open connection; the server does not close it.
	Redis redis.UniversalClient
	// Handlers by the kind of job.
	Handlers map[string]Handler
	// Queues to serve; empty means all.
	Queues []string
	// Concurrency is how many jobs run at once, and as many again in the slots
	// kept free for express queues. Zero means 8.
	Concurrency int
	// CheckInterval is how often idle queues are looked at; zero, or more than 100 ms, means 100 ms.
	CheckInterval time.Duration
	// Grace is how long Stop lets handlers finish. Their context ends after three quarters of it. Zero means 8 s.
	Grace time.Duration
	Log   *slog.Logger
	// Registry takes the metrics; nil means none.
	Registry prometheus.Registerer
}

// Server runs jobs. It is a startstop.Service.
//
// It consists of up to two asynq servers: one for all its queues in strict
// order, and one for the express queues alone, so that a notice never waits for
// the end of somebody's shard.
type Server struct {
	redis    redis.UniversalClient
	handlers map[string]Handler
	queues   []string
	config   ServerConfig
	log      *slog.Logger
	metrics  *metrics

	mu  sync.Mutex
	run *running // nil while stopped
}

// NewServer checks the configuration and registers the metrics.
func NewServer(config ServerConfig) (*Server, error) {
	if len(config.Queues) == 0 {
		config.Queues = Names()
	}
	for _, q := range config.Queues {
		if !Known(q) {
			return nil, fmt.Errorf("there is no queue %q, only %s", q, strings.Join(Names(), ", "))
		}
	}
	served := slices.DeleteFunc(Names(), func(q string) bool { return !slices.Contains(config.Queues, q) })
	if config.Redis == nil || config.Log == nil {
		return nil, errors.New("a queue server needs a Redis and a logger")
	}
	if config.Concurrency <= 0 {
		config.Concurrency = defaultConcurrency
	}
	if config.CheckInterval <= 0 || config.CheckInterval > maxCheckInterval {
		config.CheckInterval = maxCheckInterval
	}
	if config.Grace <= 0 {
		config.Grace = defaultGrace
	}
	m, err := newMetrics(config.Registry)
	if err != nil {
		return nil, fmt.Errorf("register metrics of the queue: %w", err)
	}
	return &Server{
		redis: config.Redis, handlers: config.Handlers, queues: served,
		config: config, log: config.Log, metrics: m,
	}, nil
}

// Start begins to take jobs. It does not wait for Redis: a server that starts
// while Redis is away begins when it is back.
func (s *Server) Start(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run != nil {
		return nil
	}
	run := newRunning(context.WithoutCancel(ctx), s)
	if err := run.start(); err != nil {
		return err
	}
	s.run = run
	return nil
}

// Stop takes no more jobs, tells handlers at once that the process stops, ends
// their context after three quarters of the grace period, and gives up at its
// end, or when ctx ends, with an error that names the jobs still running; asynq
// puts those back into their queue, if Redis answers. Another Stop does nothing.
//
// After the error ErrLate parts of asynq still run, and one of them panics when
// the Redis connection is closed under it: leave it open until the process ends.
func (s *Server) Stop(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.run == nil {
		return nil
	}
	run := s.run
	s.run = nil
	return run.stop(ctx)
}

// asynqServers makes the two servers, or one where the other would be the same.
func (s *Server) asynqServers() []*asynq.Server {
	lists := [][]string{s.queues}
	if fast := express(s.queues); len(fast) > 0 && len(fast) < len(s.queues) {
		lists = append(lists, fast)
	}
	servers := make([]*asynq.Server, len(lists))
	for i, list := range lists {
		servers[i] = asynq.NewServerFromRedisClient(s.redis, asynq.Config{
			Concurrency:       s.config.Concurrency,
			Queues:            priorities(list),
			StrictPriority:    true,
			TaskCheckInterval: s.config.CheckInterval,
			ShutdownTimeout:   s.config.Grace,
			Logger:            logger{s.log},
			// Nothing is ever scheduled, retried or kept; these loops need not run often.
			DelayedTaskCheckInterval: time.Minute,
			JanitorInterval:          time.Hour,
		})
	}
	return servers
}

var _ startstop.Service = (*Server)(nil)
