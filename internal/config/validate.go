package config

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Validate says, one sentence each, what keeps a server or worker from running
// with these settings. `migrate` and `version` need less and do not ask.
func (c *Config) Validate() error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }

	c.validateAddr(complain)
	c.validateURLs(complain)
	if _, err := c.keys(); err != nil {
		problems = append(problems, err)
	}
	for _, q := range c.Queues {
		if !slices.Contains(AllQueues(), q) {
			complain("TIDINGS_QUEUES names %q, which is not a queue; there are %s", q, strings.Join(AllQueues(), ", "))
		}
	}
	if c.SendConnections < 1 || c.SendConnections > 10_000 {
		complain("TIDINGS_SEND_CONNECTIONS must be between 1 and 10000, not %d", c.SendConnections)
	}
	if c.WorkerShards < 1 || c.WorkerShards > 1_000 {
		complain("TIDINGS_WORKER_SHARDS must be between 1 and 1000, not %d", c.WorkerShards)
	}
	if c.ShutdownTimeout < time.Second || c.ShutdownTimeout > 10*time.Minute {
		complain("TIDINGS_SHUTDOWN_TIMEOUT must be between 1s and 10m, not %s", c.ShutdownTimeout)
	}
	return errors.Join(problems...)
}

// ValidateShared adds what `serve` and `worker` need, which are processes of
// their own: a database and a Redis that more than one process can reach.
func (c *Config) ValidateShared() error {
	problems := []error{c.Validate()}
	if c.DatabaseURL == "" {
		problems = append(problems, errors.New("TIDINGS_DATABASE_URL is required when serve and worker are processes of their own; `tidings all` runs with SQLite"))
	}
	if c.RedisURL == "" {
		problems = append(problems, errors.New("TIDINGS_REDIS_URL is required when serve and worker are processes of their own; `tidings all` runs with a Redis inside"))
	}
	return errors.Join(problems...)
}

func (c *Config) validateAddr(complain func(string, ...any)) {
	host, port, err := net.SplitHostPort(c.Addr)
	if err != nil {
		complain("TIDINGS_ADDR must be host:port or :port, not %q", c.Addr)
		return
	}
	if n, err := strconv.Atoi(port); err != nil || n < 0 || n > 65535 {
		name := "TIDINGS_ADDR"
		if c.Port != "" {
			name = "PORT"
		}
		complain("%s must have a port between 0 and 65535, not %q", name, port)
	}
	if c.Demo && !isLoopback(host) {
		complain("TIDINGS_ADDR must be on this machine (127.0.0.1 or localhost) in demo mode, whose passwords are public, not %q", host)
	}
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}

func (c *Config) validateURLs(complain func(string, ...any)) {
	// The values of database and Redis addresses hold passwords: the sentences do not repeat them.
	if scheme, _, _ := strings.Cut(c.DatabaseURL, "://"); c.DatabaseURL != "" && scheme != "postgres" && scheme != "postgresql" {
		complain("TIDINGS_DATABASE_URL must begin with postgres://")
	} else if _, err := url.Parse(c.DatabaseURL); err != nil {
		complain("TIDINGS_DATABASE_URL is not a valid address; a password with special characters must be percent-encoded")
	}
	schemes := []string{"redis", "rediss", "redis+sentinel", "rediss+sentinel", "redis+cluster", "rediss+cluster"}
	if scheme, _, _ := strings.Cut(c.RedisURL, "://"); c.RedisURL != "" && !slices.Contains(schemes, scheme) {
		complain("TIDINGS_REDIS_URL must begin with redis://, rediss://, redis+sentinel:// or redis+cluster://")
	}
	if c.WechatURL != "" && !isHTTP(c.WechatURL) {
		complain("TIDINGS_WECHAT_URL must be an http:// or https:// address, not %q", c.WechatURL)
	}
	if u, err := url.Parse(c.ConsoleOrigin); c.ConsoleOrigin != "" &&
		(err != nil || !isHTTP(c.ConsoleOrigin) || u.Path != "" || u.RawQuery != "" || u.User != nil) {
		complain("TIDINGS_CONSOLE_ORIGIN must be an origin without a path, such as https://console.example.com, not %q", c.ConsoleOrigin)
	}
}

func isHTTP(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
