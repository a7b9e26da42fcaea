package task

import (
	"strconv"

	naming "tidings/outreach/name"
)

// maxName is the most characters of a task's or campaign's name.
const maxName = 60

// copyName is the n-th name to try for a copy: _copy, _copy2, _copy3 … behind
// the original's, which is cut where the whole would be too long.
func copyName(name string, n int) string {
	suffix := "_copy"
	if n > 1 {
		suffix += strconv.Itoa(n)
	}
	r := []rune(name)
	if room := maxName - len(suffix); len(r) > room {
		r = r[:room]
	}
	return naming.Clean(string(r)) + suffix
}
