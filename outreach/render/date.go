package render

import (
	"regexp"
	"strconv"
	"strings"
)

const (
	hourPattern  = `(?:[01]?\d|2[0-3]):[0-5]\d(?::[0-5]\d)?`
	month, day   = `(?:0?[1-9]|1[0-2])`, `(?:0?[1-9]|[12]\d|3[01])`
	fullPattern  = `\d{4}年` + month + `月` + day + `日|\d{4}-` + month + `-` + day + `|\d{4}/` + month + `/` + day + `|\d{4}\.` + month + `\.` + day
	monthPattern = `\d{4}[年]` + month + `月|\d{4}[-/.]` + month
	dayPattern   = month + `月` + day + `日|` + month + `[-/.]` + day
)

var (
	timeForm  = regexp.MustCompile(`^(?:(` + fullPattern + `) )?` + hourPattern + `$`)
	dateForm  = regexp.MustCompile(`^(` + fullPattern + `)(?: ` + hourPattern + `)?$`)
	monthForm = regexp.MustCompile(`^(?:` + monthPattern + `)$`)
	dayForm   = regexp.MustCompile(`^(` + dayPattern + `)$`)
)

// isTime is HH:MM or HH:MM:SS, with a whole date before it if wanted, or a period of two.
func isTime(value string, _ []string) bool {
	return isPeriod(value, func(s string) bool {
		m := timeForm.FindStringSubmatch(s)
		return m != nil && (m[1] == "" || isRealDay(m[1]))
	})
}

// isDate is a date, whole or in part, a whole one with a time behind it if wanted, or a period of two.
func isDate(value string, _ []string) bool {
	return isPeriod(value, func(s string) bool {
		if m := dateForm.FindStringSubmatch(s); m != nil {
			return isRealDay(m[1])
		}
		if monthForm.MatchString(s) {
			return true
		}
		m := dayForm.FindStringSubmatch(s)
		return m != nil && isRealDay(m[1])
	})
}

func isPeriod(value string, is func(string) bool) bool {
	from, to, two := strings.Cut(value, "~")
	if !two {
		return is(value)
	}
	return is(strings.TrimSpace(from)) && is(strings.TrimSpace(to))
}

// isRealDay refuses the 31st of short months and the 29th of February in
// common years. The last two numbers are month and day; the year may be left out.
func isRealDay(s string) bool {
	n := strings.FieldsFunc(s, func(r rune) bool { return !isDigit(r) })
	year := 2000 // without a year the 29th of February is possible
	if len(n) == 3 {
		year = atoi(n[0])
	}
	m, d := atoi(n[len(n)-2]), atoi(n[len(n)-1])
	switch m {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return d <= 29
		}
		return d <= 28
	case 4, 6, 9, 11:
		return d <= 30
	}
	return d <= 31
}

// atoi reads one to four digits that a pattern has found.
func atoi(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
