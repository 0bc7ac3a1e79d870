package rendering

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// ResetOfOthers reports resets that also reset other directives.
var ResetOfOthers = &lint.Rule{Page: lint.ReadPage(pages, "reset-of-others"), Unit: checkResetOfOthers}

func checkResetOfOthers(p *lint.Pass, u *unit.Unit) {
	lines := u.Lines()
	for i, l := range lines {
		list := sharedList(l.Section, l.Key)
		if list == "" || !l.Certain() || strings.TrimSpace(l.Text) != "" || !l.IsWritten() {
			continue
		}
		at := slices.IndexFunc(lines[:i], func(b nixos.Line) bool {
			return b.Key != l.Key && sharedList(b.Section, b.Key) == list && b.Certain() && strings.TrimSpace(b.Text) != "" &&
				b.IsWritten() && (b.Def.File == l.Def.File || u.Host.Name != "")
		})
		if at < 0 {
			continue
		}
		b := lines[at]
		file, span := u.LinePlace(b)
		p.AtLine(u, l).Concerns(u.About(b.Key)...).
			Note("the directives share one list, and NixOS writes `%s=%s` before the empty line", b.Key, b.Text).
			Help("put the empty element first in %s instead", b.Key).
			See(file, span, "what is reset").
			Reportf("the empty `%s=` also resets %s", l.Key, b.Key)
	}
}

// sharedList names the list that directives share; empty for a directive that
// shares none.
func sharedList(section, key string) string {
	switch {
	case section == "Timer" && (key == "OnCalendar" || strings.HasPrefix(key, "On") && strings.HasSuffix(key, "Sec")):
		return "timers"
	case section == "Path" && (strings.HasPrefix(key, "Path") || key == "DirectoryNotEmpty"):
		return "paths"
	case section == "Socket" && strings.HasPrefix(key, "Listen"):
		return "sockets"
	case section == "Unit" && strings.HasPrefix(key, "Condition"):
		return "conditions"
	case section == "Unit" && strings.HasPrefix(key, "Assert"):
		return "assertions"
	case section == "Service" && (key == "BindPaths" || key == "BindReadOnlyPaths"):
		return "mounts"
	}
	return ""
}
