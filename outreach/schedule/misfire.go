package schedule

import "time"

const (
	// Grace is how late a point of a recurring task may still run, this much included (§10.5).
	Grace = 30 * time.Minute
	// MaxLate is how late a task that runs once may still run, this much included (§10.5).
	MaxLate = 72 * time.Hour
)

// Verdict is what becomes of a point that nobody started in time, because the
// server was down.
type Verdict string

const (
	Wait     Verdict = "WAIT"     // it has not come yet
	Run      Verdict = "RUN"      // start it now
	Skip     Verdict = "SKIPPED"  // its sub-run is recorded as skipped
	Abnormal Verdict = "ABNORMAL" // the task becomes abnormal; its creator decides
)

// Misfire judges one point of a recurring task (§10.5): up to Grace late it
// runs, later it is skipped. Each point is judged by itself, so of several
// within the grace all run, one after the other.
//
// Points missed for another reason have other rules: those that passed before
// the approval are CatchUp's, those that passed while paused are all skipped (§1.3).
func Misfire(point, now time.Time) Verdict {
	return late(point, now, Grace, Skip)
}

// MisfireOnce judges the reach time of a task that runs once (§10.5): it always
// runs late, but after MaxLate, when the message is likely wrong, a person decides.
func MisfireOnce(reachAt, now time.Time) Verdict {
	return late(reachAt, now, MaxLate, Abnormal)
}

func late(point, now time.Time, allowed time.Duration, beyond Verdict) Verdict {
	switch {
	case now.Before(point):
		return Wait
	case now.Sub(point) <= allowed:
		return Run
	default:
		return beyond
	}
}

// CatchUp says what an approval after the first planned point starts (R59,
// §1.3): of the points that have come by now, the latest runs at once however
// late it is, and the earlier ones are skipped. points are in order, as Between
// gives them; those still to come are left to the cycle. Not ok: none has come.
//
// Whether the approval came in time at all (R50) is the approval's deadline.
func CatchUp(points []time.Time, now time.Time) (run time.Time, skipped []time.Time, ok bool) {
	come := 0
	for come < len(points) && !points[come].After(now) {
		come++
	}
	if come == 0 {
		return time.Time{}, nil, false
	}
	return points[come-1], points[:come-1], true
}
