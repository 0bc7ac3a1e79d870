package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// CapabilityRemoved reports capabilities in CapabilityBoundingSet= that another
// directive removes from it.
var CapabilityRemoved = &lint.Rule{Page: lint.ReadPage(pages, "capability-removed"), Unit: ofSystem(checkRemoved)}

func checkRemoved(p *lint.Pass, u *unit.Unit) {
	for capability, taker := range u.TakenCapabilities() {
		at, named := u.Names("CapabilityBoundingSet", capability)
		if !named || !u.Together(at, taker) || u.Denies("CapabilityBoundingSet", capability) != value.No {
			continue
		}
		if _, ambient := u.Names("AmbientCapabilities", capability); ambient {
			continue // AmbientUnbounded reports it
		}
		p.At(u, at, taker).Concerns(u.About(taker.Key)...).
			Help("remove the capability or %s", taker.Key).
			Reportf("%s removes %s from CapabilityBoundingSet", taker.Key, capability)
	}
}
