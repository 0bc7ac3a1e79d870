//go:build !unix

package main

import "os"

// processAlive reports whether there is a process. Only those that are there can be
// found on Windows.
func processAlive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err == nil {
		p.Release()
	}
	return err == nil
}
