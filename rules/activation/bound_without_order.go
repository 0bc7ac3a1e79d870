package activation

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// BoundWithoutOrder reports units that are bound to another without being started after
// it.
var BoundWithoutOrder = &lint.Rule{Page: lint.ReadPage(pages, "bound-without-order"), Part: checkBound}

func checkBound(p *lint.Pass, part *unit.Part) {
	for _, u := range part.Units {
		if !standsAlone(u) || u.Type() == "target" || u.IsOverride() || len(u.Full().Open) > 0 {
			continue
		}
		for _, d := range u.Dependencies("Unit", "BindsTo") {
			if d.Unit == "" || d.When != nil || d.Def == nil || orderedByItself(u, d.Unit) {
				continue
			}
			other := peer(part, u, d.Unit)
			if other == nil && len(u.Peers(d.Unit)) > 0 || ordered(u, other, d.Unit) {
				continue
			}
			p.At(u, d.Setting).Concerns(u.About("bindsTo")...).
				Note("systemd starts both at the same time; with `after` as well, the unit is active only while %s is", d.Unit).
				Fix(list(u, "Unit", "After", d.Unit, "")...).
				Reportf("bound to %s without being ordered after it", d.Unit)
		}
	}
}

// orderedByItself reports whether systemd orders a unit after another without a line that says so:
// a service after what triggers it, and everything after its slice (systemd.socket(5),
// systemd.timer(5), systemd.path(5), systemd.slice(5)). A target is most often reached
// because of the units that are bound to it.
func orderedByItself(u *unit.Unit, name string) bool {
	stem, kind, _ := strings.Cut(name, ".")
	switch kind {
	case "slice", "target":
		return true
	case "socket", "timer", "path":
		return stem == u.BaseName()
	}
	return false
}
