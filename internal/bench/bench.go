// Package bench measures the program beside a yardstick that runs in the same
// minute on the same machine, because a rate alone says more about the machine
// than about the program. `make bench` runs it.
//
// Whatever is measured works as it does in production: the worker is `tidings
// worker` in a process of its own, PostgreSQL and Redis are servers, and the
// messages go over TCP to a receiver in a third process. Rounds of the measured
// thing and of its yardsticks alternate, so that a busy minute meets all of
// them; a ratio is the median of the rounds' ratios.
package bench

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"tidings/internal/config"
)

// options are the command line of `tidings bench`.
type options struct {
	names      []string
	recipients int
	runs       int
	conns      int
	people     int // 0: as many as the figure is about
	events     int // of a backtest
}

// errNoServers says what a measurement cannot do without.
var errNoServers = errors.New("a measurement needs PostgreSQL and Redis: set TIDINGS_DATABASE_URL and TIDINGS_REDIS_URL, or run `make bench`, which starts both")

// figures are what can be measured, in the order in which it is.
var figures = []struct {
	name    string
	measure func(ctx context.Context, cfg *config.Config, o *options, out io.Writer) ([]line, error)
}{
	{"dispatch", measureDispatch},
	{"intake", measureIntake},
	{"trigger", measureTrigger},
	{"segment", measureSegment},
}

// roles are the processes of a measurement beside the worker; `tidings bench ROLE`
// starts one, and it ends when its standard input does.
var roles = map[string]func(ctx context.Context, args []string, in io.Reader, out io.Writer) error{
	"receiver": receiverRole,
	"loop":     loopRole,
	"client":   clientRole,
	"rules":    rulesRole,
	"tracker":  trackerRole,
}

// Run measures what args name, everything without names, and prints what it
// saw, at the end a line a figure (DESIGN §2).
func Run(ctx context.Context, args []string, cfg *config.Config) error {
	if len(args) > 0 {
		if role, ok := roles[args[0]]; ok {
			return role(ctx, args[1:], os.Stdin, os.Stdout)
		}
	}
	o, err := parse(args)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	if cfg.DatabaseURL == "" || cfg.RedisURL == "" {
		return errNoServers
	}
	var lines []line
	for _, f := range figures {
		if !o.wants(f.name) {
			continue
		}
		more, err := f.measure(ctx, cfg, o, os.Stdout)
		if err != nil {
			return fmt.Errorf("measure %s: %w", f.name, err)
		}
		lines = append(lines, more...)
	}
	for _, l := range lines {
		if _, err := fmt.Fprintln(os.Stdout, l); err != nil {
			return err
		}
	}
	return nil
}

// parts are what can be measured of a figure by itself, as "trigger/reach".
var parts = map[string][]string{"trigger": {"reach", "match", "backtest"}}

// wants tells whether a figure, or a part of one, is to be measured.
func (o *options) wants(name string) bool {
	figure, part, _ := strings.Cut(name, "/")
	return len(o.names) == 0 || slices.ContainsFunc(o.names, func(n string) bool {
		f, p, _ := strings.Cut(n, "/")
		return f == figure && (p == "" || part == "" || p == part)
	})
}

// parse takes names and flags in any order.
func parse(args []string) (*options, error) {
	o := &options{}
	var help bytes.Buffer
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(&help)
	flags.IntVar(&o.recipients, "n", 200_000, "recipients of a run")
	flags.IntVar(&o.runs, "runs", 5, "rounds; the median counts")
	flags.IntVar(&o.conns, "conns", 64, "connections to the receiver")
	flags.IntVar(&o.people, "people", 0, "people of figure segment, with ten events each; 0: a million")
	flags.IntVar(&o.events, "events", backtestEvents, "events that figure trigger replays")
	for len(args) > 0 {
		if err := flags.Parse(args); err != nil {
			_, _ = help.WriteTo(os.Stderr)
			return nil, err
		}
		if args = flags.Args(); len(args) > 0 {
			o.names, args = append(o.names, args[0]), args[1:]
		}
	}
	var known []string
	for _, f := range figures {
		known = append(known, f.name)
		for _, part := range parts[f.name] {
			known = append(known, f.name+"/"+part)
		}
	}
	for _, name := range o.names {
		if !slices.Contains(known, name) {
			return nil, fmt.Errorf("there is no figure %q, only %s", name, strings.Join(known, ", "))
		}
	}
	if o.recipients < 1 || o.runs < 1 || o.conns < 1 || o.people < 0 || o.events < 1 {
		return nil, errors.New("-n, -runs, -conns and -events are 1 or more")
	}
	return o, nil
}
