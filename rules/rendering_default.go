package rules

import (
	"fmt"
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/nixast/eval"
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
	if u.Style != nixos.NixOSStyle {
		return
	}
	for _, name := range []string{"unitConfig", "serviceConfig", "environment"} {
		for _, d := range u.Option(name).Defs {
			set, ok := u.Host.Evaluator().Force(d.Value).(*eval.Attrs)
			if d.Priority <= nixos.PriorityPlain || !isSure(d) || !ok || len(set.All()) == 0 {
				continue
			}
			if why := u.setByNixOS(name); why != "" {
				f := lint.Finding{
					Unit:    u.Name,
					Message: fmt.Sprintf("%s: nothing in this %s reaches the unit: mkDefault makes the whole set weaker than %s, which NixOS sets there itself", u.Name, name, why),
					Notes:   []lint.Note{{Label: "help", Text: "put mkDefault at each setting instead, or leave it out"}},
				}
				f.File, f.Span = lastName(d.Binding)
				p.Report(f)
			}
		}
	}
}

// setByNixOS is what NixOS itself sets in an option of the unit, at the plain
// priority; "" if that is nothing, or not known.
func (u *unitView) setByNixOS(option string) string {
	switch {
	case option == "unitConfig":
		return "what comes of description, after and the like"
	case u.Type() != "service":
		return ""
	case option == "environment":
		if u.Scope.Kind != nixos.System || u.Option("path").IsSet() || u.Option("enableDefaultPath").IsSet() {
			return ""
		}
		return "PATH"
	}
	for _, script := range []string{"script", "preStart", "postStart", "reload", "preStop", "postStop"} {
		for _, d := range u.Option(script).Defs {
			text, ok := u.Host.Evaluator().Force(d.Value).(*eval.String)
			if ok && isSure(d) && slices.ContainsFunc(text.Pieces, func(p eval.Piece) bool { return p.When == nil && p.Text != "" }) {
				return "what comes of " + script
			}
		}
	}
	return ""
}
