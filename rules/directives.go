package rules

import "wardnix/lint"

// directiveRules are the rules about names and values that systemd does not
// take.
func directiveRules(baselines []*Baseline) []*lint.Rule {
	return []*lint.Rule{unknownDirective(), invalidValue(baselines)}
}
