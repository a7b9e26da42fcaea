// Package clock separates the two times of the application. Business time
// (due times, windows, quiet hours, deadlines) may be moved forwards in demo
// mode and is obeyed by all processes; machine time (leases, sessions, tokens,
// the rate limiter) is the wall clock and never moves.
package clock

import (
	"sync"
	"sync/atomic"
	"time"
)

// Clock tells business time, in UTC at microsecond precision, which both databases keep.
type Clock interface {
	Now() time.Time
}

// Wall is machine time, in UTC. It is the one place that asks the machine.
func Wall() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Offset is the business clock of a running process: the wall clock plus an
// offset that the database holds and the process reads again every poll.
type Offset struct{ by atomic.Int64 }

// Now is business time.
func (o *Offset) Now() time.Time { return Wall().Add(time.Duration(o.by.Load())) }

// Set takes the offset read from the database. Business time goes forwards only,
// so one that was read before another moved it changes nothing.
func (o *Offset) Set(by time.Duration) {
	for {
		old := o.by.Load()
		if int64(by) <= old || o.by.CompareAndSwap(old, int64(by)) {
			return
		}
	}
}

// By is the offset in force.
func (o *Offset) By() time.Duration { return time.Duration(o.by.Load()) }

// Fake is a clock for tests; it stands still until moved.
type Fake struct {
	mu  sync.Mutex
	now time.Time
}

// NewFake starts a fake clock at the given instant.
func NewFake(now time.Time) *Fake { return &Fake{now: now.UTC().Truncate(time.Microsecond)} }

// Now is the instant set last.
func (f *Fake) Now() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// Advance moves the clock.
func (f *Fake) Advance(by time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(by)
}

// Set moves the clock to an instant.
func (f *Fake) Set(now time.Time) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = now.UTC().Truncate(time.Microsecond)
}

// Machine is machine time as a Clock, for what a provider outside says about its own days.
type Machine struct{}

// Now is the wall clock.
func (Machine) Now() time.Time { return Wall() }

var (
	_ Clock = Machine{}
	_ Clock = (*Offset)(nil)
	_ Clock = (*Fake)(nil)
)
