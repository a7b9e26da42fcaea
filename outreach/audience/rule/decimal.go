package rule

import (
	"math/big"
	"regexp"
	"strings"
)

// maxNumber bounds numbers in rules, so that 64-bit floating point, which is
// what SQLite computes with, keeps six decimals of them apart.
var maxNumber = big.NewRat(1_000_000_000, 1)

var numberForm = regexp.MustCompile(`^-?\d{1,30}(\.\d{1,30})?([eE][+-]?\d{1,2})?$`)

// decimal writes a JSON number out without an exponent; false where it is
// beyond a thousand million or has more than six decimals.
func decimal(text string) (string, bool) {
	if !numberForm.MatchString(text) {
		return "", false
	}
	r, ok := new(big.Rat).SetString(text)
	if !ok || new(big.Rat).Abs(r).Cmp(maxNumber) > 0 {
		return "", false
	}
	out := r.FloatString(6)
	if back, _ := new(big.Rat).SetString(out); back.Cmp(r) != 0 {
		return "", false
	}
	out = strings.TrimRight(strings.TrimRight(out, "0"), ".")
	if out == "-0" || out == "" {
		out = "0"
	}
	return out, true
}
