package bench

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"tidings/ent"
	entbacktest "tidings/ent/backtest"
	enttask "tidings/ent/task"
	"tidings/ent/viewer"
	"tidings/internal/clock"
	"tidings/internal/config"
	"tidings/internal/id"
	"tidings/outreach/schedule"
	"tidings/outreach/trigger"
)

const (
	// batchEvents and batches are what is matched: commits of a busy event store.
	batchEvents, batches = 500, 60
	// namedBy is how many of the triggers name the batches' events.
	namedBy = 10
	// backtestEvents are replayed, of as many days.
	backtestEvents, backtestDays = 10_000_000, 30
)

// measureTrigger measures how long a message takes that an event fires, what a batch of events costs with few and with many
// live triggers, of which the same ten name its events, and a backtest of ten
// million events. The ratio of the figure itself is the first to the second: 1
// says that triggers which do not name an event cost it nothing.
func measureTrigger(ctx context.Context, cfg *config.Config, o *options, out io.Writer) ([]line, error) {
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(out, format, args...) }
	var lines []line
	if o.wants("trigger/match") {
		say("trigger: %d batches of %d events…\n", batches, batchEvents)
		more, err := matching(ctx, cfg, say)
		if err != nil {
			return nil, err
		}
		lines = append(lines, more...)
	}
	if o.wants("trigger/reach") {
		say("trigger: %d live triggers, %d events a second, one of %d fires; making people…\n", liveTriggers, eventsPerSecond, fireEvery)
		l, err := reach(ctx, cfg, say)
		if err != nil {
			return nil, err
		}
		lines = append(lines, l)
	}
	if o.wants("trigger/backtest") {
		say("trigger: backtest of %d events of %d days; making them…\n", o.events, backtestDays)
		l, err := backtest(ctx, cfg, o.events)
		if err != nil {
			return nil, err
		}
		say("  %.1f s\n", l.p50/1000)
		lines = append(lines, l)
	}
	return lines, nil
}

// matching measures batches with few and with many live triggers.
func matching(ctx context.Context, cfg *config.Config, say func(string, ...any)) ([]line, error) {
	var lines []line
	var rates []float64
	for _, triggers := range []int{namedBy, 10_000} {
		took, err := matchWith(ctx, cfg, triggers)
		if err != nil {
			return nil, err
		}
		l := line{name: fmt.Sprintf("trigger/%d", triggers), p50: quantile(took, 0.5), p99: quantile(took, 0.99)}
		l.rate = batchEvents * 1000 / l.p50
		say("  %d live triggers: %.1f ms a batch\n", triggers, l.p50)
		lines, rates = append(lines, l), append(rates, l.rate)
	}
	return append([]line{{name: "trigger", rate: rates[1], baseline: rates[0], ratio: rates[1] / rates[0]}}, lines...), nil
}

// matchWith gives the milliseconds of each batch in a project with so many triggers.
func matchWith(ctx context.Context, cfg *config.Config, triggers int) ([]float64, error) {
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return nil, err
	}
	defer w.close()
	if err := w.settle(ctx, 10_000); err != nil {
		return nil, err
	}
	ctx = viewer.System(ctx)
	if err := w.triggers(ctx, triggers); err != nil {
		return nil, err
	}
	service := trigger.New(trigger.Deps{DB: w.db, Clock: clock.Machine{}})
	took := make([]float64, 0, batches)
	for i := range batches + 1 {
		batch, err := w.batch(ctx, i)
		if err != nil {
			return nil, err
		}
		began := clock.Wall()
		if err := service.Match(ctx, batch, 1); err != nil {
			return nil, err
		}
		if i > 0 { // the first reads the triggers
			took = append(took, float64(clock.Wall().Sub(began).Microseconds())/1000)
		}
	}
	var touches int
	if err := w.db.SQL.QueryRowContext(ctx, `SELECT count(*) FROM touches`).Scan(&touches); err != nil {
		return nil, fmt.Errorf("count touches: %w", err)
	}
	if want := (batches + 1) * namedBy; touches != want {
		return nil, fmt.Errorf("%d touches, want %d", touches, want)
	}
	return took, nil
}

// triggers makes as many live triggers as events, each for its own.
func (w *world) triggers(ctx context.Context, n int) error {
	now := clock.Wall()
	for first := 0; first < n; first += 500 {
		var (
			events []*ent.EventTypeCreate
			tasks  []*ent.TaskCreate
		)
		for i := first; i < min(first+500, n); i++ {
			name := fmt.Sprintf("event %d", i)
			events = append(events, w.db.Ent.EventType.Create().SetProjectID(w.project.ID).SetName(name).SetNum(int64(i+1)))
			d := trigger.Definition{
				A:      trigger.A{Events: []trigger.Event{{Event: name}}, Mode: trigger.Every, N: 5, From: now.Add(-time.Hour), To: now.Add(24 * time.Hour)},
				Timing: schedule.Timing{Kind: schedule.Delay, Days: 1},
			}
			text, err := d.JSON()
			if err != nil {
				return err
			}
			name = fmt.Sprintf("trigger %d", i)
			tasks = append(tasks, w.db.Ent.Task.Create().SetProjectID(w.project.ID).SetName(name).SetNameKey(name).SetCreatorID(w.account.ID).
				SetType(enttask.TypeDoneA).SetAudienceMode(enttask.AudienceModeAll).SetChannelID(w.channel.ID).SetTemplateID(w.template.ID).SetTrigger(text).
				SetApprovalStatus(enttask.ApprovalStatusApproved).SetRunStatus(enttask.RunStatusRunning).SetApprovedAt(now.Add(-time.Hour)).
				SetStartsAt(d.A.From).SetEndsAt(now.Add(48*time.Hour)))
		}
		if err := w.db.Ent.EventType.CreateBulk(events...).Exec(ctx); err != nil {
			return fmt.Errorf("make events: %w", err)
		}
		if err := w.db.Ent.Task.CreateBulk(tasks...).Exec(ctx); err != nil {
			return fmt.Errorf("make triggers: %w", err)
		}
	}
	return w.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) error { return trigger.Changed(ctx, tx, w.project.ID) })
}

// eventsOfBatchSQL: project, batch, time, number of the batch. A tenth of its
// events is named by triggers, five times each by one person, so that each of the
// ten fires once.
const eventsOfBatchSQL = `INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props, batch)
	SELECT $1, CASE WHEN i %% 10 = 0 THEN i / 10 %% 10 + 1 ELSE 1000000 + i END, $4 * 10 + i / 10 %% 10 + 1, $3::bigint + i, $3::bigint + i, $2::bigint + i, 1,
	'{"amount": 12.5, "sku": "A-1"}', $2 FROM generate_series(0, %d) AS i`

func (w *world) batch(ctx context.Context, i int) (int64, error) {
	batch, at := id.Num(), clock.Wall().UnixMilli()
	if _, err := w.db.SQL.ExecContext(ctx, fmt.Sprintf(eventsOfBatchSQL, batchEvents-1), w.project.Num, batch, at, i); err != nil {
		return 0, fmt.Errorf("make events: %w", err)
	}
	const row = `INSERT INTO event_batches (id, project_num, from_at, to_at, count, created_at, due_at, attempt) VALUES ($1, $2, $3, $4, $5, now(), now(), 1)`
	if _, err := w.db.SQL.ExecContext(ctx, row, batch, w.project.Num, at, at+batchEvents, batchEvents); err != nil {
		return 0, fmt.Errorf("make batch: %w", err)
	}
	return batch, nil
}

// pastSQL: events, days, end. Views and payments of a million people, evenly over the days.
const pastSQL = `INSERT INTO events (project_num, event_num, person_num, at, received_at, num, source_num, props)
	SELECT 1, CASE WHEN i %% 4 = 0 THEN 2 ELSE 1 END, 1 + (hashint8(i)::bigint & 1048575) %% 1000000, $2::bigint + i * ($3::bigint - $2) / %[1]d,
	$2::bigint + i * ($3::bigint - $2) / %[1]d + 200, i, 1, '{"amount": 12.5, "sku": "A-1"}' FROM generate_series($1::bigint, $4::bigint) AS i`

// backtest measures one replay.
func backtest(ctx context.Context, cfg *config.Config, events int) (line, error) {
	w, err := newWorld(ctx, cfg)
	if err != nil {
		return line{}, err
	}
	defer w.close()
	if err := w.settle(ctx, 1); err != nil {
		return line{}, err
	}
	ctx = viewer.System(ctx)
	for i, name := range []string{"view", "pay"} {
		if err := w.db.Ent.EventType.Create().SetProjectID(w.project.ID).SetName(name).SetNum(int64(i + 1)).Exec(ctx); err != nil {
			return line{}, fmt.Errorf("make event: %w", err)
		}
	}
	end := clock.Wall()
	begin := end.AddDate(0, 0, -backtestDays)
	const step = 500_000
	for i := 0; i < events; i += step {
		last := min(i+step, events) - 1
		if _, err := w.db.SQL.ExecContext(ctx, fmt.Sprintf(pastSQL, events), i, begin.UnixMilli(), end.UnixMilli(), last); err != nil {
			return line{}, fmt.Errorf("make events: %w", err)
		}
	}
	if _, err := w.db.SQL.ExecContext(ctx, `VACUUM ANALYZE events`); err != nil {
		return line{}, fmt.Errorf("make events: %w", err)
	}
	in := trigger.BacktestInput{
		ProjectID: w.project.ID, CreatorID: w.account.ID, Days: backtestDays, Audience: trigger.Audience{All: true}, WantsB: true,
		Definition: trigger.Definition{
			A:      trigger.A{Events: []trigger.Event{{Event: "view"}}, Mode: trigger.Every, N: 3},
			B:      &trigger.B{Events: []trigger.Event{{Event: "pay"}}, Wait: schedule.Span{Value: 1, Unit: schedule.Day}},
			Timing: schedule.Timing{Kind: schedule.Immediate},
		},
	}
	var row *ent.Backtest
	err = w.db.Tx(ctx, func(ctx context.Context, tx *ent.Tx) (err error) {
		row, err = trigger.NewBacktest(ctx, tx, in, end)
		return err
	})
	if err != nil {
		return line{}, err
	}
	began := clock.Wall()
	if err := trigger.New(trigger.Deps{DB: w.db, Clock: clock.Machine{}}).Backtest(ctx, row.ID, row.Attempt, nil); err != nil {
		return line{}, err
	}
	took := clock.Wall().Sub(began)
	row, err = w.db.Ent.Backtest.Get(ctx, row.ID)
	if err != nil {
		return line{}, fmt.Errorf("read backtest: %w", err)
	}
	var result trigger.BacktestResult
	if err := json.Unmarshal(row.Result, &result); err != nil || row.Status != entbacktest.StatusDone || result.Messages == 0 {
		return line{}, fmt.Errorf("the backtest is %s with %d messages: %w", row.Status, result.Messages, err)
	}
	return line{
		name: "trigger/backtest", rate: float64(result.Events) / took.Seconds(), p50: float64(took.Milliseconds()),
		rss: peakMemory("self"),
	}, nil
}
