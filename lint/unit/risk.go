package unit

import (
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/systemd/value"
	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// RiskOfTightening is what may break by giving the unit what a row asks for in the place of
// what it says itself: a baseline for any service does not know why it says it.
func (u *Unit) RiskOfTightening(r *profile.Requirement) string {
	if found := u.RiskOf(r); !r.Generic || found != "" {
		return found
	}
	return "what the service was given by its own line, on purpose perhaps"
}

// RiskOf is what may break by giving the unit what a row asks for.
func (u *Unit) RiskOf(r *profile.Requirement) string {
	switch {
	case r.Name() == "CapabilityBoundingSet" && IsRoot(u.Full):
		return "whatever the service does as root"
	case r.Name() == "CapabilityBoundingSet" && u.MayBeGiven("AmbientCapabilities"):
		return "what the service does with the capabilities of AmbientCapabilities"
	case r.Generic && IsRoot(u.Full):
		return "what the service does as root, which nobody told"
	case r.Generic && u.ofPerson():
		return "what a person's own programs do: sudo, setgid folders, shared memory of the session"
	case (r.Generic || r.Name() == "CapabilityBoundingSet") && u.ActsAsRoot():
		return "what the unit does as root within its sandbox: steps of its start and end, programs that take privileges"
	}
	return profile.RiskOf(r)
}

// ofPerson reports whether the unit runs as a user that the host declares as a
// person's.
func (u *Unit) ofPerson() bool {
	user, set, known := LastValue(u.Full, "Service", "User")
	return set && known && user != "" && u.Host.Option("users", "users", user, "isNormalUser").Bool() == eval.Yes
}

// IsRoot reports whether the unit may run as root.
func IsRoot(whole *unitfile.Unit) bool {
	dynamic, set, known := LastValue(whole, "Service", "DynamicUser")
	if on, ok := value.ParseBool(dynamic); set && known && ok && on {
		return false
	}
	user, set, known := LastValue(whole, "Service", "User")
	return !set || !known || user == "" || user == "root" || user == "0"
}
