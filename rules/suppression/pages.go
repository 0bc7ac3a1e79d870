// Package suppression has the rules about comments that suppress findings.
package suppression

import "embed"

//go:embed *.md
var pages embed.FS
