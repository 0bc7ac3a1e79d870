package activation

import (
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
