package migration

import "embed"

//go:embed *.md
var pages embed.FS
