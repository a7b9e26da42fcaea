package redisx

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
)

// tick is how often the Redis inside lets keys grow older. It does not do so by
// itself, and its own ClockTTL walks all keys at every command.
const tick = 100 * time.Millisecond

// openInProcess starts a miniredis that is reached through pipes: no port is opened.
func openInProcess(log *slog.Logger) (redis.UniversalClient, func()) {
	server := miniredis.NewMiniRedis()
	client := redis.NewClient(&redis.Options{
		Addr:                     "in-process",
		Dialer:                   func(context.Context, string, string) (net.Conn, error) { return server.Dial() },
		MaintNotificationsConfig: noMaintenanceNotices(),
	})

	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		age(server, stop)
	}()
	var once sync.Once
	return client, func() {
		once.Do(func() {
			close(stop)
			<-stopped
			if err := client.Close(); err != nil {
				log.Warn("close redis", slog.Any("error", err))
			}
			server.Close()
		})
	}
}

// age lets time-to-live run by the time that really passed, so that a busy
// machine's late ticks lose nothing.
func age(server *miniredis.Miniredis, stop <-chan struct{}) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	last := clock.Wall()
	for {
		select {
		case <-stop:
			return
		case <-ticker.C:
			now := clock.Wall()
			if by := now.Sub(last); by > 0 {
				server.FastForward(by)
			}
			last = now
		}
	}
}
