package contradiction

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/systemd/value"
	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// CapabilityRemoved reports capabilities that are listed and taken all the same.
var CapabilityRemoved = &lint.Rule{
	Page: lint.ReadPage(pages, "capability-removed"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			for _, t := range unit.TakenCapabilities {
				at, named := u.Names("CapabilityBoundingSet", t.Capability)
				taker, on := u.On(t.Directive)
				if !named || !on || !u.Together(at, taker) || u.Denies("CapabilityBoundingSet", t.Capability) != value.No {
					continue
				}
				if _, ambient := u.Names("AmbientCapabilities", t.Capability); ambient {
					continue // worse: see ambientUnbounded
				}
				lint.ReportSetting(p, u, lint.Finding{
					Message: fmt.Sprintf("%s takes %s away, which CapabilityBoundingSet lists", taker.Key, t.Capability),
					About:   u.About("CapabilityBoundingSet", taker.Key),
					Notes:   []lint.Note{{Label: "help", Text: "remove the capability, or " + taker.Key}},
				}, at, taker)
			}
		}
	},
}

// AmbientRoot reports ambient capabilities of root.
var AmbientRoot = &lint.Rule{
	Page: lint.ReadPage(pages, "ambient-root"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkAmbientRoot(p, u)
		}
	},
}

func checkAmbientRoot(p *lint.Pass, u *unit.Unit) {
	all, ok := u.Settings("Service", "AmbientCapabilities")
	if !ok || !u.RunsAs().Root() || !u.Lacks("Service", "SecureBits", "CapabilityBoundingSet", "PAMName") || !u.Together(all...) {
		return
	}
	i := slices.IndexFunc(all, func(a unit.Setting) bool { return strings.HasPrefix(a.Text, "CAP_") })
	if i < 0 || all[len(all)-1].Text == "" {
		return
	}
	lint.ReportSetting(p, u, lint.Finding{
		Message: "the service runs as root and has every capability, not only those of AmbientCapabilities",
		About:   u.About("AmbientCapabilities", "CapabilityBoundingSet", "User"),
		Notes:   []lint.Note{{Label: "help", Text: "set `User` or `DynamicUser`; or name the capabilities in CapabilityBoundingSet, which takes all others from root"}},
	}, all[i])
}

// UserNamespaceCapability reports capabilities that count for nothing in the
// unit's own user namespace.
var UserNamespaceCapability = &lint.Rule{
	Page: lint.ReadPage(pages, "user-namespace-capability"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkUserNamespace(p, u)
		}
	},
}

func checkUserNamespace(p *lint.Pass, u *unit.Unit) {
	private, ok := u.Is("PrivateUsers", "true", "yes", "1", "on", "self", "identity", "full")
	if !ok {
		return
	}
	for _, capability := range profile.HostCapabilities {
		at, named := u.Names("AmbientCapabilities", capability)
		if !named || !u.Together(private, at) || u.Denies("AmbientCapabilities", capability) == value.Yes {
			continue
		}
		f := lint.Finding{
			Message: fmt.Sprintf("%s of AmbientCapabilities has no effect on the host, because PrivateUsers gives the service a user namespace of its own", capability),
			About:   u.About("PrivateUsers", "AmbientCapabilities"),
			Fixes:   fix.ReplaceSetting(u, private, false, lint.Unsafe, "the users and groups of the host are visible again; the capability is given as written"),
		}
		lint.ReportSetting(p, u, f, private, at)
		return // one of PrivateUsers, however many capabilities
	}
	if u.RunsAs().Root() && u.Lacks("Service", "AmbientCapabilities", "PrivateNetwork", "NetworkNamespacePath") {
		checkRootNamespace(p, u, private)
	}
}

// checkRootNamespace reports capabilities that root keeps in its bounding set, and
// that count for nothing in its user namespace.
func checkRootNamespace(p *lint.Pass, u *unit.Unit, private unit.Setting) {
	for _, capability := range profile.HostCapabilities {
		at, named := u.Names("CapabilityBoundingSet", capability)
		if !named || !u.Together(private, at) || u.Denies("CapabilityBoundingSet", capability) != value.No {
			continue
		}
		lint.ReportSetting(p, u, lint.Finding{
			Message: fmt.Sprintf("root's %s, which CapabilityBoundingSet leaves it, has no effect on the host, because PrivateUsers gives the service a user namespace of its own", capability),
			About:   u.About("PrivateUsers", "CapabilityBoundingSet"),
			Fixes:   fix.ReplaceSetting(u, private, false, lint.Unsafe, "the users and groups of the host are visible again; the capability is given as written"),
		}, private, at)
		return
	}
}

// ProtectionUndone reports capabilities with which a service can undo its own
// sandbox.
var ProtectionUndone = &lint.Rule{
	Page: lint.ReadPage(pages, "protection-undone"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			checkUndone(p, u)
		}
	},
}

func checkUndone(p *lint.Pass, u *unit.Unit) {
	given := func(capability string) (unit.Setting, bool) {
		if at, ok := u.Names("AmbientCapabilities", capability); ok && u.Denies("AmbientCapabilities", capability) == value.No {
			return at, true
		}
		at, ok := u.Names("CapabilityBoundingSet", capability)
		return at, ok && u.RunsAs().Root() && u.Denies("CapabilityBoundingSet", capability) == value.No
	}
	if at, ok := given("CAP_SYS_ADMIN"); ok && u.Denies("SystemCallFilter", "mount") == value.No {
		if view, has := u.Namespaced(); has && u.Together(at, view) {
			lint.ReportSetting(p, u, lint.Finding{
				Message: fmt.Sprintf("with CAP_SYS_ADMIN the service can undo %s", view.Key),
				About:   u.About(at.Key, view.Key),
				Notes:   []lint.Note{{Label: "help", Text: "forbid the calls: `SystemCallFilter = [ \"~@mount\" ]`"}},
			}, at, view)
		}
	}
	if at, ok := given("CAP_SYS_PTRACE"); ok {
		if proc, has := u.Is("ProtectProc", "invisible", "noaccess", "ptraceable"); has && u.Together(at, proc) {
			lint.ReportSetting(p, u, lint.Finding{
				Message: "ProtectProc hides nothing from a service with CAP_SYS_PTRACE",
				About:   u.About(at.Key, "ProtectProc"),
			}, at, proc)
		}
	}
}

// DelegationReadOnly reports a subtree of control groups that is given away and
// read-only.
var DelegationReadOnly = &lint.Rule{
	Page: lint.ReadPage(pages, "delegation-read-only"),
	Check: func(p *lint.Pass) {
		for _, u := range lint.UnitsOf(p) {
			delegate, ok := u.Setting("Service", "Delegate")
			if on, isBool := value.ParseBool(delegate.Text); !ok || isBool && !on {
				continue
			}
			at, ok := u.Is("ProtectControlGroups", "true", "yes", "1", "on", "strict")
			if !ok || !u.Together(delegate, at) || !u.Lacks("Service", "BindPaths", "ReadWritePaths") {
				continue
			}
			lint.ReportSetting(p, u, lint.Finding{
				Message: "ProtectControlGroups makes read-only what Delegate gives to the service",
				About:   u.About("ProtectControlGroups", "Delegate"),
				Fixes:   fix.ReplaceSetting(u, at, false, lint.Unsafe, "the service can write to the control groups of others as far as its user may"),
			}, at, delegate)
		}
	},
}
