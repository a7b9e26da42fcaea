package app

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus/promhttp"

	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/frontend"
	"tidings/graph"
	"tidings/intake"
	"tidings/internal/demo"
	"tidings/internal/sandbox"
	"tidings/internal/startstop"
	"tidings/internal/web"
	"tidings/outreach/detail"
	"tidings/outreach/event"
	"tidings/outreach/outcome"
	"tidings/outreach/task"
	"tidings/worker"
)

// addServer adds the HTTP door. It starts last and stops first.
func (a *App) addServer() {
	api := graph.NewHandler(&graph.Resolver{
		DB: a.db, Clock: a.clock, Access: a.access, Channels: a.channels, Rates: outcome.NewRates(), Hub: a.hub,
		Tasks: a.tasks, Approvals: a.approvals, Groups: task.NewGroups(a.db), Campaigns: task.NewCampaigns(a.db), Segments: a.segments,
		Catalogue: a.catalogue, Sources: a.sources, Events: event.NewReader(a.db), Stream: a.stream,
		Tables: detail.NewTables(a.db, a.catalogue), Imports: a.imports, Preflights: a.preflights,
		Version: a.opts.Version, Demo: a.cfg.Demo,
	}, a.cfg.ConsoleOrigin, a.log)
	deps := web.Deps{
		Access: a.access, GraphQL: api, Upload: &intake.Upload{Uploads: a.uploads, Log: a.log}, Export: web.Export(a.db, a.log),
		Import: &intake.Import{Imports: a.imports, Sources: a.sources, Log: a.log},
		Files:  frontend.Dist(), Metrics: promhttp.HandlerFor(a.registry, promhttp.HandlerOpts{}),
		ConsoleOrigin: a.cfg.ConsoleOrigin, Log: a.log,
		Ready: map[string]web.Check{
			"database": a.db.SQL.PingContext,
			"schema":   a.db.Check,
			"redis":    func(ctx context.Context) error { return a.redis.Ping(ctx).Err() },
		},
	}
	deps.More = a.addIntake()
	if a.cfg.Console {
		deps.Console = frontend.Handler(frontend.Dist())
	}
	if a.cfg.Demo {
		a.sandbox = sandbox.New(sandbox.Options{Apps: demo.Apps(), Clock: worker.NewMover(a.db, a.clock), Logger: a.log})
		a.onClose(a.sandbox.Close)
		// The phones are a page of the console; everything below the path is the sandbox's own.
		deps.More["/sandbox/"] = a.sandbox.Handler()
		if deps.Console != nil {
			deps.More["GET /sandbox"] = deps.Console
		}
	}
	a.group.Add("http", &httpServer{app: a, handler: web.Routes(deps)})
}

// httpServer is the listener as a service.
type httpServer struct {
	app     *App
	handler http.Handler
	server  *http.Server
	done    chan error
	cancel  context.CancelFunc
}

var _ startstop.Service = (*httpServer)(nil)

// Start serves on the listener that New opened.
func (h *httpServer) Start(context.Context) error {
	base, cancel := context.WithCancel(context.Background())
	h.cancel = cancel
	h.server = &http.Server{
		Handler: h.handler, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: time.Minute, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 64 << 10, BaseContext: baseContext(base), //nolint:contextcheck // requests outlive the start
	}
	h.done = make(chan error, 1)
	go func() { h.done <- h.server.Serve(h.app.listener) }()
	return nil
}

// Stop takes no new requests, lets those under way end, and then ends the
// subscriptions, which would go on for ever.
func (h *httpServer) Stop(ctx context.Context) error {
	if h.server == nil {
		return nil
	}
	polite, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	end := context.AfterFunc(polite, h.cancel)
	defer end()
	err := h.server.Shutdown(polite)
	h.cancel()
	if err != nil {
		err = h.server.Close()
	}
	if serr := <-h.done; !errors.Is(serr, http.ErrServerClosed) {
		err = errors.Join(err, serr)
	}
	h.server = nil
	return err
}

// announce tells the person at the terminal where to look, and when the demo's
// task has sent.
func (a *App) announce(r *demo.Result) {
	_, _ = fmt.Fprintf(a.out, "\n  Tidings is at http://%s\n\n  sign in as  %s\n  password    %s\n\n", a.shown(), "marketer@tidings.local  (or approver@, viewer@, admin@, owner@)", "tidings")
	if r.TaskID == "" {
		return
	}
	_, _ = fmt.Fprintf(a.out, "  A demo task sends its messages at %s; the phones are at http://%s/sandbox\n\n", r.DueAt.Local().Format("15:04:05"), a.shown())
	a.group.Add("demo task", startstop.NewBackground(func(ctx context.Context) { a.watch(ctx, r.TaskID) }))
}

// shown is the address as a browser on this machine wants it.
func (a *App) shown() string {
	host, port, err := splitHostPort(a.Addr())
	if err != nil || host == "" || host == "::" || host == "0.0.0.0" || host == "127.0.0.1" {
		return "localhost:" + port
	}
	return a.Addr()
}

// watch waits for the end of the demo's task.
func (a *App) watch(ctx context.Context, taskID string) {
	ctx = viewer.System(ctx)
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		t, err := a.db.Ent.Task.Query().Where(enttask.ID(taskID)).Only(ctx)
		if err != nil {
			return // deleted, or the process ends
		}
		if t.RunStatus == enttask.RunStatusEnded {
			_, _ = fmt.Fprintf(a.out, "  The demo task “%s” has sent: http://%s/tasks/%s\n\n", t.Name, a.shown(), t.ID)
			return
		}
	}
}
