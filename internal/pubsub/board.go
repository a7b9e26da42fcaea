package pubsub

import (
	"maps"
	"slices"
	"time"
)

const (
	// publishEvery is the least time between two messages of a topic.
	publishEvery = 300 * time.Millisecond
	// wakeEvery is the least time between two wake-ups of a topic's subscribers.
	wakeEvery = time.Second
	// wakeAnyway is the most time between two.
	wakeAnyway = 5 * time.Second
	// maxWaiting bounds the topics that wait to be published. Beyond it the
	// message says "everything", which costs some reads and forgets nothing.
	maxWaiting = 10_000
)

// board is who waits for what, without any locking, clock or Redis.
type board struct {
	waiting   map[string]struct{}  // topics to be published
	published map[string]time.Time // when a topic was published last, if that is not long ago
	all       bool                 // too many topics wait: publish "everything"
	topics    map[string]*topic    // those with subscribers
}

type topic struct {
	subscribers map[chan struct{}]struct{}
	changed     bool
	woken       time.Time // last, or when the first subscriber came
}

func newBoard() *board {
	return &board{waiting: map[string]struct{}{}, published: map[string]time.Time{}, topics: map[string]*topic{}}
}

// publish notes a change for the other processes, and for this one's subscribers.
func (b *board) publish(name string) {
	b.changed(name)
	if len(b.waiting) >= maxWaiting {
		b.all = true
		return
	}
	b.waiting[name] = struct{}{}
}

// changed notes a change for this process's subscribers.
func (b *board) changed(name string) {
	if t, ok := b.topics[name]; ok {
		t.changed = true
	}
}

// changedAll notes that anything may have changed.
func (b *board) changedAll() {
	for _, t := range b.topics {
		t.changed = true
	}
}

func (b *board) subscribe(name string, now time.Time) chan struct{} {
	t, ok := b.topics[name]
	if !ok {
		t = &topic{subscribers: map[chan struct{}]struct{}{}, woken: now}
		b.topics[name] = t
	}
	wake := make(chan struct{}, 1)
	t.subscribers[wake] = struct{}{}
	return wake
}

func (b *board) unsubscribe(name string, wake chan struct{}) {
	t, ok := b.topics[name]
	if !ok {
		return
	}
	delete(t.subscribers, wake)
	if len(t.subscribers) == 0 {
		delete(b.topics, name)
	}
}

// wake wakes the subscribers whose time has come.
func (b *board) wake(now time.Time) {
	for _, t := range b.topics {
		since := now.Sub(t.woken)
		if since < wakeEvery || (!t.changed && since < wakeAnyway) {
			continue
		}
		t.changed, t.woken = false, now
		for wake := range t.subscribers {
			select {
			case wake <- struct{}{}:
			default: // it has one to take already
			}
		}
	}
}

// take picks what is to be published now; the rest waits for its 300 ms. The
// last change of a topic is always published in the end.
func (b *board) take(now time.Time) (names []string, all bool) {
	maps.DeleteFunc(b.published, func(_ string, at time.Time) bool { return now.Sub(at) >= publishEvery })
	if b.all {
		b.all = false
		clear(b.waiting)
		return nil, true
	}
	for name := range b.waiting {
		if _, recently := b.published[name]; recently {
			continue
		}
		names = append(names, name)
		b.published[name] = now
		delete(b.waiting, name)
	}
	slices.Sort(names)
	return names, false
}

// takeRest picks all that waits, for a process that stops.
func (b *board) takeRest(now time.Time) (names []string, all bool) {
	clear(b.published)
	return b.take(now)
}
