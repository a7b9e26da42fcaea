package process_test

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// program is a process that a test started. It ends with the test, whatever happens.
type program struct {
	t     testing.TB
	name  string
	cmd   *exec.Cmd
	out   output
	ended chan struct{}
}

// output is what a process has said so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start runs a program with exactly this environment.
func start(t testing.TB, name, path string, env []string, args ...string) *program {
	t.Helper()
	p := &program{t: t, name: name, ended: make(chan struct{})}
	p.cmd = exec.Command(path, args...)
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "TZ=America/St_Johns"}, env...)
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.out
	p.cmd.SysProcAttr = ownGroup()
	require.NoError(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait() // how it ended is read from ProcessState
		close(p.ended)
	}()
	t.Cleanup(func() {
		p.kill()
		if t.Failed() {
			t.Logf("the last that %s said:\n%s", p.name, p.tail(40))
		}
	})
	return p
}

// tidings runs the program under test.
func tidings(t testing.TB, name string, env []string, args ...string) *program {
	t.Helper()
	return start(t, name, binary, env, args...)
}

func (p *program) tail(lines int) string {
	all := slices.DeleteFunc(strings.Split(strings.TrimSpace(p.out.String()), "\n"), func(line string) bool {
		return strings.Contains(line, "msg=request ") && strings.Contains(line, "status=200")
	})
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

func (p *program) running() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// says waits until the process has said something and gives the parts in
// parentheses. A process that ends before has failed.
func (p *program) says(within time.Duration, pattern string) []string {
	p.t.Helper()
	form := regexp.MustCompile(pattern)
	var found []string
	eventually(p.t, within, closely, p.name+" says "+pattern, func() bool {
		alive := p.running() // asked first: what it said before its end counts
		found = form.FindStringSubmatch(p.out.String())
		if found == nil && !alive {
			p.t.Fatalf("%s ended before it said %s", p.name, pattern)
		}
		return found != nil
	})
	return found
}

func (p *program) signal(s syscall.Signal) {
	p.t.Helper()
	require.NoError(p.t, p.cmd.Process.Signal(s), "%s of %s", s, p.name)
}

// kill is kill -9, and waits for the end; it also ends a frozen process.
func (p *program) kill() {
	if p.running() {
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
}

// freeze and thaw are SIGSTOP and SIGCONT.
func (p *program) freeze() { p.t.Helper(); p.signal(syscall.SIGSTOP) }
func (p *program) thaw()   { p.t.Helper(); p.signal(syscall.SIGCONT) }

// terminate asks the process to stop as an operator does and gives how long it
// took. It must stop by itself, without an error.
func (p *program) terminate(within time.Duration) time.Duration {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	took := eventually(p.t, within, closely, p.name+" stops", func() bool { return !p.running() })
	require.Equal(p.t, 0, p.cmd.ProcessState.ExitCode(), "exit code of %s", p.name)
	return took
}

// fails waits for the end of a process that cannot start, and gives what it said.
func (p *program) fails(within time.Duration) string {
	p.t.Helper()
	eventually(p.t, within, closely, p.name+" gives up", func() bool { return !p.running() })
	require.NotEqual(p.t, 0, p.cmd.ProcessState.ExitCode(), "exit code of %s", p.name)
	return p.out.String()
}
