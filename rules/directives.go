package rules

import "wardnix/lint"

// directiveRules are the rules about names and values that systemd does not
// take, or takes for something else.
func directiveRules(baselines []*Baseline) []*lint.Rule {
	return []*lint.Rule{
		unknownDirective(), invalidValue(baselines), refusedUnit(), removedDirective(), deprecatedDirective(), newerDirective(baselines),
		conflictingDefinitions(), ambientInverted(), monthsMeant(), managersUser(), shellSyntax(), halfDenied(),
		formatReplaced(), pathsTogether(), dependencyStays(), deviceGlob(),
	}
}
