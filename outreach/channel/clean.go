package channel

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxText is the most runes of a provider's words that are kept.
const MaxText = 200

// Clean makes a provider's words fit to store and show: the given secrets
// (tokens, app secrets, recipients' IDs) are struck out, control characters
// become spaces, and the rest is cut to MaxText runes. The secrets go first,
// so that a cut cannot leave half of one.
func Clean(text string, secrets ...string) string {
	for _, s := range secrets {
		if s != "" {
			text = strings.ReplaceAll(text, s, "***")
		}
	}
	if utf8.ValidString(text) && len(text) <= MaxText && strings.IndexFunc(text, unicode.IsControl) < 0 {
		return text
	}
	var b strings.Builder
	n := 0
	for _, r := range text { // invalid bytes come out as U+FFFD
		if n == MaxText {
			break
		}
		if unicode.IsControl(r) {
			r = ' '
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}
