package bench

import (
	"slices"
	"strconv"
	"strings"
)

// line is a figure in the form others read (DESIGN §2); zero values do not apply
// and are left out.
type line struct {
	name     string
	rate     float64 // of the measured thing, a second
	baseline float64 // of the yardstick, a second
	ratio    float64 // the median of the rounds' ratios
	p50, p99 float64 // milliseconds
	rss      float64 // the measured process's most memory, MB
}

// String is `bench NAME rate=… baseline=… ratio=… p50_ms=… p99_ms=… rss_mb=…`.
func (l line) String() string {
	var b strings.Builder
	b.WriteString("bench " + l.name)
	for _, f := range []struct {
		key      string
		value    float64
		decimals int
	}{
		{"rate", l.rate, 0},
		{"baseline", l.baseline, 0},
		{"ratio", l.ratio, 3},
		{"p50_ms", l.p50, 1},
		{"p99_ms", l.p99, 1},
		{"rss_mb", l.rss, 0},
	} {
		if f.value != 0 {
			b.WriteString(" " + f.key + "=" + strconv.FormatFloat(f.value, 'f', f.decimals, 64))
		}
	}
	return b.String()
}

// median of an odd number is the middle one, of an even number the mean of the two.
func median(values []float64) float64 {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// of takes one number of each round and gives the median.
func of[T any](rounds []T, number func(T) float64) float64 {
	values := make([]float64, len(rounds))
	for i, r := range rounds {
		values[i] = number(r)
	}
	return median(values)
}
