// Package demo fills an empty database with a shop that has been at work for a
// while: people, a channel, groups, campaigns, tasks with their history, and
// one approved task that is due a moment after the start, so that a visitor
// sees messages arrive without doing anything.
//
// Nothing is made up behind the product's back. Tasks are written, submitted,
// approved, run and sent by the commands and workers that do it every day, at
// instants of the past and through a sandbox of their own; what the screens
// show afterwards is what really happened.
package demo

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/sandbox"
	"tidings/internal/secret"
	"tidings/outreach/fault"
)

// Deps is what the demo is made with.
type Deps struct {
	DB        *database.DB
	Box       *secret.Box
	Passwords *secret.Passwords
	Clock     clock.Clock // business time, as the database says it is
	// Sandbox is where the demo's people have their phones; nil where it runs in another process.
	Sandbox *sandbox.Sandbox
	Log     *slog.Logger
}

// Result tells what is about to be seen.
type Result struct {
	// TaskID is the task that sends by itself; empty when none could be made,
	// because somebody has changed what it needs.
	TaskID     string
	TaskName   string
	DueAt      time.Time
	Recipients int
}

// Seed makes the demo in an empty database, and in one that has it already
// only another task that is due in a moment. A database in use for something
// else is left alone. Of processes that start together one makes the demo, and
// one that was killed over it is finished by the next.
func Seed(ctx context.Context, d Deps) (*Result, error) {
	ctx = viewer.System(ctx)
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	unlock, err := lock(ctx, d.DB)
	if err != nil {
		return nil, err
	}
	defer unlock()
	w, err := open(ctx, d)
	if err != nil {
		return nil, err
	}
	if w == nil {
		d.Log.WarnContext(ctx, "the database is in use for something else; no demo data")
		return &Result{}, nil
	}
	fresh := !w.mark.Done
	if fresh {
		if err := w.furnish(ctx); err != nil {
			return nil, err
		}
	}
	out, err := w.soon(ctx)
	if err != nil && !fresh && refused(err) {
		d.Log.WarnContext(ctx, "no demo task this time", "error", err)
		return &Result{}, nil
	}
	return out, err
}

// refused tells whether a command said no, because a visitor changed what the
// demo needs; anything else is a fault of ours.
func refused(err error) bool {
	if errors.Is(err, errChanged) {
		return true
	}
	for _, code := range []fault.Code{fault.Invalid, fault.Conflict, fault.NotFound, fault.Forbidden} {
		if fault.Is(err, code) {
			return true
		}
	}
	return false
}

// furnish makes everything but the shop and its people's accounts.
func (w *world) furnish(ctx context.Context) error {
	began := clock.Wall()
	if err := w.clear(ctx); err != nil { // what an interrupted start left behind
		return err
	}
	if err := w.organise(ctx); err != nil {
		return err
	}
	h, err := w.newPast(ctx)
	if err != nil {
		return err
	}
	defer h.close()
	if err := h.connect(ctx); err != nil {
		return err
	}
	if err := w.populate(ctx); err != nil {
		return err
	}
	if err := w.behave(ctx); err != nil {
		return err
	}
	if err := h.play(ctx); err != nil {
		return err
	}
	if err := h.release(ctx); err != nil {
		return err
	}
	if err := w.goOn(ctx); err != nil {
		return err
	}
	if err := w.backdate(ctx); err != nil {
		return err
	}
	w.mark.Done = true
	if err := w.mark.write(ctx, w.DB); err != nil {
		return err
	}
	w.Log.InfoContext(ctx, "demo data made", "people", people, "ms", clock.Wall().Sub(began).Milliseconds())
	return nil
}
