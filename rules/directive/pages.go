// Package directive has the rules about directives that systemd does not know, and
// values that it does not take as they are meant.
package directive

import "embed"

//go:embed *.md
var pages embed.FS
