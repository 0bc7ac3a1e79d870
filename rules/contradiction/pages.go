// Package contradiction has the rules about settings of one unit that contradict
// each other, or what the unit runs.
package contradiction

import "embed"

//go:embed *.md
var pages embed.FS
