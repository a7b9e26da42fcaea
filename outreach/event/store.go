package event

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/outreach/fault"
	"tidings/outreach/person"
)

const (
	// gatherFor is how long a request waits for others when nothing else is to do.
	gatherFor = 2 * time.Millisecond
	// groupSize is how many messages are committed together at most, roughly.
	groupSize = 2000
	// maxWaiting bounds the messages that wait for a commit; more are refused
	// with LIMITED, and the sender tries again.
	maxWaiting = 20_000
	// maxDue bounds the batches that wait for the queue; others wait for a poll.
	maxDue = 1024
	// flushEvery is how often counts that need not be exact are written.
	flushEvery = 5 * time.Second
)

// Deps are what a Store needs. Stream and Enqueue may be nil.
type Deps struct {
	DB        *database.DB
	Clock     clock.Clock
	People    *person.Resolver
	Catalogue *Catalogue
	Stream    *Stream
	// Enqueue puts batches of events into the queue that were stored as handed out
	// under an attempt; without it they wait for a poll.
	Enqueue func(ctx context.Context, batches []int64, attempt int) error
	Log     *slog.Logger
}

// Store takes messages in, in groups. It works while Run does.
type Store struct {
	Deps

	requests chan *request
	waiting  atomic.Int64

	mu   sync.Mutex
	last map[string]time.Time // when sources sent last, by ID, not written yet
	seen chan shown           // for the live stream
	due  chan int64           // batches to enqueue
}

// request is what one caller hands in.
type request struct {
	source   *Source
	messages []*ready
	refused  []dead
	done     chan error
}

// ready is a message that only has to be stored.
type ready struct {
	hash     [16]byte
	event    *Type // nil: nothing is stored but what it says of people
	at       int64
	received int64
	props    []byte
	claim    person.Claim
	traits   []byte        // of the person, or of the entity where there is one
	entity   *person.Claim // of a group that is known as a subject
	index    int
	kind     string

	person     uint32
	entityNum  uint32
	duplicate  bool
	identity   string
	sourceNum  int64
	projectNum int64
}

// dead is a message that was refused, for the dead letters.
type dead struct {
	Refusal
	event, body string
}

// NewStore makes one.
func NewStore(d Deps) *Store {
	return &Store{Deps: d, requests: make(chan *request, maxWaiting), last: map[string]time.Time{}, seen: make(chan shown, 64), due: make(chan int64, maxDue)}
}

// Result is what became of a request's messages.
type Result struct {
	Accepted  int
	Duplicate int
	Refused   []Refusal
	Warnings  []Refusal
}

// committers is how many groups are committed at once. SQLite has one writer.
func (s *Store) committers() int {
	if s.DB.Postgres() {
		return 2
	}
	return 1
}

// Run takes requests until ctx ends, and finishes those at hand.
func (s *Store) Run(ctx context.Context) {
	work := context.WithoutCancel(ctx)
	var wg, committers sync.WaitGroup
	for range s.committers() {
		committers.Go(func() { s.commitLoop(ctx, work) })
	}
	committed := make(chan struct{})
	wg.Go(func() { defer close(committed); committers.Wait() })
	wg.Go(func() { s.enqueueLoop(work, committed) })
	wg.Go(func() { s.flushLoop(ctx, work) })
	if s.Stream != nil {
		wg.Go(func() { s.showLoop(ctx) })
	}
	wg.Wait()
}

func (s *Store) commitLoop(ctx, work context.Context) {
	for {
		select {
		case <-ctx.Done():
			for { // what was handed in is finished
				select {
				case r := <-s.requests:
					s.commitGroup(work, []*request{r})
				default:
					return
				}
			}
		case first := <-s.requests:
			s.commitGroup(work, s.gather(first))
		}
	}
}

// gather takes more requests until the group is large or nobody has come for a moment.
func (s *Store) gather(first *request) []*request {
	group, n := []*request{first}, len(first.messages)
	timer := time.NewTimer(gatherFor)
	defer timer.Stop()
	for n < groupSize {
		select {
		case r := <-s.requests:
			group, n = append(group, r), n+len(r.messages)
		case <-timer.C:
			return group
		}
	}
	return group
}

// commitGroup stores a group and answers its callers. When it cannot be stored
// its requests are tried one by one, so that one of them cannot fail the others.
func (s *Store) commitGroup(ctx context.Context, group []*request) {
	err := s.commit(ctx, group)
	if err != nil && len(group) > 1 {
		s.Log.WarnContext(ctx, "a group of requests was not stored; trying them one by one", "requests", len(group), "error", err)
		for _, r := range group {
			s.answer(r, s.commit(ctx, []*request{r}))
		}
		return
	}
	for _, r := range group {
		s.answer(r, err)
	}
}

func (s *Store) answer(r *request, err error) {
	s.waiting.Add(-int64(len(r.messages)))
	r.done <- err
}

// submit waits until a request is committed. LIMITED when too much waits already.
func (s *Store) submit(ctx context.Context, r *request) error {
	if len(r.messages) == 0 && len(r.refused) == 0 {
		return nil
	}
	n := int64(len(r.messages))
	if s.waiting.Add(n) > maxWaiting {
		s.waiting.Add(-n)
		return fault.Errorf(fault.Limited, "too many events at once; send them again in a moment").After(time.Second)
	}
	r.done = make(chan error, 1)
	select {
	case s.requests <- r:
	default:
		s.waiting.Add(-n)
		return fault.Errorf(fault.Limited, "too many requests at once; send them again in a moment").After(time.Second)
	}
	select {
	case err := <-r.done:
		return err
	case <-ctx.Done(): // it may be stored all the same; sent again it is a duplicate
		return ctx.Err()
	}
}

// flushLoop writes what need not be exact, now and then.
func (s *Store) flushLoop(ctx, work context.Context) {
	tick := time.NewTicker(flushEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			s.flush(work)
			return
		case <-tick.C:
			s.flush(work)
		}
	}
}

func (s *Store) flush(ctx context.Context) {
	if err := errors.Join(s.Catalogue.Flush(ctx), s.flushSources(ctx)); err != nil {
		s.Log.WarnContext(ctx, "counts of intake not written", "error", err)
	}
}

func (s *Store) flushSources(ctx context.Context) error {
	s.mu.Lock()
	last := s.last
	s.last = map[string]time.Time{}
	s.mu.Unlock()
	for id, at := range last {
		const q = `UPDATE event_sources SET last_event_at = ? WHERE id = ?`
		if _, err := s.DB.SQL.ExecContext(ctx, s.DB.Rebind(q), at, id); err != nil {
			return err
		}
	}
	return nil
}

// enqueue has batches put into the queue; nobody waits for it.
func (s *Store) enqueue(batches []int64) {
	if s.Enqueue == nil {
		return
	}
	for _, b := range batches {
		select {
		case s.due <- b:
		default:
		}
	}
}

// enqueueLoop enqueues until nothing is committed any more.
func (s *Store) enqueueLoop(ctx context.Context, committed <-chan struct{}) {
	for {
		var batches []int64
		select {
		case b := <-s.due:
			batches = append(batches, b)
		case <-committed:
		}
		for more := true; more; {
			select {
			case b := <-s.due:
				batches = append(batches, b)
			default:
				more = false
			}
		}
		if len(batches) == 0 {
			return // the last was committed
		}
		if err := s.Enqueue(ctx, batches, handed); err != nil {
			s.Log.WarnContext(ctx, "batches of events not enqueued; a poll will find them", "batches", len(batches), "error", err)
		}
	}
}

// shown is what the live stream is told of a commit.
type shown struct {
	projectNum int64
	seen       []Seen
}

// showLoop feeds the live stream, which nobody waits for.
func (s *Store) showLoop(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case x := <-s.seen:
			if err := s.Stream.push(ctx, x.projectNum, x.seen); err != nil && ctx.Err() == nil {
				s.Log.DebugContext(ctx, "recent events not shown", "error", err)
			}
		}
	}
}
