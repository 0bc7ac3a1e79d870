package activation

import (
	"slices"

	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// networkOnline is the target that is reached once the network is configured
// (systemd.special(7)). It is passive: nothing reaches it unless a unit wants it.
const networkOnline = "network-online.target"

// standsAlone reports whether the project defines the unit, under all conditions and
// under a name that is known.
func standsAlone(u *unit.Unit) bool {
	return !u.Pattern && u.Style != nixos.TextStyle && len(u.Partial) == 0 && u.Enabled() != eval.No && u.Scope.Kind != nixos.Initrd
}

// waitedFor are the targets that start units of a type, so that they wait for what they
// are about (systemd.special(7)).
var waitedFor = map[string]string{"timer": "timers.target", "socket": "sockets.target", "path": "paths.target"}

// isWhole reports whether the unit itself says what it waits for.
func isWhole(u *unit.Unit) bool {
	return !u.IsOverride() && slices.Contains(u.Sections(), nixos.OwnSection(u.Type())) || u.Option("listenStreams").IsSet() || u.Option("listenDatagrams").IsSet()
}
