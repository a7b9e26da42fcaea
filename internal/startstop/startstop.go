// Package startstop is the contract of everything that runs in the background
// (HTTP server, poller, queue servers, tickers) and the Group that starts and
// stops a process's services in order.
package startstop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"

	"tidings/internal/clock"
)

// Service is something that runs until it is stopped.
//
// Start returns once the service works, or with the reason it cannot; ctx
// bounds the starting only, not the life. Stop ends it, finishing or handing
// back what it has in hand until ctx ends, and returns when nothing of it runs
// any more. Stop without Start, or twice, does nothing and is no error. A
// service that was stopped may be started again.
type Service interface {
	Start(ctx context.Context) error
	Stop(ctx context.Context) error
}

// Group starts services in the order they were added and stops them in the
// reverse one. It is itself a Service.
type Group struct {
	log      *slog.Logger
	services []named

	mu      sync.Mutex
	started int // how many of services run, counted from the first
}

type named struct {
	name    string
	service Service
}

// NewGroup makes an empty group.
func NewGroup(log *slog.Logger) *Group { return &Group{log: log} }

// Add appends a service under the name that errors and logs give it. It must
// not be called after Start.
func (g *Group) Add(name string, service Service) {
	g.services = append(g.services, named{name, service})
}

// Start starts all services, each after the one before it works. When one
// fails, those that run are stopped again and the error names the one.
func (g *Group) Start(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.started < len(g.services) {
		s := g.services[g.started]
		if err := s.service.Start(ctx); err != nil {
			err = fmt.Errorf("start %s: %w", s.name, err)
			// The start may have failed because ctx ended; stopping has to happen all the same.
			return errors.Join(err, g.stop(context.WithoutCancel(ctx)))
		}
		g.started++
		g.log.DebugContext(ctx, "service started", slog.String("service", s.name))
	}
	return nil
}

// Stop stops what runs, the last started first. All share the deadline of ctx;
// one that fails or overruns does not keep the others from being stopped, and
// every error is in the one returned.
func (g *Group) Stop(ctx context.Context) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.stop(ctx)
}

func (g *Group) stop(ctx context.Context) error {
	var failed []error
	for g.started > 0 {
		g.started--
		s := g.services[g.started]
		began := clock.Wall()
		if err := s.service.Stop(ctx); err != nil {
			failed = append(failed, fmt.Errorf("stop %s: %w", s.name, err))
		}
		g.log.DebugContext(ctx, "service stopped", slog.String("service", s.name), slog.Duration("took", clock.Wall().Sub(began)))
	}
	return errors.Join(failed...)
}

var _ Service = (*Group)(nil)
