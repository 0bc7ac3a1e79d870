package rules

import "wardnix/lint"

// renderingRules are the rules about values that NixOS renders differently from
// how they read.
func renderingRules(baselines []*Baseline) []*lint.Rule {
	return []*lint.Rule{
		emptyList(baselines), nullValue(baselines), decimalMode(), octalByLuck(),
		tildeOnce(), allowAfterDeny(), tildeInside(), denyException(),
		resetAtEnd(), defaultListLost(), updateWithProperty(), misplacedProperty(), lineBreak(), falseAsText(), nestedList(), lastLineCounts(),
		nothingDenied(baselines), emptyDeviceList(baselines), instanceShadows(), socketRemains(), userSandbox(), maskMisspelt(),
		tildeAlone(), resetOfOthers(), defaultSetLost(),
	}
}
