package activation

import (
	"strings"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/systemd/unitfile"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// NothingToRun reports services without a command that nothing else defines.
var NothingToRun = &lint.Rule{Page: lint.ReadPage(pages, "nothing-to-run"), Unit: checkNothingToRun}

func checkNothingToRun(p *lint.Pass, u *unit.Unit) {
	if u.Type() != "service" || !u.IsOverride() || !standsAlone(u) || u.Scope.Kind != nixos.System || u.OnlyMasks() || replaces(u) {
		return
	}
	if _, upstream := unitfile.Upstream(u.Name, u.Version); upstream || len(u.Peers(u.Name)) > 1 {
		return
	}
	meant := ""
	if !unit.NamedByNixOS(u.Name) && len(u.Host.Option("services", u.BaseName()).Attrs()) == 0 {
		meant = unit.MeantUnit(u.Name)
	}
	if strings.HasSuffix(u.BaseName(), ".service") {
		meant = u.BaseName() // the name of the option has no type
	}
	if meant == "" && u.DefinedElsewhere(u.Name) != eval.No {
		return
	}
	d := p.AtUnit(u, "ExecStart").Note("systemd refuses to load a service without a command")
	if meant != "" {
		d.Help("did you mean `%s`?", strings.TrimSuffix(meant, ".service"))
	}
	d.Reportf("has no command, and nothing else defines it")
}

// replaces reports whether the unit takes the place of a command that is not in sight, or
// is a drop-in of one.
func replaces(u *unit.Unit) bool {
	return u.Directive("Service", "ExecStart").IsSet() || u.Option("script").IsSet() || u.Option("overrideStrategy").IsSet() || strings.Contains(u.Name, "@")
}
