package channel

import (
	"fmt"
	"time"
)

// Codes that a Sender gives by itself, beside the codes of its provider.
const (
	NotWritten  = "NOT_WRITTEN"  // the deadline passed before anything was written
	Unreachable = "UNREACHABLE"  // connection refused, name not resolved: nothing was written
	Busy        = "BUSY"         // this process is sending to the same recipient already: nothing was written
	Timeout     = "TIMEOUT"      // written, no answer in time
	Broken      = "BROKEN"       // written, the answer is missing, cut off or not understood
	ServerError = "SERVER_ERROR" // written, answered with an HTTP error
)

// Outcome is what became of one call.
type Outcome uint8

const (
	// Unconfirmed is the zero value on purpose: who forgets to say what
	// happened has said that nobody knows.
	Unconfirmed Outcome = iota
	Sent                // the provider took the message
	Failed              // the provider refused it, trying again would not help
	Later               // certainly not delivered; may be tried again
)

var outcomeNames = [...]string{"UNCONFIRMED", "SENT", "FAILED", "LATER"}

func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("Outcome(%d)", uint8(o))
}

// Scope tells whom a failure concerns, and so what else would fail.
type Scope uint8

const (
	ScopeNone    Scope = iota // nothing beyond this call
	ScopeMessage              // this message's content
	ScopeUser                 // this recipient, whatever the message
	ScopeTask                 // every message of the task: stop the run, the task is abnormal
	ScopeChannel              // every message of the channel: it is abnormal, or paused until PauseUntil
)

var scopeNames = [...]string{"NONE", "MESSAGE", "USER", "TASK", "CHANNEL"}

func (s Scope) String() string {
	if int(s) < len(scopeNames) {
		return scopeNames[s]
	}
	return fmt.Sprintf("Scope(%d)", uint8(s))
}

// Result is a classified answer.
type Result struct {
	Outcome Outcome
	Scope   Scope
	Code    string // the provider's code ("43101") or one of this package; empty when sent
	Text    string // the provider's words, cleaned and cut by Clean

	MessageID string // the provider's ID of the message, when sent and told
	RequestID string // the provider's ID of the call, for its support desk
	Field     string // the template key that the provider found wrong (47003)

	RetryAfter time.Duration // with Later: wait at least so long; zero: Backoff
	PauseUntil time.Time     // with ScopeChannel: nothing may be sent before; zero: until someone repairs it
	Slow       bool          // the provider asks to slow down: halve the rate for five minutes

	TargetInvalid bool // the recipient does not exist: mark the identity invalid
	QuotaSpent    bool // the recipient's authorisations for this template are used up or withdrawn
}

// backoff holds the waits before the 2nd, 3rd, 4th and 5th attempt.
var backoff = [...]time.Duration{time.Second, 5 * time.Second, 30 * time.Second, 2 * time.Minute}

// Backoff gives the wait after so many attempts that ended in Later without a
// RetryAfter; false means that the message has been tried often enough.
func Backoff(attempts int) (time.Duration, bool) {
	if attempts < 1 {
		return 0, true
	}
	if attempts > len(backoff) {
		return 0, false
	}
	return backoff[attempts-1], true
}
