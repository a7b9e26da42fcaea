package web

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// Check tells whether something the server needs works.
type Check func(ctx context.Context) error

const checkTimeout = 2 * time.Second

// healthz says that the process runs; it asks nobody else, so that a database's
// trouble does not make an orchestrator kill every server.
func (s *server) healthz(w http.ResponseWriter, _ *http.Request) {
	Answer(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readyz says whether requests can be served, check by check. Why not is in the
// log: this page is open to everybody.
func (s *server) readyz(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), checkTimeout)
	defer cancel()
	status, checks := http.StatusOK, make(map[string]string, len(s.Ready))
	for name, check := range s.Ready {
		checks[name] = "ok"
		if err := check(ctx); err != nil {
			s.Log.WarnContext(ctx, "not ready", slog.String("check", name), slog.Any("error", err))
			status, checks[name] = http.StatusServiceUnavailable, "failed"
		}
	}
	Answer(w, status, map[string]any{"status": http.StatusText(status), "checks": checks})
}
