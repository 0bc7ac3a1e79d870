package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// UserNamespaceCapability reports capabilities that PrivateUsers= limits to the
// user namespace of the unit.
var UserNamespaceCapability = &lint.Rule{Page: lint.ReadPage(pages, "user-namespace-capability"), Unit: ofSystem(checkUserNamespace)}

func checkUserNamespace(p *lint.Pass, u *unit.Unit) {
	private, ok := u.Is("PrivateUsers", "true", "yes", "1", "on", "self", "identity", "full")
	if !ok || reportLimited(p, u, private, "AmbientCapabilities") {
		return
	}
	if u.RunsAs().Root() && u.Complete() && u.Lacks("Service", "AmbientCapabilities", "PrivateNetwork", "NetworkNamespacePath") {
		reportLimited(p, u, private, "CapabilityBoundingSet")
	}
}

// reportLimited reports the first capability over the host that a list names, and
// whether there is one.
func reportLimited(p *lint.Pass, u *unit.Unit, private unit.Setting, list string) bool {
	for _, capability := range profile.HostCapabilities() {
		at, named := u.Names(list, capability)
		if !named || !u.Together(private, at) || u.Denies(list, capability) == value.Yes {
			continue
		}
		p.At(u, private, at).Concerns(u.About(list)...).
			Note("PrivateUsers gives the service its own user namespace, in which %s of %s applies", capability, list).
			Fix(fix.ReplaceSetting(u, private, false, "the users and groups of the host are visible again; the capability is given as written")...).
			Reportf("%s has no effect on the host with PrivateUsers", capability)
		return true
	}
	return false
}
