//go:build !js && !wasip1

package files

import "syscall"

// NoWait is the flag for opening a file that keeps who opens a named pipe from waiting.
const NoWait = syscall.O_NONBLOCK
