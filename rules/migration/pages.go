// Package migration has the rules about options, units and settings that later
// releases of NixOS and systemd renamed or removed.
package migration

import "embed"

//go:embed *.md
var pages embed.FS
