// Package oracle finds the systemd of this machine, which tests compare with.
package oracle

import (
	"os/exec"
	"strings"
	"testing"

	"wardnix/lint/systemd/directive"
	"wardnix/nixast/testtool"
)

// Version returns the version of systemd-analyze on this machine; without it the test is skipped,
// or fails when CI is set.
func Version(t testing.TB) directive.Version {
	t.Helper()
	out, err := exec.Command("systemd-analyze", "--version").Output()
	if err != nil {
		testtool.Lack(t, "systemd-analyze is not installed")
	}
	line, _, _ := strings.Cut(string(out), " (")
	v, err := directive.ParseVersion(line)
	if err != nil {
		testtool.Lack(t, err.Error())
	}
	return v
}
