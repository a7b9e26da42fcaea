package trigger

import (
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// replaying is a trigger that runs over the past, in memory: events come in the
// order of their times. What it keeps of a person is ten bytes, and of a wait eight.
type replaying struct {
	def     Definition
	zone    *time.Location
	wait    int64
	members *roaring.Bitmap // nil: everybody

	counts pagesOf[uint16]
	lastB  pagesOf[int64] // when B was done last; 0: never
	waits  waits          // the earlier A first; all last equally long
	days   map[string]*dayCount
	all    *roaring.Bitmap
	sample []BacktestSample
	sent   int
	// day is that of dayFrom to dayTo: most events are of the day before's.
	day            *dayCount
	dayFrom, dayTo int64
}

type dayCount struct {
	BacktestDay
	people *roaring.Bitmap
}

func newReplaying(d Definition, zone *time.Location) *replaying {
	r := &replaying{def: d, zone: zone, days: map[string]*dayCount{}, all: roaring.New()}
	if d.B != nil {
		r.wait = d.B.Wait.Duration().Milliseconds()
	}
	return r
}

func (r *replaying) take(e happened) {
	r.expire(e.at)
	if e.is&isB != 0 {
		*r.lastB.of(e.person) = e.at
	}
	if e.is&isA != 0 && r.count(r.counts.of(e.person)) {
		r.fire(e)
	}
}

// fired marks a count of CUMULATIVE whose one firing is over.
const fired = 1 << 15

// count is counter.add on two bytes: for EVERY what is over ⌊count / n⌋·n is all
// that the next firing depends on.
func (r *replaying) count(held *uint16) bool {
	c := counter{count: int(*held &^ fired), fired: *held&fired != 0}
	if c.fired {
		return false
	}
	fires := c.add(r.def.A, 0) > 0
	if fires {
		c.count = 0
	}
	*held = uint16(c.count) //nolint:gosec // n is a thousand at most
	if c.fired {
		*held |= fired
	}
	return fires
}

func (r *replaying) fire(e happened) {
	switch {
	case e.is&isLate != 0:
		r.on(e.at).Late++
		r.on(e.at).Fired++
	case r.members != nil && !r.members.Contains(e.person):
		r.on(e.at).NotInAudience++
		r.on(e.at).Fired++
	case r.def.B != nil:
		r.waits.push(e.person, e.at)
	default:
		r.message(e.person, e.at, e.at)
	}
}

// expire ends the waits that are over before an instant: all of B up to their end
// has been seen, so whether the last B is at A or later decides.
func (r *replaying) expire(before int64) {
	for {
		num, at, ok := r.waits.first()
		if !ok || at+r.wait >= before {
			return
		}
		r.waits.pop()
		if *r.lastB.of(num) >= at {
			r.on(at+r.wait).Done++
			continue
		}
		r.message(num, at, at+r.wait)
	}
}

// message notes a message released at base.
func (r *replaying) message(num uint32, done, base int64) {
	d := r.on(base)
	d.Fired++
	d.Messages++
	d.people.Add(num)
	r.sent++
	if len(r.sample) < samplePeople && r.all.CheckedAdd(num) {
		r.sample = append(r.sample, BacktestSample{num, utc(done), r.def.Timing.Due(utc(base), r.zone).UTC()})
	} else {
		r.all.Add(num)
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
		Days: []BacktestDay{}, Messages: r.sent, People: int(r.all.GetCardinality()), //nolint:gosec // 32-bit numbers
		Sample: slices.Concat([]BacktestSample{}, r.sample), Waiting: r.waits.len(),
	}
	for at, i := from, 0; i <= days; i++ {
		d := r.on(at.UnixMilli())
		d.People = int(d.people.GetCardinality()) //nolint:gosec // same
		out.Days = append(out.Days, d.BacktestDay)
		_, at, _ = Day(at, r.zone)
	}
	return out
}
