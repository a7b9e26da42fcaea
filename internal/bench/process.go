package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// used is what a process cost.
type used struct {
	cpu float64 // ms of all cores
	rss float64 // the most memory it had, MB
}

// stopWithin bounds how long a process may take to end when asked to.
const stopWithin = 20 * time.Second

// self is this program again, with args and nothing of the environment's
// settings but those given as NAME=value.
func self(ctx context.Context, settings []string, args ...string) (*exec.Cmd, error) {
	path, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("find this program: %w", err)
	}
	cmd := exec.CommandContext(ctx, path, args...) //nolint:gosec // ourselves
	cmd.Env = slices.DeleteFunc(cmd.Environ(), func(pair string) bool { return strings.HasPrefix(pair, "TIDINGS_") || strings.HasPrefix(pair, "PORT=") })
	cmd.Env = append(cmd.Env, settings...)
	cmd.Stderr = os.Stderr
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = stopWithin
	return cmd, nil
}

// runToEnd waits for a process that prints its memory at the end, and tells what it cost.
func runToEnd(cmd *exec.Cmd) (used, error) {
	said, err := cmd.Output()
	if err != nil {
		return used{}, fmt.Errorf("%s: %w", strings.Join(cmd.Args[1:], " "), err)
	}
	peak, err := strconv.ParseFloat(strings.TrimSpace(string(said)), 64)
	if err != nil {
		return used{}, fmt.Errorf("%s: %w", strings.Join(cmd.Args[1:], " "), err)
	}
	return used{cpu: cpuOf(cmd.ProcessState), rss: peak}, nil
}

// end asks a process to stop, as an operator does, and tells what it cost.
func end(cmd *exec.Cmd) (used, error) {
	peak := peakMemory(strconv.Itoa(cmd.Process.Pid))
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return used{}, fmt.Errorf("stop %s: %w", cmd.Args[1], err)
	}
	if err := cmd.Wait(); err != nil {
		return used{}, fmt.Errorf("stop %s: %w", cmd.Args[1], err)
	}
	return used{cpu: cpuOf(cmd.ProcessState), rss: peak}, nil
}

func cpuOf(p *os.ProcessState) float64 { return ms(p.UserTime() + p.SystemTime()) }

// peakMemory is the most memory that a running process ("self": this one) has
// had, in MB; 0 where the machine is not Linux. What the system says of a process
// that has ended is no good: it counts the one that started it, too.
func peakMemory(pid string) float64 {
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(text)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
			if err != nil {
				return 0
			}
			return kb / 1024
		}
	}
	return 0
}

// ownCPU is the time of all cores that this process has used so far, in ms.
func ownCPU() float64 {
	var r syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &r); err != nil {
		return 0
	}
	return ms(time.Duration(r.Utime.Nano() + r.Stime.Nano()))
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// background is a role that runs beside the others; letting go of its standard
// input ends it, so that it never outlives whoever started it.
type background struct {
	cmd   *exec.Cmd
	input io.Closer
	says  string // its first line
}

func startRole(ctx context.Context, args ...string) (*background, error) {
	cmd, err := self(ctx, nil, append([]string{"bench"}, args...)...)
	if err != nil {
		return nil, err
	}
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start %s: %w", args[0], err)
	}
	says, err := bufio.NewReader(output).ReadString('\n')
	if err != nil {
		_ = input.Close()
		return nil, errors.Join(fmt.Errorf("%s says nothing: %w", args[0], err), cmd.Wait())
	}
	return &background{cmd: cmd, input: input, says: strings.TrimSpace(says)}, nil
}

func (b *background) stop() error {
	_ = b.input.Close()
	return b.cmd.Wait()
}
