package rules

import (
	"fmt"
	"slices"
	"strings"

	"wardnix/emit"
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/value"
)

// capabilityRemoved reports capabilities that are listed and taken all the same.
func capabilityRemoved(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C004", Name: "capability-removed", Since: "0.1.0", Severity: lint.Warning,
		Title: "the capability is listed, and another directive takes it away",
		Text: "`PrivateDevices` takes CAP_MKNOD and CAP_SYS_RAWIO out of the bounding set, `ProtectKernelModules`" + `
CAP_SYS_MODULE, ` + "`ProtectKernelLogs`" + ` CAP_SYSLOG, ` + "`ProtectClock`" + ` CAP_SYS_TIME and CAP_WAKE_ALARM, whatever
` + "`CapabilityBoundingSet`" + ` says. One of the two lines is a mistake: the service either does not need the
capability, or does not work.`,
		WhenNot: "",
		Before: `{
  systemd.services.clock.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/clock";
    CapabilityBoundingSet = [ "CAP_SYS_TIME" ];
    ProtectClock = true;
  };
}
`,
		References: []string{"systemd.exec(5), PrivateDevices=, ProtectClock=, ProtectKernelModules=, ProtectKernelLogs=",
			"src/core/unit.c, unit_patch_contexts (systemd 252 to 262)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				for _, t := range takenCapabilities {
					at, named := u.names("CapabilityBoundingSet", t.capability)
					taker, on := u.on(t.directive)
					if !named || !on || !u.together(at, taker) || u.denies("CapabilityBoundingSet", t.capability) != value.No {
						continue
					}
					if _, ambient := u.names("AmbientCapabilities", t.capability); ambient {
						continue // worse: see ambientUnbounded
					}
					u.report(p, lint.Finding{
						Message:    fmt.Sprintf("%s takes %s away, which CapabilityBoundingSet lists", taker.Key, t.capability),
						Directives: []string{"CapabilityBoundingSet", taker.Key},
						Notes:      []lint.Note{{Label: "help", Text: "remove the capability, or " + taker.Key}},
					}, at, taker)
				}
			}
		},
	}
}

// ambientRoot reports ambient capabilities of root.
func ambientRoot(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C005", Name: "ambient-root", Since: "0.1.0", Severity: lint.Warning,
		Title: "AmbientCapabilities of a service that runs as root, and so has every capability",
		Text: "`AmbientCapabilities`" + ` gives capabilities to a process that would have none, because it runs as an ordinary
user. Root has all of the bounding set anyway. Without ` + "`CapabilityBoundingSet`" + ` that is every capability
there is, and not the ones that the unit seems to choose.`,
		WhenNot: "Where the program itself changes to another user and keeps ambient capabilities on purpose.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
  };
}
`,
		References: []string{"systemd.exec(5), AmbientCapabilities=", "capabilities(7), Capabilities and execution of programs by root"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkAmbientRoot(p, u)
			}
		},
	}
}

func checkAmbientRoot(p *lint.Pass, u *subject) {
	all, ok := u.of("Service", "AmbientCapabilities")
	if !ok || !u.root() || !u.lacks("Service", "SecureBits", "CapabilityBoundingSet", "PAMName") || !u.together(all...) {
		return
	}
	i := slices.IndexFunc(all, func(a setting) bool { return strings.HasPrefix(a.Text, "CAP_") })
	if i < 0 || all[len(all)-1].Text == "" {
		return
	}
	u.report(p, lint.Finding{
		Message:    "the service runs as root and has every capability, not only those of AmbientCapabilities",
		Directives: []string{"AmbientCapabilities", "CapabilityBoundingSet", "User"},
		Notes:      []lint.Note{{Label: "help", Text: "set `User` or `DynamicUser`; or name the capabilities in CapabilityBoundingSet, which takes all others from root"}},
	}, all[i])
}

// hostCapabilities are capabilities over things that belong to the host's user
// namespace, whatever else the unit has of its own: privileged ports and devices
// of the network, the clock, the kernel and its log, other users' files.
// (capabilities(7); user_namespaces(7), "Interaction of user namespaces and other
// types of namespaces".)
var hostCapabilities = []string{"CAP_NET_BIND_SERVICE", "CAP_NET_ADMIN", "CAP_NET_RAW", "CAP_SYS_TIME", "CAP_SYS_MODULE", "CAP_SYS_RAWIO",
	"CAP_SYSLOG", "CAP_SYS_NICE", "CAP_SYS_RESOURCE", "CAP_IPC_LOCK", "CAP_SYS_BOOT", "CAP_MKNOD", "CAP_DAC_READ_SEARCH", "CAP_DAC_OVERRIDE",
	"CAP_SYS_PTRACE", "CAP_BPF", "CAP_PERFMON", "CAP_WAKE_ALARM", "CAP_AUDIT_CONTROL", "CAP_AUDIT_WRITE", "CAP_AUDIT_READ", "CAP_LINUX_IMMUTABLE",
	"CAP_BLOCK_SUSPEND", "CAP_SYS_TTY_CONFIG"}

// userNamespaceCapability reports capabilities that count for nothing in the
// unit's own user namespace.
func userNamespaceCapability(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C006", Name: "user-namespace-capability", Since: "0.1.0", Severity: lint.Warning,
		Title: "with PrivateUsers the capability does not reach the host",
		Text: "`PrivateUsers`" + ` puts the service into a user namespace of its own. A capability that it is given there counts for
what belongs to that namespace only, and not for the host's ports, network devices, clock or files:
with ` + "`AmbientCapabilities = [ \"CAP_NET_BIND_SERVICE\" ]`" + ` it still cannot bind port 80. Neither can root with that
capability in its ` + "`CapabilityBoundingSet`" + `.`,
		WhenNot: "Where the service gets a network namespace inside its user namespace by itself.",
		Before: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DynamicUser = true;
    AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
    PrivateUsers = true;
  };
}
`,
		After: `{
  systemd.services.web.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/web";
    DynamicUser = true;
    AmbientCapabilities = [ "CAP_NET_BIND_SERVICE" ];
    PrivateUsers = false;
  };
}
`,
		References: []string{"systemd.exec(5), PrivateUsers=", "user_namespaces(7)",
			"nixos/modules/services/web-servers/pomerium.nix and networking/envoy.nix, which switch it off for that (NixOS 26.11)"},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkUserNamespace(p, u)
			}
		},
	}
}

func checkUserNamespace(p *lint.Pass, u *subject) {
	private, ok := u.is("PrivateUsers", "true", "yes", "1", "on", "self", "identity", "full")
	if !ok {
		return
	}
	for _, capability := range hostCapabilities {
		at, named := u.names("AmbientCapabilities", capability)
		if !named || !u.together(private, at) || u.denies("AmbientCapabilities", capability) == value.Yes {
			continue
		}
		f := lint.Finding{
			Message:    fmt.Sprintf("%s of AmbientCapabilities has no effect on the host, because PrivateUsers gives the service a user namespace of its own", capability),
			Directives: []string{"PrivateUsers", "AmbientCapabilities"},
			Fixes:      u.replacement(private, false, lint.Unsafe, "the users and groups of the host are visible again; the capability is given as written"),
		}
		u.report(p, f, private, at)
		return // one of PrivateUsers, however many capabilities
	}
	if u.root() && u.lacks("Service", "AmbientCapabilities", "PrivateNetwork", "NetworkNamespacePath") {
		checkRootNamespace(p, u, private)
	}
}

// checkRootNamespace reports capabilities that root keeps in its bounding set, and
// that count for nothing in its user namespace.
func checkRootNamespace(p *lint.Pass, u *subject, private setting) {
	for _, capability := range hostCapabilities {
		at, named := u.names("CapabilityBoundingSet", capability)
		if !named || !u.together(private, at) || u.denies("CapabilityBoundingSet", capability) != value.No {
			continue
		}
		u.report(p, lint.Finding{
			Message:    fmt.Sprintf("root's %s, which CapabilityBoundingSet leaves it, has no effect on the host, because PrivateUsers gives the service a user namespace of its own", capability),
			Directives: []string{"PrivateUsers", "CapabilityBoundingSet"},
			Fixes:      u.replacement(private, false, lint.Unsafe, "the users and groups of the host are visible again; the capability is given as written"),
		}, private, at)
		return
	}
}

// protectionUndone reports capabilities with which a service can undo its own
// sandbox.
func protectionUndone(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C019", Name: "protection-undone", Since: "0.1.0", Severity: lint.Info,
		Title: "the unit is given a capability that can undo its protection",
		Text: `The file system as a service sees it (` + "`ProtectSystem`, `ProtectHome`, `ReadOnlyPaths`" + ` and the like) is made of
mounts. A service with CAP_SYS_ADMIN can mount over them or take them away, unless ` + "`SystemCallFilter`" + `
forbids the calls of ` + "`@mount`" + `. And ` + "`ProtectProc`" + ` hides nothing from a service with CAP_SYS_PTRACE.`,
		WhenNot: "Where the service needs both, as a manager of containers or of mounts does.",
		Before: `{
  systemd.services.backup.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/backup";
    User = "backup";
    AmbientCapabilities = [ "CAP_SYS_ADMIN" ];
    ProtectSystem = "strict";
  };
}
`,
		References: []string{"systemd.exec(5), ReadWritePaths= and ProtectProc="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				checkUndone(p, u)
			}
		},
	}
}

func checkUndone(p *lint.Pass, u *subject) {
	given := func(capability string) (setting, bool) {
		if at, ok := u.names("AmbientCapabilities", capability); ok && u.denies("AmbientCapabilities", capability) == value.No {
			return at, true
		}
		at, ok := u.names("CapabilityBoundingSet", capability)
		return at, ok && u.root() && u.denies("CapabilityBoundingSet", capability) == value.No
	}
	if at, ok := given("CAP_SYS_ADMIN"); ok && u.denies("SystemCallFilter", "mount") == value.No {
		if view, has := u.namespaced(); has && u.together(at, view) {
			u.report(p, lint.Finding{
				Message:    fmt.Sprintf("with CAP_SYS_ADMIN the service can undo %s", view.Key),
				Directives: []string{at.Key, view.Key},
				Notes:      []lint.Note{{Label: "help", Text: "forbid the calls: `SystemCallFilter = [ \"~@mount\" ]`"}},
			}, at, view)
		}
	}
	if at, ok := given("CAP_SYS_PTRACE"); ok {
		if proc, has := u.is("ProtectProc", "invisible", "noaccess", "ptraceable"); has && u.together(at, proc) {
			u.report(p, lint.Finding{
				Message:    "ProtectProc hides nothing from a service with CAP_SYS_PTRACE",
				Directives: []string{at.Key, "ProtectProc"},
			}, at, proc)
		}
	}
}

// delegationReadOnly reports a subtree of control groups that is given away and
// read-only.
func delegationReadOnly(s *survey) *lint.Rule {
	return &lint.Rule{
		ID: "C017", Name: "delegation-read-only", Since: "0.1.0", Severity: lint.Warning,
		Title: "Delegate gives a subtree of control groups, and ProtectControlGroups makes it read-only",
		Text: "`Delegate`" + ` leaves the unit's part of the tree of control groups to the service, which is to make groups in it.
` + "`ProtectControlGroups`" + ` mounts the whole tree read-only for the service, that part included.`,
		WhenNot: "",
		Before: `{
  systemd.services.runner.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/runner";
    Delegate = true;
    ProtectControlGroups = true;
  };
}
`,
		After: `{
  systemd.services.runner.serviceConfig = {
    ExecStart = "/run/current-system/sw/bin/runner";
    Delegate = true;
    ProtectControlGroups = false;
  };
}
`,
		References: []string{"systemd.exec(5), ProtectControlGroups=", "systemd.resource-control(5), Delegate="},
		Check: func(p *lint.Pass) {
			for _, u := range s.of(p) {
				delegate, ok := u.last("Service", "Delegate")
				if on, isBool := value.ParseBool(delegate.Text); !ok || isBool && !on {
					continue
				}
				at, ok := u.is("ProtectControlGroups", "true", "yes", "1", "on", "strict")
				if !ok || !u.together(delegate, at) || !u.lacks("Service", "BindPaths", "ReadWritePaths") {
					continue
				}
				u.report(p, lint.Finding{
					Message:    "ProtectControlGroups makes read-only what Delegate gives to the service",
					Directives: []string{"ProtectControlGroups", "Delegate"},
					Fixes:      u.replacement(at, false, lint.Unsafe, "the service can write to the control groups of others as far as its user may"),
				}, at, delegate)
			}
		},
	}
}

// replacement is the fix that sets a directive to another value, where one place
// alone sets it.
func (s *subject) replacement(at setting, value any, a lint.Applicability, breaks string) []lint.Fix {
	if len(s.Directive(at.Section, at.Key).Defs) != 1 || at.When != nil || at.Def.Maybe != nil || s.Scope.Kind == nixos.TestNode {
		return nil
	}
	node, err := valueNode(at.Def)
	if err != nil {
		return nil
	}
	edits, err := emit.New(node.File()).Replace(node, value)
	if err != nil {
		return nil
	}
	return []lint.Fix{{Title: fmt.Sprintf("write `%s = %s`", at.Key, written(value)), Applicability: a, Breaks: breaks, Edits: lint.In(node.File(), edits)}}
}
