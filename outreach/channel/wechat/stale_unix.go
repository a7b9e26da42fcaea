//go:build unix

package wechat

import (
	"net"
	"syscall"
)

// stale looks whether the other side has closed an idle connection, or sent
// something nobody asked for, without waiting and without consuming anything.
// Over TLS unread bytes are usual (session tickets), so only the end counts.
func stale(c net.Conn, tls bool) bool {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return false
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return true
	}
	var gone bool
	err = raw.Read(func(fd uintptr) bool {
		var b [1]byte
		n, _, rerr := syscall.Recvfrom(int(fd), b[:], syscall.MSG_PEEK)
		switch {
		case rerr == syscall.EAGAIN || rerr == syscall.EWOULDBLOCK || rerr == syscall.EINTR: //nolint:errorlint // errno values, compared as such
			gone = false
		case rerr != nil || n == 0:
			gone = true
		default:
			gone = !tls
		}
		return true // never wait for readability
	})
	return err != nil || gone
}
