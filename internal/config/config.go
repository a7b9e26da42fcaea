// Package config is the one place that reads the environment. It holds every
// setting as a field of Config, says in sentences what is wrong with one, and
// is the source of docs/configuration.md, which `go generate` prints from the
// struct's tags. Nothing here opens a connection.
package config

import (
	"log/slog"
	"time"
)

// Config is everything an operator may set. The tags are the documentation:
// `env` is the variable, `envDefault` its default, `doc` the sentence of the
// reference page, `secret` marks what is also read from the file that
// NAME_FILE points to and is never logged.
//
// A new setting is one line here; Load, the page and the tests follow. A rule
// it must keep goes into Validate.
type Config struct {
	Addr          string `env:"TIDINGS_ADDR"           envDefault:":8080"  doc:"Address to listen on, host:port. Demo mode listens on 127.0.0.1 only, because its passwords are public."`
	Port          string `env:"PORT"                                       doc:"Changes the port of TIDINGS_ADDR, as hosting platforms expect."`
	DataDir       string `env:"TIDINGS_DATA_DIR"       envDefault:"./data" doc:"Folder of the SQLite database and, in demo mode, of the generated secret key."`
	DatabaseURL   string `env:"TIDINGS_DATABASE_URL"   secret:"true"       doc:"PostgreSQL to use, postgres://user:password@host:5432/name?sslmode=require. Empty: SQLite in TIDINGS_DATA_DIR, for one process only."`
	RedisURL      string `env:"TIDINGS_REDIS_URL"      secret:"true"       doc:"Redis to use: redis:// or rediss://[user:password@]host:6379/0, redis+sentinel://host:26379,host:26379/master-name/0, redis+cluster://host:6379,host:6379. Empty: one inside the process, for one process only."`
	SecretKey     string `env:"TIDINGS_SECRET_KEY"     secret:"true"       doc:"Encrypts the channels' secrets in the database: 32 random bytes in base64 or hex, made for example by: openssl rand -base64 32. Several, separated by commas, while keys are changed: the first encrypts, all decrypt. Required outside demo mode; demo mode makes one and keeps it in TIDINGS_DATA_DIR."`
	Demo          bool   `env:"TIDINGS_DEMO"           envDefault:"false"  doc:"Demo mode: demo data and logins, the WeChat sandbox, a business clock that can be moved. Never for real people."`
	WechatURL     string `env:"TIDINGS_WECHAT_URL"                         doc:"Base address of WeChat's interface. Empty: https://api.weixin.qq.com, in demo mode the sandbox of this server."`
	ConsoleOrigin string `env:"TIDINGS_CONSOLE_ORIGIN"                     doc:"Origin of a console served elsewhere, https://console.example.com: it may then call this server with its cookies (CORS)."`

	// Console and Queues are also flags: `serve --no-console`, `worker --queues`.
	Console bool     `env:"TIDINGS_CONSOLE" envDefault:"true"                                                           doc:"Whether the web console is served; the flag --no-console turns it off."`
	Queues  []string `env:"TIDINGS_QUEUES"  envDefault:"notice,urgent,normal,trigger,segment,metric,maintenance" doc:"Queues this worker serves, separated by commas; the flag --queues sets the same."`

	LogLevel        slog.Level    `env:"TIDINGS_LOG_LEVEL"        envDefault:"info" doc:"Least level logged: debug, info, warn or error."`
	SendConnections int           `env:"TIDINGS_SEND_CONNECTIONS" envDefault:"256"  doc:"Connections a worker may hold open to one channel's provider, which is how many messages it has in flight at most."`
	WorkerShards    int           `env:"TIDINGS_WORKER_SHARDS"    envDefault:"8"    doc:"Shards (parts of a run, about 2,000 recipients each) a worker has in hand at once."`
	ShutdownTimeout time.Duration `env:"TIDINGS_SHUTDOWN_TIMEOUT" envDefault:"8s"   doc:"How long a stopping process may finish its work before it hands the rest back."`

	// Unknown are variables that begin with TIDINGS_ and mean nothing; worth a warning, as they are mostly typing errors.
	Unknown []string `env:"-"`
}

// WechatProduction is where WeChat's interface lives.
const WechatProduction = "https://api.weixin.qq.com"

// AllQueues are the queues there are, the most urgent first.
func AllQueues() []string {
	return []string{"notice", "urgent", "normal", "trigger", "segment", "metric", "maintenance"}
}

// UsesPostgres tells whether the database is PostgreSQL rather than the SQLite file.
func (c *Config) UsesPostgres() bool { return c.DatabaseURL != "" }

// WechatBase is the base address of WeChat's interface for a server that
// listens on addr (known only once it listens, when the port is 0).
func (c *Config) WechatBase(addr string) string {
	switch {
	case c.WechatURL != "":
		return c.WechatURL
	case c.Demo:
		return "http://" + addr + "/sandbox/wechat"
	default:
		return WechatProduction
	}
}

// LogValue logs the settings without the secrets, which only read "set" or "".
func (c *Config) LogValue() slog.Value {
	attrs := make([]slog.Attr, 0, len(settings))
	for _, s := range settings {
		value := s.value(c)
		if s.secret && value != "" {
			value = "set"
		}
		attrs = append(attrs, slog.String(s.name, value))
	}
	return slog.GroupValue(attrs...)
}
