package access

import (
	"log/slog"
	"time"

	"tidings/ent"
	"tidings/internal/secret"
)

// Deps is what a Service needs.
type Deps struct {
	Store     *ent.Client
	Passwords *secret.Passwords
	Now       func() time.Time // machine time: clock.Wall
	Log       *slog.Logger
}

// Service signs people in and keeps their sessions.
type Service struct {
	store     *ent.Client
	passwords *secret.Passwords
	now       func() time.Time
	log       *slog.Logger
}

// New makes the service; one serves the whole process.
func New(d Deps) *Service {
	return &Service{store: d.Store, passwords: d.Passwords, now: d.Now, log: d.Log}
}
