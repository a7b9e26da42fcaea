package event

import (
	"time"

	"github.com/tidwall/gjson"
)

const (
	// maxAhead is how far in the future an event may seem to be.
	maxAhead = 24 * time.Hour
	// maxSkew is how far ahead a clock may be without being corrected.
	maxSkew = 5 * time.Minute
)

// earliest is the first instant an event may have.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// when works out the instant of an event. The sender's clock may be wrong: what
// lies between its time stamp and its time of sending is right, so the event is
// that long before it was received. rule is empty, or why it is refused;
// clamped tells that it was ahead and counts as just received.
func when(timestamp, sentAt, received time.Time, retentionDays int) (at time.Time, clamped bool, rule string) {
	at = received
	switch {
	case timestamp.IsZero():
	case sentAt.IsZero():
		at = timestamp
	default:
		at = received.Add(timestamp.Sub(sentAt))
	}
	switch ahead := at.Sub(received); {
	case ahead > maxAhead:
		return at, false, "IN_THE_FUTURE"
	case ahead > maxSkew:
		return received, true, ""
	}
	if at.Before(earliest) || (retentionDays > 0 && at.Before(received.AddDate(0, 0, -retentionDays))) {
		return at, false, "TOO_OLD"
	}
	return at, false, ""
}

// readTime reads a time stamp as SDKs send them: RFC 3339, or milliseconds since
// the epoch. Zero: there is none; false: it cannot be read.
func readTime(v gjson.Result) (time.Time, bool) {
	switch v.Type {
	case gjson.Null:
		return time.Time{}, true
	case gjson.Number:
		if v.Num < -62e12 || v.Num > 253e12 {
			return time.Time{}, false
		}
		return time.UnixMilli(int64(v.Num)).UTC(), true
	case gjson.String:
		if v.Str == "" {
			return time.Time{}, true
		}
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999Z0700"} {
			if t, err := time.Parse(layout, v.Str); err == nil {
				return t.UTC(), true
			}
		}
	case gjson.True, gjson.False, gjson.JSON:
	}
	return time.Time{}, false
}
