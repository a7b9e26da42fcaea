package bench

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"

	"tidings/ent"
	entrun "tidings/ent/run"
	"tidings/ent/viewer"
	"tidings/internal/config"
)

// runWithin bounds one run; beyond it something stands still.
const runWithin = 10 * time.Minute

// sending is one measurement of one way to send to everybody.
type sending struct {
	rate     float64 // messages a second, from the first at the receiver to the end
	arriving float64 // the same to the last at the receiver
	process  used
	// What the other processes used meanwhile, ms.
	receiverCPU, postgresCPU, redisCPU float64
	tally                              tally
}

// cpu is what all processes used for it together, ms.
func (s sending) cpu() float64 { return s.process.cpu + s.receiverCPU + s.postgresCPU + s.redisCPU }

// round holds the ways, measured one right after the other.
type round struct{ loop, client, path, personal sending }

// measureDispatch measures the sending path, from a task that falls due to the
// last recipient's recorded outcome, beside a bare loop of POSTs and beside the
// path's own HTTP client without records.
func measureDispatch(ctx context.Context, cfg *config.Config, o *options, out io.Writer) ([]line, error) {
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer w.close()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	say("dispatch: %d recipients, %d connections, %d rounds; making people…\n", o.recipients, o.conns, o.runs)
	if err := w.settle(ctx, o.recipients); err != nil {
		return nil, err
	}
	role, err := startRole(ctx, "receiver")
	if err != nil {
		return nil, err
	}
	defer func() { _ = role.stop() }()
	m := &dispatching{world: w, options: o, receiver: role.says, http: &http.Client{}}
	rounds := make([]round, o.runs)
	for i := range rounds {
		if err := m.round(ctx, &rounds[i]); err != nil {
			return nil, err
		}
		r := &rounds[i]
		say("  round %d: loop %6.0f/s, client %6.0f/s, path %6.0f/s (%.2f of the loop, %.2f of the client), personal %6.0f/s (%.2f)\n", i+1,
			r.loop.rate, r.client.rate, r.path.rate, r.path.rate/r.loop.rate, r.path.rate/r.client.rate, r.personal.rate, r.personal.rate/r.loop.rate)
	}
	say("%s", report(o.recipients, rounds))
	return dispatchLines(rounds), nil
}

type dispatching struct {
	world    *world
	options  *options
	receiver string // its address
	http     *http.Client
}

// round measures each way once.
func (m *dispatching) round(ctx context.Context, r *round) error {
	n, conns := strconv.Itoa(m.options.recipients), strconv.Itoa(m.options.conns)
	var err error
	if r.loop, err = m.bare(ctx, "loop", "-n", n, "-conns", conns, "-url", m.receiver); err != nil {
		return err
	}
	if r.path, err = m.path(ctx, false); err != nil {
		return err
	}
	if r.client, err = m.bare(ctx, "client", "-n", n, "-conns", conns, "-url", m.receiver); err != nil {
		return err
	}
	r.personal, err = m.path(ctx, true)
	return err
}

// bare runs a yardstick in a process of its own.
func (m *dispatching) bare(ctx context.Context, role string, args ...string) (sending, error) {
	before, err := m.reset(ctx)
	if err != nil {
		return sending{}, err
	}
	cmd, err := self(ctx, nil, append([]string{"bench", role}, args...)...)
	if err != nil {
		return sending{}, err
	}
	var s sending
	if s.process, err = runToEnd(cmd); err != nil {
		return s, err
	}
	got, err := m.arrived(ctx)
	if err != nil {
		return s, err
	}
	s.receiverCPU = got.CPU - before
	s.arriving = perSecond(m.options.recipients, got.First, got.Last)
	s.rate = s.arriving
	return s, nil
}

// path runs a task on a worker in a process of its own, which finds it due.
func (m *dispatching) path(ctx context.Context, personal bool) (s sending, err error) {
	w := m.world
	before, err := m.reset(ctx)
	if err != nil {
		return s, err
	}
	postgres, _ := postgresCPU(ctx, w.db)
	redis, _ := redisCPU(ctx, w.redis)
	cmd, err := self(ctx, []string{
		"TIDINGS_DATABASE_URL=" + w.url, "TIDINGS_REDIS_URL=" + w.redisURL, "TIDINGS_SECRET_KEY=" + w.key, "TIDINGS_WECHAT_URL=" + m.receiver,
		"TIDINGS_SEND_CONNECTIONS=" + strconv.Itoa(m.options.conns), "TIDINGS_LOG_LEVEL=warn",
	}, "worker")
	if err != nil {
		return s, err
	}
	if err := cmd.Start(); err != nil {
		return s, fmt.Errorf("start worker: %w", err)
	}
	stopped := false
	defer func() {
		if !stopped {
			_, _ = end(cmd)
		}
	}()
	run, err := w.task(ctx, personal)
	if err != nil {
		return s, err
	}
	if run, err = m.done(ctx, run); err != nil {
		return s, err
	}
	stopped = true
	if s.process, err = end(cmd); err != nil {
		return s, err
	}
	// A backend's account is complete when it has ended, with the worker.
	after, ok := postgresCPU(ctx, w.db)
	if ok {
		s.postgresCPU = after - postgres
	}
	if after, ok = redisCPU(ctx, w.redis); ok {
		s.redisCPU = after - redis
	}
	got, err := m.arrived(ctx)
	if err != nil {
		return s, err
	}
	s.receiverCPU = got.CPU - before
	s.arriving = perSecond(m.options.recipients, got.First, got.Last)
	s.rate = perSecond(m.options.recipients, got.First, run.EndedAt.UnixMicro())
	if s.tally, err = w.tally(ctx, run); err != nil {
		return s, err
	}
	if n := m.options.recipients; s.tally.rows != n || s.tally.people != n || s.tally.sent != n {
		return s, fmt.Errorf("of %d recipients there are %d rows of %d people, %d sent", n, s.tally.rows, s.tally.people, s.tally.sent)
	}
	return s, nil
}

// done waits for the end of a run.
func (m *dispatching) done(ctx context.Context, run *ent.Run) (*ent.Run, error) {
	ctx, cancel := context.WithTimeout(viewer.System(ctx), runWithin)
	defer cancel()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		now, err := m.world.db.Ent.Run.Get(ctx, run.ID)
		switch {
		case err != nil:
			return nil, fmt.Errorf("read run: %w", err)
		case now.Status == entrun.StatusDone:
			return now, nil
		case now.Status == entrun.StatusFailed:
			return nil, fmt.Errorf("the run failed: %s", now.FailureText)
		}
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("the run does not end: %w", ctx.Err())
		case <-tick.C:
		}
	}
}

var errArrivals = errors.New("not everybody was called once")

// reset makes the receiver forget, and tells what CPU it has used so far.
func (m *dispatching) reset(ctx context.Context) (float64, error) {
	if _, err := m.get(ctx, "/reset?n="+strconv.Itoa(m.options.recipients)); err != nil {
		return 0, err
	}
	a, err := m.stats(ctx)
	return a.CPU, err
}

// arrived reads what the receiver saw, which has to be everybody once.
func (m *dispatching) arrived(ctx context.Context) (arrivals, error) {
	a, err := m.stats(ctx)
	if err != nil {
		return a, err
	}
	if n := int64(m.options.recipients); a.Count != n || a.Unique != n || a.Strange != 0 {
		return a, fmt.Errorf("%w: %d calls to %d of %d people, %d to nobody", errArrivals, a.Count, a.Unique, n, a.Strange)
	}
	return a, nil
}

func (m *dispatching) stats(ctx context.Context) (a arrivals, err error) {
	body, err := m.get(ctx, "/stats")
	if err != nil {
		return a, err
	}
	return a, json.Unmarshal(body, &a)
}

func (m *dispatching) get(ctx context.Context, path string) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.receiver+path, http.NoBody)
	if err != nil {
		return nil, err
	}
	res, err := m.http.Do(req)
	if err != nil {
		return nil, fmt.Errorf("ask the receiver: %w", err)
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("ask the receiver: HTTP %d", res.StatusCode)
	}
	return io.ReadAll(res.Body)
}

// perSecond is n over the time between two instants in µs.
func perSecond(n int, from, to int64) float64 {
	return float64(n) / (time.Duration(to-from) * time.Microsecond).Seconds()
}
