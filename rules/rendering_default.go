package rules

import (
	"fmt"

	"wardnix/lint"
)

// defaultSetLost reports whole sets under mkDefault that lose to what NixOS itself
// sets in them.
func defaultSetLost() *lint.Rule {
	return &lint.Rule{
		ID: "N025", Name: "default-set-lost", Since: "0.1.0", Severity: lint.Error,
		Title: "a set under mkDefault is lost to what NixOS sets itself",
		Text: `mkDefault around a set makes the whole set weaker, not each setting in it: as soon as anything else sets
something in the same option, the set is dropped with all that it holds. NixOS itself does that, whatever
the configuration says elsewhere: in ` + "`unitConfig`" + ` of every unit, in ` + "`serviceConfig`" + ` of services that have a
` + "`script`, `preStart`" + ` or another script, and in ` + "`environment`" + ` of services, for PATH. None of the settings reaches
the unit file then, and nothing says so.`,
		WhenNot: "Never: such a set has no effect. What is meant as a default needs mkDefault at each setting.",
		Before: `{ lib, ... }:
{
  systemd.services.web = {
    script = "exec web";
    serviceConfig = lib.mkDefault {
      PrivateTmp = true;
    };
  };
}
`,
		References: []string{"lib/modules.nix, filterOverrides (nixpkgs 26.11)",
			"nixos/lib/systemd-unit-options.nix and systemd-lib.nix, unitConfig and serviceConfig (NixOS 26.11)",
			"nixos/modules/system/boot/systemd.nix, unitConfig and serviceConfig (NixOS 20.09)"},
		Check: func(p *lint.Pass) { eachUnit(p, func(u *unitView) { checkDefaultSets(p, u) }) },
	}
}

func checkDefaultSets(p *lint.Pass, u *unitView) {
	for _, d := range u.Dropped() {
		f := lint.Finding{
			Unit:    u.Name,
			Message: fmt.Sprintf("%s: nothing in this %s reaches the unit: mkDefault makes the whole set weaker than %s, which NixOS sets there itself", u.Name, d.Option, d.By),
			Notes:   []lint.Note{{Label: "help", Text: "put mkDefault at each setting instead, or leave it out"}},
		}
		f.File, f.Span = lastName(d.Def.Binding)
		p.Report(f)
	}
}
