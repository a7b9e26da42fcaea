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

	t.Log("the first demo message arrived after", eventually(t, 40*time.Second-time.Since(announced), "a demo message arrives", func() bool {
		return s.messages("").Total > 0
	}))
	phones := s.messages("?limit=5")
	require.NotEmpty(t, phones.Messages)
	require.NotEmpty(t, phones.Messages[0].Title)
	s.server.says(30*time.Second, `The demo task .* has sent`)
	t.Log("stopped after", s.server.terminate(10*time.Second))

	tasks := func(s *site) int {
		return ask[struct{ Tasks struct{ TotalCount int } }](s.signIn("viewer"), `{ tasks { totalCount } }`, nil).Tasks.TotalCount
	}
	again := oneProcess(t, dir)
	known := tasks(again)
	require.Positive(t, known, "what was there is there again")
	again.server.terminate(10 * time.Second)

	third := oneProcess(t, dir)
	require.Equal(t, known, tasks(third), "demo data is not made twice")
	// Straight after the start, with everything still beginning.
	third.server.terminate(10 * time.Second)
}
