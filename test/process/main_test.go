package process_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// binary is the program under test.
var binary string

// full tells whether the crash tests run at full size.
var full = os.Getenv("TIDINGS_TEST_CHAOS") != ""

func TestMain(m *testing.M) { os.Exit(run(m)) }

func run(m *testing.M) int {
	if binary = os.Getenv("TIDINGS_TEST_BINARY"); binary != "" {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "tidings-process")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary = filepath.Join(dir, "tidings")
	build := exec.Command("go", "build", "-buildvcs=false", "-o", binary, "tidings")
	build.Stdout, build.Stderr = os.Stdout, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "the program does not build:", err)
		return 1
	}
	return m.Run()
}

// size picks between the everyday size of a test and the one that
// TIDINGS_TEST_CHAOS asks for.
func size[T any](everyday, atFull T) T {
	if full {
		return atFull
	}
	return everyday
}

// How often waiting tests look: at a process or a note of ours, and at the
// program, which has better things to do than to answer us.
const (
	closely = 20 * time.Millisecond
	gently  = 200 * time.Millisecond
)

// eventually waits until done says so, and fails the test when it does not
// within the time. It gives how long that took.
func eventually(t testing.TB, within, every time.Duration, what string, done func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for !done() {
		if time.Since(began) > within {
			t.Fatalf("not within %s: %s", within, what)
		}
		<-tick.C
	}
	return time.Since(began)
}

// pass lets machine time go by: some promises are about what does not happen.
func pass(d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	<-timer.C
}
