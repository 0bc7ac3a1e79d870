package rendering

import "embed"

//go:embed *.md
var pages embed.FS
