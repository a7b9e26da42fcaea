package trigger

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/internal/database"
	"tidings/outreach/gate"
	"tidings/outreach/schedule"
)

// matching is a batch on its way into counters and touches.
type matching struct {
	s       *Service
	p       *project
	now     time.Time
	hits    []hit
	members map[*live]*roaring.Bitmap
	unknown map[*live]bool // whose segment was never computed
}

// counterKey is whose counter it is.
type counterKey struct {
	task   string
	person uint32
}

func (k counterKey) compare(o counterKey) int {
	return cmp.Or(cmp.Compare(k.task, o.task), cmp.Compare(k.person, o.person))
}

// write counts the hits and writes what fires, in the batch's transaction.
func (m *matching) write(ctx context.Context, tx *sql.Tx) error {
	if len(m.hits) == 0 {
		return nil
	}
	db := m.s.DB
	people := map[uint32]struct{}{}
	for _, h := range m.hits {
		people[h.event.person] = struct{}{}
	}
	who, err := identify(ctx, db, tx, m.p.num, people)
	if err != nil {
		return err
	}
	keys := map[counterKey]struct{}{}
	for _, h := range m.hits {
		now := who.now(h.event.person)
		keys[counterKey{h.live.id, now}] = struct{}{}
	}
	ordered := make([]counterKey, 0, len(keys))
	for k := range keys {
		ordered = append(ordered, k)
	}
	slices.SortFunc(ordered, counterKey.compare) // one order for everybody
	counters, err := lockCounters(ctx, db, tx, ordered)
	if err != nil {
		return err
	}
	due, err := m.fold(ctx, tx, who, ordered, counters)
	if err != nil {
		return err
	}
	var touches []touch
	for _, h := range m.hits {
		key := counterKey{h.live.id, who.now(h.event.person)}
		fires := counters[key].add(h.live.def.A, h.event.at) + due[key]
		delete(due, key)
		for range fires {
			touches = append(touches, m.fire(h, key.person, who.losers[key.person]))
		}
	}
	if err := storeCounters(ctx, db, tx, ordered, counters); err != nil {
		return err
	}
	return insertTouches(ctx, db, tx, m.p.num, touches)
}

// fire is what follows from an event that fires (§10.1-10.3): for A, not B a
// judgement, otherwise the message. What is not to be sent is due at once, so
// that its reason is written down.
func (m *matching) fire(h hit, num uint32, losers []uint32) touch {
	l, e := h.live, h.event
	t := touch{task: l.id, person: num, a: e.num, base: e.at}
	if l.props {
		t.props = e.props.Raw()
	}
	t.reason = string(refusal(e.at, e.receivedAt, among(m.members[l], num, losers)))
	if t.reason == string(gate.NotInAudience) && m.unknown[l] {
		t.reason = undecided
	}
	switch {
	case t.reason != "" && t.reason != undecided:
		t.kind, t.due = Send, m.now
	case l.def.B != nil:
		t.kind, t.due = Judge, utc(e.at).Add(l.def.B.Wait.Duration()+m.p.grace)
	default:
		t.kind, t.due = Send, m.due(l.def.Timing, e)
	}
	return t
}

// due is when the message of an event A is due: by the timing from when A was
// done, however much later that is looked at, and at once where this has passed.
// The clock of who sent the event may be ahead, so it is never counted from after
// its receipt. Our own clock may be behind the one by which it was received, so
// nothing is counted from ours.
func (m *matching) due(timing schedule.Timing, e *occurrence) time.Time {
	due := timing.Due(utc(min(e.at, e.receivedAt)), m.p.zone)
	if due.Before(m.now) {
		return m.now
	}
	return due
}

// fold adds the counters of people who were merged to those of who they are now,
// and tells how many firings that made due.
func (m *matching) fold(ctx context.Context, tx *sql.Tx, who *identities, keys []counterKey, counters map[counterKey]*counter) (map[counterKey]int, error) {
	due := map[counterKey]int{}
	var old []counterKey
	into := map[counterKey]counterKey{}
	for _, k := range keys {
		for _, loser := range who.losers[k.person] {
			o := counterKey{k.task, loser}
			old, into[o] = append(old, o), k
		}
	}
	if len(old) == 0 {
		return due, nil
	}
	slices.SortFunc(old, counterKey.compare)
	gone, err := takeCounters(ctx, m.s.DB, tx, old)
	if err != nil {
		return nil, err
	}
	for o, c := range gone {
		k := into[o]
		due[k] += counters[k].join(m.p.tasks[k.task].def.A, c)
	}
	return due, nil
}

// identities are who people are now, and who was merged into them.
type identities struct {
	winner map[uint32]uint32
	losers map[uint32][]uint32
}

func (i *identities) now(num uint32) uint32 {
	if w, ok := i.winner[num]; ok {
		return w
	}
	return num
}

// identify finds out who people are now and holds their rows, so that nobody is
// merged until the transaction ends: a counter is never written for somebody
// whose counters were joined with another's.
func identify(ctx context.Context, db *database.DB, tx *sql.Tx, projectNum int64, people map[uint32]struct{}) (*identities, error) {
	out := &identities{winner: map[uint32]uint32{}, losers: map[uint32][]uint32{}}
	ids := make([]int64, 0, len(people))
	for p := range people {
		ids = append(ids, projectNum<<32|int64(p))
	}
	slices.Sort(ids)
	if err := hold(ctx, db, tx, ids); err != nil {
		return nil, err
	}
	merged, err := aliases(ctx, db, tx, "id", ids)
	if err != nil {
		return nil, err
	}
	var winners []int64
	for loser, winner := range merged {
		out.winner[low(loser)] = low(winner)
		winners = append(winners, winner)
	}
	if len(winners) > 0 {
		slices.Sort(winners)
		if err := hold(ctx, db, tx, winners); err != nil {
			return nil, err
		}
		again, err := aliases(ctx, db, tx, "id", winners)
		if err != nil {
			return nil, err
		}
		if len(again) > 0 {
			return nil, errMergedMeanwhile
		}
		ids = append(ids, winners...)
	}
	merged, err = aliases(ctx, db, tx, "to_id", ids)
	if err != nil {
		return nil, err
	}
	for loser, winner := range merged {
		out.losers[low(winner)] = append(out.losers[low(winner)], low(loser))
	}
	return out, nil
}

// errMergedMeanwhile says that somebody was merged between two looks.
var errMergedMeanwhile = errors.New("people were merged meanwhile")

// hold keeps people from being merged; on SQLite the transaction does.
func hold(ctx context.Context, db *database.DB, tx *sql.Tx, ids []int64) error {
	if !db.Postgres() {
		return nil
	}
	const q = `SELECT id FROM persons WHERE id = ANY($1) ORDER BY id FOR KEY SHARE`
	rows, err := tx.QueryContext(ctx, q, db.List(ids))
	if err == nil {
		_, err = column[int64](rows)
	}
	if err != nil {
		return fmt.Errorf("hold people: %w", err)
	}
	return nil
}

// aliases reads who was merged into whom, by either side.
func aliases(ctx context.Context, db *database.DB, tx querier, by string, ids []int64) (map[int64]int64, error) {
	rows, err := tx.QueryContext(ctx, db.Rebind(`SELECT id, to_id FROM person_aliases WHERE `+db.In(by)), db.List(ids))
	if err != nil {
		return nil, fmt.Errorf("look for merged people: %w", err)
	}
	defer func() { _ = rows.Close() }()
	out := map[int64]int64{}
	for rows.Next() {
		var id, to int64
		if err := rows.Scan(&id, &to); err != nil {
			return nil, fmt.Errorf("look for merged people: %w", err)
		}
		out[id] = to
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("look for merged people: %w", err)
	}
	return out, nil
}

// querier is a transaction or the database.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}

// low is the person's number in an ID.
func low(id int64) uint32 { return uint32(id & math.MaxUint32) } //nolint:gosec // the lower half is meant
