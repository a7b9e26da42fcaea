package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"tidings/ent"
	entchannel "tidings/ent/channel"
	enttemplate "tidings/ent/template"
	"tidings/internal/clock"
	"tidings/internal/due"
	"tidings/internal/ratelimit"
	"tidings/internal/redisx"
	"tidings/internal/sandbox"
	"tidings/outreach/approval"
	"tidings/outreach/channel/registry"
	"tidings/outreach/dispatch"
	"tidings/outreach/task"
)

// AppID is the demo's mini program.
const AppID = "wxd3m0c0ffee5h4n1a"

// appSecret is what the sandbox takes for it; it opens nothing else.
const appSecret = "a3f1c7e95b2d48609e7f0c1b6d8a2e54" //nolint:gosec // of a mini program that exists in the sandbox only

const (
	channelName = "山岚商城小程序"
	originalID  = "gh_5h4n1ac0ffee"
	// qps is the channel's limit: slow enough to watch, and for a few hundred people quick.
	qps = 40
)

// Apps are the mini programs that the sandbox of a demo knows.
func Apps() []sandbox.App {
	return []sandbox.App{{ID: AppID, Secret: appSecret, Templates: sandbox.DemoTemplates()}}
}

// newSandboxServer is a sandbox of our own on a port of its own, so that the
// visitors' one begins empty. close ends it.
func newSandboxServer(ctx context.Context) (*sandbox.Sandbox, string, func(), error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, "", nil, fmt.Errorf("listen for the demo's past: %w", err)
	}
	s := sandbox.New(sandbox.Options{Apps: Apps()})
	server := &http.Server{Handler: s.Handler(), ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener) // ends when it is closed
	}()
	return s, "http://" + listener.Addr().String() + "/sandbox/wechat", func() {
		s.Close()
		_ = server.Close()
		<-done
	}, nil
}

// history is what plays the shop's past: the commands and a worker at instants
// long gone.
type history struct {
	*world
	clock     *clock.Fake
	box       *sandbox.Sandbox
	redis     redis.UniversalClient
	limiter   *ratelimit.Limiter
	channels  *registry.Registry
	tasks     *task.Service
	approvals *approval.Service
	dispatch  *dispatch.Service
	keeper    *due.Keeper
	cleanup   []func()
}

// newPast opens everything that history needs. Call close in the end.
func (w *world) newPast(ctx context.Context) (*history, error) {
	h := &history{world: w, clock: clock.NewFake(w.founded)}
	box, base, closeServer, err := newSandboxServer(ctx)
	if err != nil {
		return nil, err
	}
	h.box, h.cleanup = box, append(h.cleanup, closeServer)
	client, closeRedis, err := redisx.Open(ctx, "", w.Log)
	if err != nil {
		h.close()
		return nil, err
	}
	h.redis, h.cleanup = client, append(h.cleanup, closeRedis)
	running := past{h.clock}
	h.limiter = ratelimit.New(client)
	h.channels = registry.New(registry.Deps{DB: w.DB, Box: w.Box, Clock: running, BaseURL: base, Log: w.Log})
	h.cleanup = append(h.cleanup, h.channels.Close)
	h.tasks, h.approvals = task.New(w.DB, running, w.segments(running), nil), approval.New(w.DB, running, nil)
	h.dispatch = dispatch.New(w.DB, running, nil)
	h.keeper = due.NewKeeper(w.DB, w.Log)
	renewing, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		h.keeper.Run(renewing)
	}()
	h.cleanup = append(h.cleanup, func() { stop(); <-stopped })
	return h, nil
}

func (h *history) close() {
	for _, f := range slices.Backward(h.cleanup) {
		f()
	}
	h.cleanup = nil
}

// connect makes the channel and copies its templates, as an administrator does.
// Until the past is over it has no limit, and workers elsewhere keep away from it.
func (h *history) connect(ctx context.Context) error {
	ctx = h.as(ctx, admin)
	name, appID, secret, original, limit := channelName, AppID, appSecret, originalID, 0
	h5, relay := "pages/web/index", "pages/jump/index"
	ch, err := h.channels.Create(ctx, registry.Input{
		Name: &name, AppID: &appID, Secret: &secret, OriginalID: &original, QPSLimit: &limit, H5Page: &h5, RelayPage: &relay,
	})
	if err != nil {
		return fmt.Errorf("make channel: %w", err)
	}
	if _, err := h.channels.SyncTemplates(ctx, ch.ID); err != nil {
		return fmt.Errorf("copy templates: %w", err)
	}
	return h.findChannel(ctx)
}

// release opens the channel for the present.
func (h *history) release(ctx context.Context) error {
	err := h.DB.Ent.Channel.UpdateOneID(h.channel.ID).SetQPSLimit(qps).SetCheckedAt(h.Clock.Now()).Exec(ctx)
	if err != nil {
		return fmt.Errorf("release channel: %w", err)
	}
	return nil
}

// errChanged says that a visitor removed what the demo sends with.
var errChanged = errors.New("the demo's channel or templates are not there any more")

// findChannel reads the channel and its templates.
func (w *world) findChannel(ctx context.Context) error {
	ch, err := w.DB.Ent.Channel.Query().Where(entchannel.ProjectID(w.project.ID), entchannel.AppID(AppID)).Only(ctx)
	if ent.IsNotFound(err) {
		return errChanged
	}
	if err != nil {
		return fmt.Errorf("load channel: %w", err)
	}
	w.channel = ch
	all, err := w.DB.Ent.Template.Query().Where(enttemplate.ChannelID(ch.ID)).All(ctx)
	if err != nil {
		return fmt.Errorf("load templates: %w", err)
	}
	w.templates = make(map[string]*ent.Template, len(all))
	for _, t := range all {
		w.templates[t.ProviderID] = t
	}
	return nil
}
