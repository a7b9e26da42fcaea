// Package app puts a process together: it opens the store and Redis, builds the
// commands and the doors, and starts and stops them in order. It holds no rules.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
	"tidings/internal/config"
	"tidings/internal/database"
	"tidings/internal/demo"
	"tidings/internal/pubsub"
	"tidings/internal/queue"
	"tidings/internal/redisx"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/internal/startstop"
	"tidings/outreach/access"
	"tidings/outreach/approval"
	"tidings/outreach/audience"
	"tidings/outreach/catalogue"
	"tidings/outreach/channel/registry"
	"tidings/outreach/dataimport"
	"tidings/outreach/dispatch"
	"tidings/outreach/event"
	"tidings/outreach/person"
	"tidings/outreach/preflight"
	"tidings/outreach/task"
	"tidings/outreach/trigger"
	"tidings/worker"
)

// Mode is what a process does.
type Mode struct {
	Serve bool // HTTP: the API, the console, uploads
	Work  bool // jobs from the queues
}

// The subcommands' modes.
var (
	All    = Mode{Serve: true, Work: true}
	Serve  = Mode{Serve: true}
	Worker = Mode{Work: true}
)

// Options are what New needs beside the settings.
type Options struct {
	Mode    Mode
	Version string
	Log     *slog.Logger
	Out     io.Writer // what a person at the terminal reads
}

// App is one process.
type App struct {
	cfg   *config.Config
	opts  Options
	log   *slog.Logger
	out   io.Writer
	group *startstop.Group

	db       *database.DB
	redis    redis.UniversalClient
	clock    *clock.Offset
	box      *secret.Box
	registry *prometheus.Registry
	hub      *pubsub.Hub
	listener net.Listener
	sandbox  *sandbox.Sandbox

	access     *access.Service
	passwords  *secret.Passwords
	channels   *registry.Registry
	tasks      *task.Service
	approvals  *approval.Service
	uploads    *audience.Uploads
	segments   *audience.Segments
	dispatch   *dispatch.Service
	triggers   *trigger.Service
	preflights *preflight.Service
	learned    *event.Catalogue // of events and properties
	resolver   *person.Resolver
	catalogue  *catalogue.Service
	sources    *event.Sources
	stream     *event.Stream
	imports    *dataimport.Imports

	started time.Time
	cleanup []func()
}

// New opens what the process needs and wires it; nothing runs yet. On an error
// everything opened is closed again.
func New(ctx context.Context, cfg *config.Config, opts Options) (_ *App, err error) {
	a := &App{cfg: cfg, opts: opts, log: opts.Log, out: opts.Out, clock: new(clock.Offset), started: clock.Wall()}
	a.group = startstop.NewGroup(a.log)
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	for _, name := range cfg.Unknown {
		a.log.WarnContext(ctx, "setting is not known and has no effect", "name", name)
	}
	if err := a.open(ctx); err != nil {
		return nil, err
	}
	if err := a.build(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// open connects to the store and Redis and refuses a schema that does not fit.
func (a *App) open(ctx context.Context) error {
	keys, err := a.cfg.SecretKeys()
	if err != nil {
		return err
	}
	if a.box, err = secret.NewBox(keys...); err != nil {
		return fmt.Errorf("TIDINGS_SECRET_KEY: %w", err)
	}
	if a.db, err = database.Open(ctx, a.cfg.DatabaseURL, a.cfg.DataDir); err != nil {
		return err
	}
	a.onClose(func() { _ = a.db.Close() })
	if !a.cfg.UsesPostgres() {
		// The file is this process's own: nobody else has to be asked.
		if _, err := a.db.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := a.db.Check(ctx); err != nil {
		return err
	}
	rdb, closeRedis, err := redisx.Open(ctx, a.cfg.RedisURL, a.log)
	if err != nil {
		return err
	}
	a.redis = rdb
	a.onClose(closeRedis)
	return worker.SyncClock(ctx, a.db, a.clock)
}

// build wires the commands, and the doors that the mode asks for.
func (a *App) build(ctx context.Context) error {
	a.registry = prometheus.NewRegistry()
	a.registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	a.hub = pubsub.New(a.redis, a.log)
	changed := a.hub.Publish
	address := a.cfg.Addr
	if a.opts.Mode.Serve {
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", a.cfg.Addr)
		if err != nil {
			return fmt.Errorf("listen on %s: %w", a.cfg.Addr, err)
		}
		a.listener = listener
		a.onClose(func() { _ = listener.Close() })
		address = listener.Addr().String()
	}
	a.channels = registry.New(registry.Deps{
		DB: a.db, Box: a.box, Clock: a.clock, Redis: a.redis, BaseURL: a.cfg.WechatBase(address), Conns: a.cfg.SendConnections, Log: a.log,
	})
	a.onClose(a.channels.Close)
	passwords, err := secret.NewPasswords()
	if err != nil {
		return err
	}
	a.passwords = passwords
	a.access = access.New(access.Deps{Store: a.db.Ent, Passwords: a.passwords, Now: clock.Wall, Log: a.log})
	a.segments = audience.NewSegments(audience.SegmentDeps{DB: a.db, Clock: a.clock, Log: a.log})
	a.tasks = task.New(a.db, a.clock, a.segments, changed)
	a.approvals = approval.New(a.db, a.clock, changed)
	a.uploads = audience.NewUploads(audience.Deps{DB: a.db, Clock: a.clock, Log: a.log})
	a.dispatch = dispatch.New(a.db, a.clock, changed)
	a.triggers = trigger.New(trigger.Deps{DB: a.db, Clock: a.clock, Plan: a.dispatch.Freeze, Select: a.segments.Select, Changed: changed, Log: a.log})
	a.preflights = preflight.New(preflight.Deps{
		DB: a.db, Clock: a.clock, Dispatch: a.dispatch, Viewable: a.tasks.Viewable, Changed: changed, Log: a.log,
	})
	a.learned, a.resolver = event.NewCatalogue(a.db), person.NewResolver(a.db)
	a.catalogue, a.sources, a.stream = catalogue.New(a.db, a.learned), event.NewSources(a.db), event.NewStream(a.redis)
	a.imports = dataimport.New(dataimport.Deps{
		DB: a.db, Clock: a.clock, Catalogue: a.catalogue, Learned: a.learned, People: a.resolver, Log: a.log,
	})

	a.group.Add("live updates", a.hub)
	if a.opts.Mode.Work {
		if err := a.addWorker(changed); err != nil {
			return err
		}
	} else {
		a.group.Add("business clock", startstop.NewBackground(a.followClock))
	}
	if a.opts.Mode.Serve {
		a.addServer()
	}
	return nil
}

// Start runs the process's services; they work when it returns.
func (a *App) Start(ctx context.Context) error {
	if a.cfg.Demo && a.opts.Mode.Serve {
		if err := a.seed(ctx); err != nil {
			return err
		}
	}
	return a.group.Start(ctx)
}

// Addr is where the process listens; empty for a worker.
func (a *App) Addr() string {
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

// Stop finishes or hands back what is in hand until ctx ends, and closes the rest.
func (a *App) Stop(ctx context.Context) error {
	err := a.group.Stop(ctx)
	if errors.Is(err, queue.ErrLate) {
		// asynq still holds the connection: closing it under asynq would panic. The process ends anyway.
		return err
	}
	a.close()
	return err
}

func (a *App) onClose(f func()) { a.cleanup = append(a.cleanup, f) }

func (a *App) close() {
	for _, f := range slices.Backward(a.cleanup) {
		f()
	}
	a.cleanup = nil
}

// followClock keeps the business clock of a process that does not poll.
func (a *App) followClock(ctx context.Context) {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := worker.SyncClock(ctx, a.db, a.clock); err != nil && ctx.Err() == nil {
				a.log.WarnContext(ctx, "business clock not read", "error", err)
			}
		}
	}
}

// seed makes the demo's data where there is none, and tells the sandbox who may be written to.
func (a *App) seed(ctx context.Context) error {
	deps := demo.Deps{DB: a.db, Box: a.box, Passwords: a.passwords, Clock: a.clock, Sandbox: a.sandbox, Log: a.log}
	result, err := demo.Seed(ctx, deps)
	if err != nil {
		return fmt.Errorf("demo data: %w", err)
	}
	if err := demo.Grant(ctx, deps); err != nil {
		return fmt.Errorf("demo recipients: %w", err)
	}
	a.announce(result)
	return nil
}
