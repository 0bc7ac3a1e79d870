package migration

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
)

// GoneUnit reports settings of units that NixOS no longer has, and dependencies on
// them.
var GoneUnit = &lint.Rule{Page: lint.ReadPage(pages, "gone-unit"), Unit: checkGone}

// goneUnits are units that NixOS 26.05 no longer has, and what to use instead
// (nixos/modules/config/power-management.nix).
var goneUnits = map[string]string{
	"pre-sleep.service":   "use sleep-actions.service",
	"post-resume.service": "use sleep-actions.service",
	"post-resume.target":  "use sleep.target, and ExecStop for what runs after resume",
}

func checkGone(p *lint.Pass, u *unit.Unit) {
	if u.Scope.Kind != nixos.System || u.Pattern || !reached(u.Host, nixos2605) || len(u.Host.Unseen) > 0 {
		return
	}
	if help, gone := goneUnits[u.Name]; gone && (u.IsOverride() || u.OnlyMasks()) {
		p.AtUnit(u).Help("%s", help).Reportf("does not exist in NixOS %s", u.Host.Release)
	}
	checkGoneTarget(p, u)
}

func checkGoneTarget(p *lint.Pass, u *unit.Unit) {
	const target = "post-resume.target"
	if slices.ContainsFunc(u.Host.Units, func(t *nixos.Unit) bool { return t.Name == target }) {
		return
	}
	for _, name := range []string{"wantedBy", "requiredBy", "upheldBy"} {
		for _, d := range u.Option(name).Defs {
			items, _ := u.Host.Evaluator().KnownStrings(d.Value)
			if !slices.Contains(items, target) || !d.IsSure() || d.Binding.IsZero() {
				continue
			}
			p.AtDef(u, d, name).Help("%s", goneUnits[target]).
				Reportf("never started by %s, which NixOS %s does not have", target, u.Host.Release)
		}
	}
}
