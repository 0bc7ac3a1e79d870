// Package secret has the rules about secrets that end up in the Nix store or in the
// project.
package secret

import "embed"

//go:embed *.md
var pages embed.FS
