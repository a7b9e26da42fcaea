package testsignal_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"tidings/internal/testsignal"
)

func TestSignal(t *testing.T) {
	t.Parallel()

	t.Run("one that no test initialised is silent", func(t *testing.T) {
		t.Parallel()
		var s testsignal.Signal[int]
		s.Send(1)
		s.Quiet(t)
	})
	t.Run("values come in the order they were sent", func(t *testing.T) {
		t.Parallel()
		var s testsignal.Signal[int]
		s.Init(t)
		go func() {
			for i := range 5 {
				s.Send(i)
			}
		}()
		require.Equal(t, 0, s.Wait(t))
		require.Equal(t, 3, s.WaitFor(t, func(n int) bool { return n == 3 }))
		require.Equal(t, 4, s.Wait(t))
		s.Quiet(t)
	})
	t.Run("a sender nobody waits for is not held up", func(t *testing.T) {
		t.Parallel()
		var s testsignal.Signal[int]
		s.Init(t)
		for i := range 1000 {
			s.Send(i)
		}
		require.Equal(t, 0, s.Wait(t))
	})
	t.Run("what should not have happened ends the test", func(t *testing.T) {
		t.Parallel()
		var s testsignal.Signal[string]
		s.Init(t)
		s.Send("sent twice")
		require.Equal(t, "something happened that should not have: sent twice", failure(t, s.Quiet))
	})
	t.Run("waiting for a signal without Init ends the test", func(t *testing.T) {
		t.Parallel()
		var s testsignal.Signal[string]
		require.Contains(t, failure(t, func(r testsignal.Reporter) { s.Wait(r) }), "Init")
	})
}

// failure runs what should end a test and gives the sentence it ends with.
func failure(t *testing.T, ends func(testsignal.Reporter)) string {
	t.Helper()
	r := &recorder{ctx: t.Context()}
	done := make(chan struct{})
	go func() {
		defer close(done)
		ends(r)
	}()
	<-done
	return r.message
}

// recorder ends its goroutine on Fatalf, as testing.T does.
type recorder struct {
	ctx     context.Context //nolint:containedctx // stands in for testing.T, which has one
	message string
}

func (*recorder) Helper()                    {}
func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) Fatalf(format string, args ...any) {
	r.message = fmt.Sprintf(format, args...)
	runtime.Goexit()
}
