package schedule_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the zones of the cases, whatever the machine has

	"github.com/stretchr/testify/require"

	"tidings/outreach/fault"
)

// in is a zone by name.
func in(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	require.NoError(t, err)
	return zone
}

// at reads RFC 3339, or "2006-01-02 15:04" in the zone where the clock shows it once.
func at(t testing.TB, text string, zone *time.Location) time.Time {
	t.Helper()
	if instant, err := time.Parse(time.RFC3339, text); err == nil {
		return instant.In(zone)
	}
	instant, err := time.ParseInLocation("2006-01-02 15:04", text, zone)
	require.NoError(t, err)
	return instant
}

// shown writes instants as their zone's clock shows them, with its offset.
func shown(points []time.Time) []string {
	out := []string{}
	for _, p := range points {
		out = append(out, p.Format("Mon 2006-01-02 15:04 -0700"))
	}
	return out
}

// rules are the wrong fields as "path RULE".
func rules(fs fault.Fields) []string {
	out := []string{}
	for _, f := range fs {
		out = append(out, f.Path+" "+f.Rule)
	}
	return out
}
