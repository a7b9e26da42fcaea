// Package channeltest holds what tests of delivery and of providers share: a
// Sender that records, and the suite that every real Sender passes.
package channeltest

import (
	"slices"
	"strconv"
	"sync"
	"time"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

// Recorder is a Sender that keeps what it is given. The zero value accepts everything.
type Recorder struct {
	// Answer decides the result of a message; nil accepts it. It may block,
	// which is how a test holds a send in flight.
	Answer func(m *channel.Message) channel.Result

	mu   sync.Mutex
	sent []channel.Message
}

var _ channel.Sender = (*Recorder)(nil)

// Send records a copy of the message, unless the deadline has passed.
func (r *Recorder) Send(deadline time.Time, m *channel.Message) channel.Result {
	if !clock.Wall().Before(deadline) {
		return channel.Result{Outcome: channel.Later, Code: channel.NotWritten}
	}
	r.mu.Lock()
	kept := *m
	kept.Params = slices.Clone(m.Params)
	r.sent = append(r.sent, kept)
	n := len(r.sent)
	r.mu.Unlock()
	if r.Answer != nil {
		return r.Answer(m)
	}
	return channel.Result{Outcome: channel.Sent, MessageID: "recorded-" + strconv.Itoa(n)}
}

// Messages gives what was handed over so far, in order.
func (r *Recorder) Messages() []channel.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

// To gives the messages of one recipient.
func (r *Recorder) To(target string) []channel.Message {
	var out []channel.Message
	for _, m := range r.Messages() {
		if m.Target == target {
			out = append(out, m)
		}
	}
	return out
}
