package profile

import (
	"wardnix/emit"
)

// RequirementNames returns the names of the directives or options, in order.
func RequirementNames(rs []Requirement) []string {
	out := make([]string, len(rs))
	for i := range rs {
		out[i] = rs[i].Name()
	}
	return out
}

// Families are the directives that people write side by side, in the order in
// which they do. A new directive goes next to its relatives. The caller must not
// change them.
func Families() [][]string { return families }

var families = [][]string{
	{"description", "documentation", "after", "before", "wants", "requires", "bindsTo", "partOf", "conflicts", "wantedBy", "requiredBy"},
	{"Type", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop", "Restart", "RestartSec"},
	{"User", "Group", "DynamicUser", "SupplementaryGroups", "PrivateUsers", "PrivatePIDs", "UMask", "KeyringMode"},
	{"ProtectSystem", "ProtectHome", "PrivateTmp", "PrivateMounts", "PrivateDevices", "ProcSubset", "ProtectProc",
		"ReadOnlyPaths", "ReadWritePaths", "InaccessiblePaths", "StateDirectory", "RuntimeDirectory"},
	{"ProtectKernelTunables", "ProtectKernelModules", "ProtectKernelLogs", "ProtectControlGroups", "ProtectHostname", "ProtectClock"},
	{"AmbientCapabilities", "CapabilityBoundingSet"},
	{"PrivateNetwork", "RestrictAddressFamilies", "IPAddressAllow", "IPAddressDeny"},
	{"SystemCallArchitectures", "SystemCallFilter", "SystemCallErrorNumber"},
	{"NoNewPrivileges", "LockPersonality", "MemoryDenyWriteExecute", "RestrictRealtime", "RestrictSUIDSGID", "RestrictNamespaces", "RemoveIPC"},
	{"RuntimeWatchdogSec", "RebootWatchdogSec", "KExecWatchdogSec"},
	{"runtimeTime", "rebootTime", "kexecTime"},
	{"pre-sleep", "prepare-kexec", "systemd-rfkill", "systemd-hibernate-clear", "systemd-networkd-wait-online"},
	{"suppressedUnits", "enableEmergencyMode"},
}

// Where says where the rows of a baseline go: next to their relatives, or, for a
// baseline that is not a long list, in the order of the baseline itself.
func (b *Baseline) Where(rs []Requirement) emit.Where {
	if b.Applies != nil || len(rs) > 8 {
		return emit.Where{Families: families}
	}
	return emit.Where{Families: append([][]string{RequirementNames(rs)}, families...)}
}
