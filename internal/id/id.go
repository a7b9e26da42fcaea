// Package id makes the identifiers people see: a prefix that names the kind,
// an underscore and a time-sortable 128-bit number (UUIDv7) in 26 characters
// of lower-case Crockford base32, such as tsk_01k9zq3v8e7w5t4r2y1x0c6b9n.
package id

import (
	"encoding/base32"
	"strings"

	"github.com/google/uuid"
)

var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// New makes an ID of the given kind ("tsk", "chn", …). It panics only when the
// machine has no randomness.
func New(prefix string) string {
	u := uuid.Must(uuid.NewV7())
	return prefix + "_" + crockford.EncodeToString(u[:])
}

// Prefix gives the part before the underscore, or "".
func Prefix(s string) string {
	p, _, ok := strings.Cut(s, "_")
	if !ok {
		return ""
	}
	return p
}
