// Package delivery takes one sub-batch of a shard through load, render, tokens,
// claim, send and settle; one file a stage. See doc.go for the promises.
package delivery

import (
	"encoding/base32"
	"encoding/binary"
	"strings"

	"tidings/outreach/fault"
)

// Status is where a delivery is. The numbers are stored; never change them.
type Status int

// SENDING, UNCONFIRMED and DEFERRED may still change; the others are final.
const (
	Sending     Status = 1 // claimed, the call is on its way
	Sent        Status = 2 // the channel took it
	Failed      Status = 3 // the channel refused it; Reason is its code
	NotSent     Status = 4 // our own rules held it; Reason says which
	Unconfirmed Status = 5 // called, and the channel never told
	Deferred    Status = 6 // definitely not sent yet; a retry shard will try again
)

var statusNames = map[Status]string{
	Sending: "SENDING", Sent: "SENT", Failed: "FAILED", NotSent: "NOT_SENT", Unconfirmed: "UNCONFIRMED", Deferred: "DEFERRED",
}

// String is the name in the API.
func (s Status) String() string { return statusNames[s] }

// ParseStatus reads a name of the API; 0 when there is no such status.
func ParseStatus(name string) Status {
	for s, n := range statusNames {
		if n == name {
			return s
		}
	}
	return 0
}

// Key names a delivery: the run's number, the person's number and, in triggered
// runs, the touch's. People see it as dlv_ and 26 characters that sort like it.
type Key struct {
	Run    int64
	Person uint32
	Seq    uint32
}

var keyText = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// String is the public ID.
func (k Key) String() string {
	var b [16]byte
	binary.BigEndian.PutUint64(b[:8], uint64(k.Run)) //nolint:gosec // run numbers are positive
	binary.BigEndian.PutUint32(b[8:12], k.Person)
	binary.BigEndian.PutUint32(b[12:], k.Seq)
	return "dlv_" + keyText.EncodeToString(b[:])
}

// ParseKey reads a public ID; NOT_FOUND when it is none.
func ParseKey(text string) (Key, error) {
	rest, ok := strings.CutPrefix(text, "dlv_")
	b, err := keyText.DecodeString(rest)
	if !ok || err != nil || len(b) != 16 || b[0] > 127 {
		return Key{}, fault.Errorf(fault.NotFound, "there is no delivery %q", text)
	}
	return Key{
		Run:    int64(binary.BigEndian.Uint64(b[:8])), //nolint:gosec // the top bit is checked above
		Person: binary.BigEndian.Uint32(b[8:12]),
		Seq:    binary.BigEndian.Uint32(b[12:]),
	}, nil
}
