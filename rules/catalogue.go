package rules

import "wardnix/lint"

// All is the catalogue, by ID. The rules compare with the baselines given.
func All(baselines []*Baseline) []*lint.Rule {
	return []*lint.Rule{
		baselineMissing(baselines),
		baselineWeaker(baselines),
		unknownDirective(),
		invalidValue(baselines),
		hostMissing(baselines),
		hostWeaker(baselines),
		emergencySuppressed(),
		managerNames(),
	}
}
