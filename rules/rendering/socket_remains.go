package rendering

import (
	"slices"
	"strings"

	"wardnix/lint"
	"wardnix/lint/fix"
	"wardnix/lint/nixos"
	"wardnix/lint/spell"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// SocketRemains reports masked services whose socket, timer or path unit is not
// masked.
var SocketRemains = &lint.Rule{Page: lint.ReadPage(pages, "socket-remains"), Unit: checkSocketRemains}

func checkSocketRemains(p *lint.Pass, u *unit.Unit) {
	if u.Type() != "service" || u.Pattern || u.Enabled() != eval.No || !u.Option("enable").IsSet() {
		return
	}
	mask := u.Option("enable").Defs[0]
	if mask.Binding.IsZero() {
		return
	}
	for _, t := range u.Host.Units {
		if starts(t, u) {
			file, span := t.Def().Binding.Place()
			p.AtDef(u, mask, "enable").
				See(file, span, "it is defined here").
				Reportf("masked, but %s still starts it", t.Name)
		}
	}
	if u.Name == "systemd-rfkill.service" && u.Scope.Kind == nixos.System && u.When() == nil && len(u.Host.Unseen) == 0 {
		checkRFKill(p, u, mask)
	}
}

// starts reports whether a unit that is certainly enabled starts the service of the
// same name.
func starts(t *nixos.Unit, service *unit.Unit) bool {
	return t.Scope == service.Scope && t.BaseName() == service.BaseName() &&
		slices.Contains([]string{"socket", "timer", "path"}, t.Type()) && t.Enabled() == eval.Yes && t.Option("wantedBy").IsSet() &&
		!t.IsOverride() && t.When() == nil && len(t.Partial) == 0 && !startsOther(t)
}

// startsOther reports whether a socket, timer or path unit may start a service of
// another name.
func startsOther(t *nixos.Unit) bool {
	section := spell.Capitalised(t.Type())
	return t.Directive(section, "Service").IsSet() || t.Directive(section, "Unit").IsSet() || t.Directive(section, "Accept").IsSet()
}

// checkRFKill reports a mask of systemd-rfkill.service if the project does not mention
// its socket, which every NixOS has (nixos/modules/system/boot/systemd.nix).
func checkRFKill(p *lint.Pass, u *unit.Unit, mask *nixos.Def) {
	path := []string{"systemd", "sockets", "systemd-rfkill", "enable"}
	if u.Host.Option(path[:3]...).IsSet() {
		return
	}
	d := p.AtDef(u, mask).Concerns(unit.OptionRefs(u.Host, path)...).As(lint.Info)
	if edits := fix.AddAbove(mask.Binding, path, false); edits != nil {
		d.Fix(lint.Fix{
			Title: "add `" + strings.Join(path, ".") + " = false`", Applicability: lint.Unsafe, Edits: edits,
			Breaks: "the state of radio switches over a reboot: run `rfkill list` after one",
		})
	}
	d.Reportf("masked, but systemd-rfkill.socket still starts it")
}
