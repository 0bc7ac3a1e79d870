package secret

import "embed"

//go:embed *.md
var pages embed.FS
