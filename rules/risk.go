package rules

import (
	"wardnix/lint"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/eval"
)

// A risk says who may add a directive to a unit, and what it may break.
type risk struct {
	applicability lint.Applicability
	breaks        string
}

var harmless = risk{applicability: lint.Safe}

func mayBreak(what string) risk { return risk{lint.Unsafe, what} }

// risks of adding or tightening a directive. What is not listed is safe: it
// takes away what no service of an ordinary user needs. The split follows what
// hardening has broken in nixpkgs.
var risks = map[string]risk{
	"wantedBy":                mayBreak("the unit starts at boot from now on"),
	"User":                    mayBreak("files and ports that only root may use; the user must be declared"),
	"Group":                   mayBreak("files that the new group may not read; the group must be declared"),
	"DynamicUser":             mayBreak("state moves to /var/lib/private, and files of a fixed owner are out of reach"),
	"PrivateUsers":            mayBreak("capabilities over the host, files of other users"),
	"PrivatePIDs":             mayBreak("Type=forking, and whatever looks at other processes"),
	"UMask":                   mayBreak("files that a group shares, such as sockets and certificates"),
	"ProtectSystem":           mayBreak("writing anywhere but to the unit's own directories; add StateDirectory or ReadWritePaths"),
	"ProtectHome":             mayBreak("files below /home, /root and /run/user"),
	"PrivateTmp":              mayBreak("sockets and files that others put into /tmp"),
	"PrivateDevices":          mayBreak("real devices: GPU, serial port, tun, kvm, fuse"),
	"ProcSubset":              mayBreak("reading /proc/meminfo, /proc/cpuinfo, /proc/net and the like"),
	"ProtectProc":             mayBreak("looking at processes of other users"),
	"MemoryDenyWriteExecute":  mayBreak("just-in-time compilers: node, java, .NET, LuaJIT, wasm"),
	"RestrictAddressFamilies": mayBreak("sockets of other families: AF_UNIX for notification and databases, AF_NETLINK for lists of interfaces"),
	"SystemCallFilter":        mayBreak("whatever makes one of these calls is killed; try the service under load"),
	"PrivateNetwork":          mayBreak("every connection to the outside, and abstract sockets"),

	"enableEmergencyMode":          mayBreak("the shell that a failed boot would offer on the console"),
	"suppressedUnits":              mayBreak("the shell that a failed first stage would offer on the console"),
	"pre-sleep":                    mayBreak("powerManagement.powerDownCommands before sleep"),
	"prepare-kexec":                mayBreak("systemctl kexec"),
	"systemd-rfkill":               mayBreak("the state of radio switches over a reboot"),
	"systemd-hibernate-clear":      mayBreak("resuming from hibernation"),
	"systemd-networkd-wait-online": mayBreak("units that rely on network-online.target"),
	"wait-online":                  mayBreak("units that rely on network-online.target"),
	"RuntimeWatchdogSec":           mayBreak("a machine whose systemd hangs longer is reset"),
	"RebootWatchdogSec":            mayBreak("a reboot that takes longer is cut short"),
	"KExecWatchdogSec":             mayBreak("a reboot by kexec that takes longer is cut short"),
	"runtimeTime":                  mayBreak("a machine whose systemd hangs longer is reset"),
	"rebootTime":                   mayBreak("a reboot that takes longer is cut short"),
	"kexecTime":                    mayBreak("a reboot by kexec that takes longer is cut short"),
}

// riskOf is the risk of setting a row, whatever for.
func riskOf(r *row) risk {
	name := r.name()
	if name == "enable" && len(r.path) > 1 {
		name = r.path[len(r.path)-2]
	}
	if lines := r.lines; name == "ProtectSystem" && len(lines) == 1 && lines[0].Value == "full" {
		return harmless
	}
	if risk, ok := risks[name]; ok {
		return risk
	}
	return harmless
}

// riskOfTightening is the risk of giving the unit what a row asks for in the place of
// what it says itself: a baseline for any service does not know why it says it.
func (u *unitView) riskOfTightening(r *row) risk {
	if found := u.riskOf(r); !r.generic || found.applicability == lint.Unsafe {
		return found
	}
	return mayBreak("what the service was given by its own line, on purpose perhaps")
}

// riskOf is the risk of giving the unit what a row asks for.
func (u *unitView) riskOf(r *row) risk {
	switch {
	case r.name() == "CapabilityBoundingSet" && isRoot(u.whole):
		return mayBreak("whatever the service does as root")
	case r.name() == "CapabilityBoundingSet" && u.mayBeGiven("AmbientCapabilities"):
		return mayBreak("what the service does with the capabilities of AmbientCapabilities")
	case r.generic && isRoot(u.whole):
		return mayBreak("what the service does as root, which nobody told")
	case r.generic && u.ofPerson():
		return mayBreak("what a person's own programs do: sudo, setgid folders, shared memory of the session")
	case (r.generic || r.name() == "CapabilityBoundingSet") && u.actsAsRoot():
		return mayBreak("what the unit does as root within its sandbox: steps of its start and end, programs that take privileges")
	}
	return riskOf(r)
}

// ofPerson reports whether the unit runs as a user that the host declares as a
// person's.
func (u *unitView) ofPerson() bool {
	user, set, known := lastValue(u.whole, "Service", "User")
	return set && known && user != "" && u.Host.Option("users", "users", user, "isNormalUser").Bool() == eval.Yes
}

// isRoot reports whether the unit may run as root.
func isRoot(whole *unitfile.Unit) bool {
	dynamic, set, known := lastValue(whole, "Service", "DynamicUser")
	if on, ok := value.ParseBool(dynamic); set && known && ok && on {
		return false
	}
	user, set, known := lastValue(whole, "Service", "User")
	return !set || !known || user == "" || user == "root" || user == "0"
}
