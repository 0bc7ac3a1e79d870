package activation

import (
	"slices"

	"wardnix/lint"
	"wardnix/lint/nixos"
	"wardnix/lint/unit"
	"wardnix/nixast/eval"
)

// TriggerMissing reports timers, sockets and path units whose unit nobody defines.
var TriggerMissing = &lint.Rule{Page: lint.ReadPage(pages, "trigger-missing"), Unit: checkTriggerMissing}

func checkTriggerMissing(p *lint.Pass, u *unit.Unit) {
	if _, waits := waitedFor[u.Type()]; !waits || !standsAlone(u) || !isWhole(u) || u.Scope.Kind != nixos.System {
		return
	}
	name, at, ok := triggered(u)
	if !ok || !missingHere(u, name) {
		return
	}
	p.Later(func(p *lint.Pass) {
		if slices.ContainsFunc(p.Units, func(other *unit.Unit) bool { return mayBe(other, name) }) {
			return
		}
		d := p.AtUnit(u, "Unit", "Service")
		if at.Def != nil {
			d.Place(u.Place(at))
		}
		d.Note("systemd refuses to start the %s", u.Type())
		if meant := unit.MeantUnit(name, ownNames(p)...); meant != "" {
			d.Help("did you mean `%s`?", meant)
		}
		d.Reportf("starts %s, which does not exist", name)
	})
}

// mayBe reports whether a unit of the project has, or may have, a name.
func mayBe(u *unit.Unit, name string) bool {
	template, _ := unit.TemplateOf(name)
	aliases, all := u.Aliases()
	return u.Name == name || template != "" && u.Name == template || u.Pattern && unit.MayMatch(u.Name, name) || !all || slices.Contains(aliases, name)
}

// missingHere reports whether nothing but the project can define a unit: the host is in
// sight, or nothing but the name is known of one.
func missingHere(u *unit.Unit, name string) bool {
	if u.DefinedElsewhere(name) == eval.No {
		return true
	}
	adds := u.Host.Option("systemd", "packages")
	return u.Host.Name == "" && !unit.NamedByNixOS(name) && !adds.IsSet() && len(adds.Unseen) == 0
}

// ownNames are the names of the units of the project.
func ownNames(p *lint.Pass) []string {
	var found []string
	for _, u := range p.Units {
		if !u.Pattern && !slices.Contains(found, u.Name) {
			found = append(found, u.Name)
		}
	}
	return found
}
