package process_test

import "syscall"

// ownGroup keeps a terminal's Ctrl-C from the process, and ends it when the
// test's own process dies without cleaning up.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
