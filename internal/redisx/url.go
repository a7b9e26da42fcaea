package redisx

import (
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// ErrURL is the sentence for an address of no known form. It does not repeat
// the address, which may hold a password.
var ErrURL = errors.New("the address of Redis must be redis:// or rediss://[user:password@]host:6379/0, " +
	"redis+sentinel://[user:password@]host:26379,host:26379/master-name/0 or redis+cluster://[user:password@]host:6379,host:6379 " +
	"(rediss+… with TLS)")

// Parse reads an address:
//
//	redis://  rediss://          one server; the path is the database number
//	redis+sentinel://            Sentinels, separated by commas; the path is the master's name and the number.
//	                             ?sentinel_user=…&sentinel_password=… if the Sentinels ask for them
//	redis+cluster://             some nodes of a cluster, separated by commas
//
// rediss+sentinel and rediss+cluster speak TLS. User and password may be
// percent-encoded; a port left out is 6379, or 26379 of a Sentinel.
func Parse(address string) (*redis.UniversalOptions, error) {
	scheme, rest, ok := strings.Cut(address, "://")
	if !ok {
		return nil, ErrURL
	}
	rest, rawQuery, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	query, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, ErrURL
	}
	o := &redis.UniversalOptions{MaintNotificationsConfig: noMaintenanceNotices()}
	// The last @ ends the password, which may hold others; net/url would refuse several hosts.
	hosts := authority
	if at := strings.LastIndex(authority, "@"); at >= 0 {
		hosts = authority[at+1:]
		user, password, _ := strings.Cut(authority[:at], ":")
		var errUser, errPassword error
		o.Username, errUser = url.PathUnescape(user)
		o.Password, errPassword = url.PathUnescape(password)
		if errUser != nil || errPassword != nil {
			return nil, ErrURL
		}
	}
	kind, secure := strings.CutPrefix(scheme, "rediss")
	if !secure {
		kind, ok = strings.CutPrefix(scheme, "redis")
	}
	port, number := "6379", path
	switch {
	case !ok:
		return nil, ErrURL
	case kind == "+sentinel":
		port = "26379"
		o.MasterName, number, _ = strings.Cut(path, "/")
		o.SentinelUsername, o.SentinelPassword = query.Get("sentinel_user"), query.Get("sentinel_password")
		if o.MasterName == "" {
			return nil, fmt.Errorf("a redis+sentinel address names the master: %w", ErrURL)
		}
	case kind == "+cluster":
		o.IsClusterMode = true
		if strings.Trim(path, "0/") != "" {
			return nil, errors.New("a Redis cluster has no numbered databases: leave the path of its address empty")
		}
		number = ""
	case kind != "" || strings.Contains(hosts, ","):
		return nil, ErrURL
	}
	if number = strings.Trim(number, "/"); number != "" {
		if o.DB, err = strconv.Atoi(number); err != nil || o.DB < 0 {
			return nil, fmt.Errorf("the database number of Redis must be a number such as 0, not %q", number)
		}
	}
	for host := range strings.SplitSeq(hosts, ",") {
		addr, err := hostPort(host, port)
		if err != nil {
			return nil, err
		}
		o.Addrs = append(o.Addrs, addr)
	}
	if secure {
		// Each server is checked by the name it was dialled at.
		o.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	}
	return o, nil
}

// hostPort adds the port where it is missing; an IPv6 address stands in brackets.
func hostPort(host, port string) (string, error) {
	if name, given, err := net.SplitHostPort(host); err == nil {
		host, port = name, given
	} else {
		host = strings.TrimSuffix(strings.TrimPrefix(host, "["), "]")
	}
	if n, err := strconv.Atoi(port); host == "" || err != nil || n < 1 || n > 65535 {
		return "", ErrURL
	}
	return net.JoinHostPort(host, port), nil
}
