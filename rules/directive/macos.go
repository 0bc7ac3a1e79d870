package directive

import (
	"strings"

	"wardnix/lint/nixos"
)

// onDarwin reports whether a line depends on the system being macOS, which has no
// systemd: modules of home-manager have both in one expression.
func onDarwin(l nixos.Line) bool {
	return l.When != nil && strings.Contains(l.When.String(), "isDarwin")
}
