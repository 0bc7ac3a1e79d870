// Package testtool has tests skip what they cannot compare with on this machine.
package testtool

import (
	"os"
	"os/exec"
	"runtime"
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

// Given is the value of an environment variable that names what CI does not have, such as
// a checkout of nixpkgs. Without it, the test is skipped.
func Given(tb testing.TB, variable string) string {
	tb.Helper()
	value := os.Getenv(variable)
	if value == "" {
		tb.Skipf("%s is not set; CONTRIBUTING.md says what it names", variable)
	}
	return value
}

// Long skips a test with -short: it takes long, and what it tests changes rarely.
func Long(tb testing.TB) {
	tb.Helper()
	if testing.Short() {
		tb.Skip("it takes long: run it without -short")
	}
}

// Allocated is how many bytes f allocates: what it costs, on any machine and under
// any load. Nothing else may run meanwhile.
func Allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// InProportion fails the test if cost, of twice as much as half costs, is far more than
// twice of that.
func InProportion(tb testing.TB, what string, half, cost uint64) {
	tb.Helper()
	const most, slack = 2.7, 4 << 20
	if float64(cost) > most*float64(half)+slack {
		tb.Errorf("%s: %d KiB are allocated, and %d KiB for half of it", what, cost>>10, half>>10)
	}
}
