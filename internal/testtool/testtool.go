// Package testtool has tests skip what they cannot compare with on this machine.
package testtool

import (
	"os"
	"os/exec"
	"testing"
)

// Need skips a test unless all programs are in PATH; if CI is set, it fails the test.
func Need(tb testing.TB, programs ...string) {
	tb.Helper()
	for _, p := range programs {
		if _, err := exec.LookPath(p); err != nil {
			Lack(tb, p+" is not installed")
		}
	}
}

// Lack skips a test for a reason; if CI is set, where all that tests need is there, it
// fails the test.
func Lack(tb testing.TB, reason string) {
	tb.Helper()
	if os.Getenv("CI") != "" {
		tb.Fatalf("%s, and CI is set", reason)
	}
	tb.Skip(reason)
}
