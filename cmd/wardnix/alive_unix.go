//go:build unix

package main

import (
	"errors"
	"syscall"
)

// processAlive reports whether there is a process.
func processAlive(pid int) bool {
	return pid <= 0 || !errors.Is(syscall.Kill(pid, 0), syscall.ESRCH)
}
