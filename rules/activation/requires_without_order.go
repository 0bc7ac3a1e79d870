package activation

import (
	"wardnix/lint"
	"wardnix/lint/unit"
)

// RequiresWithoutOrder reports units that require a service whose start takes time, without
// being started after it.
var RequiresWithoutOrder = &lint.Rule{Page: lint.ReadPage(pages, "requires-without-order"), Part: checkRequires}

func checkRequires(p *lint.Pass, part *unit.Part) {
	for _, u := range part.Units {
		if !standsAlone(u) || u.Type() == "target" || u.IsOverride() || len(u.Full().Open) > 0 {
			continue
		}
		for _, d := range u.Dependencies("Unit", "Requires") {
			if d.Unit == "" || d.When != nil || d.Def == nil || d.Unit == u.Name || triggers(u, d.Unit) {
				continue
			}
			other := peer(part, u, d.Unit)
			if other == nil || ordered(u, other, d.Unit) || !hasOutcome(other) {
				continue
			}
			p.At(u, d.Setting).Concerns(u.About("requires")...).
				Note("systemd starts both at the same time, and the unit runs even if %s fails", d.Unit).
				Fix(list(u, "Unit", "After", d.Unit, "")...).
				Reportf("requires %s without being ordered after it", d.Unit)
		}
	}
}

// hasOutcome reports whether systemd waits for the start of a service, which may fail
// (systemd.service(5), Type=).
func hasOutcome(u *unit.Unit) bool {
	at, ok := u.Is("Type", "oneshot", "notify", "notify-reload", "dbus", "forking")
	return ok && at.When == nil && u.Type() == "service"
}
