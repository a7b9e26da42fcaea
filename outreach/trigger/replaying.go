package trigger

import (
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"tidings/outreach/gate"
	"tidings/outreach/trigger/match"
)

// replaying is a trigger that runs over the past, in memory: events come in the
// order of their times.
type replaying struct {
	def     Definition
	zone    *time.Location
	now     time.Time
	wait    int64
	a, b    map[int64][]*match.Filter
	members *roaring.Bitmap
	merged  map[uint32]uint32

	people map[uint32]*track
	// waits are open, the earlier A first; all last equally long.
	waits  []waiting
	head   int
	days   map[string]*dayCount
	all    *roaring.Bitmap
	sample []BacktestSample
	events int64
	sent   int
	// day is that of dayFrom to dayTo: most events are of the day before's.
	day            *dayCount
	dayFrom, dayTo int64
}

// track is what is known of a person.
type track struct {
	counter counter
	b       int64 // when B was done last; 0: never
}

type waiting struct {
	person uint32
	at     int64
}

type dayCount struct {
	BacktestDay
	people *roaring.Bitmap
}

func (r *replaying) take(e *occurrence) {
	r.events++
	r.expire(e.at)
	num := e.person
	if to, ok := r.merged[num]; ok {
		num = to
	}
	if filters := r.b[e.event]; len(filters) > 0 && passes(filters, e.props, r.now, r.zone) {
		r.of(num).b = e.at
	}
	if filters := r.a[e.event]; len(filters) == 0 || !passes(filters, e.props, r.now, r.zone) {
		return
	}
	t := r.of(num)
	for range t.counter.add(r.def.A, e.at) {
		r.fire(num, e)
	}
}

func (r *replaying) of(num uint32) *track {
	t := r.people[num]
	if t == nil {
		t = &track{}
		r.people[num] = t
	}
	return t
}

func (r *replaying) fire(num uint32, e *occurrence) {
	switch refusal(e.at, e.receivedAt, among(r.members, num, nil)) {
	case gate.Late:
		r.on(e.at).Late++
		r.on(e.at).Fired++
	case gate.NotInAudience:
		r.on(e.at).NotInAudience++
		r.on(e.at).Fired++
	default:
		if r.def.B != nil {
			r.waits = append(r.waits, waiting{num, e.at})
			return
		}
		r.message(num, e.at, e.at)
	}
}

// expire ends the waits that are over before an instant: all of B up to their end
// has been seen, so whether the last B is at A or later decides.
func (r *replaying) expire(before int64) {
	for ; r.head < len(r.waits) && r.waits[r.head].at+r.wait < before; r.head++ {
		w := r.waits[r.head]
		if r.people[w.person].b >= w.at {
			r.on(w.at+r.wait).Done++
			continue
		}
		r.message(w.person, w.at, w.at+r.wait)
	}
	if r.head > 1<<16 && r.head > len(r.waits)/2 {
		r.waits = append(r.waits[:0], r.waits[r.head:]...)
		r.head = 0
	}
}

// message notes a message released at base.
func (r *replaying) message(num uint32, done, base int64) {
	d := r.on(base)
	d.Fired++
	d.Messages++
	d.people.Add(num)
	r.sent++
	if r.all.CheckedAdd(num) && len(r.sample) < samplePeople {
		r.sample = append(r.sample, BacktestSample{num, utc(done), r.def.Timing.Due(utc(base), r.zone).UTC()})
	}
}

// on is the count of the civil day of an instant.
func (r *replaying) on(at int64) *dayCount {
	if r.day != nil && at >= r.dayFrom && at < r.dayTo {
		return r.day
	}
	from, to, _ := Day(utc(at), r.zone)
	name := utc(at).In(r.zone).Format(time.DateOnly)
	d := r.days[name]
	if d == nil {
		d = &dayCount{BacktestDay: BacktestDay{Day: name}, people: roaring.New()}
		r.days[name] = d
	}
	r.day, r.dayFrom, r.dayTo = d, from.UnixMilli(), to.UnixMilli()
	return d
}

// result lists every day of the period, those on which nothing happened too.
func (r *replaying) result(from time.Time, days int) *BacktestResult {
	out := &BacktestResult{
		Days: []BacktestDay{}, Events: r.events, Messages: r.sent, People: int(r.all.GetCardinality()), //nolint:gosec // 32-bit numbers
		Sample: slices.Concat([]BacktestSample{}, r.sample), Waiting: len(r.waits) - r.head,
	}
	for at, i := from, 0; i <= days; i++ {
		d := r.on(at.UnixMilli())
		d.People = int(d.people.GetCardinality()) //nolint:gosec // same
		out.Days = append(out.Days, d.BacktestDay)
		_, at, _ = Day(at, r.zone)
	}
	return out
}
