package unit

import (
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
)

// TakenCapabilities are the capabilities that directives take out of the
// bounding set.
var TakenCapabilities = []struct{ Directive, Capability string }{
	{"PrivateDevices", "CAP_MKNOD"},
	{"PrivateDevices", "CAP_SYS_RAWIO"},
	{"ProtectKernelModules", "CAP_SYS_MODULE"},
	{"ProtectKernelLogs", "CAP_SYSLOG"},
	{"ProtectClock", "CAP_SYS_TIME"},
	{"ProtectClock", "CAP_WAKE_ALARM"},
}

// Taken is the setting that takes a capability out of the bounding set.
func (u *Unit) Taken(capability string) (Setting, bool) {
	for _, t := range TakenCapabilities {
		if t.Capability == capability {
			if at, ok := u.On(t.Directive); ok {
				return at, true
			}
		}
	}
	return Setting{}, false
}

// given reports whether the unit names one of the capabilities as one to have, be
// it under a condition.
func (u *Unit) given(capabilities []string) bool {
	return len(capabilities) > 0 && slices.ContainsFunc(u.Lines(), func(l nixos.Line) bool {
		return (l.Key == "AmbientCapabilities" || l.Key == "CapabilityBoundingSet") && !strings.HasPrefix(l.Shown, "~") &&
			slices.ContainsFunc(strings.Fields(strings.ToUpper(l.Shown)), func(c string) bool { return slices.Contains(capabilities, c) })
	})
}

// MayBeGiven reports whether a directive that is a list of names may have any.
func (u *Unit) MayBeGiven(key string) bool {
	return len(u.Directive("Service", key).Unseen) > 0 ||
		slices.ContainsFunc(u.Full.Values("Service", key), func(a unitfile.Assignment) bool { return a.Unknown || a.Value != "" })
}
