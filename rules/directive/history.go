package directive

import (
	"fmt"
	"strings"

	"wardnix/lint/systemd/directive"
	"wardnix/lint/unit"
)

// hasNoEffect reports whether the unit's systemd ignores a directive that an older
// one supported.
func hasNoEffect(u *unit.Unit, d *directive.Directive) bool {
	at := d.IgnoredSince
	if d.Until != 0 && (at == 0 || d.Until+1 < at) {
		at = d.Until + 1
	}
	return at != 0 && at <= u.Version && (u.Host.ReleaseKnown || at <= directive.Oldest)
}

// alwaysOn reports whether what the directive enabled is always enabled now.
func alwaysOn(d *directive.Directive) bool { return strings.HasPrefix(d.Replacement, "(") }

// sinceRemoved says since when a directive has no effect.
func sinceRemoved(d *directive.Directive) string {
	switch {
	case d.IgnoredSince > directive.Oldest:
		return fmt.Sprintf(" since systemd %s", d.IgnoredSince)
	case d.Until != 0:
		return fmt.Sprintf(" since systemd %s", d.Until+1)
	}
	return ""
}
