package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestChaosWithoutRedisNothingIsSentAndThenItGoesOn(t *testing.T) {
	t.Parallel()
	n, qps := size(2_000, 10_000), size(200, 400)
	away := size(6*time.Second, 30*time.Second)
	s := manyProcesses(t)
	lineA, lineB := s.worker().line, s.worker().line
	c := s.campaign(qps)
	ids := people("Redis", n)
	s.grant(5, ids)
	k := c.approved("Redis away", list(ids))

	moved := s.moving(k.reachAt)
	k.reached(n / 4)
	s.redis.program.kill()
	gone := time.Now()
	pass(away)
	// What the limiter had granted may still go out.
	const granted = time.Second
	require.Empty(t, lineA.after(gone.Add(granted)), "nothing is sent without the limiter")
	require.Empty(t, lineB.after(gone.Add(granted)), "nothing is sent without the limiter")
	require.Less(t, k.state().Progress.Sent, n)

	require.True(t, s.redis.start(), "Redis is back, and has forgotten everything")
	back := time.Now()
	resumed := eventually(t, resumption, closely, "sending goes on", func() bool { return len(lineA.after(back))+len(lineB.after(back)) > 0 })

	at := k.over(4 * time.Minute)
	require.NoError(t, <-moved)
	adds(t, at.Progress, n)
	require.Equal(t, n, at.Progress.Sent)
	v := nothingTwice(t, k, ids)
	require.Len(t, v.calls, n, "nobody is called twice")
	t.Logf("%d recipients, %d/s: Redis away for %s; sending again %s after it was back", n, qps, back.Sub(gone), resumed)
}

func TestStartWithoutRedisSaysSo(t *testing.T) {
	t.Parallel()
	s := manyProcesses(t)
	s.redis.program.kill()
	p := tidings(t, "worker", s.env, "worker")
	require.Contains(t, p.fails(startup), "redis at [127.0.0.1:"+s.redis.port+"] does not answer")
}
