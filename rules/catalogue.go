package rules

import (
	"slices"

	"wardnix/lint"
)

// All is the catalogue, by ID. The rules compare with the baselines given.
//
// The letter of an ID is that of the family: B baselines, C contradictions and
// gaps inside a unit, D directives and their values, H the host, M migrations,
// N how NixOS renders values, S secrets, U comments that ignore findings.
func All(baselines []*Baseline) []*lint.Rule {
	catalogue := slices.Concat(
		baselineRules(baselines),
		contradictionRules(baselines),
		directiveRules(baselines),
		hostRules(baselines),
		migrationRules(),
		renderingRules(baselines),
		secretRules(),
	)
	return append(catalogue, lint.IgnoreRules(catalogue)...)
}

func baselineRules(baselines []*Baseline) []*lint.Rule {
	return []*lint.Rule{baselineMissing(baselines), baselineWeaker(baselines)}
}

func hostRules(baselines []*Baseline) []*lint.Rule {
	return []*lint.Rule{hostMissing(baselines), hostWeaker(baselines), emergencySuppressed(), maskCompanion(), undeclaredUser(), firstStageIdle(), waitOnlineConflict()}
}
