package bench

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"tidings/ent"
	enteventsource "tidings/ent/eventsource"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/config"
	"tidings/outreach/event"
	"tidings/outreach/person"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

const (
	// liveTriggers are live while events come, at eventsPerSecond for reachFor, and
	// one of fireEvery events fires one of them.
	liveTriggers, eventsPerSecond, fireEvery = 50, 2000, 50
	reachFor                                 = 20 * time.Second
	// perPost is how many events a request carries, postConns the connections.
	perPost, postConns = 20, 16
	// passers is how many people the other events are of.
	passers = 20_000
	// arriveWithin bounds the wait for the last message.
	arriveWithin = 30 * time.Second
)

// reaching is what an event does: from the answer that accepts it to its message
// at the receiver.
type reaching struct {
	*intaking
	receiver string
	http     *http.Client
}

// reach measures how long a message takes that an event fires, over HTTP to a
// server and through a worker in processes of their own. Each of those who do what
// fires is told apart at the receiver, so that every pair is measured. Before,
// every trigger fires once: what a day's first message costs is not part of it.
func reach(ctx context.Context, cfg *config.Config, say func(string, ...any)) (line, error) {
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return line{}, err
	}
	defer w.close()
	fires := int(reachFor.Seconds()) * eventsPerSecond / fireEvery
	if err := w.settle(ctx, liveTriggers+fires+passers); err != nil {
		return line{}, err
	}
	if err := w.reachTriggers(viewer.System(ctx)); err != nil {
		return line{}, err
	}
	role, err := startRole(ctx, "receiver")
	if err != nil {
		return line{}, err
	}
	defer func() { _ = role.stop() }()
	m := &reaching{intaking: &intaking{world: w}, receiver: role.says, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: postConns}}}
	as := viewer.With(ctx, &viewer.Viewer{ProjectID: w.project.ID, ProjectNum: w.project.Num, Permissions: map[string]bool{"data.import": true}})
	if _, m.key, err = event.NewSources(w.db).Create(as, "benchmark", enteventsource.KindRealtime); err != nil {
		return line{}, err
	}
	stop, err := m.serve(ctx)
	if err != nil {
		return line{}, err
	}
	defer stop()
	worker, err := self(ctx, []string{
		"TIDINGS_DATABASE_URL=" + w.url, "TIDINGS_REDIS_URL=" + w.redisURL, "TIDINGS_SECRET_KEY=" + w.key, "TIDINGS_WECHAT_URL=" + m.receiver,
		"TIDINGS_LOG_LEVEL=warn",
	}, "worker")
	if err != nil {
		return line{}, err
	}
	if err := worker.Start(); err != nil {
		return line{}, fmt.Errorf("start worker: %w", err)
	}
	defer func() { _, _ = end(worker) }()
	if _, err := m.stream(ctx, 0, liveTriggers, 1); err != nil { // each trigger once
		return line{}, err
	}
	if _, err := m.arrivals(ctx, 0, liveTriggers); err != nil {
		return line{}, err
	}
	sent, err := m.stream(ctx, liveTriggers, fires, fireEvery)
	if err != nil {
		return line{}, err
	}
	got, err := m.arrivals(ctx, liveTriggers, fires)
	if err != nil {
		return line{}, err
	}
	took := make([]float64, fires)
	for i := range took {
		took[i] = float64(got[i]-sent.accepted[i]) / 1000
	}
	say("  %.0f events/s, answered within p50 %.1f ms, p99 %.1f ms; message after p50 %.0f ms, p99 %.0f ms, at most %.0f ms\n",
		sent.rate, quantile(sent.answers, 0.5), quantile(sent.answers, 0.99), quantile(took, 0.5), quantile(took, 0.99), slices.Max(took))
	return line{
		name: "trigger/reach", rate: sent.rate, p50: quantile(took, 0.5), p99: quantile(took, 0.99), rss: peakMemory(strconv.Itoa(worker.Process.Pid)),
	}, nil
}

// reachTriggers makes live triggers that each wait for an event of their own.
func (w *world) reachTriggers(ctx context.Context) error {
	content, err := plainContent()
	if err != nil {
		return err
	}
	now := clock.Wall()
	tasks := make([]*ent.TaskCreate, liveTriggers)
	for i := range tasks {
		d := trigger.Definition{
			A:      trigger.A{Events: []trigger.Event{{Event: fireName(i)}}, Mode: trigger.Every, N: 1, From: now.Add(-time.Hour), To: now.Add(24 * time.Hour)},
			Timing: schedule.Timing{Kind: schedule.Immediate},
		}
		text, err := d.JSON()
		if err != nil {
			return err
		}
		name := fmt.Sprintf("reach %d", i)
		tasks[i] = w.db.Ent.Task.Create().SetProjectID(w.project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.account.ID).
			SetType(enttask.TypeDoneA).SetAudienceMode(enttask.AudienceModeAll).SetChannelID(w.channel.ID).SetTemplateID(w.template.ID).SetTrigger(text).
			SetContent(content).SetOpenMode(enttask.OpenModeMiniProgram).SetOpenPath(page).
			SetApprovalStatus(enttask.ApprovalStatusApproved).SetRunStatus(enttask.RunStatusRunning).SetApprovedAt(now.Add(-time.Hour)).
			SetStartsAt(d.A.From).SetEndsAt(now.Add(48 * time.Hour))
		// The event is known: triggers do not wait for events to be learned.
		if err := w.db.Ent.EventType.Create().SetProjectID(w.project.ID).SetName(fireName(i)).SetNum(int64(i + 1)).Exec(ctx); err != nil {
			return fmt.Errorf("make event: %w", err)
		}
	}
	if err := w.db.Ent.Task.CreateBulk(tasks...).Exec(ctx); err != nil {
		return fmt.Errorf("make triggers: %w", err)
	}
	return w.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error { return trigger.Changed(ctx, tx, w.project.ID) })
}

func fireName(i int) string { return fmt.Sprintf("ordered %d", i%liveTriggers) }

// streamed is what the sender of a stream saw.
type streamed struct {
	rate     float64   // events accepted a second
	answers  []float64 // ms from when a request was due to its answer
	accepted []int64   // when each that fires was accepted, µs of machine time
}

// stream posts events at the rate, of which every so many fires; those that do are
// of the people from first on, each once.
func (m *reaching) stream(ctx context.Context, first, fires, every int) (*streamed, error) {
	posts := (fires*every + perPost - 1) / perPost
	out := &streamed{answers: make([]float64, posts), accepted: make([]int64, fires)}
	var next atomic.Int64
	var wrong atomic.Pointer[error]
	began := clock.Wall()
	var wg sync.WaitGroup
	for range postConns {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= posts || wrong.Load() != nil {
					return
				}
				due := began.Add(time.Duration(i) * perPost * time.Second / eventsPerSecond)
				body, who := reachBody(i, first, fires, every)
				if wait := due.Sub(clock.Wall()); wait > 0 {
					t := time.NewTimer(wait)
					<-t.C
				}
				if err := m.post(ctx, body); err != nil {
					wrong.Store(&err)
					return
				}
				now := clock.Wall()
				out.answers[i] = ms(now.Sub(due))
				for _, k := range who {
					out.accepted[k] = now.UnixMicro()
				}
			}
		})
	}
	wg.Wait()
	if err := wrong.Load(); err != nil {
		return nil, *err
	}
	out.rate = float64(posts*perPost) / clock.Wall().Sub(began).Seconds()
	return out, nil
}

func (m *reaching) post(ctx context.Context, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, m.url+"/v1/batch", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.SetBasicAuth(m.key, "")
	req.Header.Set("Content-Type", "application/json")
	res, err := m.http.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	var a struct{ Accepted int }
	if err := json.Unmarshal(text, &a); err != nil || res.StatusCode != http.StatusOK || a.Accepted != perPost {
		return fmt.Errorf("%w: HTTP %d %.300s", errTaken, res.StatusCode, text)
	}
	return nil
}

// reachBody is the place-th request, and which of those that fire are in it.
func reachBody(place, first, fires, every int) (body []byte, who []int) {
	r := rand.New(rand.NewPCG(uint64(first), uint64(place))) //nolint:gosec // made-up events
	var b bytes.Buffer
	at := clock.Wall().UTC().Format("2006-01-02T15:04:05.000Z")
	fmt.Fprintf(&b, `{"sentAt":%q,"batch":[`, at)
	for i := range perPost {
		if i > 0 {
			b.WriteByte(',')
		}
		n := place*perPost + i
		k, name := liveTriggers+int(reachFor.Seconds())*eventsPerSecond/fireEvery+r.IntN(passers), fmt.Sprintf("passed %d", r.IntN(20))
		if n%every == 0 && n/every < fires {
			who = append(who, n/every)
			k, name = first+n/every, fireName(n/every)
		}
		id := person.WechatValue(appID, openID(int64(k+1)))
		fmt.Fprintf(&b, `{"type":"track","messageId":"reach-%d-%d","userId":"user-%06d","timestamp":%q,"context":{"externalIds":[{"type":%q,"id":%q}]},`+
			`"event":%q,"properties":{"order_id":"SO%09d","sku":"G-%04d","amount":%d.5,"quantity":%d}}`,
			first, n, k, at, person.WechatOpenID, id, name, r.IntN(1_000_000_000), r.IntN(2000), 18+r.IntN(400), 1+r.IntN(5))
	}
	b.WriteString(`]}`)
	return b.Bytes(), who
}

var errNotReached = errors.New("not everybody who did it was reached once")

// arrivals waits until those from first on have their message, and gives when, in
// µs of machine time.
func (m *reaching) arrivals(ctx context.Context, first, n int) ([]int64, error) {
	deadline := clock.Wall().Add(arriveWithin)
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, fmt.Sprintf("%s/arrived?from=%d&n=%d", m.receiver, first+1, n), http.NoBody)
		if err != nil {
			return nil, err
		}
		res, err := m.http.Do(req)
		if err != nil {
			return nil, fmt.Errorf("ask the receiver: %w", err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil {
			return nil, fmt.Errorf("ask the receiver: %w", err)
		}
		var at []int64
		if err := json.Unmarshal(text, &at); err != nil {
			return nil, fmt.Errorf("ask the receiver: %w: %.200s", err, text)
		}
		missing := 0
		for _, t := range at {
			if t == 0 {
				missing++
			}
			if t < 0 {
				return nil, fmt.Errorf("%w: somebody was reached twice", errNotReached)
			}
		}
		if missing == 0 {
			return at, nil
		}
		if clock.Wall().After(deadline) {
			return nil, fmt.Errorf("%w: %d of %d are missing", errNotReached, missing, n)
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}
