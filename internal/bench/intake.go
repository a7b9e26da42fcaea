package bench

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os/exec"
	"strconv"
	"time"

	"github.com/lib/pq"
	"github.com/tidwall/gjson"

	enteventsource "tidings/ent/eventsource"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/config"
	"tidings/internal/database"
	"tidings/outreach/event"
)

const (
	// intakeEvents is how many events a round sends.
	intakeEvents = 100_000
	// copyRows is how many rows a transaction of the yardstick stores.
	copyRows = 10_000
	// baseProject is the project of the yardstick's rows.
	baseProject = 2
)

// intakeRound is the tracking API and its yardstick, one after the other.
type intakeRound struct {
	got, half tracked
	baseline  float64 // rows a second
	rss       float64
}

// measureIntake measures the tracking API, over HTTP to a server in a process of
// its own, beside a COPY of the same rows into the same tables; and how long an
// answer takes at half that load.
func measureIntake(ctx context.Context, cfg *config.Config, o *options, out io.Writer) ([]line, error) {
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer w.close()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	m := &intaking{world: w}
	if m.key, err = m.found(ctx); err != nil {
		return nil, err
	}
	stop, err := m.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer stop()
	say("intake: %d events a round in requests of %d over %d connections, %d rounds; making people…\n", intakeEvents, perRequest, trackers, o.runs)
	if _, err := m.send(ctx, intakeEvents, 0); err != nil {
		return nil, err
	}
	rounds := make([]intakeRound, o.runs)
	for i := range rounds {
		r := &rounds[i]
		if r.baseline, err = m.baseline(ctx, intakeEvents); err != nil {
			return nil, err
		}
		if r.got, err = m.send(ctx, intakeEvents, 0); err != nil {
			return nil, err
		}
		if r.half, err = m.send(ctx, intakeEvents/2, r.got.Rate/2); err != nil {
			return nil, err
		}
		r.rss = peakMemory(strconv.Itoa(m.cmd.Process.Pid))
		say("  round %d: copy %7.0f/s, intake %7.0f/s (%.2f), p99 %5.1f ms; at half that load p50 %4.1f ms, p99 %5.1f ms; %.0f MB\n",
			i+1, r.baseline, r.got.Rate, r.got.Rate/r.baseline, r.got.P99, r.half.P50, r.half.P99, r.rss)
	}
	if err := m.check(ctx, o.runs); err != nil {
		return nil, err
	}
	say("  Every event that was acknowledged is in the table.\n\n")
	return []line{
		{
			name: "intake/half", rate: of(rounds, func(r intakeRound) float64 { return r.half.Rate }),
			p50: of(rounds, func(r intakeRound) float64 { return r.half.P50 }), p99: of(rounds, func(r intakeRound) float64 { return r.half.P99 }),
		},
		{
			name: "intake", rate: of(rounds, func(r intakeRound) float64 { return r.got.Rate }), baseline: of(rounds, func(r intakeRound) float64 { return r.baseline }),
			ratio: of(rounds, func(r intakeRound) float64 { return r.got.Rate / r.baseline }),
			p50:   of(rounds, func(r intakeRound) float64 { return r.got.P50 }), p99: of(rounds, func(r intakeRound) float64 { return r.got.P99 }),
			rss: of(rounds, func(r intakeRound) float64 { return r.rss }),
		},
	}, nil
}

type intaking struct {
	world    *world
	cmd      *exec.Cmd
	url, key string
	seed     int // of the next events
	sent     int
}

// found makes the project and its source.
func (m *intaking) found(ctx context.Context) (string, error) {
	p, err := m.world.db.Ent.Project.Create().SetName("benchmark").SetNum(1).Save(viewer.System(ctx))
	if err != nil {
		return "", fmt.Errorf("make project: %w", err)
	}
	as := viewer.With(ctx, &viewer.Viewer{ProjectID: p.ID, ProjectNum: p.Num, Permissions: map[string]bool{"data.import": true}})
	_, key, err := event.NewSources(m.world.db).Create(as, "benchmark", enteventsource.KindRealtime)
	return key, err
}

// serve starts the program's API in a process of its own.
func (m *intaking) serve(ctx context.Context) (stop func(), err error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	if err := l.Close(); err != nil {
		return nil, err
	}
	m.url = "http://" + addr
	w := m.world
	m.cmd, err = self(ctx, []string{
		"TIDINGS_DATABASE_URL=" + w.url, "TIDINGS_REDIS_URL=" + w.redisURL, "TIDINGS_SECRET_KEY=" + w.key, "TIDINGS_ADDR=" + addr, "TIDINGS_LOG_LEVEL=warn",
	}, "serve", "--no-console")
	if err != nil {
		return nil, err
	}
	if err := m.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start server: %w", err)
	}
	stop = func() { _, _ = end(m.cmd) }
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for range 400 {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, m.url+"/healthz", http.NoBody)
		if err != nil {
			return nil, err
		}
		if res, err := http.DefaultClient.Do(req); err == nil {
			_ = res.Body.Close()
			if res.StatusCode == http.StatusOK {
				return stop, nil
			}
		}
		<-tick.C
	}
	stop()
	return nil, errors.New("the server does not answer")
}

// send lets a process of its own send new events.
func (m *intaking) send(ctx context.Context, n int, rate float64) (got tracked, err error) {
	m.seed++
	cmd, err := self(ctx, nil, "bench", "tracker", "-url", m.url, "-key", m.key, "-n", strconv.Itoa(n), "-seed", strconv.Itoa(m.seed),
		"-rate", strconv.FormatFloat(rate, 'f', 0, 64))
	if err != nil {
		return got, err
	}
	text, err := cmd.Output()
	if err != nil {
		return got, fmt.Errorf("send events: %w", err)
	}
	m.sent += n
	return got, json.Unmarshal(text, &got)
}

// baseline copies rows made of the same kind of events into the same tables, over
// one connection, as fast as lib/pq can; their making does not count.
func (m *intaking) baseline(ctx context.Context, n int) (float64, error) {
	m.seed++
	now := clock.Wall().UnixMilli()
	if err := m.world.db.EnsureEventPartition(ctx, database.Month(now)); err != nil {
		return 0, err
	}
	events, seen := make([][]any, 0, n), make([][]any, 0, n)
	for place := range n / perRequest {
		gjson.GetBytes(trackBody(m.seed, place), "batch").ForEach(func(_, v gjson.Result) bool {
			sum := sha256.Sum256([]byte(v.Get("messageId").Str))
			at, err := time.Parse(time.RFC3339, v.Get("timestamp").Str)
			if err != nil {
				at = time.UnixMilli(now)
			}
			who, _ := strconv.ParseInt(v.Get("userId").Str[5:], 10, 64) //nolint:errcheck // always a number
			name := len(v.Get("event").Str)
			events = append(events, []any{int64(baseProject), int64(name + 1), who, at.UnixMilli(), now, event.NumOf([16]byte(sum[:16])), int64(1), v.Get("properties").Raw})
			seen = append(seen, []any{hex.EncodeToString(sum[:16]), now})
			return true
		})
	}
	began := clock.Wall()
	for from := 0; from < n; from += copyRows {
		to := min(from+copyRows, n)
		err := m.world.db.SQLTx(ctx, func(tx *sql.Tx) error {
			if err := copyIn(ctx, tx, "event_seen", []string{"hash", "seen_at"}, seen[from:to]); err != nil {
				return err
			}
			return copyIn(ctx, tx, "events", []string{"project_num", "event_num", "person_num", "at", "received_at", "num", "source_num", "props"}, events[from:to])
		})
		if err != nil {
			return 0, fmt.Errorf("copy: %w", err)
		}
	}
	return float64(n) / clock.Wall().Sub(began).Seconds(), nil
}

func copyIn(ctx context.Context, tx *sql.Tx, table string, columns []string, rows [][]any) error {
	st, err := tx.PrepareContext(ctx, pq.CopyIn(table, columns...)) //nolint:staticcheck // lib/pq has no other COPY
	if err != nil {
		return err
	}
	defer func() { _ = st.Close() }()
	for _, row := range rows {
		if _, err := st.ExecContext(ctx, row...); err != nil {
			return err
		}
	}
	_, err = st.ExecContext(ctx)
	return err
}

// check counts what was stored.
func (m *intaking) check(ctx context.Context, rounds int) error {
	var n, base int
	const q = `SELECT count(*) FILTER (WHERE project_num = 1), count(*) FILTER (WHERE project_num = $1) FROM events`
	if err := m.world.db.SQL.QueryRowContext(ctx, q, baseProject).Scan(&n, &base); err != nil {
		return fmt.Errorf("count events: %w", err)
	}
	if n != m.sent || base != rounds*intakeEvents {
		return fmt.Errorf("%d of %d events are stored, and %d of %d copied ones", n, m.sent, base, rounds*intakeEvents)
	}
	return nil
}
