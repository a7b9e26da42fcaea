// Package testsignal lets a test wait until something happened inside a
// running service instead of sleeping. A Signal does nothing until a test
// initialises it, so services carry them in production at no cost:
//
//	type PollerSignals struct{ Polled testsignal.Signal[int] }
//
//	s.Signals.Polled.Send(n)                 // in the service, always
//	s.Signals.Polled.Init(t); … .Wait(t)     // in the test
package testsignal

import (
	"context"
	"time"
)

// patience is how long Wait waits; a test that needs longer is broken.
const patience = 10 * time.Second

// room is how many values may wait for the test; a service that sends more
// than that without being waited for is not held up, the rest is dropped.
const room = 100

// Reporter is the part of testing.TB that a Signal needs. It is an interface so
// that the product's binaries do not link the testing package.
type Reporter interface {
	Helper()
	Context() context.Context
	Fatalf(format string, args ...any)
}

// Signal says that something happened, with a value. The zero Signal is silent.
// Init must come before the service starts.
type Signal[T any] struct {
	values chan T
}

// Init makes the signal heard; only tests call it.
func (s *Signal[T]) Init(t Reporter) {
	t.Helper()
	s.values = make(chan T, room)
}

// Send tells a waiting test and never blocks.
func (s *Signal[T]) Send(value T) {
	if s.values == nil {
		return
	}
	select {
	case s.values <- value:
	default:
	}
}

// Wait gives the next value, in the order they were sent, or ends the test.
func (s *Signal[T]) Wait(t Reporter) T {
	t.Helper()
	if s.values == nil {
		t.Fatalf("Init the signal before the service starts")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	select {
	case value := <-s.values:
		return value
	case <-ctx.Done():
		t.Fatalf("nothing happened within %s", patience)
		panic("unreachable: Fatalf ends the test")
	}
}

// WaitFor waits for a value that fits, passing over the others.
func (s *Signal[T]) WaitFor(t Reporter, fits func(T) bool) T {
	t.Helper()
	for {
		if value := s.Wait(t); fits(value) {
			return value
		}
	}
}

// Quiet ends the test if something happened that was not waited for. It proves
// nothing about what is still to come: first wait for what comes after.
func (s *Signal[T]) Quiet(t Reporter) {
	t.Helper()
	select {
	case value := <-s.values:
		t.Fatalf("something happened that should not have: %v", value)
	default:
	}
}
