package wechat

import (
	"crypto/tls"
	"log/slog"
	"net"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"tidings/internal/clock"
	"tidings/outreach/channel"
	"tidings/outreach/fault"
)

// DefaultBaseURL is WeChat's own.
const DefaultBaseURL = "https://api.weixin.qq.com"

const (
	defaultConns   = 256
	defaultTimeout = 5 * time.Second
	defaultIdle    = 5 * time.Second
)

// Config describes one mini program's account.
type Config struct {
	BaseURL string // http or https, with a path if need be; default DefaultBaseURL
	AppID   string
	Secret  string

	// Redis shares the access token between processes. Nil keeps it in this process.
	Redis redis.UniversalClient
	// Seal and Open encrypt the token in Redis; both nil stores it as it is.
	// A nil from Seal keeps the token in this process.
	Seal func([]byte) []byte
	Open func([]byte) ([]byte, error)

	Conns       int           // connections at most; default 256
	Timeout     time.Duration // of one call, whatever deadline it is given; default 5 s
	IdleTimeout time.Duration // of a connection; default 5 s; keep it below the server's
	TLS         *tls.Config   // for https; nil trusts the machine's certificates

	Clock  clock.Clock // business time, for "until tomorrow in Beijing"; nil: machine time
	Logger *slog.Logger
}

// Client is one account. It is safe for concurrent use; Close it when done.
type Client struct {
	cfg      Config
	log      *slog.Logger
	pool     *pool
	tokens   *tokens
	inFlight inFlight
	noisy    quiet

	sendTo, tokenAt, templatesAt endpoint
}

var _ channel.Sender = (*Client)(nil)

// New checks the configuration, INVALID at baseUrl, appId or appSecret, and makes no call yet.
func New(cfg Config) (*Client, error) {
	u, err := parseBase(orElse(cfg.BaseURL, DefaultBaseURL))
	var fields fault.Fields
	if err != nil {
		fields.Add("baseUrl", "INVALID_URL", "the base URL must be http or https with a host")
	}
	if cfg.AppID == "" {
		fields.Add("appId", "REQUIRED", "the AppID is missing")
	}
	if cfg.Secret == "" {
		fields.Add("appSecret", "REQUIRED", "the AppSecret is missing")
	}
	if err = fields.Err(); err != nil {
		return nil, err
	}
	if cfg.Conns <= 0 {
		cfg.Conns = defaultConns
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = defaultTimeout
	}
	if cfg.IdleTimeout <= 0 {
		cfg.IdleTimeout = defaultIdle
	}
	if cfg.Clock == nil {
		cfg.Clock = &clock.Offset{}
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	c := &Client{cfg: cfg, log: cfg.Logger.With(slog.String("app_id", cfg.AppID))}
	prefix := strings.TrimSuffix(u.EscapedPath(), "/")
	c.sendTo = newEndpoint("POST", prefix+"/cgi-bin/message/subscribe/send?access_token=", u.Host)
	c.templatesAt = newEndpoint("GET", prefix+"/wxaapi/newtmpl/gettemplate?access_token=", u.Host)
	c.tokenAt = newEndpoint("POST", prefix+"/cgi-bin/stable_token", u.Host)
	c.pool = newPool(address(u), tlsFor(u, cfg.TLS), cfg.Conns, cfg.IdleTimeout)
	c.tokens = newTokens(c, u)
	c.inFlight.init()
	return c, nil
}

// Close drops idle connections; calls that are under way end normally.
func (c *Client) Close() { c.pool.close() }

func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	if (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, errBase
	}
	return u, nil
}

func address(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = "80"
		if u.Scheme == "https" {
			port = "443"
		}
	}
	return net.JoinHostPort(u.Hostname(), port)
}

func tlsFor(u *url.URL, given *tls.Config) *tls.Config {
	if u.Scheme != "https" {
		return nil
	}
	cfg := &tls.Config{MinVersion: tls.VersionTLS12}
	if given != nil {
		cfg = given.Clone()
	}
	if cfg.ServerName == "" {
		cfg.ServerName = u.Hostname()
	}
	if cfg.ClientSessionCache == nil {
		cfg.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	}
	cfg.NextProtos = []string{"http/1.1"}
	return cfg
}
