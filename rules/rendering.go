package rules

import "wardnix/lint"

// renderingRules are the rules about values that NixOS renders differently from
// how they read.
func renderingRules() []*lint.Rule { return nil }
