package contradiction

import (
	"wardnix/lint"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
)

// ProtectionUndone reports capabilities with which a service can undo its sandbox.
var ProtectionUndone = &lint.Rule{Page: lint.ReadPage(pages, "protection-undone"), Unit: ofSystem(checkUndone)}

func checkUndone(p *lint.Pass, u *unit.Unit) {
	if at, ok := has(u, "CAP_SYS_ADMIN"); ok && u.Allows("mount") == value.Yes {
		if view, ok := u.Namespaced(); ok && u.Together(at, view) {
			p.At(u, at, view).Concerns(u.About(view.Key)...).
				Help("forbid the system calls: `SystemCallFilter = [ \"~@mount\" ]`").
				Reportf("a service with CAP_SYS_ADMIN can undo %s", view.Key)
		}
	}
	if at, ok := has(u, "CAP_SYS_PTRACE"); ok {
		if proc, ok := u.Is("ProtectProc", "invisible", "noaccess", "ptraceable"); ok && u.Together(at, proc) {
			p.At(u, at, proc).Concerns(u.About("ProtectProc")...).
				Reportf("ProtectProc hides nothing from a service with CAP_SYS_PTRACE")
		}
	}
}

// has is the setting that gives the service a capability.
func has(u *unit.Unit, capability string) (unit.Setting, bool) {
	at, ok := u.Names("AmbientCapabilities", capability)
	if !ok {
		at, ok = u.Names("CapabilityBoundingSet", capability)
	}
	return at, ok && u.Allows(capability) == value.Yes
}
