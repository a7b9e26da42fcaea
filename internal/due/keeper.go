package due

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tidings/internal/clock"
	"tidings/internal/database"
	"tidings/internal/id"
)

func wall() time.Time { return clock.Wall() }

// Lease is a row that this process holds.
type Lease struct {
	// Attempt fences every write of progress.
	Attempt int

	table  Table
	id     string
	owner  string
	until  atomic.Int64 // machine time, nanoseconds
	keeper *Keeper
	once   sync.Once
	lost   chan struct{}
}

// Outlives tells whether the lease lasts longer than the instant of machine
// time; asked on the wall clock before each call to a channel, so that a
// process that was stopped and woken calls nobody.
func (l *Lease) Outlives(at time.Time) bool { return at.UnixNano() < l.until.Load() }

// Lost is closed when the lease could not be renewed: somebody else holds the row.
func (l *Lease) Lost() <-chan struct{} { return l.lost }

// Drop stops renewing without touching the row.
func (l *Lease) Drop() { l.keeper.remove(l) }

func (l *Lease) lose() { l.once.Do(func() { close(l.lost) }) }

// Keeper renews the leases of a process, all in one statement a table.
type Keeper struct {
	db      *database.DB
	log     *slog.Logger
	process string
	counter atomic.Int64

	mu   sync.Mutex
	held map[*Lease]struct{}
}

// NewKeeper makes a keeper; its Run does the renewing.
func NewKeeper(db *database.DB, log *slog.Logger) *Keeper {
	return &Keeper{db: db, log: log, process: id.New("wrk"), held: map[*Lease]struct{}{}}
}

// nextOwner names one lease: unique over all processes and takes.
func (k *Keeper) nextOwner() string {
	return k.process + "." + strconv.FormatInt(k.counter.Add(1), 36)
}

func (k *Keeper) add(l *Lease) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.held[l] = struct{}{}
}

func (k *Keeper) remove(l *Lease) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.held, l)
}

// Run renews until ctx ends. Its first word tells whose the leases in the tables are.
func (k *Keeper) Run(ctx context.Context) {
	k.log.InfoContext(ctx, "leases are kept", "process", k.process)
	tick := time.NewTicker(Renewal)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if err := k.renew(ctx); err != nil && ctx.Err() == nil {
				k.log.WarnContext(ctx, "leases not renewed", "error", err)
			}
		}
	}
}

// renew prolongs what is held and tells the holders of what was taken away.
func (k *Keeper) renew(ctx context.Context) error {
	byTable := map[Table][]*Lease{}
	k.mu.Lock()
	for l := range k.held {
		byTable[l.table] = append(byTable[l.table], l)
	}
	k.mu.Unlock()
	// Side by side: a table that waits for somebody's lock must not cost the others their leases.
	errs := make(chan error, len(byTable))
	for table, leases := range byTable {
		go func() { errs <- k.renewTable(ctx, table, leases) }()
	}
	var all error
	for range byTable {
		all = errors.Join(all, <-errs)
	}
	return all
}

func (k *Keeper) renewTable(ctx context.Context, table Table, leases []*Lease) error {
	// A renewal that takes longer than this would come too late for the next.
	ctx, cancel := context.WithTimeout(ctx, Renewal)
	defer cancel()
	owners := make([]string, len(leases))
	var ids any
	texts, numbers := make([]string, len(leases)), make([]int64, len(leases))
	for i, l := range leases {
		owners[i], texts[i] = l.owner, l.id
		numbers[i], _ = strconv.ParseInt(l.id, 10, 64)
	}
	ids = k.db.List(texts)
	if table == Shards || table == Batches { // their IDs are numbers
		ids = k.db.List(numbers)
	}
	asked := wall()
	text := k.db.Rebind(fmt.Sprintf(`UPDATE %s SET lease_until = %s WHERE %s AND %s RETURNING lease_owner`,
		table, k.db.LaterSQL(TTL), k.db.In("id"), k.db.In("lease_owner")))
	rs, err := k.db.SQL.QueryContext(ctx, text, ids, k.db.List(owners))
	if err != nil {
		return fmt.Errorf("renew %s: %w", table, err)
	}
	defer func() { _ = rs.Close() }()
	renewed := map[string]bool{}
	for rs.Next() {
		var owner string
		if err := rs.Scan(&owner); err != nil {
			return fmt.Errorf("renew %s: %w", table, err)
		}
		renewed[owner] = true
	}
	if err := rs.Err(); err != nil {
		return fmt.Errorf("renew %s: %w", table, err)
	}
	for _, l := range leases {
		if renewed[l.owner] {
			l.until.Store(asked.Add(TTL).UnixNano())
			continue
		}
		l.lose()
		k.remove(l)
	}
	return nil
}
