package registry

import (
	"context"
	"crypto/sha256"
	"fmt"
	"log/slog"
	"sync"

	"github.com/redis/go-redis/v9"

	"tidings/ent"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/secret"
	"tidings/outreach/channel"
	"tidings/outreach/channel/wechat"
)

// Deps is what a Registry needs.
type Deps struct {
	DB    *database.DB
	Box   *secret.Box
	Clock clock.Clock // business time
	// Redis shares access tokens between processes; nil keeps them in this one.
	Redis redis.UniversalClient
	// BaseURL is the provider's; empty: WeChat's own.
	BaseURL string
	// Conns is how many connections a channel may hold open; 0: the client's default.
	Conns int
	Log   *slog.Logger
}

// Registry knows a project's channels and their clients.
type Registry struct {
	Deps

	mu      sync.Mutex
	clients map[string]opened // by channel
}

// opened is a client with what it was made from.
type opened struct {
	client *wechat.Client
	from   [sha256.Size]byte
}

// New makes a registry; one serves the process.
func New(d Deps) *Registry { return &Registry{Deps: d, clients: map[string]opened{}} }

// Client gives the client of a channel. It is kept while the AppID and the
// secret stay, because it holds connections and the access token.
func (r *Registry) Client(_ context.Context, ch *ent.Channel) (*wechat.Client, error) {
	from := sha256.Sum256([]byte(ch.AppID + "\x00" + string(ch.Secret)))
	r.mu.Lock()
	defer r.mu.Unlock()
	known, ok := r.clients[ch.ID]
	if ok && known.from == from {
		return known.client, nil
	}
	plain, err := r.Box.Open(ch.Secret, place(ch.ProjectID, ch.ID))
	if err != nil {
		return nil, fmt.Errorf("secret of channel %s: %w", ch.ID, err)
	}
	client, err := r.open(ch.AppID, string(plain))
	if err != nil {
		return nil, err
	}
	if ok {
		known.client.Close()
	}
	r.clients[ch.ID] = opened{client, from}
	return client, nil
}

// Sender gives what delivery sends a channel's messages with.
func (r *Registry) Sender(ctx context.Context, ch *ent.Channel) (channel.Sender, error) {
	return r.Client(ctx, ch)
}

// Close closes all clients' idle connections.
func (r *Registry) Close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, o := range r.clients {
		o.client.Close()
		delete(r.clients, id)
	}
}

// open makes a client and makes no call. Its access token in Redis is sealed
// for the account, whose channels in several projects may share it.
func (r *Registry) open(appID, appSecret string) (*wechat.Client, error) {
	tokenPlace := secret.Place("wechat", appID, "token")
	return wechat.New(wechat.Config{
		BaseURL: r.BaseURL, AppID: appID, Secret: appSecret, Redis: r.Redis, Conns: r.Conns, Clock: clock.Machine{}, Logger: r.Log,
		Seal: func(plain []byte) []byte {
			sealed, err := r.Box.Seal(plain, tokenPlace)
			if err != nil {
				return nil // no randomness: the token stays in this process
			}
			return sealed
		},
		Open: func(sealed []byte) ([]byte, error) { return r.Box.Open(sealed, tokenPlace) },
	})
}

func place(projectID, channelID string) string { return secret.Place(projectID, channelID, "secret") }
