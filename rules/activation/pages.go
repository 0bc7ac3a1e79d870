// Package activation has the rules about what starts units and in which order: units
// that nothing starts, that depend on what does not exist, or that cannot start.
package activation

import "embed"

//go:embed *.md
var pages embed.FS
