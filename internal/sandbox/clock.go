package sandbox

import (
	"context"
	"net/http"
	"time"
)

// Clock moves the application's business time, for all processes, and runs
// what falls due on the way, in order, before it answers.
type Clock interface {
	Now() time.Time
	Advance(ctx context.Context, by time.Duration) (time.Time, error)
	MoveTo(ctx context.Context, t time.Time) (time.Time, error)
}

func (s *Sandbox) getClock(w http.ResponseWriter, _ *http.Request) {
	answer(w, http.StatusOK, map[string]time.Time{"now": s.opts.Clock.Now()})
}

// postClock takes {"advance":"72h"} or {"now":"2026-11-25T06:00:00+08:00"}.
func (s *Sandbox) postClock(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Advance *string `json:"advance"`
		Now     *string `json:"now"`
	}
	if !body(w, r, &in) {
		return
	}
	var now time.Time
	var err error
	switch {
	case (in.Advance == nil) == (in.Now == nil):
		refuse(w, http.StatusBadRequest, `give either {"advance":"72h"} or {"now":"2026-11-25T06:00:00+08:00"}`)
		return
	case in.Advance != nil:
		by, perr := time.ParseDuration(*in.Advance)
		if perr != nil {
			refuse(w, http.StatusBadRequest, `advance is not a duration such as "90s", "15m" or "72h"`)
			return
		}
		if by < 0 {
			refuse(w, http.StatusBadRequest, "the clock moves forwards only")
			return
		}
		now, err = s.opts.Clock.Advance(r.Context(), by)
	default:
		to, perr := time.Parse(time.RFC3339, *in.Now)
		if perr != nil {
			refuse(w, http.StatusBadRequest, `now is not a time such as "2026-11-25T06:00:00+08:00"`)
			return
		}
		if to.Before(s.opts.Clock.Now()) {
			refuse(w, http.StatusBadRequest, "the clock moves forwards only: it is "+s.opts.Clock.Now().Format(time.RFC3339)+" already")
			return
		}
		now, err = s.opts.Clock.MoveTo(r.Context(), to)
	}
	if err != nil {
		s.log.ErrorContext(r.Context(), "move the clock", "error", err)
		refuse(w, http.StatusInternalServerError, "the clock could not be moved; the log says why")
		return
	}
	answer(w, http.StatusOK, map[string]time.Time{"now": now})
}
