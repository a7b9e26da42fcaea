package trigger_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/ent"
	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/testdb"
	"tidings/outreach/trigger"
)

// crowd is a random history: events of some people in batches, some of them late,
// some people outside the audience, some merged on the way.
type crowd struct {
	*rand.Rand
	w       *world
	people  int
	batches []int64
	count   map[uint32]int // events by the number they came under
}

func newCrowd(t *testing.T, db *database.DB, seed uint64, people, batches int) *crowd {
	t.Helper()
	c := &crowd{Rand: rand.New(rand.NewPCG(seed, 11)), w: setup(t, db), people: people, count: map[uint32]int{}} //nolint:gosec // repeatable on purpose
	c.w.people(people)
	for range batches {
		var events []done1
		for range 1 + c.IntN(8) {
			e := c.w.now("cart", uint32(1+c.IntN(people))) //nolint:gosec // a few
			e.at = e.at.Add(-time.Duration(c.IntN(3000)) * time.Second)
			e.receivedAt = e.at
			if c.IntN(5) == 0 {
				e.receivedAt = e.at.Add(2 * time.Hour)
			}
			c.count[e.person]++
			events = append(events, e)
		}
		c.batches = append(c.batches, c.w.store(events...))
	}
	return c
}

// outcome counts what a task's touches say of each person: fired, LATE, NOT_IN_AUDIENCE.
func (w *world) outcome(t *testing.T, task *ent.Task) (sum, sent map[uint32]int) {
	t.Helper()
	rows, err := w.DB.Ent.Touch.Query().All(w.ctx)
	require.NoError(t, err)
	sum, sent = map[uint32]int{}, map[uint32]int{}
	for _, r := range rows {
		if r.TaskID != task.ID {
			continue
		}
		sum[uint32(r.PersonNum)]++ //nolint:gosec // 32-bit numbers
		if r.Reason == "" {
			sent[uint32(r.PersonNum)]++ //nolint:gosec // same
		}
	}
	return sum, sent
}

// hand gives a batch to the next holder.
func (w *world) hand(ctx context.Context, batch int64) (int, error) {
	var attempt int
	err := w.DB.SQL.QueryRowContext(ctx, w.DB.Rebind(`UPDATE event_batches SET attempt = attempt + 1 WHERE id = ? RETURNING attempt`), batch).Scan(&attempt)
	return attempt, err
}

// For EVERY, what fired, was LATE or NOT_IN_AUDIENCE is ⌊count/n⌋ for everybody,
// and CUMULATIVE fires at most once: whatever the order of the batches, however
// often each is handed to one of several workers at once, however many of those
// are killed at some point of it.
func TestEveryNthFiresExactlyOnceWhateverHappens(t *testing.T) {
	t.Parallel()
	const histories, workers = 12, 4
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for seed := range uint64(histories) {
			t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) {
				t.Parallel()
				c := newCrowd(t, db, seed, 6, 24)
				w := c.w
				audience := w.segment(1, 2, 3, 4)
				var every, once []*ent.Task
				for _, n := range []int{1, 2, 5} {
					in := func(t *ent.TaskCreate) {
						t.SetApprovedAt(w.clock.Now().Add(-4 * time.Hour)).SetAudienceMode("SEGMENT").SetSegmentID(audience)
					}
					e, o := w.done(trigger.Every, n, "cart"), w.done(trigger.Cumulative, n, "cart")
					e.A.From, o.A.From = w.clock.Now().Add(-4*time.Hour), w.clock.Now().Add(-4*time.Hour)
					every, once = append(every, w.task(e, in)), append(once, w.task(o, in))
				}
				jobs := make(chan int64, 1000)
				for range 3 { // each batch three times, in another order each time
					for _, i := range c.Perm(len(c.batches)) {
						jobs <- c.batches[i]
					}
				}
				close(jobs)
				var wg sync.WaitGroup
				for k := range workers {
					service, dice := w.newService(), rand.New(rand.NewPCG(seed, uint64(k))) //nolint:gosec // repeatable on purpose
					wg.Go(func() {
						for batch := range jobs {
							attempt, err := w.hand(w.ctx, batch)
							if err != nil {
								continue // the queue is busy: it comes again
							}
							ctx, kill := context.WithTimeout(w.ctx, time.Duration(dice.IntN(12_000))*time.Microsecond)
							_ = service.Match(ctx, batch, attempt)
							kill()
						}
					})
				}
				wg.Wait()
				// The last holder of each lives.
				for _, batch := range c.batches {
					attempt, err := w.hand(w.ctx, batch)
					require.NoError(t, err)
					require.NoError(t, w.service.Match(w.ctx, batch, attempt))
				}
				for i, n := range []int{1, 2, 5} {
					sum, sent := w.outcome(t, every[i])
					ones, sentOnce := w.outcome(t, once[i])
					for p, count := range c.count {
						require.Equal(t, count/n, sum[p], "person %d has done it %d times, every %d", p, count, n)
						require.Equal(t, min(count/n, 1), ones[p], "person %d has done it %d times, the %dth", p, count, n)
						if p > 4 {
							require.Zero(t, sent[p]+sentOnce[p], "person %d is not in the audience", p)
						}
					}
				}
			})
		}
	})
}

// The same while people are merged.
func TestCountersFollowMerges(t *testing.T) {
	t.Parallel()
	const histories = 12
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		for seed := range uint64(histories) {
			t.Run(fmt.Sprintf("history %d", seed), func(t *testing.T) {
				t.Parallel()
				c := newCrowd(t, db, 100+seed, 6, 24)
				w := c.w
				in := func(t *ent.TaskCreate) { t.SetApprovedAt(w.clock.Now().Add(-4 * time.Hour)) }
				e, o := w.done(trigger.Every, 3, "cart"), w.done(trigger.Cumulative, 3, "cart")
				e.A.From, o.A.From = w.clock.Now().Add(-4*time.Hour), w.clock.Now().Add(-4*time.Hour)
				every, once := w.task(e, in), w.task(o, in)
				merged := map[uint32]bool{}
				work := func(batches []int64) {
					var wg sync.WaitGroup
					for half := range 2 {
						service := w.newService()
						wg.Go(func() {
							for i, batch := range batches {
								if i%2 == half {
									attempt, err := w.hand(w.ctx, batch)
									if err == nil {
										err = service.Match(w.ctx, batch, attempt)
									}
									if err != nil {
										t.Errorf("match: %v", err)
									}
								}
							}
						})
					}
					for _, loser := range []uint32{2, 3, 5} {
						if during := c.IntN(2) == 0; during && !merged[loser] {
							merged[loser] = true // while they are at work
							w.merge(winner(loser), loser)
						}
					}
					wg.Wait()
				}
				work(c.batches[:12])
				work(c.batches[12:])
				for _, loser := range []uint32{2, 3, 5} {
					if !merged[loser] {
						w.merge(winner(loser), loser)
					}
				}
				// One more of everybody, so that every counter is joined.
				last := []done1{w.now("cart", 1), w.now("cart", 4), w.now("cart", 6)}
				w.happen(last...)
				count := map[uint32]int{}
				for p, n := range c.count {
					count[winner(p)] += n
				}
				sum, _ := w.outcome(t, every)
				fired := map[uint32]int{}
				for p, n := range sum {
					fired[winner(p)] += n
				}
				ones, _ := w.outcome(t, once)
				for p, n := range count {
					require.Equal(t, (n+1)/3, fired[p], "person %d has done it %d times, every 3", p, n+1)
					require.LessOrEqual(t, ones[p], 1)
				}
			})
		}
	})
}

func winner(p uint32) uint32 {
	switch p {
	case 2, 3:
		return 1
	case 5:
		return 4
	}
	return p
}

// Somebody who died in the middle of a batch and was replaced has written nothing.
func TestAnEarlierHolderWritesNothing(t *testing.T) {
	t.Parallel()
	testdb.Each(t, func(t *testing.T, db *database.DB) {
		w := setup(t, db)
		task := w.task(w.done(trigger.Every, 1, "cart"))
		batch := w.store(w.now("cart", 1), w.now("cart", 2))
		attempt, err := w.hand(w.ctx, batch)
		require.NoError(t, err)
		_, err = w.hand(w.ctx, batch) // taken over
		require.NoError(t, err)
		require.NoError(t, w.service.Match(w.ctx, batch, attempt))
		require.Empty(t, w.pending(task))
		n, err := w.service.SweepBatches(w.ctx, clock.Wall().AddDate(1, 0, 0))
		require.NoError(t, err)
		require.Zero(t, n, "what was not matched stays")
		require.NoError(t, w.service.Match(w.ctx, batch, attempt+1))
		require.Len(t, w.pending(task), 2)
		n, err = w.service.SweepBatches(w.ctx, clock.Wall())
		require.NoError(t, err)
		require.Zero(t, n, "what was matched just now stays")
		n, err = w.service.SweepBatches(w.ctx, clock.Wall().AddDate(0, 0, 8))
		require.NoError(t, err)
		require.Equal(t, int64(1), n)
	})
}
