package outcome

import (
	"sync"
	"time"
)

const (
	rateWindow = 10 * time.Second // how far back a rate looks
	rateShort  = time.Second      // below this a difference says nothing
	rateMost   = 10_000           // things remembered
)

// Rates tells how fast counts grow, from the counts that are read anyway while
// somebody watches. The first reading of a thing has no rate yet: 0.
type Rates struct {
	mu   sync.Mutex
	seen map[string][]reading
}

type reading struct {
	at    time.Time
	count int
}

// NewRates makes an empty memory; one serves the process.
func NewRates() *Rates { return &Rates{seen: map[string][]reading{}} }

// Note remembers a count at an instant of machine time, and gives how much it
// grew a second over the last seconds.
func (r *Rates) Note(key string, count int, now time.Time) float64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	known := r.seen[key]
	for len(known) > 0 && now.Sub(known[0].at) > rateWindow {
		known = known[1:]
	}
	rate := 0.0
	if len(known) > 0 {
		if over := now.Sub(known[0].at); over >= rateShort && count > known[0].count {
			rate = float64(count-known[0].count) / over.Seconds()
		}
	}
	// Many viewers must not push out each other's past: one reading a second is enough.
	if n := len(known); n == 0 || now.Sub(known[n-1].at) >= rateShort {
		known = append(known, reading{now, count})
	}
	if len(r.seen) >= rateMost {
		r.forget(now)
	}
	r.seen[key] = known
	return rate
}

// forget drops what nobody has looked at lately; all of it when that is nothing.
func (r *Rates) forget(now time.Time) {
	for key, known := range r.seen {
		if len(known) == 0 || now.Sub(known[len(known)-1].at) > rateWindow {
			delete(r.seen, key)
		}
	}
	if len(r.seen) >= rateMost {
		clear(r.seen)
	}
}
