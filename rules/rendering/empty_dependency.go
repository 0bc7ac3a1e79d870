package rendering

import (
	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast"
	"wardnix/nixast/eval"
)

// EmptyDependency reports empty lists of dependencies of units from elsewhere, which
// add nothing to the lists there.
var EmptyDependency = &lint.Rule{Page: lint.ReadPage(pages, "empty-dependency"), Unit: checkEmptyDependency}

// dependencies are the options of a unit that are lists of other units
// (nixos/lib/systemd-unit-options.nix, NixOS 26.11).
var dependencies = []string{"wantedBy", "requiredBy", "upheldBy", "wants", "requires", "requisite", "bindsTo", "partOf", "conflicts",
	"after", "before", "onFailure", "onSuccess"}

func checkEmptyDependency(p *lint.Pass, u *unit.Unit) {
	if !u.IsOverride() || u.Pattern {
		return
	}
	ev := u.Host.Evaluator()
	for _, name := range dependencies {
		for _, d := range u.Option(name).Defs {
			list, ok := ev.Force(d.Value).(*eval.List)
			if !ok || len(list.Items) > 0 || d.Priority != nixos.PriorityPlain || !d.IsSure() || !isWrittenEmpty(d) {
				continue
			}
			p.AtDef(u, d, name).
				Note("NixOS concatenates the lists of all modules, and the unit is defined in another one").
				Help("`lib.mkForce [ ]` replaces the other lists").
				Reportf("`%s = [ ]` has no effect", name)
		}
	}
}

// isWrittenEmpty reports whether the definition itself is an empty list. One that is
// computed is empty here, and not for another host or with another setting.
func isWrittenEmpty(d *nixos.Def) bool {
	written, err := d.ValueNode()
	return err == nil && written.Unparen().Kind() == nixast.List
}
