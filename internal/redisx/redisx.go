// Package redisx opens the Redis of the application: a server, a Sentinel
// group, a cluster, or, without an address, one inside the process that
// forgets everything on exit, which is harmless because the database is the
// truth and Redis only transport.
package redisx

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// openTimeout is how long a Redis may take to answer for the first time.
const openTimeout = 5 * time.Second

// Open connects and asks for a first answer. The URL's forms are those of
// Parse; the empty one starts a Redis inside the process. The function returned
// closes the connections, and the Redis inside with them; call it last, after
// everything that uses the client has stopped.
func Open(ctx context.Context, url string, log *slog.Logger) (redis.UniversalClient, func(), error) {
	redis.SetLogger(logger{log})
	if url == "" {
		client, closeAll := openInProcess(log)
		return client, closeAll, nil
	}
	options, err := Parse(url)
	if err != nil {
		return nil, nil, err
	}
	client := redis.NewUniversalClient(options)
	closeAll := func() {
		if err := client.Close(); err != nil && !errors.Is(err, redis.ErrClosed) {
			log.WarnContext(ctx, "close redis", slog.Any("error", err))
		}
	}
	first, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	if err := client.Ping(first).Err(); err != nil {
		closeAll()
		return nil, nil, fmt.Errorf("redis at %v does not answer: %w", options.Addrs, err)
	}
	return client, closeAll, nil
}

// noMaintenanceNotices keeps the client from asking for the upgrade notices of
// one vendor's managed Redis, which the others, and the one inside, refuse.
func noMaintenanceNotices() *maintnotifications.Config {
	return &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// logger sends what go-redis has to say, mostly failed dials, to slog instead of stderr.
type logger struct{ log *slog.Logger }

func (l logger) Printf(ctx context.Context, format string, args ...any) {
	l.log.WarnContext(ctx, "redis client", slog.String("message", fmt.Sprintf(format, args...)))
}
