package contradiction

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/unit"
)

// AmbientRoot reports ambient capabilities of a service that runs as root.
var AmbientRoot = &lint.Rule{Page: lint.ReadPage(pages, "ambient-root"), Unit: ofSystem(checkAmbientRoot)}

func checkAmbientRoot(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Service", "AmbientCapabilities")
	if !ok || !u.RunsAs().Root() || !u.Lacks("Service", "SecureBits", "CapabilityBoundingSet", "PAMName") || !u.Together(all...) {
		return
	}
	i := slices.IndexFunc(all, func(a unit.Setting) bool { return strings.HasPrefix(a.Text, "CAP_") })
	if i < 0 || all[len(all)-1].Text == "" {
		return
	}
	p.At(u, all[i]).Concerns(u.About("CapabilityBoundingSet", "User")...).
		Help("set `User` or `DynamicUser`; or list the capabilities in CapabilityBoundingSet, which removes all others from root").
		Reportf("AmbientCapabilities limits nothing: root has every capability")
}
