package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/systemd/directive"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// AmbientUnbounded reports ambient capabilities that are not in the bounding set.
var AmbientUnbounded = &lint.Rule{Page: lint.ReadPage(pages, "ambient-unbounded"), Unit: ofSystem(checkAmbientBounds)}

func checkAmbientBounds(p *lint.Pass, u *unit.Unit) {
	if _, ok := u.Settings("Service", "AmbientCapabilities"); !ok {
		return
	}
	for _, c := range directive.Capabilities() {
		at, named := u.Names("AmbientCapabilities", c.Name)
		if !named || u.Denies("AmbientCapabilities", c.Name) != value.No {
			continue
		}
		if bounds, ok := u.Settings("Service", "CapabilityBoundingSet"); ok && u.Denies("CapabilityBoundingSet", c.Name) == value.Yes &&
			u.Together(append(bounds, at)...) {
			p.At(u, at, bounds[0]).Concerns(u.About("CapabilityBoundingSet")...).
				Note("systemd drops %s without a warning", c.Name).
				Help("list it in both, or in neither").
				Reportf("the service does not get %s: CapabilityBoundingSet omits it", c.Name)
			continue
		}
		if taker, ok := u.Taken(c.Name); ok && u.Together(taker, at) {
			p.At(u, at, taker).Concerns(u.About(taker.Key)...).
				Help("a service that needs %s cannot have %s", c.Name, taker.Key).
				Reportf("the service does not get %s: %s removes it", c.Name, taker.Key)
		}
	}
}
