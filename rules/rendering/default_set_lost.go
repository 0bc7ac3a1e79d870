package rendering

import (
	"wardnix/lint"
	"wardnix/lint/unit"
)

// DefaultSetLost reports whole sets under mkDefault that lose to what NixOS itself
// sets in them.
var DefaultSetLost = &lint.Rule{Page: lint.ReadPage(pages, "default-set-lost"), Unit: checkDefaultSetLost}

func checkDefaultSetLost(p *lint.Pass, u *unit.Unit) {
	for _, d := range u.Dropped() {
		p.AtDef(u, d.Def).Place(d.Def.Binding.LastNamePlace()).
			Note("mkDefault makes the whole set weaker than %s, which NixOS sets in it", d.By).
			Help("apply mkDefault to each setting, or remove it").
			Reportf("this %s under mkDefault has no effect", d.Option)
	}
}
