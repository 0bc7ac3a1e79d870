package baseline

import (
	"slices"

	"wardnix/lint/unit"
	"wardnix/rules/profile"
)

// suggests reports whether requirements of a baseline are only a suggestion to the
// unit: they are for any service, and the project names the baseline neither for
// all services nor for this one. A baseline for all services does not mean those
// that only start others.
func suggests(u *unit.Unit, b *profile.Baseline, rs []profile.Requirement) bool {
	return (!b.Named || u.IsGlue()) && b.Assignment(u.Unit).Baseline == "" &&
		!slices.ContainsFunc(rs, func(r profile.Requirement) bool { return !r.Generic })
}
