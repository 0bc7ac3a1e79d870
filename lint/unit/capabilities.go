package unit

import (
	"iter"
	"slices"
	"strings"

	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
)

// takenCapabilities are the capabilities that directives take out of the
// bounding set.
var takenCapabilities = []struct{ directive, capability string }{
	{"PrivateDevices", "CAP_MKNOD"},
	{"PrivateDevices", "CAP_SYS_RAWIO"},
	{"ProtectKernelModules", "CAP_SYS_MODULE"},
	{"ProtectKernelLogs", "CAP_SYSLOG"},
	{"ProtectClock", "CAP_SYS_TIME"},
	{"ProtectClock", "CAP_WAKE_ALARM"},
}

// takenCalls are the groups of system calls, and the single ones, that directives
// forbid (systemd.exec(5)).
var takenCalls = []struct{ directive, calls string }{
	{"ProtectKernelModules", "@module"},
	{"ProtectKernelLogs", "syslog"},
	{"ProtectClock", "@clock"},
}

// Allows reports whether the service may use something: a capability
// ("CAP_SYS_ADMIN"), a family of addresses ("AF_UNIX"), or a system call ("mount").
// Commands outside the sandbox are not meant.
func (u *Unit) Allows(what string) value.Answer {
	switch {
	case strings.HasPrefix(what, "CAP_"):
		return u.allowsCapability(what)
	case strings.HasPrefix(what, "AF_"):
		return not(u.Denies("RestrictAddressFamilies", what))
	}
	for _, t := range takenCalls {
		if at, on := u.On(t.directive); on && slices.Contains(SetMembers(t.calls, u.Version), what) {
			return never(at)
		}
	}
	return not(u.Denies("SystemCallFilter", what))
}

// allowsCapability: root has what the bounding set leaves it, and any other user
// what is ambient, too.
func (u *Unit) allowsCapability(name string) value.Answer {
	bounds := u.Denies("CapabilityBoundingSet", name)
	if bounds == value.Yes {
		return value.No
	}
	if at, taken := u.Taken(name); taken {
		return never(at)
	}
	switch who := u.RunsAs().Who; who {
	case Root:
		return not(bounds)
	case Named, Dynamic:
		if ambient := u.Denies("AmbientCapabilities", name); ambient == value.Yes || bounds == value.No {
			return not(ambient)
		}
	}
	return value.CannotTell
}

// never is what a setting leaves allowed that takes something away: nothing, but only
// if its condition is true.
func never(at Setting) value.Answer {
	if at.When != nil {
		return value.CannotTell
	}
	return value.No
}

func not(a value.Answer) value.Answer {
	return [...]value.Answer{value.CannotTell: value.CannotTell, value.Yes: value.No, value.No: value.Yes}[a]
}

// Taken is the setting that takes a capability out of the bounding set.
func (u *Unit) Taken(capability string) (Setting, bool) {
	for taken, at := range u.TakenCapabilities() {
		if taken == capability {
			return at, true
		}
	}
	return Setting{}, false
}

// TakenCapabilities are the capabilities that settings take out of the bounding set,
// each with the setting.
func (u *Unit) TakenCapabilities() iter.Seq2[string, Setting] {
	return func(yield func(string, Setting) bool) {
		for _, t := range takenCapabilities {
			if at, on := u.On(t.directive); on && !yield(t.capability, at) {
				return
			}
		}
	}
}

// given is the line by which the unit names one of the capabilities as one to have, be it
// under a condition.
func (u *Unit) given(any ...string) (Setting, bool) {
	if len(any) == 0 {
		return Setting{}, false
	}
	return u.lineOf(func(l *nixos.Line) bool {
		return (l.Key == "AmbientCapabilities" || l.Key == "CapabilityBoundingSet") && !strings.HasPrefix(l.Shown, "~") &&
			slices.ContainsFunc(strings.Fields(strings.ToUpper(l.Shown)), func(c string) bool { return slices.Contains(any, c) })
	})
}

// MayBeGiven reports whether a directive that is a list of names may have any.
func (u *Unit) MayBeGiven(key string) bool {
	return len(u.Section("Service").UnseenOf(key)) > 0 ||
		slices.ContainsFunc(u.Full().Values("Service", key), func(a unitfile.Assignment) bool { return a.Unknown || a.Value != "" })
}
