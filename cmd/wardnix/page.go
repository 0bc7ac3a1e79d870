package main

import (
	"cmp"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/report"
)

// page is what the HTML report shows of a run whose files are now as in project.
func page(r *lint.Result, project *nixos.Project, l *lint.Linter, diff string) *report.Page {
	p := &report.Page{Result: r, Diff: diff, Version: version()}
	// What does not load has a finding that says so.
	for _, s := range scoresOf(project, l, func(*nixos.Unit, error) {}) {
		p.Units = append(p.Units, report.UnitExposure{
			Host: s.key.host, Unit: s.name, Scope: s.key.scope, File: s.file, Line: s.line,
			Now: s.now, Safe: cmp.Or(s.afterSafe, s.now), All: cmp.Or(s.afterAll, s.afterSafe, s.now),
		})
	}
	slices.SortStableFunc(p.Units, func(a, b report.UnitExposure) int {
		// The surely worst first: of what is unknown there is little to say.
		return cmp.Or(cmp.Compare(b.Now.Low, a.Now.Low), cmp.Compare(b.Now.High, a.Now.High), cmp.Compare(a.Unit, b.Unit))
	})
	return p
}
