package rules

import "wardnix/lint"

// migrationRules are the rules about options that have a new name.
func migrationRules() []*lint.Rule {
	return []*lint.Rule{managerNames(), removedOption(), renamedOption(), scriptedStage(), removedHardening(), goneUnit()}
}
