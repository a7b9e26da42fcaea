package pubsub

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
	"tidings/internal/startstop"
)

const (
	channel = "tidings:changed"
	// tick is how often the hub looks whose time has come.
	tick = 100 * time.Millisecond
	// publishTimeout is how long a message may take; the next look waits for it.
	publishTimeout = time.Second
)

// Hub is a process's end of the line. It is a startstop.Service.
type Hub struct {
	redis redis.UniversalClient
	log   *slog.Logger
	id    string // tells this process's messages from the others'

	mu    sync.Mutex
	board *board

	life sync.Mutex
	run  *running // nil while stopped
}

// running is a hub between Start and Stop.
type running struct {
	end   context.CancelFunc
	lines *redis.PubSub
	done  sync.WaitGroup
}

// New makes a hub over an open connection.
func New(rdb redis.UniversalClient, log *slog.Logger) *Hub {
	return &Hub{redis: rdb, log: log, id: uuid.NewString(), board: newBoard()}
}

// message is what travels.
type message struct {
	From   string   `json:"from"`
	Topics []string `json:"topics,omitempty"`
	All    bool     `json:"all,omitempty"` // too many to name
}

// Publish says that the object with this ID changed. It returns at once; call
// it after the commit, as often as you like.
func (h *Hub) Publish(topic string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.board.publish(topic)
}

// Subscribe asks to be woken when the object changed: at most once a second,
// and every 5 s anyway. Read it once after subscribing, then after each wake-up.
// The channel is never closed; after cancel, which may be called more than once,
// nothing comes any more.
func (h *Hub) Subscribe(topic string) (wake <-chan struct{}, cancel func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	c := h.board.subscribe(topic, clock.Wall())
	return c, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.board.unsubscribe(topic, c)
	}
}

// Start opens the connection; while Redis is away it goes on trying.
func (h *Hub) Start(ctx context.Context) error {
	h.life.Lock()
	defer h.life.Unlock()
	if h.run != nil {
		return nil
	}
	ctx, end := context.WithCancel(context.WithoutCancel(ctx))
	r := &running{end: end, lines: h.redis.Subscribe(ctx, channel)}
	heard := r.lines.ChannelWithSubscriptions()
	r.done.Go(func() { h.listen(ctx, heard) })
	r.done.Go(func() { h.look(ctx) })
	h.run = r
	return nil
}

// Stop publishes what waits and closes the connection.
func (h *Hub) Stop(ctx context.Context) error {
	h.life.Lock()
	defer h.life.Unlock()
	if h.run == nil {
		return nil
	}
	r := h.run
	h.run = nil
	r.end()
	err := r.lines.Close()
	r.done.Wait()
	h.mu.Lock()
	names, all := h.board.takeRest(clock.Wall())
	h.mu.Unlock()
	if e := h.send(ctx, names, all); e != nil {
		h.log.WarnContext(ctx, "last changes not published", slog.Any("error", e))
	}
	return err
}

// listen notes what other processes publish, until the connection is closed.
func (h *Hub) listen(ctx context.Context, heard <-chan any) {
	for x := range heard {
		switch x := x.(type) {
		case *redis.Subscription:
			// The first of these, or the line was cut and is back: what was said meanwhile is lost.
			h.mu.Lock()
			h.board.changedAll()
			h.mu.Unlock()
		case *redis.Message:
			if err := h.hear(x.Payload); err != nil {
				h.log.WarnContext(ctx, "message not understood", slog.Any("error", err))
			}
		}
	}
}

func (h *Hub) hear(payload string) error {
	var m message
	if err := json.Unmarshal([]byte(payload), &m); err != nil {
		return fmt.Errorf("decode message: %w", err)
	}
	if m.From == h.id {
		return nil // its own subscribers know
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if m.All {
		h.board.changedAll()
	}
	for _, topic := range m.Topics {
		h.board.changed(topic)
	}
	return nil
}

// look wakes and publishes what is due, until ctx ends.
func (h *Hub) look(ctx context.Context) {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	away := false
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		sent, err := h.runOnce(ctx, clock.Wall())
		// One line when Redis goes and one when it is back, not ten a second.
		if failed := err != nil && ctx.Err() == nil; failed && !away {
			h.log.WarnContext(ctx, "changes not published", slog.Any("error", err))
			away = true
		} else if sent && away {
			h.log.InfoContext(ctx, "changes are published again")
			away = false
		}
	}
}

// runOnce wakes this process's subscribers and publishes. What could not be
// published is not tried again: the subscribers look every 5 s anyway.
func (h *Hub) runOnce(ctx context.Context, now time.Time) (sent bool, err error) {
	h.mu.Lock()
	h.board.wake(now)
	names, all := h.board.take(now)
	h.mu.Unlock()
	if err := h.send(ctx, names, all); err != nil {
		return false, err
	}
	return len(names) > 0 || all, nil
}

func (h *Hub) send(ctx context.Context, names []string, all bool) error {
	if len(names) == 0 && !all {
		return nil
	}
	body, err := json.Marshal(message{From: h.id, Topics: names, All: all})
	if err != nil {
		return fmt.Errorf("encode message: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, publishTimeout)
	defer cancel()
	if err := h.redis.Publish(ctx, channel, body).Err(); err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	return nil
}

var _ startstop.Service = (*Hub)(nil)
