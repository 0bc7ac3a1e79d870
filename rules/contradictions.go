package rules

import "wardnix/lint"

// contradictionRules are the rules about what does not go together in a unit.
func contradictionRules() []*lint.Rule { return nil }
