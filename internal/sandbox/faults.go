package sandbox

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Faults are what goes wrong on demand. The zero value is a healthy WeChat.
type Faults struct {
	LatencyMS     int  `json:"latencyMs"`     // before each answer
	Hang          bool `json:"hang"`          // sends are read and never answered, nor delivered
	DropEvery     int  `json:"dropEvery"`     // every nth send: the connection closes without an answer
	DropDelivered bool `json:"dropDelivered"` // … after the message was delivered all the same
	Errcode       int  `json:"errcode"`       // every errcodeEvery-th send is refused with this code
	ErrcodeEvery  int  `json:"errcodeEvery"`  // 0 or 1: every one
	QPM           int  `json:"qpm"`           // sends a minute before 45011; 0: no limit
	Daily         int  `json:"daily"`         // sends a Beijing day before 45009; 0: no limit
	RevokeTokens  bool `json:"revokeTokens"`  // all tokens given out end at once; not kept
}

type faults struct {
	set    atomic.Pointer[Faults]
	sends  atomic.Uint64
	minute window
	day    window
}

func (f *faults) init() { f.set.Store(&Faults{}) }

// window counts events of one period: the period's number in the upper half,
// the count in the lower.
type window struct{ packed atomic.Uint64 }

// over counts one event and tells whether the limit was reached before it.
func (w *window) over(period int64, limit int) bool {
	for {
		old := w.packed.Load()
		count := uint32(old) //nolint:gosec // the lower half
		if int64(old>>32) != period {
			count = 0
		}
		if int64(count) >= int64(limit) {
			return true
		}
		if w.packed.CompareAndSwap(old, uint64(period)<<32|uint64(count+1)) { //nolint:gosec // periods are small and positive
			return false
		}
	}
}

// SetFaults replaces the faults in force.
func (s *Sandbox) SetFaults(f Faults) {
	if f.RevokeTokens {
		s.tokens.revoke()
		f.RevokeTokens = false
	}
	s.faults.set.Store(&f)
}

func (s *Sandbox) getFaults(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, s.faults.set.Load())
}

// postFaults changes the faults that the body names and leaves the others.
func (s *Sandbox) postFaults(w http.ResponseWriter, r *http.Request) {
	f := *s.faults.set.Load()
	if !body(w, r, &f) {
		return
	}
	if f.LatencyMS < 0 || f.LatencyMS > 600_000 || f.DropEvery < 0 || f.ErrcodeEvery < 0 || f.QPM < 0 || f.Daily < 0 {
		refuse(w, http.StatusBadRequest, "numbers must not be negative, and latencyMs at most 600000")
		return
	}
	s.SetFaults(f)
	answer(w, http.StatusOK, s.faults.set.Load())
}

// disturb applies latency to every call and hangs sends; true when the call is over.
func (s *Sandbox) disturb(w http.ResponseWriter, r *http.Request, c *call, isSend bool) bool {
	f := s.faults.set.Load()
	if f.LatencyMS > 0 {
		// Not cut short when the client goes away: WeChat would finish what it has read.
		wait := time.NewTimer(time.Duration(f.LatencyMS) * time.Millisecond)
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-s.stop:
		}
	}
	if !isSend || !f.Hang {
		return false
	}
	c.unanswered = true
	s.record(c, 0)
	select {
	case <-r.Context().Done():
	case <-s.stop:
	}
	hangUp(w)
	return true
}

// limited counts a send against the limits; the code of a refusal, or 0.
func (s *Sandbox) limited(f *Faults) int {
	if f.Daily > 0 {
		const beijing = 8 * 60 * 60
		if s.faults.day.over((s.now().Unix()+beijing)/86400, f.Daily) {
			return 45009
		}
	}
	if f.QPM > 0 && s.faults.minute.over(s.opts.Wall().Unix()/60, f.QPM) {
		return 45011
	}
	return 0
}

// hangUp closes the connection without an answer.
func hangUp(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // the documented way where hijacking is not possible
	}
	_ = conn.Close()
}
