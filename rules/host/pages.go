// Package host has the rules about the host: its manager, and the units that NixOS
// itself sets.
package host

import "embed"

//go:embed *.md
var pages embed.FS
