package channeltest_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/outreach/channel"
	"tidings/outreach/channel/channeltest"
)

func TestRecorder(t *testing.T) {
	t.Parallel()
	r := &channeltest.Recorder{}
	m := &channel.Message{Target: "a", Params: []channel.Param{{Key: "thing1", Value: "x"}}}
	require.Equal(t, channel.Sent, r.Send(clock.Wall().Add(time.Minute), m).Outcome)
	m.Params[0].Value = "changed" // the sender keeps no reference
	require.Equal(t, "x", r.To("a")[0].Params[0].Value)
	require.Empty(t, r.To("b"))
	require.Equal(t, channel.NotWritten, r.Send(clock.Wall().Add(-time.Minute), m).Code)
	r.Answer = func(*channel.Message) channel.Result { return channel.Result{Outcome: channel.Failed, Code: "1"} }
	require.Equal(t, "1", r.Send(clock.Wall().Add(time.Minute), m).Code)
	require.Len(t, r.Messages(), 2, "what came too late was not sent")
}
