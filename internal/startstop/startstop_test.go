package startstop_test

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"tidings/internal/startstop"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// diary is a service that notes what is done to it.
type diary struct {
	name     string
	mu       *sync.Mutex
	lines    *[]string
	startErr error
	stopErr  error
}

func (d *diary) Start(context.Context) error { return d.note("start "+d.name, d.startErr) }
func (d *diary) Stop(context.Context) error  { return d.note("stop "+d.name, d.stopErr) }

func (d *diary) note(line string, err error) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	*d.lines = append(*d.lines, line)
	return err
}

type testBundle struct {
	group    *startstop.Group
	services map[string]*diary
	lines    *[]string
}

func setup(t *testing.T) testBundle {
	t.Helper()
	b := testBundle{startstop.NewGroup(slog.New(slog.DiscardHandler)), map[string]*diary{}, &[]string{}}
	var mu sync.Mutex
	for _, name := range []string{"database", "queue", "http"} {
		d := &diary{name: name, mu: &mu, lines: b.lines}
		b.services[name] = d
		b.group.Add(name, d)
	}
	return b
}

func TestGroup(t *testing.T) {
	t.Parallel()

	t.Run("starts in order, stops in reverse", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		require.NoError(t, b.group.Start(t.Context()))
		require.NoError(t, b.group.Stop(t.Context()))
		require.Equal(t, []string{"start database", "start queue", "start http", "stop http", "stop queue", "stop database"}, *b.lines)
	})
	t.Run("one that cannot start is named, and those before it are stopped", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.services["queue"].startErr = errors.New("port in use")
		require.EqualError(t, b.group.Start(t.Context()), "start queue: port in use")
		require.Equal(t, []string{"start database", "start queue", "stop database"}, *b.lines)
	})
	t.Run("one that cannot stop does not keep the others running, and every error is told", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		b.services["http"].stopErr = errors.New("still busy")
		b.services["database"].stopErr = errors.New("connection lost")
		require.NoError(t, b.group.Start(t.Context()))
		require.EqualError(t, b.group.Stop(t.Context()), "stop http: still busy\nstop database: connection lost")
		require.Len(t, *b.lines, 6)
	})
	t.Run("stopping what does not run does nothing", func(t *testing.T) {
		t.Parallel()
		b := setup(t)
		require.NoError(t, b.group.Stop(t.Context()))
		require.Empty(t, *b.lines)
	})
	t.Run("survives stress", func(t *testing.T) {
		t.Parallel()
		startstop.Stress(t, setup(t).group)
	})
}

func TestBackground(t *testing.T) {
	t.Parallel()

	t.Run("runs until it is stopped, and outlives the context that started it", func(t *testing.T) {
		t.Parallel()
		began, ended := make(chan struct{}), make(chan struct{})
		s := startstop.NewBackground(func(ctx context.Context) {
			close(began)
			<-ctx.Done()
			close(ended)
		})
		starting, cancel := context.WithCancel(t.Context())
		require.NoError(t, s.Start(starting))
		<-began
		cancel()
		require.NotPanics(t, func() {
			select {
			case <-ended:
				panic("ended with the context of Start")
			default:
			}
		})
		require.NoError(t, s.Stop(t.Context()))
		<-ended
	})
	t.Run("a loop that overruns is told, and waited for again", func(t *testing.T) {
		t.Parallel()
		release := make(chan struct{})
		s := startstop.NewBackground(func(context.Context) { <-release })
		require.NoError(t, s.Start(t.Context()))
		over, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		require.ErrorIs(t, s.Stop(over), context.DeadlineExceeded)
		close(release)
		require.NoError(t, s.Stop(t.Context()))
	})
	t.Run("survives stress", func(t *testing.T) {
		t.Parallel()
		startstop.Stress(t, startstop.NewBackground(func(ctx context.Context) { <-ctx.Done() }))
	})
}
