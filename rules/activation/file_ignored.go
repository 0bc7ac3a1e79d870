package activation

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/lint/unitfiles"
	"wardnix/nixast/eval"
)

// FileIgnored reports links to unit files that systemd ignores: in the source those that
// aliases become. Of evaluated systems, package audit reports links and other files.
var FileIgnored = &lint.Rule{Page: lint.ReadPage(pages, "file-ignored"), Unit: checkFileIgnored}

func checkFileIgnored(p *lint.Pass, u *unit.Unit) {
	if u.Style != nixos.NixOSStyle || u.Pattern || u.Enabled() == eval.No {
		return
	}
	for _, d := range u.Dependencies("Install", "Aliases") {
		switch {
		case d.Unit == "" || !unitfiles.ValidUnit(d.Unit):
		case d.Unit == u.Name:
			p.At(u, d.Setting).As(lint.Error).Concerns(u.About("aliases")...).
				Note("NixOS replaces the unit file by a link to itself, so systemd does not find the unit").
				Reportf("the alias `%s` is the name of the unit itself", d.Unit)
		case !unitfiles.ValidAlias(d.Unit, u.Name):
			p.At(u, d.Setting).Concerns(u.About("aliases")...).
				Note("an alias has the type of its unit, and is a template only if the unit is one").
				Reportf("systemd ignores the alias `%s`", d.Unit)
		}
	}
}
