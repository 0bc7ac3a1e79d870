// Package evaluation has the rules about what keeps Nix from evaluating a file that
// it can parse.
package evaluation

import "embed"

//go:embed *.md
var pages embed.FS
