//go:build unix

package wechat

import (
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"tidings/internal/clock"
	"tidings/outreach/channel"
)

var frozenURL = flag.String("frozen-url", "", "used by TestFrozenProcessSendsNothingLate on itself")

const (
	frozenDeadline = 150 * time.Millisecond
	frozenFor      = 600 * time.Millisecond
)

// TestFrozenProcessSendsNothingLate stops a sending process with SIGSTOP again
// and again: whatever it was about to do, after waking up it writes no request
// whose deadline has passed.
func TestFrozenProcessSendsNothingLate(t *testing.T) {
	t.Parallel()
	if *frozenURL != "" {
		t.Skip("this is the sending process")
	}
	if testing.Short() {
		t.Skip("takes four seconds")
	}
	var mu sync.Mutex
	var late []time.Duration
	received := 0
	stamp := regexp.MustCompile(`"value":"(\d+)"`)
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		arrived := clock.Wall()
		if m := stamp.FindSubmatch(body); err == nil && m != nil {
			micro, perr := strconv.ParseInt(string(m[1]), 10, 64)
			mu.Lock()
			received++
			if over := arrived.Sub(time.UnixMicro(micro)); perr != nil || over > frozenFor/3 { // a busy machine delays reading
				late = append(late, over)
			}
			mu.Unlock()
		}
		_, _ = io.WriteString(w, `{"errcode":0}`)
	}))
	t.Cleanup(srv.Close)

	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestFrozenHelper$", "-frozen-url="+srv.URL) //nolint:gosec // this test itself
	require.NoError(t, cmd.Start())
	pulse := time.NewTicker(frozenFor)
	defer pulse.Stop()
	for range 3 {
		<-pulse.C
		require.NoError(t, cmd.Process.Signal(syscall.SIGSTOP))
		<-pulse.C
		require.NoError(t, cmd.Process.Signal(syscall.SIGCONT))
	}
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait() // killed, as wanted
	mu.Lock()
	defer mu.Unlock()
	require.Greater(t, received, 1000)
	require.Empty(t, late, "of %d requests", received)
}

// TestFrozenHelper is the sending process: each message carries its own deadline.
func TestFrozenHelper(t *testing.T) { //nolint:paralleltest // runs alone, in its own process
	if *frozenURL == "" {
		t.Skip("started by TestFrozenProcessSendsNothingLate")
	}
	c := testClient(t, Config{BaseURL: *frozenURL, Conns: 8})
	var wg sync.WaitGroup
	for i := range 16 { // half of them wait for a connection
		wg.Go(func() {
			for {
				deadline := clock.Wall().Add(frozenDeadline)
				c.Send(deadline, &channel.Message{
					Target: strconv.Itoa(i), TemplateID: "t",
					Params: []channel.Param{{Key: "number1", Value: strconv.FormatInt(deadline.UnixMicro(), 10)}},
				})
			}
		})
	}
	wg.Wait()
}
