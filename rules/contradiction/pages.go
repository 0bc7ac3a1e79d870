package contradiction

import "embed"

//go:embed *.md
var pages embed.FS
