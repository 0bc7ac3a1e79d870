package unit

import (
	"slices"
	"strings"
)

// setup are words of shells that prepare what follows.
var setup = []string{"set", "cd", "export", "shopt", "exit", "return", "test", "[", "sleep"}

// errands are programs that have others do something, or do nothing: a sandbox
// around them protects little.
var errands = []string{
	"true", "false", ":", "echo", "printf", "logger", "wall", "date", "systemctl", "systemd-notify", "busctl", "dbus-send", "loginctl", "curl", "wget", "ping",
}

// IsGlue reports whether the unit runs once and only calls programs such as
// systemctl and curl.
func (u *Unit) IsGlue() bool {
	if kind, _, known := u.Effective("Service", "Type"); !known || kind != "oneshot" {
		return false
	}
	errand := false
	for _, c := range u.Commands() {
		switch {
		case c.Reads:
		case slices.ContainsFunc(c.Words, func(w string) bool { return strings.Contains(w, "$(") || strings.Contains(w, "`") }):
			return false
		case slices.Contains(errands, c.Program()):
			errand = true
		case !slices.Contains(setup, c.Program()):
			return false
		}
	}
	return errand
}
