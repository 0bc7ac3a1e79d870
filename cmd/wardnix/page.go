package main

import (
	"cmp"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
)

// unitExposures are those of the services of a project, the worst first.
func unitExposures(project *nixos.Project, l *lint.Linter) []report.UnitExposure {
	var units []report.UnitExposure
	// What does not load has a finding that says so.
	for _, s := range scoresOf(project, l, func(*nixos.Unit, error) {}) {
		units = append(units, report.UnitExposure{
			Host: s.key.host, Unit: s.name, Scope: s.key.scope, File: s.file, Line: s.line,
			Now: s.now, Safe: cmp.Or(s.afterSafe, s.now), All: cmp.Or(s.afterAll, s.afterSafe, s.now),
		})
	}
	slices.SortStableFunc(units, func(a, b report.UnitExposure) int {
		// The surely worst first: of what is unknown there is little to say.
		return cmp.Or(cmp.Compare(b.Now.Low, a.Now.Low), cmp.Compare(b.Now.High, a.Now.High), cmp.Compare(a.Unit, b.Unit))
	})
	return units
}
