package process_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOneProcessNeedsNothingAndSendsByItself(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := oneProcess(t, dir)
	announced := time.Now()
	s.server.says(time.Second, `Tidings is at http://localhost:\d+`)

	t.Log("the first demo message arrived after", eventually(t, 40*time.Second-time.Since(announced), gently, "a demo message arrives", func() bool {
		return s.messages("").Total > 0
	}))
	phones := s.messages("?limit=5")
	require.NotEmpty(t, phones.Messages)
	require.NotEmpty(t, phones.Messages[0].Title)
	s.server.says(30*time.Second, `The demo task .* has sent`)
	t.Log("stopped after", s.server.terminate(10*time.Second))

	type counts struct{ Tasks, Channels, Campaigns struct{ TotalCount int } }
	known := func(s *site) counts {
		return ask[counts](s.signIn("viewer"), `{ tasks { totalCount } channels { totalCount } campaigns { totalCount } }`, nil)
	}
	again := oneProcess(t, dir)
	want := known(again)
	require.Positive(t, want.Tasks.TotalCount, "what was there is there again")
	again.server.terminate(10 * time.Second)

	third := oneProcess(t, dir)
	want.Tasks.TotalCount++ // each start has a task of its own that sends in a moment
	require.Equal(t, want, known(third), "the rest of the demo is not made twice")
	// Straight after the start, with everything still beginning.
	third.server.terminate(10 * time.Second)
}
