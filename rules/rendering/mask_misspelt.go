package rendering

import (
	"wardnix/lint"
	"wardnix/lint/unit"
)

// MaskMisspelt reports masks of units that do not exist, if a unit of nearly that
// name does.
var MaskMisspelt = &lint.Rule{Page: lint.ReadPage(pages, "mask-misspelt"), Unit: checkMaskMisspelt}

func checkMaskMisspelt(p *lint.Pass, u *unit.Unit) {
	if unit.NamedByNixOS(u.Name) || !u.OnlyMasks() || len(u.Host.Unseen) > 0 {
		return
	}
	meant := unit.MeantUnit(u.Name)
	if meant == "" {
		return
	}
	d := u.Option("enable").Defs[0]
	p.AtDef(u, d, "enable").Place(d.Binding.Place()).
		Help("did you mean `%s`?", meant).
		Reportf("the mask has no effect, since NixOS has no such unit")
}
