package list

import (
	"cmp"
	"slices"
	"strings"
	"unicode"
)

// maxValue is how many characters of a bad line are shown.
const maxValue = 60

// badLines keeps what is shown of the lines not taken. Invalid ones go before
// duplicates, which are no mistake to repair.
type badLines struct {
	invalid, duplicate []BadLine
}

func (b *badLines) add(line int, text, rule string) {
	list := &b.invalid
	if rule == RuleDuplicate {
		list = &b.duplicate
	}
	if len(*list) < maxBadLines {
		*list = append(*list, BadLine{Line: line, Value: beginning(text), Rule: rule})
	}
}

// first gives at most maxBadLines, in the file's order.
func (b *badLines) first() []BadLine {
	all := append(slices.Clone(b.invalid), b.duplicate...)
	all = all[:min(len(all), maxBadLines)]
	slices.SortFunc(all, func(x, y BadLine) int { return cmp.Compare(x.Line, y.Line) })
	return all
}

func beginning(text string) string {
	clean := strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.TrimFunc(text, blank))
	n := 0
	for i := range clean {
		if n == maxValue {
			return clean[:i] + "…"
		}
		n++
	}
	return clean
}
