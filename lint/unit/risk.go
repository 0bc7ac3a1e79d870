package unit

import (
	"cmp"

	"wardnix/nixast/eval"
	"wardnix/rules/profile"
)

// RiskOfTightening is what may break by giving the unit what a row requires in the place of
// what it says itself: a baseline for any service does not know why it says it.
func (u *Unit) RiskOfTightening(r *profile.Requirement) string {
	if found := u.RiskOf(r); !r.Generic || found != "" {
		return found
	}
	return "what the service was given by its own line, on purpose perhaps"
}

// RiskOf is what may break by giving the unit what a row requires.
func (u *Unit) RiskOf(r *profile.Requirement) string {
	switch {
	case limitsRoot[r.Name()] && !u.RunsAs().Ordinary():
		return "whatever the service does as root"
	case limitsRoot[r.Name()] && !isBounded(r) && u.MayBeGiven("AmbientCapabilities"):
		return "what the service does with the capabilities of AmbientCapabilities"
	case r.Generic && !u.RunsAs().Ordinary():
		return "anything that the service does as root"
	case r.Generic && u.ofPerson():
		return "what a person's own programs do: sudo, setgid directories, session shared memory"
	case (r.Generic || limitsRoot[r.Name()]) && u.ActsAsRoot():
		return "what the unit does as root within its sandbox: steps of its start and end, programs that take privileges"
	}
	risk := profile.RiskOf(r)
	if r.Generic {
		risk = cmp.Or(risk, u.doubtOf(r.Name()))
	}
	return risk
}

// isBounded reports whether a requirement leaves what a list names.
func isBounded(r *profile.Requirement) bool {
	_, ok := r.Want.([]any)
	return ok
}

// limitsRoot are the directives that take away what root has and other users never had.
var limitsRoot = map[string]bool{"CapabilityBoundingSet": true, "PrivateUsers": true}

// ofPerson reports whether the unit runs as a user that the host declares as a
// person's.
func (u *Unit) ofPerson() bool {
	as := u.RunsAs()
	return as.Ordinary() && as.Name != "" && u.Host.Option("users", "users", as.Name, "isNormalUser").Bool() == eval.Yes
}
