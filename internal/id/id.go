// Package id makes the identifiers people see: a prefix that names the kind,
// an underscore and a time-sortable 128-bit number (UUIDv7) in 26 characters
// of lower-case Crockford base32, such as tsk_01k9zq3v8e7w5t4r2y1x0c6b9n.
package id

import (
	"encoding/base32"
	"strings"
	"sync/atomic"
	"time"

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

// Time is when an ID was made, by the clock of the machine that made it; the
// zero time for what New did not make.
func Time(s string) time.Time {
	_, text, _ := strings.Cut(s, "_")
	b, err := crockford.DecodeString(text)
	if err != nil || len(b) != len(uuid.UUID{}) {
		return time.Time{}
	}
	ms := int64(b[0])<<40 | int64(b[1])<<32 | int64(b[2])<<24 | int64(b[3])<<16 | int64(b[4])<<8 | int64(b[5])
	return time.UnixMilli(ms).UTC()
}

// Num makes a positive 63-bit number that grows with time: 41 bits of
// milliseconds since 2024 and 22 random ones. Runs carry one, because every
// delivery row repeats it. A process never makes one twice, however many it makes
// in a millisecond.
func Num() int64 {
	n := num()
	for {
		last := lastNum.Load()
		n = max(n, last+1)
		if lastNum.CompareAndSwap(last, n) {
			return n
		}
	}
}

var lastNum atomic.Int64

func num() int64 {
	u := uuid.Must(uuid.NewV7())
	ms := int64(u[0])<<40 | int64(u[1])<<32 | int64(u[2])<<24 | int64(u[3])<<16 | int64(u[4])<<8 | int64(u[5])
	random := int64(u[9])<<16 | int64(u[10])<<8 | int64(u[11])
	const epoch = 1_704_067_200_000 // 2024-01-01 UTC
	return (ms-epoch)<<22 | random&(1<<22-1)
}
