package compile

import (
	"strconv"
	"time"
)

const (
	dayMs = 86_400_000
	// farDays keeps day numbers positive, so that both databases, which round
	// towards zero, round the same way. It is a whole number of weeks behind a Monday.
	farDays = 700_000 + 3
)

// shift is an offset from UTC in ms that holds from an instant on.
type shift struct{ from, offset int64 }

// shifts are the offsets of a zone between two instants, the first from ever.
func shifts(loc *time.Location, from, to time.Time) []shift {
	var out []shift
	for t := from; ; {
		_, offset := t.In(loc).Zone()
		start := t.UnixMilli()
		if n := len(out); n == 0 || out[n-1].offset != int64(offset)*1000 {
			out = append(out, shift{start, int64(offset) * 1000})
		}
		_, end := t.In(loc).ZoneBounds()
		if end.IsZero() || !end.Before(to) {
			return out
		}
		t = end
	}
}

// offsetSQL is the zone's offset at an instant given as ms, as a tree of CASEs.
func offsetSQL(at string, s []shift) string {
	if len(s) == 1 {
		return strconv.FormatInt(s[0].offset, 10)
	}
	m := len(s) / 2
	return "CASE WHEN " + at + " < " + strconv.FormatInt(s[m].from, 10) + " THEN " + offsetSQL(at, s[:m]) + " ELSE " + offsetSQL(at, s[m:]) + " END"
}

// daySQL is the number of the civil day that an instant is on in the scope's
// zone. Zones are known ten years ahead; what is later has the last offset.
func (e *evaluation) daySQL(at string) string {
	offset := offsetSQL(at, shifts(e.scope.Zone, time.Unix(0, 0), e.scope.Now.AddDate(10, 0, 0)))
	return "((" + at + " + " + offset + " + " + strconv.FormatInt(farDays*dayMs, 10) + ") / " + strconv.Itoa(dayMs) + ")"
}

// weekSQL numbers weeks, which begin on Monday, from the number of a day.
func weekSQL(day string) string { return "(" + day + " / 7)" }

// monthSQL names the month of a day's number.
func (d dialect) monthSQL(day string) string {
	if d.postgres {
		return "to_char(timestamp 'epoch' + (" + day + " - " + strconv.Itoa(farDays) + ") * interval '1 day', 'YYYY-MM')"
	}
	return "strftime('%Y-%m', (" + day + " - " + strconv.Itoa(farDays) + ") * 86400, 'unixepoch')"
}
