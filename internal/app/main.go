package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os/signal"
	"strings"
	"syscall"
	"time"
	_ "time/tzdata" // projects have zones, whatever the machine knows of them

	"github.com/alecthomas/kong"

	"tidings/internal/bench"
	"tidings/internal/clock"
	"tidings/internal/config"
	"tidings/internal/database"
	"tidings/internal/secret"
	"tidings/outreach/access"
)

// stopMargin is what a stop may take beyond the grace for jobs.
const stopMargin = 1500 * time.Millisecond

// commands is the command line.
type commands struct {
	All   struct{} `cmd:"" default:"1" help:"Everything in one process; needs no other server. The default."`
	Serve struct {
		NoConsole bool `help:"Serve the API only."`
	} `cmd:"" help:"The API and the console. Needs PostgreSQL and Redis, which workers share."`
	Worker struct {
		Queues []string `help:"Queues to serve; all when not given." placeholder:"NAME,…"`
	} `cmd:"" help:"Work off the queues; run as many as you like."`
	Migrate struct{} `cmd:"" help:"Bring the database's schema up to date."`
	Demo    struct{} `cmd:"" help:"Everything in one process with demo data, a WeChat sandbox and a clock that can be moved."`
	Bench   struct {
		Args []string `arg:"" optional:"" passthrough:"" help:"What to measure; see bench --help."`
	} `cmd:"" help:"Measure this machine."`
	Member struct {
		Email    string `arg:"" help:"E-mail to sign in with."`
		Name     string `required:"" help:"Name that colleagues see."`
		Role     string `required:"" enum:"TENANT_ADMIN,PROJECT_ADMIN,MARKETER,APPROVER,VIEWER" help:"One of ${enum}."`
		Project  string `required:"" help:"Project by name; made when there is none."`
		TimeZone string `default:"Asia/Shanghai" help:"Time zone of a new project."`
	} `cmd:"" help:"Let somebody into a project; the password is read from standard input. Makes account and project where missing."`
	Version struct{} `cmd:"" help:"Print the version."`
}

// Main runs a command line and gives the process's exit code: 0, 1 when it
// failed, 2 when the command line or a setting is wrong.
func Main(version string, args, environ []string, in io.Reader, out, errs io.Writer) int {
	var cli commands
	exit := -1
	parser, err := kong.New(&cli, kong.Name("tidings"), kong.Description("Self-hosted message outreach. Settings come from the environment: docs/configuration.md."),
		kong.Writers(out, errs), kong.Exit(func(code int) { exit = code }))
	if err != nil {
		_, _ = fmt.Fprintln(errs, "tidings:", err)
		return 2
	}
	parsed, err := parser.Parse(args)
	if exit >= 0 {
		return exit
	}
	if err != nil {
		_, _ = fmt.Fprintln(errs, "tidings:", err)
		return 2
	}
	name, _, _ := strings.Cut(parsed.Command(), " ")
	if name == "version" {
		_, _ = fmt.Fprintln(out, version)
		return 0
	}
	cfg, err := config.Load(environ, cli.overrides(name)...)
	if err != nil {
		_, _ = fmt.Fprintf(errs, "tidings: %s\n", err)
		return 2
	}
	log := slog.New(slog.NewTextHandler(errs, &slog.HandlerOptions{Level: cfg.LogLevel}))
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	switch name {
	case "bench":
		err = bench.Run(ctx, cli.Bench.Args, cfg)
	case "migrate":
		err = migrate(ctx, cfg, out)
	case "member":
		err = member(ctx, cfg, &cli, in, log)
	default:
		if err := validate(name, cfg); err != nil {
			_, _ = fmt.Fprintf(errs, "tidings: %s\n", err)
			return 2
		}
		err = run(ctx, cfg, Options{Mode: modes[name], Version: version, Log: log, Out: out})
	}
	if err != nil {
		_, _ = fmt.Fprintf(errs, "tidings: %s\n", err)
		return 1
	}
	return 0
}

var modes = map[string]Mode{"all": All, "demo": All, "serve": Serve, "worker": Worker}

// overrides are the flags in the form of settings.
func (c *commands) overrides(name string) []string {
	var o []string
	if name == "demo" {
		o = append(o, "TIDINGS_DEMO=true")
	}
	if name == "serve" && c.Serve.NoConsole {
		o = append(o, "TIDINGS_CONSOLE=false")
	}
	if name == "worker" && len(c.Worker.Queues) > 0 {
		o = append(o, "TIDINGS_QUEUES="+strings.Join(c.Worker.Queues, ","))
	}
	return o
}

func validate(name string, cfg *config.Config) error {
	if name == "serve" || name == "worker" {
		return cfg.ValidateShared()
	}
	return cfg.Validate()
}

func migrate(ctx context.Context, cfg *config.Config, out io.Writer) error {
	db, err := database.Open(ctx, cfg.DatabaseURL, cfg.DataDir)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	n, err := db.Migrate(ctx)
	if err != nil {
		return err
	}
	if n == 0 {
		_, _ = fmt.Fprintln(out, "The schema is up to date.")
		return nil
	}
	_, _ = fmt.Fprintf(out, "Applied %d migrations.\n", n)
	return nil
}

// member lets somebody in. The password comes from standard input, so that it
// stands neither in the shell's history nor in the list of processes.
func member(ctx context.Context, cfg *config.Config, cli *commands, in io.Reader, log *slog.Logger) error {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("read the password: %w", err)
	}
	db, err := database.Open(ctx, cfg.DatabaseURL, cfg.DataDir)
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	if !cfg.UsesPostgres() {
		if _, err := db.Migrate(ctx); err != nil {
			return err
		}
	}
	if err := db.Check(ctx); err != nil {
		return err
	}
	passwords, err := secret.NewPasswords()
	if err != nil {
		return err
	}
	people := access.New(access.Deps{Store: db.Ent, Passwords: passwords, Now: clock.Wall, Log: log})
	m := cli.Member
	return people.AddMember(ctx, db, access.NewMember{
		Email: m.Email, Name: m.Name, Password: strings.TrimRight(line, "\r\n"), Role: access.Role(m.Role), Project: m.Project, TimeZone: m.TimeZone,
	})
}

// run starts a process, waits for a signal, and stops it.
func run(ctx context.Context, cfg *config.Config, opts Options) error {
	a, err := New(ctx, cfg, opts)
	if err != nil {
		return err
	}
	if err := a.Start(ctx); err != nil {
		return errors.Join(err, a.Stop(context.WithoutCancel(ctx)))
	}
	opts.Log.InfoContext(ctx, "started", "address", a.Addr(), "took", clock.Wall().Sub(a.started))
	<-ctx.Done()
	opts.Log.InfoContext(ctx, "stopping")
	stopping, cancel := context.WithTimeout(context.WithoutCancel(ctx), cfg.ShutdownTimeout+stopMargin)
	defer cancel()
	return a.Stop(stopping)
}
