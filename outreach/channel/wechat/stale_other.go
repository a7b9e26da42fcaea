//go:build !unix

package wechat

import "net"

// stale cannot be told here; the short idle time of the pool has to do.
func stale(net.Conn, bool) bool { return false }
