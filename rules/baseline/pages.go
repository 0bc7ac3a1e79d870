// Package baseline has the rules about what the baseline of a service
// requires and the unit does not set.
package baseline

import "embed"

//go:embed *.md
var pages embed.FS
