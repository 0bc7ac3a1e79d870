package profile

// risks are what adding or tightening a directive may break. A directive that is
// not listed is safe for a service of an ordinary user, unless the service may have one
// of the [Needs] that are unsure: no daemon that ran broke by it. The split follows
// what broke when daemons ran, and what hardening has broken in nixpkgs.
var risks = map[string]string{
	"wantedBy":                "the unit starts at boot from now on",
	"User":                    "files and ports that only root may use; the user must be declared",
	"Group":                   "files that the new group may not read; the group must be declared",
	"DynamicUser":             "state moves to /var/lib/private, and files of a fixed owner are out of reach",
	"PrivatePIDs":             "whatever looks at other processes; a program without a handler of SIGTERM is killed after TimeoutStopSec only",
	"UMask":                   "files that a group shares, such as sockets and certificates",
	"ProtectSystem":           "writing anywhere but to the unit's own directories; add StateDirectory or ReadWritePaths",
	"ProtectHome":             "files below /home, /root and /run/user",
	"PrivateTmp":              "sockets and files that others put into /tmp",
	"PrivateDevices":          "real devices: GPU, serial port, tun, kvm, fuse",
	"ProcSubset":              "reading /proc/meminfo, /proc/cpuinfo, /proc/net and /proc/sys, as the ICMP proxy of cloudflared does",
	"ProtectProc":             "looking at processes of other users",
	"MemoryDenyWriteExecute":  "just-in-time compilers: node, java, .NET, LuaJIT, wasm",
	"RestrictAddressFamilies": "sockets of other families: AF_UNIX for notification and databases, AF_NETLINK for lists of interfaces and the source addresses of cloudflared's ICMP proxy",
	"SystemCallFilter":        "whatever makes one of these calls: it is killed, or with SystemCallErrorNumber the call fails",
	"SystemCallErrorNumber":   "a refused call fails, and no longer ends the process",
	"PrivateNetwork":          "every connection to the outside, and abstract sockets",

	"enableEmergencyMode":          "the shell that a failed boot would offer on the console",
	"suppressedUnits":              "the shell on the console after a failure in the initrd",
	"pre-sleep":                    "powerManagement.powerDownCommands before sleep",
	"prepare-kexec":                "systemctl kexec",
	"systemd-rfkill":               "the state of radio switches over a reboot",
	"systemd-hibernate-clear":      "resuming from hibernation",
	"systemd-networkd-wait-online": "units that rely on network-online.target",
	"wait-online":                  "units that rely on network-online.target",
	"RuntimeWatchdogSec":           "a machine whose systemd hangs longer is reset",
	"RebootWatchdogSec":            "a reboot that takes longer is cut short",
	"KExecWatchdogSec":             "a reboot by kexec that takes longer is cut short",
	"runtimeTime":                  "a machine whose systemd hangs longer is reset",
	"rebootTime":                   "a reboot that takes longer is cut short",
	"kexecTime":                    "a reboot by kexec that takes longer is cut short",
}

// RiskOfTightening is what a stricter value of a directive may break; "" if it is safe.
func RiskOfTightening(directive string) string { return risks[directive] }

// RiskOf is what setting a row may break, whatever the unit; "" if it is safe.
func RiskOf(r *Requirement) string {
	name := r.Name()
	if name == "enable" && len(r.Path) > 1 {
		name = r.Path[len(r.Path)-2]
	}
	if lines := r.Lines; name == "ProtectSystem" && len(lines) == 1 && lines[0].Value == "full" {
		return ""
	}
	return risks[name]
}
