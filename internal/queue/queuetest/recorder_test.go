package queuetest

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/queue"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	var r Recorder
	one := queue.Job{Kind: "shard", ID: "1", Attempt: 1, Queue: queue.Normal}
	two := queue.Job{Kind: "shard", ID: "1", Attempt: 2, Queue: queue.Normal}
	require.NoError(t, r.Enqueue(t.Context(), one, one, two))
	require.Equal(t, []queue.Job{one, two}, r.Jobs(), "the same name is the same job")
	require.Error(t, r.Enqueue(t.Context(), queue.Job{Kind: "shard", ID: "2", Queue: "default"}))

	r.FailWith(errors.New("redis is away"))
	require.ErrorContains(t, r.Enqueue(t.Context(), one), "away")
	r.FailWith(nil)

	require.Len(t, r.Take(), 2)
	require.Empty(t, r.Jobs())
	require.NoError(t, r.Enqueue(t.Context(), one), "what has run leaves its name free")
	require.Len(t, r.Jobs(), 1)
}
