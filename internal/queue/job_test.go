package queue

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"

	"github.com/hibiken/asynq"
	"github.com/stretchr/testify/require"
)

func TestJobIsNamedByKindRowAndAttempt(t *testing.T) {
	t.Parallel()
	job := Job{Kind: "shard", ID: "shd_1", Attempt: 3, Queue: Normal, Payload: json.RawMessage(`{"run":"run_1"}`)}
	require.Equal(t, "shard:shd_1:3", job.TaskID())

	task, err := encode(job)
	require.NoError(t, err)
	back, err := decode(Normal, task)
	require.NoError(t, err)
	require.Equal(t, job, back)

	_, err = decode(Normal, asynq.NewTask("shard", []byte("not json")))
	require.ErrorContains(t, err, "decode job of kind shard")
}

func TestCheckRefusesJobsThatAreMistakes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		job  Job
		says string
	}{
		"without a kind":         {Job{ID: "1", Queue: Normal}, "must be a word"},
		"with a colon in a kind": {Job{Kind: "a:b", ID: "1", Queue: Normal}, "must be a word"},
		"without a row":          {Job{Kind: "shard", Queue: Normal}, "names no row"},
		"in no known queue":      {Job{Kind: "shard", ID: "1", Queue: "default"}, `no queue "default"`},
		"carrying data":          {Job{Kind: "shard", ID: "1", Queue: Normal, Payload: make([]byte, MaxPayload+1)}, "over 4096"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.ErrorContains(t, c.job.Check(), c.says)
		})
	}
}

func TestQueuesStandInTheOrderOfTheirPriority(t *testing.T) {
	t.Parallel()
	require.Equal(t, []string{"notice", "urgent", "normal", "trigger", "segment", "metric", "maintenance"}, Names())
	require.Equal(t, map[string]int{Notice: 7, Normal: 5}, priorities([]string{Normal, Notice}))
	require.Equal(t, []string{Notice, Urgent}, express(Names()))
	for _, s := range Specs() {
		require.NotEmpty(t, s.Holds, s.Name)
	}
}

// failing is an Enqueuer that cannot, and counts how often it was asked.
type failing struct{ asked int }

func (f *failing) Enqueue(ctx context.Context, _ ...Job) error {
	f.asked++
	return errors.Join(errors.New("redis is away"), ctx.Err())
}

func TestAfterCommit(t *testing.T) {
	t.Parallel()
	job := Job{Kind: "shard", ID: "1", Queue: Normal}

	t.Run("waits for the commit, outlives the request and swallows the failure, since the poller finds the row", func(t *testing.T) {
		t.Parallel()
		var log strings.Builder
		to := &failing{}
		p := Publisher{To: to, Log: slog.New(slog.NewTextHandler(&log, nil))}
		var committed func(context.Context) error
		ctx, cancel := context.WithCancel(t.Context())

		p.AfterCommit(ctx, func(f func(context.Context) error) { committed = f }, job)
		require.Zero(t, to.asked)
		cancel()
		require.NoError(t, committed(ctx))
		require.Equal(t, 1, to.asked)
		require.Contains(t, log.String(), "jobs left to the poller")
		require.NotContains(t, log.String(), "canceled")
	})

	t.Run("enqueues at once outside a transaction", func(t *testing.T) {
		t.Parallel()
		to := &failing{}
		p := Publisher{To: to, Log: slog.New(slog.DiscardHandler)}
		p.AfterCommit(t.Context(), nil)
		require.Zero(t, to.asked, "nothing to enqueue")
		p.AfterCommit(t.Context(), nil, job)
		require.Equal(t, 1, to.asked)
	})
}
